import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { MacroNode } from "../core/node.ts";
import type { YamlEntry } from "../core/parsed.ts";
import { listOf, textOf } from "./patches.ts";
import { recordOr } from "./resolveConfig.ts";

/** What the code of a macro says its arguments are. dbt reads those of a materialization as its languages. */
export const parametersOf = (macro: Pick<MacroNode, "macro_sql" | "parameters">): readonly string[] =>
	/^\s*\{%[-+]?\s*materialization\b/.test(macro.macro_sql) ? ["supported_languages"] : macro.parameters;

/** dbt's names of types, and how many types stand in brackets behind each. */
const TYPES: Readonly<Record<string, number>> = {
	str: 0,
	string: 0,
	bool: 0,
	int: 0,
	integer: 0,
	float: 0,
	any: 0,
	relation: 0,
	column: 0,
	list: 1,
	optional: 1,
	dict: 2,
};

/** Whether this is one of dbt's types, such as `dict[str, optional[int]]`. */
export function isMacroType(written: string): boolean {
	const text = written.replace(/[ \t]/g, "");
	/** Where the type that begins here ends; -1: none does. */
	const after = (from: number): number => {
		const name = /^[a-z]+/.exec(text.slice(from))?.[0] ?? "";
		if (!Object.hasOwn(TYPES, name)) return -1;
		let at = from + name.length;
		for (let n = 0; n < TYPES[name]!; n++) {
			if (text[at] !== (n === 0 ? "[" : ",")) return -1;
			at = after(at + 1);
			if (at < 0) return -1;
		}
		if (TYPES[name] === 0) return at;
		return text[at] === "]" ? at + 1 : -1;
	};
	return after(0) === text.length;
}

/** The arguments that a property file gives to a macro, beside those of its code (dbt: InvalidMacroAnnotation). */
export function checkMacroArguments(macro: MacroNode, entry: YamlEntry): readonly Diagnostic[] {
	const written = listOf(entry.value.arguments).map(recordOr);
	if (written.length === 0) return [];
	const found: Diagnostic[] = [];
	const say = (problem: string, dbt: string, path: readonly (string | number)[]) => {
		const places = { ...entry.at(path), severity: "warning" as const };
		found.push(diagnostic("TFM-PARSE-072", { macro: macro.name, problem, dbt }, places));
	};
	const unlike = `macro ${macro.name} does not match the jinja definition.`;
	const defined = macro.arguments?.map(({ name }) => name) ?? parametersOf(macro);
	for (const [i, { name }] of written.entries())
		if (i < defined.length && textOf(name) !== defined[i])
			say(
				`the argument ${textOf(name)} is called ${defined[i]} in its code`,
				`Argument ${textOf(name)} in yaml for ${unlike}`,
				["arguments", i, "name"],
			);
	if (written.length !== defined.length)
		say(
			`its code has ${defined.length} arguments, and ${written.length} are described`,
			`The number of arguments in the yaml for ${unlike}`,
			["arguments"],
		);
	for (const [i, { name, type }] of written.entries())
		if (textOf(type).trim() !== "" && !isMacroType(textOf(type)))
			say(
				`"${textOf(type)}", the type of ${textOf(name)}, is none of dbt's`,
				`Argument ${textOf(name)} in the yaml for macro ${macro.name} has an invalid type.`,
				["arguments", i, "type"],
			);
	return found;
}
