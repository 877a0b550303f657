import { parse } from "csv-parse/sync";
import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import { decodeFile } from "./decodeFile.ts";
import { inferColumn, isNullWord } from "./seedTypes.ts";

export interface SeedOptions {
	readonly delimiter: string;
	/** Column → DDL type; such columns are read as text, so leading zeros stay. */
	readonly columnTypes: Readonly<Record<string, string>>;
}

export interface SeedTable {
	readonly columns: readonly { readonly name: string; readonly ddl: string }[];
	readonly rows: readonly (readonly (string | null)[])[];
	/** sha256 of the file's bytes. */
	readonly hash: string;
}

interface CsvRecord {
	readonly record: readonly string[];
	readonly info: { readonly lines: number };
}

/** More mistakes than this in one file are counted, not listed. */
const LISTED = 20;

/**
 * A CSV file as a typed table, with dbt's rules. Collects every ragged row; throws TFM-LOAD-004 (ragged), 005 (same
 * header twice), 006 (no header), 007 (quotes do not pair up), and decodeFile's codes.
 */
export function readSeed(absolute: string, file: string, options: SeedOptions): SeedTable {
	const { text, hash } = decodeFile(absolute, file);
	const lines = parseCsv(text, file, options.delimiter);
	const header = lines[0];
	if (header === undefined || header.record.every((name) => name.trim() === ""))
		fail("TFM-LOAD-006", { file }, { at: { file, line: 1, column: 1 } });
	const names = header.record.map((name) => name.trim());
	const mistakes: Diagnostic[] = [];
	names.forEach((name, i) => {
		if (names.indexOf(name) < i)
			mistakes.push(
				diagnostic(
					"TFM-LOAD-005",
					{ name, first: names.indexOf(name) + 1, second: i + 1 },
					{ at: { file, line: 1, column: 1 } },
				),
			);
	});
	const body = lines.slice(1);
	let ragged = 0;
	for (const { record, info } of body)
		if (record.length !== names.length && ++ragged <= LISTED)
			mistakes.push(
				diagnostic(
					"TFM-LOAD-004",
					{ found: record.length, expected: names.length },
					{ at: { file, line: info.lines, column: 1 }, source: record.join(options.delimiter) },
				),
			);
	if (mistakes.length > 0) throw new TfmError(mistakes);

	const columns = names.map((name, i) => {
		const raw = body.map((line) => line.record[i]!);
		const given = options.columnTypes[name];
		if (given !== undefined) return { name, ddl: given, values: raw.map((v) => (isNullWord(v.trim()) ? null : v)) };
		return { name, ...inferColumn(raw) };
	});
	return {
		columns: columns.map(({ name, ddl }) => ({ name, ddl })),
		rows: body.map((_, r) => columns.map((c) => c.values[r]!)),
		hash,
	};
}

function parseCsv(text: string, file: string, delimiter: string): readonly CsvRecord[] {
	try {
		return parse(text, {
			delimiter,
			info: true,
			relax_column_count: true,
			skip_empty_lines: true,
		}) as unknown as CsvRecord[];
	} catch (cause) {
		const { message, lines } = cause as { message: string; lines?: number };
		fail(
			"TFM-LOAD-007",
			{ problem: message.replace(/^.*?: /, "") },
			{ at: { file, line: lines ?? 1, column: 1 }, cause },
		);
	}
}
