import type { Diagnostic } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { Look } from "./look.ts";
import { textWidth } from "./textWidth.ts";

/** The text of a line of a project file, or undefined when there is none. Lines count from 1. */
export type ReadLine = (file: string, line: number) => string | undefined;

const TAB = "    ";

/**
 * One diagnostic as text, without a line end after it:
 *
 *     error[TFM-REF-002]: model "stg_user" not found
 *       ┌─ models/gold/orders.sql:12:24
 *     12│ left join {{ ref('stg_user') }} u
 *       │                  ^^^^^^^^^^ did you mean "stg_users"?
 */
export function diagnosticText(diagnostic: Diagnostic, look: Look, readLine: ReadLine): string {
	const places = [diagnostic.at, ...diagnostic.related.map((place) => place.at)];
	const gutter = Math.max(1, ...places.map((at) => (at === undefined ? 0 : String(at.line).length)));
	const indent = " ".repeat(gutter + 2);
	const tone = diagnostic.severity === "error" ? "bad" : "warn";
	const [message = "", ...more] = diagnostic.message.split("\n");
	const lines = [
		` ${look.paint(tone, `${diagnostic.severity}[${diagnostic.code}]`)}: ${look.paint("strong", message)}`,
		...more.map((line) => `${indent}${line}`),
	];
	const { at, hint } = diagnostic;
	const frame =
		at === undefined ? null : codeFrame({ at, source: diagnostic.source, gutter, note: hint, look, readLine });
	if (frame !== null) lines.push(...frame.lines);
	for (const { label, at: place, source, skipped } of diagnostic.related) {
		if (skipped !== undefined) lines.push(`${indent}${look.signs.ellipsis} ${leftOut(skipped)} more between`);
		lines.push(...codeFrame({ at: place, source, gutter, label, look, readLine }).lines);
	}
	if (hint !== undefined && frame?.noted !== true) lines.push(...aside(indent, "hint", hint));
	if (diagnostic.next !== undefined) lines.push(...aside(indent, "next", diagnostic.next));
	if (diagnostic.dbt !== undefined) lines.push(...aside(indent, "dbt", diagnostic.dbt));
	return lines.join("\n");
}

/** How deep an endless recursion came depends on the machine. */
const leftOut = (places: number): string => (places > 100 ? "over 100" : String(places));

function aside(indent: string, word: string, text: string): string[] {
	const [first = "", ...more] = text.split("\n");
	return [`${indent}= ${word}: ${first}`, ...more.map((line) => `${indent}        ${line}`)];
}

interface Frame {
	readonly at: Location;
	readonly source: string | undefined;
	readonly gutter: number;
	readonly label?: string | undefined;
	/** Stands behind the marks. */
	readonly note?: string | undefined;
	readonly look: Look;
	readonly readLine: ReadLine;
}

function codeFrame(frame: Frame): { readonly lines: string[]; readonly noted: boolean } {
	const { at, gutter, look } = frame;
	const { corner, side } = look.signs.frame;
	const blank = ` ${" ".repeat(gutter)}`;
	const label = frame.label === undefined ? "" : `   ${frame.label}`;
	const lines = [`${blank}${look.paint("dim", corner)} ${at.file}:${at.line}:${at.column}${label}`];
	const raw = frame.source ?? frame.readLine(at.file, at.line);
	if (raw === undefined || isBinary(raw)) return { lines, noted: false };

	const line = raw.replace(/[\r\n]+$/, "");
	const before = line.slice(0, at.column - 1).replaceAll("\t", TAB);
	const marked = line.slice(at.column - 1, Math.max(at.column, (at.endColumn ?? at.column + 1) - 1));
	const after = line.slice(at.column - 1 + marked.length).replaceAll("\t", TAB);
	const marks = Math.max(1, textWidth(marked.replaceAll("\t", TAB)));
	const window = cutAround({ before, rest: marked.replaceAll("\t", TAB) + after, marks }, look, gutter + 4);
	lines.push(` ${String(at.line).padStart(gutter)}${look.paint("dim", side)} ${window.text}`);
	const note = frame.note === undefined || frame.note.includes("\n") ? "" : ` ${frame.note}`;
	const pointer = `${" ".repeat(window.before)}${look.paint("bad", "^".repeat(window.marks))}${note}`;
	lines.push(`${blank}${look.paint("dim", side)} ${pointer}`.trimEnd());
	return { lines, noted: note !== "" };
}

/** A line longer than the screen, of which `taken` columns are used, is cut on the left and right of the marked text. */
function cutAround(line: { before: string; rest: string; marks: number }, look: Look, taken: number) {
	const { before, rest, marks } = line;
	const mark = look.signs.ellipsis;
	const room = Math.max(20, look.width - taken);
	let start = before;
	if (textWidth(before) + Math.min(marks, room / 2) > room) {
		const keep = Math.floor(room / 3);
		start = mark + before.slice(before.length - keep);
	}
	const space = room - textWidth(start);
	const end = textWidth(rest) > space ? rest.slice(0, Math.max(1, space - textWidth(mark))) + mark : rest;
	return { text: start + end, before: textWidth(start), marks: Math.min(marks, Math.max(1, textWidth(end))) };
}

/** A line of a gzip or of another file that is no text: it would say nothing, and could reprogram a terminal. */
const isBinary = (line: string): boolean => /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(line);
