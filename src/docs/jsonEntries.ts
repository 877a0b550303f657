import { closeSync, openSync, readSync } from "node:fs";

/** One `"key": value` of an object of the document. */
export interface JsonEntry {
	/** The key of the object at the top of the document that it stands in; null: the entry is at the top itself. */
	readonly section: string | null;
	readonly key: string;
	readonly value: unknown;
}

/** The document is cut off, or is no JSON object. */
export class BrokenJson extends Error {}

const CHUNK = 4 * 2 ** 20;
const [QUOTE, BACKSLASH, OPEN, CLOSE, LIST, END, COMMA, COLON] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Reads a JSON object of any size an entry at a time, so that a manifest of hundreds of megabytes takes the memory of
 * its largest node. `sections` are keys at the top whose objects and lists are gone into; `whole` are keys that come in one piece;
 * everything else is stepped over. Throws BrokenJson.
 */
export function* jsonEntries(
	path: string,
	{ sections, whole }: { readonly sections: ReadonlySet<string>; readonly whole: ReadonlySet<string> },
): Generator<JsonEntry> {
	const bytes = new Bytes(path);
	try {
		bytes.expect(OPEN);
		for (const key of bytes.keys()) {
			if (sections.has(key) && bytes.peek() === OPEN) {
				bytes.expect(OPEN);
				for (const inner of bytes.keys()) yield { section: key, key: inner, value: bytes.value() };
			} else if (sections.has(key) && bytes.peek() === LIST) {
				bytes.expect(LIST);
				for (const index of bytes.elements()) yield { section: key, key: String(index), value: bytes.value() };
			} else if (whole.has(key)) yield { section: null, key, value: bytes.value() };
			else bytes.skip();
		}
	} finally {
		bytes.close();
	}
}

/** The file as bytes with a place in it; holds what has not been passed. */
class Bytes {
	readonly #file: number;
	#held = Buffer.alloc(0);
	#at = 0;
	#ended = false;

	constructor(path: string) {
		this.#file = openSync(path, "r");
	}

	close(): void {
		closeSync(this.#file);
	}

	/** Keys of the object whose brace was just passed; after each the caller passes its value. */
	*keys(): Generator<string> {
		if (this.peek() === CLOSE) {
			this.#at++;
			return;
		}
		for (;;) {
			if (this.peek() !== QUOTE) throw new BrokenJson("a key is expected");
			const key = this.value() as string;
			this.expect(COLON);
			yield key;
			const next = this.peek();
			this.#at++;
			if (next === CLOSE) return;
			if (next !== COMMA) throw new BrokenJson("a comma or a brace is expected");
		}
	}

	/** Positions in the list whose bracket was just passed; after each the caller passes its value. */
	*elements(): Generator<number> {
		if (this.peek() === END) {
			this.#at++;
			return;
		}
		for (let index = 0; ; index++) {
			yield index;
			const next = this.peek();
			this.#at++;
			if (next === END) return;
			if (next !== COMMA) throw new BrokenJson("a comma or a bracket is expected");
		}
	}

	/** The next byte that is no space, not passed. */
	peek(): number {
		for (;;) {
			while (this.#at < this.#held.length) {
				const byte = this.#held[this.#at]!;
				if (!isSpace(byte)) return byte;
				this.#at++;
			}
			if (!this.#more()) throw new BrokenJson("it ends in the middle");
		}
	}

	expect(byte: number): void {
		if (this.peek() !== byte) throw new BrokenJson(`"${String.fromCharCode(byte)}" is expected`);
		this.#at++;
	}

	value(): unknown {
		const end = this.#endOfValue(true);
		const text = this.#held.toString("utf8", this.#at, end);
		this.#at = end;
		try {
			return JSON.parse(text);
		} catch (error) {
			throw new BrokenJson((error as Error).message);
		}
	}

	skip(): void {
		this.#at = this.#endOfValue(false);
	}

	/** Position after the value that starts here; `keep`: its bytes stay in memory. */
	#endOfValue(keep: boolean): number {
		const first = this.peek();
		if (first !== QUOTE && first !== OPEN && first !== LIST) return this.#endOfWord();
		let depth = 0;
		let i = this.#at;
		const more = (): void => {
			const before = this.#at;
			if (!keep) this.#at = i;
			const base = keep ? before : i;
			if (!this.#more()) throw new BrokenJson("it ends in the middle");
			i += this.#at - base;
		};
		for (;;) {
			if (i >= this.#held.length) more();
			const byte = this.#held[i]!;
			if (byte === QUOTE) {
				i++;
				for (;;) {
					const close = this.#held.indexOf(QUOTE, i);
					if (close === -1) {
						// The last bytes may be the beginning of an escape.
						let tail = this.#held.length;
						while (tail > i && this.#held[tail - 1] === BACKSLASH) tail--;
						i = tail;
						more();
						continue;
					}
					let slashes = 0;
					while (close - 1 - slashes >= i && this.#held[close - 1 - slashes] === BACKSLASH) slashes++;
					i = close + 1;
					if (slashes % 2 === 0) break;
				}
			} else {
				if (byte === OPEN || byte === LIST) depth++;
				else if (byte === CLOSE || byte === END) depth--;
				i++;
			}
			if (depth === 0) return i;
		}
	}

	/** A number, true, false or null. */
	#endOfWord(): number {
		let i = this.#at;
		for (;;) {
			if (i >= this.#held.length) {
				const base = this.#at;
				if (!this.#more()) return i;
				i += this.#at - base;
			}
			const byte = this.#held[i]!;
			if (isSpace(byte) || byte === COMMA || byte === CLOSE || byte === END) return i;
			i++;
		}
	}

	/** Reads on; what was passed is let go of. */
	#more(): boolean {
		if (this.#ended) return false;
		const left = this.#held.subarray(this.#at);
		const next = Buffer.allocUnsafe(left.length + Math.max(CHUNK, left.length));
		left.copy(next);
		const read = readSync(this.#file, next, left.length, next.length - left.length, null);
		this.#ended = read === 0;
		this.#held = next.subarray(0, left.length + read);
		this.#at = 0;
		return read > 0;
	}
}
