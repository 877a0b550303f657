/**
 * Text to tokens. The tokens carry nunjucks' type names, because its Parser reads them; the rules are Jinja2's:
 * whitespace control on both sides of every tag, raw blocks, comments, Python's string escapes and number forms.
 * Line endings become `\n` and one trailing newline is dropped, as dbt's environment does.
 */
import nunjucks from "nunjucks/src/lexer.js";
import { fail } from "../core/diagnostic.ts";
import type { Origin } from "./origin.ts";

export interface Token {
	readonly type: string;
	readonly value: string;
	/** Counted from 0. */
	readonly lineno: number;
	readonly colno: number;
}

const type = (name: string): string => nunjucks[`TOKEN_${name}`]!;

export const TOKEN = {
	text: type("DATA"),
	blockStart: type("BLOCK_START"),
	blockEnd: type("BLOCK_END"),
	printStart: type("VARIABLE_START"),
	printEnd: type("VARIABLE_END"),
	leftParen: type("LEFT_PAREN"),
	rightParen: type("RIGHT_PAREN"),
	leftBracket: type("LEFT_BRACKET"),
	rightBracket: type("RIGHT_BRACKET"),
	leftCurly: type("LEFT_CURLY"),
	rightCurly: type("RIGHT_CURLY"),
	operator: type("OPERATOR"),
	comma: type("COMMA"),
	colon: type("COLON"),
	tilde: type("TILDE"),
	pipe: type("PIPE"),
	int: type("INT"),
	float: type("FLOAT"),
	string: type("STRING"),
	/** Every word, `true` and `none` too: Jinja allows them after a dot. */
	name: type("SYMBOL"),
} as const;

const SINGLE: ReadonlyMap<string, string> = new Map([
	["(", TOKEN.leftParen],
	[")", TOKEN.rightParen],
	["[", TOKEN.leftBracket],
	["]", TOKEN.rightBracket],
	["{", TOKEN.leftCurly],
	["}", TOKEN.rightCurly],
	[",", TOKEN.comma],
	[":", TOKEN.colon],
	["~", TOKEN.tilde],
	["|", TOKEN.pipe],
]);
const CLOSES: ReadonlyMap<string, string> = new Map([
	["(", ")"],
	["[", "]"],
	["{", "}"],
]);

const WORD = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const ASCII_WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INT = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const RAW_TAG = /\{%[-+]?\s*raw\s*(-)?%\}/y;
const END_RAW_TAG = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;
const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
	["n", "\n"],
	["t", "\t"],
	["r", "\r"],
	["b", "\b"],
	["f", "\f"],
	["v", "\v"],
	["a", "\x07"],
	["\\", "\\"],
	["'", "'"],
	['"', '"'],
	["\n", ""],
]);

/** Python's str.isspace for one UTF-16 unit. */
export function isSpaceCode(c: number): boolean {
	if (c <= 32) return c === 32 || (c >= 9 && c <= 13) || (c >= 28 && c <= 31);
	if (c < 128) return false;
	return c === 0x85 || c === 0xa0 || (c >= 0x1680 && c !== 0xfeff && /\s/.test(String.fromCharCode(c)));
}

export function trimStart(text: string): string {
	let i = 0;
	while (i < text.length && isSpaceCode(text.charCodeAt(i))) i++;
	return text.slice(i);
}

export function trimEnd(text: string): string {
	let i = text.length;
	while (i > 0 && isSpaceCode(text.charCodeAt(i - 1))) i--;
	return text.slice(0, i);
}

/** Line endings and the final newline as Jinja2 sees them. */
function normalizeText(text: string): string {
	const unix = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
	return unix.endsWith("\n") ? unix.slice(0, -1) : unix;
}

/** A token source for the parser: `nextToken` until null. */
export class Lexer {
	readonly #text: string;
	readonly #origin: Origin;
	readonly #tokens: Token[] = [];
	#next = 0;
	#line = 0;
	#lineStart = 0;
	/** The offset of the current line's end; kept, because looking for it at every token is quadratic. */
	#newline = 0;

	/** Errors: 001 for a character that starts no token, 002 for what is never closed. */
	constructor(text: string, origin: Origin) {
		this.#text = normalizeText(text);
		this.#origin = origin;
		this.#newline = newlineAfter(this.#text, 0);
		this.#lexAll();
	}

	nextToken(): Token | null {
		return this.#tokens[this.#next++] ?? null;
	}

	/** The token after the next one, when `peeked` has already been taken out. */
	lookAhead(): Token | null {
		return this.#tokens[this.#next] ?? null;
	}

	#advance(offset: number): void {
		while (this.#newline < offset) {
			this.#line++;
			this.#lineStart = this.#newline + 1;
			this.#newline = newlineAfter(this.#text, this.#lineStart);
		}
	}

	#push(kind: string, value: string, offset: number): void {
		this.#advance(offset);
		this.#tokens.push({ type: kind, value, lineno: this.#line, colno: offset - this.#lineStart });
	}

	/** Of an error; what is never closed began before the tokens read since, maybe on an earlier line. */
	#place(offset: number) {
		const before = this.#text.slice(0, offset).split("\n");
		return this.#origin.place(before.length - 1, before.at(-1)?.length ?? 0);
	}

	#lexAll(): void {
		const text = this.#text;
		let at = 0;
		let trimNext = false;
		for (;;) {
			const open = nextOpening(text, at);
			this.#pushText(at, open, trimNext);
			if (open >= text.length) return;
			const kind = text.charAt(open + 1);
			if (kind === "#") [at, trimNext] = this.#skipComment(open);
			else [at, trimNext] = (kind === "%" ? this.#lexRaw(open) : null) ?? this.#lexTag(open, kind === "%");
		}
	}

	#pushText(from: number, to: number, trimFront: boolean): void {
		if (to <= from) return;
		let data = this.#text.slice(from, to);
		if (trimFront) data = trimStart(data);
		if (this.#text.charAt(to + 2) === "-" && to < this.#text.length) data = trimEnd(data);
		if (data !== "") this.#push(TOKEN.text, data, from);
	}

	#skipComment(open: number): [number, boolean] {
		const sign = this.#text.charAt(open + 2);
		const from = sign === "-" || sign === "+" ? open + 3 : open + 2;
		const end = this.#text.indexOf("#}", from);
		if (end < 0) fail("TFM-JINJA-002", { opened: "the comment {#", expected: "#}" }, this.#place(open));
		return [end + 2, end > from && this.#text.charAt(end - 1) === "-"];
	}

	#lexRaw(open: number): [number, boolean] | null {
		RAW_TAG.lastIndex = open;
		const start = RAW_TAG.exec(this.#text);
		if (start === null) return null;
		const from = RAW_TAG.lastIndex;
		END_RAW_TAG.lastIndex = from;
		const end = END_RAW_TAG.exec(this.#text);
		if (end === null) fail("TFM-JINJA-002", { opened: "{% raw %}", expected: "{% endraw %}" }, this.#place(open));
		let data = this.#text.slice(from, end.index);
		if (start[1] === "-") data = trimStart(data);
		if (end[1] === "-") data = trimEnd(data);
		if (data !== "") this.#push(TOKEN.text, data, from);
		return [END_RAW_TAG.lastIndex, end[2] === "-"];
	}

	/** Tokens of one `{{ … }}` or `{% … %}`; gives where the text goes on and whether its front is trimmed. */
	#lexTag(open: number, isBlock: boolean): [number, boolean] {
		const text = this.#text;
		const sign = text.charAt(open + 2);
		let at = sign === "-" || sign === "+" ? open + 3 : open + 2;
		this.#push(isBlock ? TOKEN.blockStart : TOKEN.printStart, isBlock ? "{%" : "{{", open);
		const nesting: string[] = [];
		for (;;) {
			while (isSpaceCode(text.charCodeAt(at))) at++;
			if (at >= text.length) this.#unclosed(open, isBlock, nesting);
			if (nesting.length === 0) {
				const skip = endSign(text, at, isBlock);
				if (text.startsWith(isBlock ? "%}" : "}}", at + skip)) {
					this.#push(isBlock ? TOKEN.blockEnd : TOKEN.printEnd, isBlock ? "%}" : "}}", at);
					return [at + skip + 2, skip === 1 && text.charAt(at) === "-"];
				}
			}
			at = this.#lexOne(at, nesting);
		}
	}

	#unclosed(open: number, isBlock: boolean, nesting: readonly string[]): never {
		const bracket = nesting.at(-1);
		const expected =
			bracket === undefined ? (isBlock ? "%}" : "}}") : `${CLOSES.get(bracket)} and ${isBlock ? "%}" : "}}"}`;
		return fail("TFM-JINJA-002", { opened: isBlock ? "the tag {%" : "the expression {{", expected }, this.#place(open));
	}

	/** Reads one token at `at` and gives the offset after it. */
	#lexOne(at: number, nesting: string[]): number {
		const text = this.#text;
		const c = text.charCodeAt(at);
		if (c === 39 || c === 34) return this.#lexString(at);
		if (c >= 48 && c <= 57) return this.#lexNumber(at);
		const name = wordAt(text, at);
		if (name === "") return this.#lexOperator(at, nesting);
		this.#push(TOKEN.name, name, at);
		return at + name.length;
	}

	#lexString(at: number): number {
		const text = this.#text;
		const quote = text.charCodeAt(at);
		let end = at + 1;
		let escaped = false;
		for (let c = text.charCodeAt(end); c !== quote; c = text.charCodeAt(end)) {
			if (end >= text.length)
				fail("TFM-JINJA-002", { opened: "the string", expected: text.charAt(at) }, this.#place(at));
			if (c === 92) escaped = true;
			end += c === 92 ? 2 : 1;
		}
		const written = text.slice(at + 1, end);
		this.#push(TOKEN.string, escaped ? this.#unescape(written, at) : written, at);
		return end + 1;
	}

	#unescape(written: string, at: number): string {
		return written.replace(ESCAPE, (all: string, octal?: string, x?: string, u?: string, U?: string, c?: string) => {
			if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
			const hex = x ?? u ?? U;
			if (hex !== undefined) {
				const point = Number.parseInt(hex, 16);
				if (point > 0x10ffff)
					fail("TFM-JINJA-001", { problem: `illegal character ${all} in a string` }, this.#place(at));
				return String.fromCodePoint(point);
			}
			if (c === "x" || c === "u" || c === "U" || c === "N")
				fail("TFM-JINJA-001", { problem: `truncated \\${c} escape in a string` }, this.#place(at));
			// Python keeps the backslash of an escape it does not know; regular expressions in strings rely on it.
			return SIMPLE_ESCAPES.get(c!) ?? all;
		});
	}

	#lexNumber(at: number): number {
		const text = this.#text;
		FLOAT.lastIndex = at;
		// After a dot a number is an index (`a.0.1`), never a fraction.
		const float = text.charAt(at - 1) === "." ? null : FLOAT.exec(text);
		INT.lastIndex = at;
		const written = (float ?? INT.exec(text))![0];
		this.#push(float === null ? TOKEN.int : TOKEN.float, written.replaceAll("_", ""), at);
		return at + written.length;
	}

	#lexOperator(at: number, nesting: string[]): number {
		const one = this.#text.charAt(at);
		const two = this.#text.slice(at, at + 2);
		if (two === "**" || two === "//" || two === "==" || two === "!=" || two === "<=" || two === ">=") {
			this.#push(TOKEN.operator, two, at);
			return at + 2;
		}
		const single = SINGLE.get(one);
		if (single !== undefined) {
			if (CLOSES.has(one)) nesting.push(one);
			else if (one === ")" || one === "]" || one === "}") this.#close(one, nesting, at);
			this.#push(single, one, at);
			return at + 1;
		}
		if (!"+-/*%<>=.".includes(one) || one === "")
			fail("TFM-JINJA-001", { problem: `unexpected character ${JSON.stringify(one)}` }, this.#place(at));
		this.#push(TOKEN.operator, one, at);
		return at + 1;
	}

	#close(bracket: string, nesting: string[], at: number): void {
		const open = nesting.pop();
		if (open === undefined) fail("TFM-JINJA-001", { problem: `unexpected '${bracket}'` }, this.#place(at));
		const expected = CLOSES.get(open);
		if (expected !== bracket)
			fail("TFM-JINJA-001", { problem: `unexpected '${bracket}', expected '${expected}'` }, this.#place(at));
	}
}

/** The identifier that starts at `at`, or nothing. Unicode's rules are slow and rarely needed. */
function wordAt(text: string, at: number): string {
	ASCII_WORD.lastIndex = at;
	const ascii = ASCII_WORD.exec(text)?.[0] ?? "";
	if (!(text.charCodeAt(at + ascii.length) >= 128)) return ascii;
	WORD.lastIndex = at;
	return WORD.exec(text)?.[0] ?? ascii;
}

/** One where a whitespace sign stands before a closing delimiter. */
function endSign(text: string, at: number, isBlock: boolean): 0 | 1 {
	const c = text.charAt(at);
	return c === "-" || (c === "+" && isBlock) ? 1 : 0;
}

/** The offset of the next line end, or beyond every offset. */
export function newlineAfter(text: string, from: number): number {
	const newline = text.indexOf("\n", from);
	return newline < 0 ? Number.POSITIVE_INFINITY : newline;
}

/** The offset of the next `{{`, `{%` or `{#`, or the end. */
function nextOpening(text: string, from: number): number {
	for (let at = text.indexOf("{", from); at >= 0; at = text.indexOf("{", at + 1)) {
		const next = text.charCodeAt(at + 1);
		if (next === 123 || next === 37 || next === 35) return at;
	}
	return text.length;
}
