import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { compileTemplate, type Scope, toPlain } from "../jinja/jinja.ts";
import type { YamlDocument, YamlPath } from "../yaml/readYaml.ts";
import { concealValues } from "../yaml/shapeCheck.ts";

const JINJA = /\{[{%#]/;

export interface TreeRendering {
	readonly document: YamlDocument;
	readonly scope: Scope;
	readonly problems: Diagnostic[];
	/** Values that keep their template: hooks and variables are rendered later, elsewhere. */
	readonly skip?: (path: YamlPath) => boolean;
	/** A value that is no template is kept as written (passwords hold any characters); a variable that is not set is still a mistake. */
	readonly lenient?: (path: YamlPath) => boolean;
	/** The file holds secrets: an error shows keys only. */
	readonly hideSource?: boolean;
}

/** One text, natively: a lone `{{ expression }}` keeps its type. Undefined when it failed; `problems` says why. */
function renderText(text: string, path: YamlPath, how: TreeRendering): Plain | undefined {
	// Jinja drops one line break at the end of a template.
	if (!JINJA.test(text)) return text.replace(/\r?\n$/, "");
	try {
		const template = compileTemplate({ file: how.document.file, text });
		const value = toPlain(template.renderNative(how.scope, { undefined: "strict" }));
		return value === undefined ? "" : (value as Plain);
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		const unset = error.diagnostics.some((d) => d.code === "TFM-REF-008");
		if (how.lenient?.(path) === true && !unset) return text;
		const found = how.document.at(path);
		const place = how.hideSource === true ? { ...found, source: concealValues(found.source) } : found;
		// The template's own places count inside the value, whose quotes and folding shift them: name the value.
		how.problems.push(
			...error.diagnostics.map(({ source: _, ...rest }) => Object.freeze({ ...rest, ...place, related: [] })),
		);
		return undefined;
	}
}

/** The tree with every text rendered, as dbt renders its YAML: values only, never keys. */
export function renderTree(value: Plain, path: YamlPath, how: TreeRendering): Plain {
	if (how.skip?.(path) === true) return value;
	if (typeof value === "string") return renderText(value, path, how) ?? null;
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map((item: Plain, i) => renderTree(item, [...path, i], how));
	const rendered = Object.entries(value).map(([key, item]) => [key, renderTree(item as Plain, [...path, key], how)]);
	return Object.fromEntries(rendered) as Plain;
}
