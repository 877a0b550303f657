import { fail } from "../core/diagnostic.ts";
import { csvPieces } from "./csvRecords.ts";
import { jsonRecords, numberedLines } from "./jsonRecords.ts";
import { pathReader } from "./jsonText.ts";
import { landingValue, unstorable } from "./landingValues.ts";
import type { LandingColumn, LoadSpec } from "./loadSpec.ts";
import { type FileDigest, readText, readWhole } from "./textFile.ts";
import { withoutTrailingCommas } from "./trailingCommas.ts";

/** One record of a file: a row for the landing table, or why it is none. */
export interface LandingRecord {
	/** Counts from 1: the record of a page, the line of a JSON Lines file, the data record of a CSV. */
	readonly row: number;
	readonly raw: string;
	readonly found: Found;
}

type Found = { readonly values: readonly (string | null)[] } | { readonly reason: string };

export interface LandingFile {
	readonly absolute: string;
	readonly file: string;
	readonly expected: FileDigest;
}

/**
 * The records of one landing file, one after the other; a JSON page is in memory whole, the other formats are not.
 * Throws what the readers throw, and TFM-LOAD-006 (no header), 011 (a declared column is missing from it).
 */
export async function* landingRecords(
	{ absolute, file, expected }: LandingFile,
	spec: LoadSpec,
): AsyncGenerator<LandingRecord> {
	if (spec.format === "csv") return yield* csvRows({ absolute, file, expected }, spec);
	const readable = spec.trailingCommas === "accept" ? withoutTrailingCommas : (text: string) => text;
	if (spec.format === "jsonl") {
		for await (const { line, text } of numberedLines(readText(absolute, file, expected))) {
			const raw = text.endsWith("\r") ? text.slice(0, -1) : text;
			const json = readable(raw);
			yield { row: line, raw, found: isJson(json) ? fromJson(json, spec.columns) : { reason: "not JSON" } };
		}
		return;
	}
	const arrived = await readWhole(absolute, file, expected);
	const page = readable(arrived);
	// Both texts have their records in the same places: a reject is kept with its commas.
	for (const [i, [from, to]] of jsonRecords(page, spec.records, file).entries())
		yield { row: i + 1, raw: arrived.slice(from, to), found: fromJson(page.slice(from, to), spec.columns) };
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** An escape that stands for what no database text can hold; an escaped backslash before it is none. */
const BAD_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89a-fA-F])/;

function fromJson(raw: string, columns: readonly LandingColumn[]): Found {
	if (columns.length > 0) {
		const read = pathReader(raw);
		return rowOf(columns, (column) => {
			const value = read(column.path);
			// A json column keeps the quotes of a text, without which it is no JSON.
			return value === null ? null : value.isString && column.type === "json" ? JSON.stringify(value.text) : value.text;
		});
	}
	if (!/^\s*[{[]/.test(raw)) return { reason: "not a JSON object" };
	if (raw.includes("\\u") && BAD_ESCAPE.test(raw)) {
		const reason = allTexts(JSON.parse(raw))
			.map(unstorable)
			.find((problem) => problem !== undefined);
		if (reason !== undefined) return { reason };
	}
	return { values: [raw] };
}

/** Every text in a value, keys included. Iterative: pages may nest deeply. */
function allTexts(root: unknown): readonly string[] {
	const texts: string[] = [];
	const open: unknown[] = [root];
	while (open.length > 0) {
		const value = open.pop();
		if (typeof value === "string") texts.push(value);
		else if (typeof value === "object" && value !== null)
			for (const [key, inner] of Object.entries(value)) {
				texts.push(key);
				open.push(inner);
			}
	}
	return texts;
}

function rowOf(columns: readonly LandingColumn[], textOf: (column: LandingColumn) => string | null): Found {
	const values: (string | null)[] = [];
	for (const column of columns) {
		const text = textOf(column);
		if (text === null) {
			values.push(null);
			continue;
		}
		const bad = unstorable(text);
		if (bad !== undefined) return { reason: `${column.name}: ${bad}` };
		const read = landingValue(column.type, text);
		if ("reason" in read) return { reason: `${column.name}: ${read.reason}` };
		values.push(read.value);
	}
	return { values };
}

async function* csvRows(input: LandingFile, spec: LoadSpec): AsyncGenerator<LandingRecord> {
	const { file } = input;
	let header: readonly string[] | undefined;
	let row = 0;
	for await (const records of csvPieces({ ...input, delimiter: spec.delimiter }))
		for (const { values, raw } of records) {
			if (header === undefined) {
				header = values.map((h) => h.trim());
				const at = { file, line: 1, column: 1 };
				if (header.every((name) => name === "")) fail("TFM-LOAD-006", { file }, { at });
				const missing = spec.columns.filter((c) => !header!.includes(c.path)).map((c) => c.path);
				if (missing.length > 0) fail("TFM-LOAD-011", { missing, header }, { at });
				continue;
			}
			row++;
			if (raw.trim() === "") continue;
			const names = header;
			const found: Found =
				values.length === names.length
					? rowOf(spec.columns, (column) => values[names.indexOf(column.path)]! || null)
					: { reason: `${values.length} values where the header has ${names.length}` };
			yield { row, raw, found };
		}
	if (header === undefined) fail("TFM-LOAD-006", { file }, { at: { file, line: 1, column: 1 } });
}
