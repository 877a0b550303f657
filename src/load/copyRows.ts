/**
 * Rows in the text format of COPY, written byte by byte into one buffer: a landing load has millions of cells, and an
 * array or a string for each takes longer than the database needs to store it. Fields are parted by tabs, a row ends
 * with a newline, null is \N, and backslash, tab, newline and carriage return stand behind a backslash.
 */
import type { CopyText } from "../core/adapter.ts";

/** The first piece is a small one, so that the database has work at once, and each the double of the one before. */
const FIRST_CHUNK = 1 << 16;
const CHUNK = 1 << 20;
const SLACK = 1 << 16;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const BACKSLASH = 92;

export class CopyRows {
	#enough = FIRST_CHUNK;
	#out = Buffer.allocUnsafeSlow(FIRST_CHUNK + SLACK);
	#at = 0;
	#rowStart = 0;
	#rows = 0;
	readonly #own: OwnFields | null;

	/** Every row of a landing table ends with three of tfm's own: the file it came from, its number, when it was loaded. */
	constructor(own: { readonly file: string; readonly loadedAt: string } | null) {
		this.#own = own === null ? null : new OwnFields(`${escaped(own.file)}\t`, `\t${escaped(own.loadedAt)}\n`);
	}

	/** Enough for a message. */
	get full(): boolean {
		return this.#at >= this.#enough;
	}

	/** What has been written, in memory of its own; null: nothing. */
	take(): CopyText | null {
		if (this.#rows === 0) return null;
		const done = { data: this.#out.subarray(0, this.#at), rows: this.#rows };
		this.#enough = Math.min(CHUNK, this.#enough * 2);
		this.#out = Buffer.allocUnsafeSlow(this.#enough + SLACK);
		this.#at = this.#rowStart = this.#rows = 0;
		return done;
	}

	begin(): void {
		this.#rowStart = this.#at;
	}

	/** The row begun is none. */
	drop(): void {
		this.#at = this.#rowStart;
	}

	end(row: number): void {
		const own = this.#own;
		if (own === null) {
			// In place of the tab behind the last field.
			this.#out[this.#at - 1] = NEWLINE;
			this.#rowStart = this.#at;
			this.#rows++;
			return;
		}
		own.count(row);
		this.#room(own.bytes.length);
		const [from, out] = [own.bytes, this.#out];
		let at = this.#at;
		for (let i = 0; i < from.length; i++) out[at++] = from[i]!;
		this.#at = this.#rowStart = at;
		this.#rows++;
	}

	null(): void {
		this.#room(3);
		this.#out[this.#at++] = BACKSLASH;
		this.#out[this.#at++] = 78;
		this.#out[this.#at++] = TAB;
	}

	/** A field of bytes that hold nothing to be escaped: a number, a date. */
	plain(from: Uint8Array, start: number, end: number): void {
		this.#room(end - start + 1);
		const out = this.#out;
		let at = this.#at;
		for (let i = start; i < end; i++) out[at++] = from[i]!;
		out[at++] = TAB;
		this.#at = at;
	}

	/** The same of a text: a number, a moment. */
	ascii(text: string): undefined {
		this.#room(text.length + 1);
		const out = this.#out;
		let at = this.#at;
		for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
		out[at++] = TAB;
		this.#at = at;
	}

	/** A field of a whole number without loss in JavaScript. */
	whole(value: number): undefined {
		this.#room(18);
		const out = this.#out;
		let rest = value;
		if (rest < 0) {
			out[this.#at++] = 45;
			rest = -rest;
		}
		let digits = 1;
		for (let bound = 10; bound <= rest; bound *= 10) digits++;
		const end = this.#at + digits;
		for (let at = end - 1; at >= this.#at; at--) {
			const tenth = Math.floor(rest / 10);
			out[at] = 48 + (rest - tenth * 10);
			rest = tenth;
		}
		out[end] = TAB;
		this.#at = end + 1;
	}

	/** Where the next field will stand; good until rows are taken. */
	get here(): number {
		return this.#at;
	}

	/** What was written since, to be written again by `again`. */
	since(here: number): Uint8Array {
		return Buffer.from(this.#out.subarray(here, this.#at));
	}

	again(field: Uint8Array): void {
		this.#room(field.length);
		const out = this.#out;
		let at = this.#at;
		for (let i = 0; i < field.length; i++) out[at++] = field[i]!;
		this.#at = at;
	}

	/** A field of UTF-8; false when it holds a NUL, which no field can. */
	bytes(from: Uint8Array, start: number, end: number): boolean {
		this.#room((end - start) * 2 + 1);
		const out = this.#out;
		let at = this.#at;
		for (let i = start; i < end; i++) {
			const c = from[i]!;
			if (c > RETURN && c !== BACKSLASH) {
				out[at++] = c;
				continue;
			}
			if (c === 0) return false;
			const letter = c === BACKSLASH ? BACKSLASH : c === NEWLINE ? 110 : c === RETURN ? 114 : c === TAB ? 116 : 0;
			if (letter === 0) out[at++] = c;
			else {
				out[at++] = BACKSLASH;
				out[at++] = letter;
			}
		}
		out[at++] = TAB;
		this.#at = at;
		return true;
	}

	/** A field of text without NUL and without halves of surrogate pairs. */
	text(value: string): void {
		const field = escaped(value);
		this.#room(field.length * 3 + 1);
		this.#at += this.#out.write(field, this.#at);
		this.#out[this.#at++] = TAB;
	}

	#room(bytes: number): void {
		if (this.#at + bytes <= this.#out.length) return;
		const larger = Buffer.allocUnsafeSlow((this.#at + bytes) * 2);
		this.#out.copy(larger, 0, 0, this.#at);
		this.#out = larger;
	}
}

/** The end of a row with its number, which mostly is the one before and one: then a digit or two change. */
class OwnFields {
	bytes: Buffer;
	#row = 0;
	readonly #head: string;
	readonly #tail: string;
	/** Where the number's last digit stands. */
	#last = 0;

	constructor(head: string, tail: string) {
		this.#head = head;
		this.#tail = tail;
		this.bytes = this.#write(0);
	}

	count(row: number): void {
		const next = row === this.#row + 1;
		this.#row = row;
		if (next) {
			const bytes = this.bytes;
			let at = this.#last;
			while (bytes[at] === 57) bytes[at--] = 48;
			const digit = bytes[at]!;
			if (digit >= 48 && digit < 57) {
				bytes[at] = digit + 1;
				return;
			}
		}
		// The first one, one more digit, or rows in between that are none.
		this.bytes = this.#write(row);
	}

	#write(row: number): Buffer {
		const before = Buffer.from(`${this.#head}${row}`);
		this.#last = before.length - 1;
		return Buffer.concat([before, Buffer.from(this.#tail)]);
	}
}

const LETTERS: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const escaped = (text: string): string =>
	/[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (c) => LETTERS[c] as string) : text;
