import type { LineageRemark } from "../../core/lineage.ts";
import type { Location } from "../../core/location.ts";
import type { AnalysedNode } from "./compiledSql.ts";

/**
 * A place of the compiled SQL in the model's file. Most lines stand in both as they are; a line that a template made is
 * looked for by the name in question. Undefined where that leaves no or several places.
 */
export function placeInFile(
	node: Pick<AnalysedNode, "raw_code" | "code_line" | "code_column" | "location">,
	sql: string,
	{ line, column, name }: Pick<LineageRemark, "line" | "column" | "name">,
): Location | undefined {
	if (line === 0) return undefined;
	const compiled = sql.split("\n");
	const raw = node.raw_code.split("\n");
	const text = compiled[line - 1]?.trimEnd() ?? "";
	const places = linesLike(raw, text);
	const word = name.split(".").at(-1) ?? name;
	const found =
		text.trim() !== "" && places.length > 0
			? { line: nth(places, linesLike(compiled, text).indexOf(line - 1)), column }
			: onlyPlaceOf(word, raw);
	if (found === undefined) return undefined;
	const indent = found.line === 0 ? node.code_column - 1 : 0;
	return { file: node.location.file, line: node.code_line + found.line, column: found.column + indent };
}

const linesLike = (lines: readonly string[], text: string): readonly number[] =>
	lines.flatMap((line, i) => (line.trimEnd() === text ? [i] : []));

/** A loop may have made more lines of one. */
const nth = (places: readonly number[], n: number): number => places[Math.min(n, places.length - 1)]!;

function onlyPlaceOf(
	word: string,
	lines: readonly string[],
): { readonly line: number; readonly column: number } | undefined {
	const pattern = new RegExp(`(?<![\\w$])${word.replace(/[^\w]/g, "\\$&")}(?![\\w$])`, "i");
	const found = lines.flatMap((text, line) => {
		const match = pattern.exec(text);
		return match === null ? [] : [{ line, column: match.index + 1 }];
	});
	return found.length === 1 ? found[0] : undefined;
}
