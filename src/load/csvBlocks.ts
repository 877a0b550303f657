/**
 * The records of a CSV file, found in its bytes. A field is a pair of places, so that a value that is copied as it stands
 * never becomes an object. Lines may end in any way, quotes may hold line ends, and a mark inside an unquoted field (5'10")
 * is itself.
 */
import { fail } from "../core/diagnostic.ts";
import type { FileDigest } from "./textFile.ts";

export interface CsvShape {
	/** One byte each; null: nothing is quoted, nothing is escaped. */
	readonly delimiter: number;
	readonly quote: number | null;
	/** What stands before a quote inside of a quoted field; as a rule the quote itself. */
	readonly escape: number | null;
}

/** A record longer than this is none: it must fit into memory. */
export const LONGEST_RECORD = 16 << 20;

/** One record; good until the next is asked for. */
export interface CsvFields {
	/** Where the record stands, without its line end. */
	readonly start: number;
	readonly end: number;
	/** 1-based line on which it begins. */
	readonly line: number;
	readonly count: number;
	/** Why it is no record, though it has an end. */
	readonly problem: string | undefined;
	readonly source: Buffer;
	/** Where each field stands in `source`, without its quotes; an end below zero: it holds escapes, and `at` has its bytes. */
	readonly starts: Int32Array;
	readonly ends: Int32Array;
	/** The bytes of a field without quotes and escapes; good until the next is asked for. */
	at(field: number): { readonly from: Buffer; readonly start: number; readonly end: number };
}

const LF = 10;
const CR = 13;

/**
 * Calls `take` for each record; yields where it returns true, when what it has written wants to be sent. Returns the
 * file's digest. Throws TFM-LOAD-007 (a quote that is not closed), and what the blocks throw.
 */
export async function* csvRecords(
	blocks: AsyncGenerator<Buffer, FileDigest>,
	{
		file,
		shape,
		take,
	}: { readonly file: string; readonly shape: CsvShape; readonly take: (record: CsvFields) => boolean },
): AsyncGenerator<void, FileDigest> {
	const cursor = new CsvCursor(file, shape);
	let digest: FileDigest | undefined;
	try {
		while (digest === undefined) {
			const next = await blocks.next();
			if (next.done === true) digest = next.value;
			cursor.feed(next.done === true ? Buffer.alloc(0) : next.value, next.done === true);
			while (cursor.next()) if (take(cursor)) yield;
		}
	} finally {
		await blocks.return({ hash: "", bytes: 0 });
	}
	return digest;
}

class CsvCursor implements CsvFields {
	source: Buffer = Buffer.alloc(0);
	start = 0;
	end = 0;
	line = 1;
	count = 0;
	problem: string | undefined;
	readonly #file: string;
	readonly #shape: CsvShape;
	starts = new Int32Array(64);
	/** Of a field that holds escapes: -end - 1. */
	ends = new Int32Array(64);
	#at = 0;
	#linesPassed = 0;
	#last = false;
	#waiting: Buffer[] = [];
	#waitingBytes = 0;
	/** Below this many bytes the record at hand is known to be incomplete: doubling keeps a huge value linear. */
	#wait = 0;
	/** Inside a record that is too long, up to its line's end. */
	#skipping = false;

	constructor(file: string, shape: CsvShape) {
		this.#file = file;
		this.#shape = shape;
	}

	feed(block: Buffer, last: boolean): void {
		this.#last = last;
		const rest = this.source.subarray(this.#at);
		this.#waiting.push(block);
		this.#waitingBytes += block.length;
		if (!last && rest.length + this.#waitingBytes < this.#wait) return;
		this.source = rest.length === 0 && this.#waiting.length === 1 ? block : Buffer.concat([rest, ...this.#waiting]);
		this.#waiting = [];
		this.#waitingBytes = 0;
		this.#at = 0;
		this.#wait = 0;
	}

	next(): boolean {
		if (this.#waiting.length > 0) return false;
		if (this.#skipping && !this.#skipLine()) return false;
		if (this.#at >= this.source.length) return false;
		const from = this.#at;
		const stop = this.#scan(from);
		if (stop === -1) {
			const held = this.source.length - from;
			if (held > LONGEST_RECORD) return this.#tooLong(from);
			this.#wait = held * 2;
			return false;
		}
		this.start = from;
		this.end = stop;
		const crlf = this.source[stop] === CR && this.source[stop + 1] === LF;
		this.#at = stop + (crlf ? 2 : 1);
		this.line += this.#linesPassed;
		this.#linesPassed = this.#linesWithin + 1;
		return true;
	}

	at(field: number): { readonly from: Buffer; readonly start: number; readonly end: number } {
		const start = this.starts[field]!;
		const end = this.ends[field]!;
		if (end >= 0) return { from: this.source, start, end };
		return this.#unescaped(start, -end - 1);
	}

	#linesWithin = 0;

	/** The end of the record that begins here; -1 when that lies beyond what has been read. */
	#scan(from: number): number {
		const { delimiter, quote } = this.#shape;
		const b = this.source;
		const length = b.length;
		let count = 0;
		let at = from;
		this.problem = undefined;
		this.#linesWithin = 0;
		for (;;) {
			if (count === this.starts.length) this.#widen();
			if (quote !== null && b[at] === quote) {
				const closed = this.#closing(at, from);
				if (closed === -1) return -1;
				this.starts[count] = at + 1;
				this.ends[count] = this.#escapes ? -closed - 1 : closed;
				at = closed + 1;
				const after = at;
				while (at < length && b[at] !== delimiter && b[at] !== LF && b[at] !== CR) at++;
				if (at > after) this.problem ??= `text follows the closing quote of field ${count + 1}`;
			} else {
				this.starts[count] = at;
				for (; at < length; at++) {
					const c = b[at]!;
					if (c === delimiter || c === LF || c === CR) break;
				}
				this.ends[count] = at;
			}
			count++;
			if (at < length && b[at] === delimiter) {
				at++;
				if (at < length || this.#last) continue;
				return -1;
			}
			// A carriage return at the end of a block may have its newline in the next.
			if (!this.#last && (at >= length || (b[at] === CR && at + 1 === length))) return -1;
			this.count = count;
			return at;
		}
	}

	#escapes = false;

	/** The quote that closes the one at `open`; -1 when the bytes end before that is certain. */
	#closing(open: number, record: number): number {
		const b = this.source;
		const { quote, escape: mark } = this.#shape;
		this.#escapes = false;
		for (let at = open + 1; at < b.length; at++) {
			const c = b[at];
			if (c === mark && mark !== quote) {
				this.#escapes = true;
				at++;
			} else if (c === quote) {
				if (at + 1 >= b.length && !this.#last) return -1;
				if (mark !== quote || b[at + 1] !== quote) return at;
				this.#escapes = true;
				at++;
			} else if (c === LF || (c === CR && b[at + 1] !== LF)) this.#linesWithin++;
		}
		if (this.#last || b.length - record > LONGEST_RECORD) this.#neverClosed(open);
		return -1;
	}

	#neverClosed(open: number): never {
		const before = this.source.subarray(this.#at, open).filter((c) => c === LF).length;
		const where = this.#last ? "before the end of the file" : `within ${LONGEST_RECORD >> 20} MiB`;
		const line = this.line + this.#linesPassed + before;
		fail(
			"TFM-LOAD-007",
			{ problem: `a quote that opens here is not closed ${where}` },
			{ at: { file: this.#file, line, column: 1 } },
		);
	}

	#tooLong(from: number): true {
		this.start = from;
		this.end = from + 1000;
		this.count = 0;
		this.problem = `the line is longer than ${LONGEST_RECORD >> 20} MiB`;
		this.#at = this.source.length;
		this.line += this.#linesPassed;
		this.#linesPassed = 1;
		this.#skipping = true;
		return true;
	}

	#skipLine(): boolean {
		const end = this.source.indexOf(LF, this.#at);
		this.#at = end === -1 ? this.source.length : end + 1;
		this.#skipping = end === -1;
		return end !== -1;
	}

	#widen(): void {
		const wider = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
			const next = new Int32Array(old.length * 2);
			next.set(old);
			return next;
		};
		this.starts = wider(this.starts);
		this.ends = wider(this.ends);
	}

	/** Of the field that was asked for last. */
	#scratch = Buffer.allocUnsafeSlow(1024);

	#unescaped(start: number, end: number) {
		const { quote, escape: mark } = this.#shape;
		if (this.#scratch.length < end - start) this.#scratch = Buffer.allocUnsafeSlow((end - start) * 2);
		const from = this.#scratch;
		let to = 0;
		for (let at = start; at < end; at++) {
			const c = this.source[at]!;
			const escaping = c === mark && at + 1 < end && (mark !== quote || this.source[at + 1] === quote);
			from[to++] = escaping ? this.source[++at]! : c;
		}
		return { from, start: 0, end: to };
	}
}
