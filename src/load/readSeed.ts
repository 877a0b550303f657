import type { BulkLoad } from "../core/adapter.ts";
import type { CsvRecord } from "../core/csvScanner.ts";
import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import { type CsvFile, csvPieces } from "./csvRecords.ts";
import { inferFromBytes, type SeedInference, seedCopies } from "./seedBytes.ts";
import { ColumnInference, givenColumn, type InferredColumn } from "./seedTypes.ts";

export interface SeedOptions {
	readonly delimiter: string;
	/** Column → DDL type; such columns are read as text, so leading zeros stay. */
	readonly columnTypes: Readonly<Record<string, string>>;
	/** How the database spells a header's name: two names that it spells alike are one column. */
	readonly nameOf?: (header: string) => string;
}

export interface SeedTable {
	/** `fractions`: its values are numbers, and not all of them are whole. */
	readonly columns: readonly { readonly name: string; readonly ddl: string; readonly fractions: boolean }[];
	readonly rowCount: number;
	/** The rows in the columns' types, a batch at a time, read from the file once more. Throws TFM-LOAD-016. */
	readonly batches: () => AsyncGenerator<readonly (readonly (string | null)[])[]>;
	/** The same as whole pieces of COPY's text, where the bytes of the file say it all; otherwise `batches`. */
	readonly copies: () => BulkLoad["rows"];
	/** Where the value of a row (from 1) and a column (from 0) stands in the file, which is read once more to find it. */
	readonly placeOf: (row: number, column: number) => Promise<{ readonly at: Location; readonly source: string } | null>;
}

/** More mistakes than this in one file are counted, not listed. */
const LISTED = 20;

/** agate's name of a column without one: a, b … z, aa … by position. */
function letterName(index: number): string {
	const letter = String.fromCharCode(97 + (index % 26));
	return letter.repeat(Math.floor(index / 26) + 1);
}

/** agate's names of columns that are called alike: `a`, `a_2`, `a_3`. */
function distinct(names: readonly string[]): readonly string[] {
	const taken = new Set<string>();
	return names.map((name) => {
		let free = name;
		for (let number = 2; taken.has(free); number++) free = `${name}_${number}`;
		taken.add(free);
		return free;
	});
}

const BATCH = 5000;

/**
 * A CSV file as a typed table, with dbt's rules: names as written, an empty line is a row of nulls, values typed by
 * seedTypes.ts, a row with too few values is filled with nulls, the second of two equal headers gets a number. Every row
 * with too many is told, where dbt stops at the first. The file is read twice, for its types and for its rows, since keeping its values
 * takes more time and much more memory; what changes in between fails the load. guessedSeed.ts mostly spares the first reading of a large one. Throws TFM-LOAD-004 (too many values), 005
 * (headers that the database spells alike), 006 (no header), 014 (NUL), and the codes of csvPieces.
 */
export async function readSeed(absolute: string, file: string, options: SeedOptions): Promise<SeedTable> {
	const { delimiter } = options;
	// What bytes do not say is told of the text, with its mistakes.
	const bytes = await inferFromBytes({ absolute, file }, delimiter, (header) => {
		const names = headerNames(header, file);
		return twice(names, options, { file, line: 1, column: 1 }).length === 0 ? names : null;
	});
	const { names, guesses, rowCount, digest } = bytes ?? (await inferFromText(absolute, file, options));
	const columns = names.map((name, i) => {
		const ddl = Object.hasOwn(options.columnTypes, name) ? options.columnTypes[name] : undefined;
		const guess = guesses[i]!.column();
		return { name, fractions: guess.ddl === "float8", ...(ddl === undefined ? guess : givenColumn(ddl)) };
	});
	const batches = () =>
		typedRows(
			{ absolute, file, delimiter, expected: digest },
			columns.map((column) => column.write),
		);
	const copies =
		bytes === null ? batches : () => seedCopies({ absolute, file, expected: bytes.digest }, delimiter, columns);
	const placeOf = (row: number, column: number) =>
		findValue({ absolute, file, delimiter, expected: digest }, { row, column });
	return {
		columns: columns.map(({ name, ddl, fractions }) => ({ name, ddl, fractions })),
		rowCount,
		batches,
		copies,
		placeOf,
	};
}

/** Throws TFM-LOAD-006. */
export function headerNames(header: readonly string[], file: string): readonly string[] {
	if (header.every((name) => name.trim() === "")) fail("TFM-LOAD-006", { file }, { at: { file, line: 1, column: 1 } });
	return distinct(header.map((name, i) => (name === "" ? letterName(i) : name)));
}

/** All mistakes of the file, told together. */
export async function inferFromText(absolute: string, file: string, options: SeedOptions): Promise<SeedInference> {
	const { delimiter } = options;
	let names: readonly string[] | undefined;
	let guesses: readonly ColumnInference[] = [];
	const mistakes: Diagnostic[] = [];
	const wrong = (mistake: Diagnostic): void => {
		if (mistakes.length < LISTED) mistakes.push(mistake);
	};
	let rowCount = 0;
	const take = ({ values, line, raw }: CsvRecord): void => {
		if (raw.includes("\0")) fail("TFM-LOAD-014", { file }, { at: { file, line, column: 1 } });
		if (names === undefined) {
			names = headerNames(values, file);
			for (const mistake of twice(names, options, { file, line, column: 1 })) wrong(mistake);
			guesses = names.map(() => new ColumnInference());
			return;
		}
		if (values.length > names.length) {
			const facts = { found: values.length, expected: names.length };
			const at = { file, line, column: 1 };
			wrong(diagnostic("TFM-LOAD-004", facts, { at, source: values.join(delimiter) }));
			return;
		}
		rowCount++;
		if (!isBlank(values)) for (let i = 0; i < guesses.length; i++) guesses[i]!.take(values[i] ?? "");
	};
	const pieces = csvPieces({ absolute, file, delimiter });
	let hash: string | undefined;
	while (hash === undefined) {
		const { value, done } = await pieces.next();
		if (done) hash = value;
		else for (const record of value) take(record);
	}
	if (names === undefined) fail("TFM-LOAD-006", { file }, { at: { file, line: 1, column: 1 } });
	if (mistakes.length > 0) throw new TfmError(mistakes);
	return { names, guesses, rowCount, digest: { hash } };
}

/** Null: there is no such value. */
async function findValue(csv: CsvFile, wanted: { readonly row: number; readonly column: number }) {
	let row = -1;
	for await (const records of csvPieces(csv))
		for (const { values, line, raw } of records) {
			if (++row !== wanted.row || wanted.column < 0 || wanted.column >= values.length) continue;
			// Quotes and line ends inside of values make the raw text longer; then the record's first line is shown.
			const before = values.slice(0, wanted.column).join(csv.delimiter).length + (wanted.column === 0 ? 0 : 1);
			const plain = values.join(csv.delimiter) === raw;
			const column = plain ? before + 1 : 1;
			const length = plain ? values[wanted.column]!.length : 0;
			const at = { file: csv.file, line, column, ...(length === 0 ? {} : { endColumn: column + length }) };
			return { at, source: raw.split(/\r\n|\n|\r/, 1)[0]! };
		}
	return null;
}

const isBlank = (values: readonly string[]): boolean => values.length === 1 && values[0] === "";

async function* typedRows(csv: CsvFile, writes: readonly InferredColumn["write"][]) {
	const nothing: readonly null[] = writes.map(() => null);
	let header = true;
	let batch: (readonly (string | null)[])[] = [];
	for await (const records of csvPieces(csv))
		for (const { values } of records) {
			if (header) {
				header = false;
				continue;
			}
			batch.push(isBlank(values) ? nothing : writes.map((write, i) => write(values[i] ?? "")));
			if (batch.length < BATCH) continue;
			yield batch;
			batch = [];
		}
	if (batch.length > 0) yield batch;
}

export function twice(
	names: readonly string[],
	options: SeedOptions,
	at: { file: string; line: number; column: number },
): readonly Diagnostic[] {
	const spelled = names.map(options.nameOf ?? ((name) => name));
	return names.flatMap((name, i) => {
		const first = spelled.indexOf(spelled[i]!);
		return first === i ? [] : [diagnostic("TFM-LOAD-005", { name, first: first + 1, second: i + 1 }, { at })];
	});
}
