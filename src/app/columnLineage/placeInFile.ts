import type { Location } from "../../core/location.ts";
import type { AnalysedNode } from "./compiledSql.ts";

interface Named {
	/** In the compiled SQL, from 1. */
	readonly line: number;
	readonly column: number;
	/** What stands there. */
	readonly name: string;
}

/**
 * A place of the compiled SQL in the model's file. Most lines stand in both as they are, or with a template in them; a
 * line that a template made whole is looked for by the name in question. Undefined where that leaves no or several places.
 */
export function placeInFile(
	node: Pick<AnalysedNode, "raw_code" | "code_line" | "code_column" | "location">,
	sql: string,
	{ line, column, name }: Named,
): Location | undefined {
	if (line === 0) return undefined;
	const compiled = sql.split("\n");
	const raw = node.raw_code.split("\n");
	const found = placeInLines(raw, compiled, { line: line - 1, column }) ?? onlyPlaceOf(name.split(".").at(-1)!, raw);
	if (found === undefined) return undefined;
	const indent = found.line === 0 ? node.code_column - 1 : 0;
	return { file: node.location.file, line: node.code_line + found.line, column: found.column + indent };
}

interface Place {
	/** From 0. */
	readonly line: number;
	readonly column: number;
}

function placeInLines(raw: readonly string[], compiled: readonly string[], at: Place): Place | undefined {
	const text = compiled[at.line]?.trimEnd() ?? "";
	if (text.trim() === "") return undefined;
	const same = linesLike(raw, text);
	if (same.length > 0) return { line: nth(same, linesLike(compiled, text).indexOf(at.line)), column: at.column };
	const made = raw.flatMap((source, line) => {
		const column = columnInTemplate(source.trimEnd(), text, at.column);
		return column === undefined ? [] : [{ line, column, source }];
	});
	const [first] = made;
	if (first === undefined || made.some(({ source }) => source.trim() !== first.source.trim())) return undefined;
	// The same line several times: in their order.
	const nthLike = compiled.slice(0, at.line).filter((other) => columnInTemplate(first.source, other, 1) !== undefined);
	return nth(made, nthLike.length);
}

const linesLike = (lines: readonly string[], text: string): readonly number[] =>
	lines.flatMap((line, i) => (line.trimEnd() === text ? [i] : []));

/** A loop may have made more lines of one. */
const nth = <T>(places: readonly T[], n: number): T => places[Math.min(n, places.length - 1)]!;

const TEMPLATE = /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/;
/** A line with less text of its own than this could have made too many others. */
const OWN_TEXT = 4;

/**
 * Where a column of a rendered line is in the line that it was rendered from: as far into the same piece of text; what a
 * template wrote is where the piece before it ends. Undefined where the one cannot have made the other.
 */
function columnInTemplate(source: string, rendered: string, column: number): number | undefined {
	const pieces = source.split(TEMPLATE);
	const last = pieces.length - 1;
	if (last === 0 || pieces.join("").trim().length < OWN_TEXT) return undefined;
	let found: number | undefined;
	let [from, to] = [0, 0];
	for (const [i, piece] of pieces.entries()) {
		// Pieces as early as they come, the first at the beginning and the last at the end: as in matching with stars.
		const at = i === 0 ? 0 : i === last ? rendered.length - piece.length : rendered.indexOf(piece, to);
		if (at < to || !rendered.startsWith(piece, at)) return undefined;
		const start = i === 0 ? 0 : i === last ? source.length - piece.length : source.indexOf(piece, from);
		if (found === undefined && column - 1 < at) found = from + 1;
		if (found === undefined && column - 1 < at + piece.length) found = start + column - at;
		[from, to] = [start + piece.length, at + piece.length];
	}
	return found ?? from + 1;
}

function onlyPlaceOf(word: string, lines: readonly string[]): Place | undefined {
	const pattern = new RegExp(`(?<![\\w$])${word.replace(/[^\w]/g, "\\$&")}(?![\\w$])`, "i");
	const found = lines.flatMap((text, line) => {
		const match = pattern.exec(text);
		return match === null ? [] : [{ line, column: match.index + 1 }];
	});
	return found.length === 1 ? found[0] : undefined;
}
