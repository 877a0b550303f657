import { parse } from "csv-parse/sync";
import { fail } from "../core/diagnostic.ts";
import { jsonLines, jsonRecords } from "./jsonRecords.ts";
import type { LandingColumn, LandingType, LoadSpec } from "./loadSpec.ts";

/** A file's rows for the landing table, and what could not become one. Row numbers count records from 1. */
export interface LandingRows {
	readonly rows: readonly { readonly row: number; readonly values: readonly (string | null)[] }[];
	readonly rejects: readonly { readonly row: number; readonly raw: string; readonly reason: string }[];
}

type Found =
	| { readonly ok: true; readonly values: readonly (string | null)[] }
	| { readonly ok: false; readonly reason: string };

/** Throws what jsonRecords throws, and TFM-LOAD-006/007 for a CSV that cannot be read at all. */
export function landingRows(text: string, spec: LoadSpec, file: string): LandingRows {
	const rows: { row: number; values: readonly (string | null)[] }[] = [];
	const rejects: { row: number; raw: string; reason: string }[] = [];
	const take = (row: number, raw: string, found: Found) => {
		if (found.ok) rows.push({ row, values: found.values });
		else rejects.push({ row, raw, reason: found.reason });
	};
	if (spec.format === "csv") for (const [i, r] of csvRecords(text, spec, file).entries()) take(i + 1, r.raw, r.found);
	else {
		const records = spec.format === "json" ? jsonRecords(text, spec.records, file) : jsonLines(text);
		for (const [i, record] of records.entries())
			take(i + 1, record.text, fromJson(record.text, record.value, spec.columns));
	}
	return { rows, rejects };
}

function fromJson(text: string, value: unknown, columns: readonly LandingColumn[]): Found {
	if (value === undefined) return { ok: false, reason: "not JSON" };
	// Postgres cannot hold NUL in text or json; everything else arrives as it is.
	if (text.includes("\\u0000"))
		return { ok: false, reason: "holds the character NUL, which the database cannot store" };
	if (columns.length === 0)
		return typeof value === "object" && value !== null
			? { ok: true, values: [text] }
			: { ok: false, reason: "not a JSON object" };
	return readColumnsOf(columns, (path) =>
		path
			.split(".")
			.reduce<unknown>(
				(at, key) =>
					typeof at === "object" && at !== null && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : null,
				value,
			),
	);
}

function readColumnsOf(columns: readonly LandingColumn[], valueAt: (path: string) => unknown): Found {
	const values: (string | null)[] = [];
	for (const column of columns) {
		const value = valueAt(column.path);
		if (value === null || value === undefined) {
			values.push(null);
			continue;
		}
		const text = typeof value === "string" ? value : JSON.stringify(value);
		if (!FITS[column.type](text))
			return { ok: false, reason: `${column.name}: "${text.slice(0, 60)}" is not ${WORDS[column.type]}` };
		values.push(text);
	}
	return { ok: true, values };
}

const inRange = (low: bigint, high: bigint) => (v: string) =>
	/^[+-]?\d{1,20}$/.test(v) && BigInt(v.replace(/^\+/, "")) >= low && BigInt(v.replace(/^\+/, "")) <= high;

const isDay = (v: string): boolean => {
	const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(v);
	if (!m) return false;
	const d = new Date(`${v}T00:00:00Z`);
	return !Number.isNaN(d.getTime()) && d.getUTCDate() === Number(m[3]) && Number(m[1]) > 0;
};

const FITS: Readonly<Record<LandingType, (text: string) => boolean>> = {
	text: () => true,
	integer: inRange(-2147483648n, 2147483647n),
	bigint: inRange(-9223372036854775808n, 9223372036854775807n),
	numeric: (v) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$/.test(v),
	boolean: (v) => /^(true|false|t|f|yes|no|1|0)$/i.test(v),
	date: isDay,
	timestamp: (v) =>
		isDay(v.slice(0, 10)) &&
		/^.{10}([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$/.test(v),
	json: () => true,
};

const WORDS: Readonly<Record<LandingType, string>> = {
	text: "text",
	integer: "a whole number of 32 bits",
	bigint: "a whole number of 64 bits",
	numeric: "a number",
	boolean: "true or false",
	date: "a date (YYYY-MM-DD)",
	timestamp: "a timestamp (YYYY-MM-DD HH:MM:SS)",
	json: "JSON",
};

function csvRecords(text: string, spec: LoadSpec, file: string): readonly { raw: string; found: Found }[] {
	let lines: readonly string[][];
	try {
		lines = parse(text, { delimiter: spec.delimiter, relax_column_count: true, skip_empty_lines: true }) as string[][];
	} catch (cause) {
		const { message, lines: line } = cause as { message: string; lines?: number };
		fail(
			"TFM-LOAD-007",
			{ problem: message.replace(/^.*?: /, "") },
			{ at: { file, line: line ?? 1, column: 1 }, cause },
		);
	}
	const header = lines[0]?.map((h) => h.trim());
	if (header === undefined) fail("TFM-LOAD-006", { file }, { at: { file, line: 1, column: 1 } });
	const missing = spec.columns.filter((c) => !header.includes(c.path)).map((c) => c.path);
	if (missing.length > 0) fail("TFM-LOAD-011", { missing, header }, { at: { file, line: 1, column: 1 } });
	return lines.slice(1).map((line) => ({
		raw: line.join(spec.delimiter),
		found:
			line.length !== header.length
				? { ok: false, reason: `${line.length} values where the header has ${header.length}` }
				: readColumnsOf(spec.columns, (path) => {
						const value = line[header.indexOf(path)]!;
						return value === "" ? null : value;
					}),
	}));
}
