import type { CsvRecord } from "../core/csvScanner.ts";
import { fail } from "../core/diagnostic.ts";
import { csvPieces } from "./csvRecords.ts";
import { jsonRecords, type NumberedLine, numberedLines } from "./jsonRecords.ts";
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
 * The records of one landing file in pieces, each to be read to its end before the next is asked for; a JSON page is in
 * memory whole, the other formats are not. Throws what the readers throw, and TFM-LOAD-006 (no header), 011 (a declared
 * column is missing from it).
 */
export async function* landingRecords(
	{ absolute, file, expected }: LandingFile,
	spec: LoadSpec,
): AsyncGenerator<Iterable<LandingRecord>> {
	if (spec.format === "csv") return yield* csvRows({ absolute, file, expected }, spec);
	const readable = spec.trailingCommas === "accept" ? withoutTrailingCommas : (text: string) => text;
	if (spec.format === "jsonl") {
		for await (const lines of numberedLines(readText(absolute, file, expected)))
			yield lineRecords(lines, spec, readable);
		return;
	}
	const arrived = await readWhole(absolute, file, expected);
	yield pageRecords(arrived, readable(arrived), spec, file);
}

function* lineRecords(
	lines: readonly NumberedLine[],
	spec: LoadSpec,
	readable: (text: string) => string,
): Generator<LandingRecord> {
	for (const { line, text } of lines) {
		const raw = text.endsWith("\r") ? text.slice(0, -1) : text;
		const json = readable(raw);
		yield { row: line, raw, found: isJson(json) ? fromJson(json, spec.columns) : { reason: "not JSON" } };
	}
}

/** Both texts have their records in the same places: a reject is kept with its commas. */
function* pageRecords(arrived: string, page: string, spec: LoadSpec, file: string): Generator<LandingRecord> {
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

async function* csvRows(input: LandingFile, spec: LoadSpec): AsyncGenerator<Iterable<LandingRecord>> {
	const rows = new CsvRows(input.file, spec);
	for await (const records of csvPieces({ ...input, delimiter: spec.delimiter })) yield rows.of(records);
	rows.end();
}

class CsvRows {
	readonly #file: string;
	readonly #spec: LoadSpec;
	#header: readonly string[] | undefined;
	/** Where each declared column stands in a record. */
	#places: ReadonlyMap<LandingColumn, number> = new Map();
	#row = 0;

	constructor(file: string, spec: LoadSpec) {
		this.#file = file;
		this.#spec = spec;
	}

	*of(records: Iterable<CsvRecord>): Generator<LandingRecord> {
		for (const { values, raw } of records) {
			if (this.#header === undefined) {
				this.#header = this.#readHeader(values);
				continue;
			}
			const row = ++this.#row;
			if (raw.trim() === "") continue;
			const found: Found =
				values.length === this.#header.length
					? rowOf(this.#spec.columns, (column) => values[this.#places.get(column)!]! || null)
					: { reason: `${values.length} values where the header has ${this.#header.length}` };
			yield { row, raw, found };
		}
	}

	end(): void {
		if (this.#header === undefined) this.#noHeader();
	}

	#readHeader(values: readonly string[]): readonly string[] {
		const header = values.map((h) => h.trim());
		if (header.every((name) => name === "")) this.#noHeader();
		const missing = this.#spec.columns.filter((c) => !header.includes(c.path)).map((c) => c.path);
		if (missing.length > 0) fail("TFM-LOAD-011", { missing, header }, { at: { file: this.#file, line: 1, column: 1 } });
		this.#places = new Map(this.#spec.columns.map((column) => [column, header.indexOf(column.path)]));
		return header;
	}

	#noHeader(): never {
		fail("TFM-LOAD-006", { file: this.#file }, { at: { file: this.#file, line: 1, column: 1 } });
	}
}
