/**
 * A seed loaded in one reading: its types are guessed from the first rows and the last, its rows go to the table while the
 * types of all of them are inferred, and where those turn out to be others readSeed.ts begins again. It reads a file twice,
 * and the database waits for the first time; what is stored is the same (ADR 0063).
 */
import { open, stat } from "node:fs/promises";
import type { CopyText } from "../core/adapter.ts";
import { TfmError } from "../core/diagnostic.ts";
import { CopyRows } from "./copyRows.ts";
import { csvRecords } from "./csvBlocks.ts";
import { headerNames, type SeedOptions, twice } from "./readSeed.ts";
import { fieldWriter, inferFromBytes, inferRow, shapeOf, withoutNul, writeRow } from "./seedBytes.ts";
import { ColumnInference, givenColumn, type InferredColumn, NotOfType, sameColumn } from "./seedTypes.ts";
import type { FileDigest } from "./textFile.ts";
import { type StoredFile, stampOf, utf8Blocks } from "./utf8Blocks.ts";

export interface GuessedSeed {
	readonly columns: readonly { readonly name: string; readonly ddl: string }[];
	/** Rejects with WrongGuess as soon as the types are known to be others, or where something is to be told of the file. */
	readonly copies: () => AsyncGenerator<CopyText>;
}

/** The file is to be read by readSeed. */
export class WrongGuess extends Error {}

/** What is small is read twice in no time. */
export interface Sample {
	/** Bytes of a file that is worth guessing. */
	readonly least: number;
	/** Rows of its beginning. */
	readonly rows: number;
	/** Bytes of its end. */
	readonly end: number;
}
const SAMPLE: Sample = { least: 1 << 20, rows: 2000, end: 1 << 16 };

/** Null: nothing is guessed of such a file. */
export async function guessSeed(
	stored: StoredFile,
	options: SeedOptions,
	sample: Sample = SAMPLE,
): Promise<GuessedSeed | null> {
	const { absolute, file } = stored;
	const size = (await stat(absolute).catch(() => undefined))?.size ?? 0;
	if (size < sample.least || file.endsWith(".gz")) return null;
	const stamp = await stampOf(absolute);
	const first = await inferFromBytes(
		stored,
		options.delimiter,
		(header) => namesOf(header, file, options),
		sample.rows,
	);
	if (first === null) return null;
	const { names, guesses } = first;
	await inferEnd(stored, options.delimiter, { guesses, size, bytes: sample.end });
	const given = names.map((name) => (Object.hasOwn(options.columnTypes, name) ? options.columnTypes[name] : undefined));
	const columns = guesses.map((guess, i) => (given[i] === undefined ? guess.column() : givenColumn(given[i])));
	return {
		columns: names.map((name, i) => ({ name, ddl: columns[i]!.ddl })),
		copies: () => inferringCopies(stored, options.delimiter, { columns, given, stamp }),
	};
}

function namesOf(header: readonly string[], file: string, options: SeedOptions): readonly string[] | null {
	const names = headerNames(header, file);
	return twice(names, options, { file, line: 1, column: 1 }).length === 0 ? names : null;
}

/** Whole records of the last bytes. Where they begin inside of a quoted value they are none, and the guess is a worse one. */
async function inferEnd(
	{ absolute, file }: StoredFile,
	delimiter: string,
	end: { readonly guesses: readonly ColumnInference[]; readonly size: number; readonly bytes: number },
): Promise<void> {
	const buffer = Buffer.alloc(Math.min(end.bytes, end.size));
	const handle = await open(absolute);
	try {
		await handle.read(buffer, 0, buffer.length, end.size - buffer.length);
	} finally {
		await handle.close();
	}
	const digest = { hash: "", bytes: 0 };
	const block = async function* (): AsyncGenerator<Buffer, FileDigest> {
		yield buffer.subarray(buffer.indexOf(10) + 1);
		return digest;
	};
	const take = (record: Parameters<typeof inferRow>[0]): boolean => {
		if (record.problem === undefined && record.count === end.guesses.length) inferRow(record, end.guesses);
		return false;
	};
	const records = csvRecords(block(), { file, shape: shapeOf(delimiter), take });
	await records.next().catch((error: unknown) => {
		if (!(error instanceof TfmError)) throw error;
	});
}

async function* inferringCopies(
	stored: StoredFile,
	delimiter: string,
	guessed: {
		readonly columns: readonly InferredColumn[];
		/** The type that the project gives to a column, which is not inferred. */
		readonly given: readonly (string | undefined)[];
		readonly stamp: string;
	},
): AsyncGenerator<CopyText> {
	const { columns, given, stamp } = guessed;
	const rows = new CopyRows(null);
	const found = given.map((ddl) => (ddl === undefined ? new ColumnInference() : null));
	const write = columns.map((column, i) => {
		const writer = fieldWriter(column, rows);
		const inference = found[i];
		if (inference === null || inference === undefined) return writer;
		return (from: Buffer, start: number, end: number): void => {
			inference.takeBytes(from, start, end);
			writer(from, start, end);
		};
	});
	let header = true;
	let row = 0;
	const take = (record: Parameters<typeof inferRow>[0]): boolean => {
		if (record.problem !== undefined || record.count > write.length) throw new WrongGuess();
		if (header) {
			header = false;
			return false;
		}
		rows.begin();
		writeRow(record, write, rows);
		rows.end(++row);
		return rows.full;
	};
	const blocks = withoutNul(utf8Blocks(stored, "utf-8"), () => {
		throw new WrongGuess();
	});
	try {
		for await (const _ of csvRecords(blocks, { file: stored.file, shape: shapeOf(delimiter), take })) {
			// Of a column of texts no value makes another.
			for (const [i, column] of columns.entries())
				if (found[i]?.isText === true && column.ddl !== "text") throw new WrongGuess();
			yield rows.take()!;
		}
	} catch (error) {
		// A number that is none is found while it is written; a mistake of the file is told by who reads its text.
		throw error instanceof TfmError || error instanceof NotOfType ? new WrongGuess() : error;
	}
	const isRight = columns.every((column, i) => found[i] === null || sameColumn(found[i]!.column(), column));
	if (!isRight || stamp !== (await stampOf(stored.absolute))) throw new WrongGuess();
	const rest = rows.take();
	if (rest !== null) yield rest;
}
