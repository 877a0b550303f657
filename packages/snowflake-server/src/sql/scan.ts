import type { Place } from "../snowflakeError.ts";

export interface Token extends Place {
	readonly kind: "word" | "quoted" | "string" | "dollar" | "number" | "symbol";
	/** As written. */
	readonly text: string;
	/** A name or a string without its quotes and escapes; else the text. */
	readonly value: string;
	readonly start: number;
	readonly end: number;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "0": "\0" };

/** Snowflake's words and marks, without white space and comments (`--`, `//`, and `/* … *​/`). */
export function scan(sql: string): readonly Token[] {
	const tokens: Token[] = [];
	let at = 0;
	let line = 1;
	let lineStart = 0;
	const advance = (to: number): void => {
		for (let i = at; i < to; i++)
			if (sql[i] === "\n") {
				line++;
				lineStart = i + 1;
			}
		at = to;
	};
	const push = (kind: Token["kind"], end: number, value = sql.slice(at, end)): void => {
		tokens.push({ kind, text: sql.slice(at, end), value, start: at, end, line, pos: at - lineStart });
		advance(end);
	};
	while (at < sql.length) {
		const char = sql[at]!;
		const two = sql.slice(at, at + 2);
		if (/\s/.test(char)) advance(at + 1);
		else if (two === "--" || (two === "//" && sql[at - 1] !== ":" && sql[at - 1] !== "/"))
			advance(endOf(sql, "\n", at));
		else if (two === "/*") advance(endOf(sql, "*/", at + 2, 2));
		else if (two === "$$") {
			const end = endOf(sql, "$$", at + 2, 2);
			push("dollar", end, sql.slice(at + 2, end - 2));
		} else if (char === "'") {
			const { end, value } = readString(sql, at);
			push("string", end, value);
		} else if (char === '"') {
			const match = /"(?:[^"]|"")*"?/y;
			match.lastIndex = at;
			const text = match.exec(sql)?.[0] ?? '"';
			push("quoted", at + text.length, text.slice(1, -1).replaceAll('""', '"'));
		} else {
			const word = /[\p{L}_][\p{L}\p{N}_$]*/uy;
			const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
			word.lastIndex = number.lastIndex = at;
			const name = word.exec(sql);
			const digits = name ? null : number.exec(sql);
			if (name) push("word", at + name[0].length);
			else if (digits) push("number", at + digits[0].length);
			else if (two === "=>" || two === "::") push("symbol", at + 2);
			else push("symbol", at + 1);
		}
	}
	return tokens;
}

function endOf(sql: string, mark: string, from: number, length = 0): number {
	const found = sql.indexOf(mark, from);
	return found < 0 ? sql.length : found + length;
}

function readString(sql: string, start: number): { readonly end: number; readonly value: string } {
	let value = "";
	let at = start + 1;
	while (at < sql.length) {
		const char = sql[at]!;
		if (char === "\\") {
			const next = sql[at + 1] ?? "";
			value += ESCAPES[next] ?? next;
			at += 2;
		} else if (char !== "'") {
			value += char;
			at++;
		} else if (sql[at + 1] === "'") {
			value += "'";
			at += 2;
		} else return { end: at + 1, value };
	}
	return { end: at, value };
}

/** The statements of a text, each with its own tokens; a semicolon in a string or a comment parts nothing. */
export function splitStatements(sql: string): readonly string[] {
	const statements: string[] = [];
	let start = 0;
	let seen = false;
	for (const token of scan(sql)) {
		if (token.text !== ";") {
			seen = true;
			continue;
		}
		if (seen) statements.push(sql.slice(start, token.start).trim());
		start = token.end;
		seen = false;
	}
	if (seen) statements.push(sql.slice(start).trim());
	return statements;
}
