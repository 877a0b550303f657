/**
 * CSV as Python's csv module reads it (dbt's seeds and fixtures), told apart where that would spoil data silently. Our
 * own reader rather than a package: line numbers and raw text made the package four times slower than this, and mixed
 * line ends and inch marks (5'10") need its relaxed modes, which then let real mistakes through.
 */
import { fail } from "./diagnostic.ts";

export interface CsvRecord {
	/** An empty line is one empty value. */
	readonly values: readonly string[];
	/** 1-based line on which the record begins. */
	readonly line: number;
	/** As it stands in the file, without the line end. */
	readonly raw: string;
}

/** Text in pieces to records. Throws TFM-LOAD-007 (quotes). */
export class CsvScanner {
	readonly #file: string;
	readonly #delimiter: string;
	#text = "";
	#line = 1;
	/** Below this length the record at hand is known to be incomplete: doubling keeps a huge value linear. */
	#wait = 0;
	#waiting: string[] = [];
	#waitingLength = 0;

	constructor(file: string, delimiter: string) {
		this.#file = file;
		this.#delimiter = delimiter;
	}

	*take(piece: string, last: boolean): Generator<CsvRecord> {
		this.#waiting.push(piece);
		this.#waitingLength += piece.length;
		if (!last && this.#text.length + this.#waitingLength < this.#wait) return;
		const text = this.#text + this.#waiting.join("");
		this.#waiting = [];
		this.#waitingLength = 0;
		let at = 0;
		let quote = text.indexOf('"');
		let cr = text.indexOf("\r");
		let lf = text.indexOf("\n");
		while (at < text.length) {
			if (quote !== -1 && quote < at) quote = text.indexOf('"', at);
			if (cr !== -1 && cr < at) cr = text.indexOf("\r", at);
			if (lf !== -1 && lf < at) lf = text.indexOf("\n", at);
			const end = cr === -1 ? lf : lf === -1 ? cr : Math.min(cr, lf);
			const quoted = quote !== -1 && (end === -1 || quote < end);
			const found = quoted ? this.#quotedRecord(text, at, last) : end === -1 && !last ? undefined : plainEnd(text, end);
			if (found === undefined || (text[found.end] === "\r" && found.end + 1 === text.length && !last)) break;
			const raw = text.slice(at, found.end);
			yield { values: found.values ?? raw.split(this.#delimiter), line: this.#line, raw };
			const next = found.end + (text[found.end] === "\r" && text[found.end + 1] === "\n" ? 2 : 1);
			this.#line += quoted ? lineEnds(text.slice(at, next)) : 1;
			at = next;
		}
		this.#text = text.slice(at);
		this.#wait = this.#text.length * 2;
	}

	/** Undefined: the record does not end in this text. */
	#quotedRecord(text: string, start: number, last: boolean): { end: number; values: readonly string[] } | undefined {
		const values: string[] = [];
		for (let at = start; ; ) {
			let value: string | undefined;
			if (text[at] === '"') {
				const closed = closingQuote(text, at, last);
				if (closed === undefined) {
					if (last)
						this.#fail(
							"a quote that opens here is not closed before the end of the file",
							lineEnds(text.slice(start, at)),
						);
					return undefined;
				}
				value = text.slice(at + 1, closed).replaceAll('""', '"');
				at = closed + 1;
				if (at === text.length && !last) return undefined;
			}
			const end = fieldEnd(text, at, this.#delimiter);
			if (end === undefined && !last) return undefined;
			const stop = end ?? text.length;
			if (value !== undefined && stop > at)
				this.#fail(
					`text follows a closing quote: ${text.slice(at, Math.min(stop, at + 20))}`,
					lineEnds(text.slice(start, at)),
				);
			values.push(value ?? text.slice(at, stop));
			if (!text.startsWith(this.#delimiter, stop)) return { end: stop, values };
			at = stop + this.#delimiter.length;
		}
	}

	#fail(problem: string, linesOn: number): never {
		fail("TFM-LOAD-007", { problem }, { at: { file: this.#file, line: this.#line + linesOn, column: 1 } });
	}
}

const plainEnd = (text: string, end: number): { end: number; values: readonly string[] | undefined } => ({
	end: end === -1 ? text.length : end,
	values: undefined,
});

/** The quote that closes the one at `open`; undefined when the text ends before that is certain. */
function closingQuote(text: string, open: number, last: boolean): number | undefined {
	for (let at = open + 1; ; ) {
		const found = text.indexOf('"', at);
		if (found === -1 || (found + 1 === text.length && !last)) return undefined;
		if (text[found + 1] !== '"') return found;
		at = found + 2;
	}
}

function fieldEnd(text: string, from: number, delimiter: string): number | undefined {
	const first = delimiter.charCodeAt(0);
	for (let at = from; at < text.length; at++) {
		const c = text.charCodeAt(at);
		if (c === 10 || c === 13 || (c === first && text.startsWith(delimiter, at))) return at;
	}
	return undefined;
}

const lineEnds = (text: string): number => (text.match(/\r\n|\n|\r/g) ?? []).length;
