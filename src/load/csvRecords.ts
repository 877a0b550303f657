import { type CsvRecord, CsvScanner } from "../core/csvScanner.ts";
import { type FileDigest, readText } from "./textFile.ts";

export interface CsvFile {
	readonly absolute: string;
	/** The name in messages. */
	readonly file: string;
	readonly delimiter: string;
	readonly expected?: Pick<FileDigest, "hash"> | undefined;
}

/**
 * The records of a CSV file, the header included, piece by piece: a piece must be read to its end before the next one is
 * asked for. Awaiting each record would take as long as finding it. Throws TFM-LOAD-007 (quotes), and readText's codes.
 * Returns what readText returns: the file's hash.
 */
export async function* csvPieces({
	absolute,
	file,
	delimiter,
	expected,
}: CsvFile): AsyncGenerator<Iterable<CsvRecord>, string> {
	const scanner = new CsvScanner(file, delimiter);
	const text = readText(absolute, file, expected);
	try {
		for (;;) {
			const { value, done } = await text.next();
			yield scanner.take(done ? "" : value, done === true);
			if (done) return value;
		}
	} finally {
		await text.return("");
	}
}
