/**
 * A seed by the bytes of its file: a value that the type of its column reads as it stands never becomes a text. Types and
 * values are those of readSeed.ts, which reads the text of whatever is not plain here.
 */
import type { CopyText } from "../core/adapter.ts";
import { TfmError } from "../core/diagnostic.ts";
import { CopyRows } from "./copyRows.ts";
import { type CsvFields, type CsvShape, csvRecords } from "./csvBlocks.ts";
import { ColumnInference, type InferredColumn, maybeNullWord } from "./seedTypes.ts";
import type { FileDigest } from "./textFile.ts";
import { type StoredFile, utf8Blocks } from "./utf8Blocks.ts";

export interface SeedInference<Digest extends Pick<FileDigest, "hash"> = Pick<FileDigest, "hash">> {
	readonly names: readonly string[];
	/** Of each name one. */
	readonly guesses: readonly ColumnInference[];
	readonly rowCount: number;
	readonly digest: Digest;
}

const QUOTE = 34;
export const shapeOf = (delimiter: string): CsvShape => ({
	delimiter: delimiter.charCodeAt(0),
	quote: QUOTE,
	escape: QUOTE,
});

/**
 * The types of all columns, of every row. Null: the file has something that is to be told of its text, a mistake as a
 * rule. `namesOf`: the header's columns; null where it has a mistake. `most`: after so many rows the rest is left unread, and
 * the digest is none.
 */
export async function inferFromBytes(
	stored: StoredFile,
	delimiter: string,
	namesOf: (header: readonly string[]) => readonly string[] | null,
	most = Number.POSITIVE_INFINITY,
): Promise<SeedInference<FileDigest> | null> {
	if (!/^[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x7f]$/.test(delimiter)) return null;
	let names: readonly string[] | null = null;
	let guesses: readonly ColumnInference[] = [];
	let rowCount = 0;
	let plain = true;
	const take = (record: CsvFields): boolean => {
		if (record.problem !== undefined) plain = false;
		else if (names === null) {
			names = namesOf(textsOf(record));
			guesses = names?.map(() => new ColumnInference()) ?? [];
			if (names === null) plain = false;
		} else if (record.count > guesses.length) plain = false;
		else {
			rowCount++;
			inferRow(record, guesses);
		}
		return !plain || rowCount >= most;
	};
	const blocks = withoutNul(utf8Blocks(stored, "utf-8"), () => {
		plain = false;
	});
	const records = csvRecords(blocks, { file: stored.file, shape: shapeOf(delimiter), take });
	try {
		const end = await records.next();
		if (!plain || names === null) return null;
		if (end.done === true) return { names, guesses, rowCount, digest: end.value };
		return { names, guesses, rowCount, digest: { hash: "", bytes: 0 } };
	} catch (error) {
		if (error instanceof TfmError) return null;
		throw error;
	} finally {
		await records.return({ hash: "", bytes: 0 });
	}
}

export function inferRow(record: CsvFields, guesses: readonly ColumnInference[]): void {
	const { source, starts, ends, count } = record;
	for (let i = 0; i < count; i++) {
		const end = ends[i]!;
		if (end >= 0) guesses[i]!.takeBytes(source, starts[i]!, end);
		else {
			const { from, start, end: stop } = record.at(i);
			guesses[i]!.takeBytes(from, start, stop);
		}
	}
}

const textsOf = (record: CsvFields): readonly string[] =>
	Array.from({ length: record.count }, (_, i) => {
		const { from, start, end } = record.at(i);
		return from.toString("utf8", start, end);
	});

export async function* withoutNul(
	blocks: AsyncGenerator<Buffer, FileDigest>,
	found: () => void,
): AsyncGenerator<Buffer, FileDigest> {
	try {
		for (;;) {
			const next = await blocks.next();
			if (next.done === true) return next.value;
			if (next.value.includes(0)) found();
			yield next.value;
		}
	} finally {
		await blocks.return({ hash: "", bytes: 0 });
	}
}

/** The rows of a file whose types were inferred from its bytes. Throws TFM-LOAD-016 where it is another file by now. */
export async function* seedCopies(
	stored: StoredFile,
	delimiter: string,
	columns: readonly InferredColumn[],
): AsyncGenerator<CopyText> {
	const rows = new CopyRows(null);
	const write = columns.map((column) => fieldWriter(column, rows));
	let header = true;
	let row = 0;
	const take = (record: CsvFields): boolean => {
		if (header) {
			header = false;
			return false;
		}
		rows.begin();
		writeRow(record, write, rows);
		rows.end(++row);
		return rows.full;
	};
	for await (const _ of csvRecords(utf8Blocks(stored, "utf-8"), {
		file: stored.file,
		shape: shapeOf(delimiter),
		take,
	}))
		yield rows.take()!;
	const rest = rows.take();
	if (rest !== null) yield rest;
}

type Write = (from: Buffer, start: number, end: number) => void;

/** Values that the row has not are null. */
export function writeRow(record: CsvFields, write: readonly Write[], rows: CopyRows): void {
	const { source, starts, ends, count } = record;
	for (let i = 0; i < write.length; i++) {
		const end = i < count ? ends[i]! : 0;
		if (i >= count) rows.null();
		else if (end >= 0) write[i]!(source, starts[i]!, end);
		else {
			const { from, start, end: stop } = record.at(i);
			write[i]!(from, start, stop);
		}
	}
}

export function fieldWriter({ plain, write }: InferredColumn, rows: CopyRows): Write {
	const writeText: Write = (from, start, end) => {
		const text = write(from.toString("utf8", start, end));
		if (text === null) rows.null();
		else rows.text(text);
	};
	if (plain === null)
		return (from, start, end) => {
			if (start === end) rows.null();
			else if (maybeNullWord(from, start, end)) writeText(from, start, end);
			else rows.bytes(from, start, end);
		};
	return (from, start, end) => {
		if (start === end) rows.null();
		else if (plain(from, start, end)) rows.plain(from, start, end);
		else writeText(from, start, end);
	};
}
