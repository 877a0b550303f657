import { fail } from "../core/diagnostic.ts";
import { type CsvFields, type CsvShape, csvRecords } from "./csvBlocks.ts";
import type { FieldWriter } from "./fieldWriter.ts";
import type { LandingSink } from "./landingSink.ts";
import type { LoadSpec } from "./loadSpec.ts";
import type { FileDigest } from "./textFile.ts";
import { type StoredFile, utf8Blocks } from "./utf8Blocks.ts";

export const csvShape = ({ delimiter, quote, ...spec }: LoadSpec): CsvShape => ({
	delimiter: delimiter.charCodeAt(0),
	quote: quote === null ? null : quote.charCodeAt(0),
	escape: quote === null ? null : (spec.escape ?? quote).charCodeAt(0),
});

/**
 * A CSV file into the sink; yields when the sink is full. Throws TFM-LOAD-005 (a header that stands twice), 006 (no
 * header), 011 (a declared column is missing from it), and what csvRecords and utf8Blocks throw.
 */
export async function* readCsv(
	stored: StoredFile,
	spec: LoadSpec,
	sink: LandingSink,
): AsyncGenerator<void, FileDigest> {
	const { file } = stored;
	let places = spec.header ? undefined : positions(spec, sink);
	let width = spec.header ? -1 : 0;
	let row = 0;
	const take = (record: CsvFields): boolean => {
		if (places === undefined) {
			const header = headerOf(record);
			checkHeader(header, file);
			places = placesOf(header, { file, sink, infer: spec.columns === "infer" });
			width = header.length;
			return false;
		}
		row++;
		if (record.end === record.start || isBlank(record)) return false;
		// Without a header the first record says how many values a record has.
		if (width === 0) width = Math.max(record.count, ...places.map((p) => p + 1));
		const reason = sink.misfit ?? record.problem ?? wrongWidth(record, width, spec) ?? writeRow(record, places, sink);
		if (reason === undefined) sink.take(row);
		else {
			// Where a record before it has line ends inside of a field, its line is not told by its number.
			const told = record.line === row + (spec.header ? 1 : 0) ? reason : `${reason} (line ${record.line})`;
			sink.reject(row, record.source.toString("utf8", record.start, record.end), told);
		}
		return sink.full;
	};
	const digest = yield* csvRecords(utf8Blocks({ ...stored, maxUnpacked: spec.maxUncompressed }, spec.encoding), {
		file,
		shape: csvShape(spec),
		take,
	});
	if (places === undefined) fail("TFM-LOAD-006", { file }, { at: { file, line: 1, column: 1 } });
	return digest;
}

/** The texts of a record's fields, trimmed. */
export const headerOf = (record: CsvFields): readonly string[] =>
	Array.from({ length: record.count }, (_, i) => {
		const { from, start, end } = record.at(i);
		return from.toString("utf8", start, end).trim();
	});

function isBlank({ source, start, end }: CsvFields): boolean {
	for (let i = start; i < end; i++) if (source[i] !== 32 && source[i] !== 9) return false;
	return true;
}

const wrongWidth = ({ count }: CsvFields, width: number, { header }: LoadSpec): string | undefined =>
	count === width ? undefined : `${count} values where the ${header ? "header" : "first record"} has ${width}`;

function writeRow(record: CsvFields, places: readonly number[], sink: LandingSink): string | undefined {
	const { fields, rows } = sink;
	rows.begin();
	for (let i = 0; i < places.length; i++) {
		const place = places[i]!;
		const end = record.ends[place]!;
		const reason =
			end >= 0 ? fields[i]!.bytes(record.source, record.starts[place]!, end) : writeEscaped(record, place, fields[i]!);
		if (reason !== undefined) return reason;
	}
	return undefined;
}

function writeEscaped(record: CsvFields, place: number, field: FieldWriter): string | undefined {
	const { from, start, end } = record.at(place);
	return field.bytes(from, start, end);
}

/** Throws TFM-LOAD-006 where no column has a name, and 005 where two have the same. */
export function checkHeader(header: readonly string[], file: string): void {
	const at = { file, line: 1, column: 1 };
	if (header.every((name) => name === "")) fail("TFM-LOAD-006", { file }, { at });
	const seen = new Map<string, number>();
	for (const [i, name] of header.entries()) {
		const first = seen.get(name);
		if (first !== undefined && name !== "") fail("TFM-LOAD-005", { name, first: first + 1, second: i + 1 }, { at });
		seen.set(name, i);
	}
}

/** Where each column of the table stands in a record. Columns that were found in another file have to be the same ones. */
function placesOf(
	header: readonly string[],
	{ file, sink, infer }: { readonly file: string; readonly sink: LandingSink; readonly infer: boolean },
): readonly number[] {
	const at = new Map(header.map((name, i) => [name, i] as const));
	const paths = sink.fields.map((field) => field.column.path);
	const missing = paths.filter((path) => !at.has(path));
	if (infer) {
		sink.misfit = misfitOf(header, paths);
		return sink.misfit === undefined ? paths.map((path) => at.get(path)!) : [];
	}
	if (missing.length > 0) fail("TFM-LOAD-011", { missing, header }, { at: { file, line: 1, column: 1 } });
	return paths.map((path) => at.get(path)!);
}

/** Why the columns of a file are not those that the table got from its first one; undefined: they are. */
export function misfitOf(found: readonly string[], wanted: readonly string[]): string | undefined {
	const list = (names: readonly string[]): string =>
		names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
	const missing = wanted.filter((name) => !found.includes(name));
	const more = found.filter((name) => !wanted.includes(name));
	if (missing.length > 0) return `the file has no ${list(missing)}, which the table has from an earlier one`;
	if (more.length > 0) return `the file has ${list(more)}, which the table has not`;
	return undefined;
}

/** Without a header `path` is a position that counts from 1, or the columns stand in their order. */
function positions(_spec: LoadSpec, sink: LandingSink): readonly number[] {
	return sink.fields.map(({ column }, i) => (/^[1-9]\d*$/.test(column.path) ? Number(column.path) - 1 : i));
}
