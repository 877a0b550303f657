import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import {
	compileTemplate,
	HostFunction,
	KeptTemplates,
	type Scope,
	type Template,
	toText,
	type Value,
} from "./jinja.ts";

const told = new HostFunction("told", ({ positional, keyword }) =>
	[...positional, ...[...keyword].map(([name, value]) => `${name}=${toText(value)}`)].map(toText).join("; "),
);
const NAMES: ReadonlyMap<string, Value> = new Map<string, Value>([
	["ref", told],
	["number", 3],
	["fails", new HostFunction("fails", () => [1].at(2)!)],
	[
		"nested",
		new HostFunction("nested", () => compileTemplate({ file: "b.sql", text: "\n{{ x.y }}" }).render(SCOPE, STRICT)),
	],
]);
const SCOPE: Scope = { get: (name) => NAMES.get(name), names: () => [...NAMES.keys()] };
const STRICT = { undefined: "strict" } as const;

function outcome(render: () => string): unknown {
	try {
		return render();
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		return error.diagnostics;
	}
}

const rendered = (template: Template) => outcome(() => template.render(SCOPE, STRICT));
/** By generated code, which resumable rendering always is. */
const generated = (template: Template) => outcome(() => template.renderResumable(SCOPE, STRICT).next().value as string);

describe("a template of text and calls with literal arguments", () => {
	it.each([
		["select 1", "select 1"],
		["a {{ ref('x') }} b {{ ref('x', 'y') }}", "a x b x; y"],
		["{{ ref('x', v=2, list=[1, 'b', [none]], on=true) }}", "x; v=2; list=[1, 'b', [None]]; on=True"],
		["{{ 'text' }}{{ number }}{{ range(2) }}{{ unknown }}", "text3range(0, 2)"],
		["{{ ref() }}{{ fails() }}", ""],
	])("%s is rendered as its generated code renders it", (text, expected) => {
		const template = compileTemplate({ file: "a.sql", text });
		expect([rendered(template), generated(template)]).toEqual([expected, expected]);
	});

	it.each([
		"select 1\n  from {{ reff('x') }}",
		"{{ number('x') }}",
		"{{ return(1) }}",
		"x {{ ref('a') }}\n\n   {{ nested() }}",
		"{{ ref ( 'a' ) }} {{\n unknown ( ) }}",
		"{{ range() }}",
	])("%j fails as its generated code fails, at the same places", (text) => {
		const template = compileTemplate({ file: "a.sql", text, line: 4, column: 3 });
		const found = rendered(template);
		expect(Array.isArray(found)).toBe(true);
		expect(found).toEqual(generated(template));
	});

	it("gives each rendering lists of its own", () => {
		const push = new HostFunction("push", ({ positional: [list] }) => (list as Value[]).push("more"));
		const template = compileTemplate({ file: "a.sql", text: "{{ push([1]) }}" });
		const scope = { get: () => push };
		expect([template.render(scope, STRICT), template.render(scope, STRICT)]).toEqual(["2", "2"]);
	});
});

describe("calls that differ in their texts alone", () => {
	const kept = new KeptTemplates();
	const of = (text: string, file: string, line: number) => kept.of({ text, file, line, column: 7 });

	it.each([
		["{{ ref('orders') }}", "{{ ref('a longer name') }}"],
		["{{ ref(told('shop', \"orders\")) }}", "{{ ref(told('x', \"y\")) }}"],
		["{{ reff('orders') }}", "{{ reff('customers and more') }}"],
		["{{ number('a') }}", "{{ number('bcd') }}"],
		["{{ nested.x(ref('a')) }}", "{{ nested.x(ref('bcd')) }}"],
	])("say what each would say alone: %s and %s", (first, second) => {
		for (const [i, text] of [first, second, first].entries()) {
			const shared = of(text, `f${i}.yml`, i);
			const alone = compileTemplate({ text, file: `f${i}.yml`, line: i, column: 7 });
			expect(rendered(shared)).toEqual(rendered(alone));
			expect(generated(shared)).toEqual(generated(alone));
			expect(outcome(() => toText(shared.renderNative(SCOPE, STRICT)))).toEqual(
				outcome(() => toText(alone.renderNative(SCOPE, STRICT))),
			);
		}
	});
});
