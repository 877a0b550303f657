/**
 * Templates rendered by ours and by real Jinja2 3.1.6 (extensions do and loopcontrols, default Undefined, no trailing
 * newline): what Jinja2 gave is the expectation in probes/*.json. random.json is a sample of generated templates.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Code } from "../core/codes/table.ts";
import { TfmError } from "../core/diagnostic.ts";
import { compileTemplate, fromPlain, type Scope, type Template } from "./jinja.ts";

interface Probe {
	readonly template: string;
	readonly context?: Readonly<Record<string, unknown>>;
	readonly expected?: string;
	/** The name of Python's exception. */
	readonly error?: string;
}

/** Python's exception for each of our codes. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
	"TFM-JINJA-001": ["TemplateSyntaxError", "SyntaxError"],
	"TFM-JINJA-002": ["TemplateSyntaxError"],
	"TFM-JINJA-003": ["TemplateSyntaxError"],
	"TFM-JINJA-004": ["TemplateAssertionError", "TemplateRuntimeError"],
	"TFM-JINJA-005": ["TemplateAssertionError", "TemplateRuntimeError"],
	"TFM-JINJA-010": ["UndefinedError"],
	"TFM-JINJA-011": ["TypeError"],
	"TFM-JINJA-012": ["TypeError"],
	"TFM-JINJA-013": ["TypeError"],
	"TFM-JINJA-014": ["ValueError"],
	"TFM-JINJA-015": ["KeyError", "IndexError"],
	"TFM-JINJA-016": ["ZeroDivisionError"],
	"TFM-JINJA-017": ["AttributeError"],
	"TFM-JINJA-018": ["FilterArgumentError"],
	"TFM-JINJA-019": ["TemplateRuntimeError", "SecurityError"],
	"TFM-JINJA-021": ["OverflowError", "MemoryError", "ValueError"],
	"TFM-JINJA-025": ["OverflowError"],
};

type Renderer = (template: Template, scope: Scope) => string;

/** The same template as plain code and as code that can be resumed. */
const RENDERERS: readonly Renderer[] = [
	(template, scope) => template.render(scope, { undefined: "strict" }),
	(template, scope) => {
		const { value, done } = template.renderResumable(scope, { undefined: "strict" }).next();
		if (done !== true) throw new Error("a template that asks nothing has stopped");
		return value;
	},
];

function outcome(probe: Probe, render: Renderer): { text: string } | { exceptions: readonly string[]; code: Code } {
	const context = new Map(Object.entries(probe.context ?? {}).map(([key, value]) => [key, fromPlain(value)]));
	try {
		const template = compileTemplate({ file: "probe.sql", text: probe.template });
		return { text: render(template, { get: (name) => context.get(name) }) };
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		const code = error.diagnostics[0]!.code;
		return { exceptions: EXCEPTIONS[code] ?? [], code };
	}
}

const folder = new URL("./probes/", import.meta.url);

for (const file of readdirSync(folder).sort()) {
	const probes = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Probe[];
	describe(`${file} renders as Jinja2 does`, () => {
		it.each(probes.map((probe, i) => [`${i}: ${probe.template}`, probe] as const))("%s", (_title, probe) => {
			for (const render of RENDERERS) {
				const result = outcome(probe, render);
				if (probe.error === undefined) expect(result).toEqual({ text: probe.expected });
				else expect("exceptions" in result ? result.exceptions : result).toContain(probe.error);
			}
		});
	});
}
