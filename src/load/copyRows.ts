/**
 * Rows in the text format of COPY, written byte by byte into one buffer: a landing load has millions of cells, and an
 * array or a string for each takes longer than the database needs to store it. Fields are parted by tabs, a row ends
 * with a newline, null is \N, and backslash, tab, newline and carriage return stand behind a backslash.
 */
import type { CopyText } from "../core/adapter.ts";

const CHUNK = 1 << 20;
const SLACK = 1 << 16;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const BACKSLASH = 92;

export class CopyRows {
	#out = Buffer.allocUnsafeSlow(CHUNK + SLACK);
	#at = 0;
	#rowStart = 0;
	#rows = 0;
	readonly #head: Buffer;
	readonly #tail: Buffer;

	/** Every row ends with these three: the file it came from, its number, when it was loaded. */
	constructor(file: string, loadedAt: string) {
		this.#head = Buffer.from(`${escaped(file)}\t`);
		this.#tail = Buffer.from(`\t${escaped(loadedAt)}\n`);
	}

	/** Enough for a message. */
	get full(): boolean {
		return this.#at >= CHUNK;
	}

	/** What has been written, in memory of its own; null: nothing. */
	take(): CopyText | null {
		if (this.#rows === 0) return null;
		const done = { data: this.#out.subarray(0, this.#at), rows: this.#rows };
		this.#out = Buffer.allocUnsafeSlow(CHUNK + SLACK);
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
		this.#room(this.#head.length + this.#tail.length + 20);
		const out = this.#out;
		const [head, tail] = [this.#head, this.#tail];
		let at = this.#at;
		for (let i = 0; i < head.length; i++) out[at++] = head[i]!;
		const digits = row < 10 ? 1 : Math.floor(Math.log10(row)) + 1;
		for (let i = at + digits - 1, rest = row; i >= at; i--, rest = Math.floor(rest / 10)) out[i] = 48 + (rest % 10);
		at += digits;
		for (let i = 0; i < tail.length; i++) out[at++] = tail[i]!;
		this.#at = at;
		this.#rowStart = this.#at;
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

const LETTERS: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const escaped = (text: string): string =>
	/[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (c) => LETTERS[c] as string) : text;
