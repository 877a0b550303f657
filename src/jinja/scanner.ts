/**
 * Finds the calls of ref, source, config and var in a model without parsing or rendering it, where they are so plain
 * that the result is certain: literal arguments, and conditions whose outcome a parse knows (`is_incremental()` and
 * `execute` are false). Everything else gives null, and the model is rendered. The project must not redefine these
 * names: a caller that knows of a macro called `ref` or `is_incremental` must not ask.
 */
import { newlineAfter } from "./lexer.ts";
import { defineOwn } from "./plain.ts";

export interface LiteralCall {
	readonly args: readonly unknown[];
	readonly kwargs: Readonly<Record<string, unknown>>;
	/** 1-based place in the text. */
	readonly line: number;
	readonly column: number;
}

export interface LiteralCalls {
	readonly refs: readonly LiteralCall[];
	readonly sources: readonly LiteralCall[];
	readonly configs: readonly LiteralCall[];
	readonly vars: readonly LiteralCall[];
	readonly envVars: readonly LiteralCall[];
	/** dbt's own macros that were called, which a node depends on: `is_incremental`. */
	readonly macros: readonly string[];
}

type CallName = "ref" | "source" | "config" | "var" | "env_var";
const LISTS = { ref: "refs", source: "sources", config: "configs", var: "vars", env_var: "envVars" } as const;

/** Every call, in order, or null where the text needs rendering. Linear in the text's length. */
export function scanLiterals(text: string): LiteralCalls | null {
	return new Scanner(text).scan();
}

/** Thrown and caught inside this file only: the text is not plain enough. */
const NOT_PLAIN: unique symbol = Symbol("not plain");

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?![\w.])/y;
const CLOSING = { "(": ")", "[": "]", "{": "}" } as const;
const MAX_NESTING = 50;

/** A branch of an `if` under way. */
interface Branch {
	/** The text here is what a parse would render. */
	live: boolean;
	/** A branch of this `if` has been taken. */
	taken: boolean;
	readonly outerLive: boolean;
	sawElse: boolean;
}

class Scanner {
	readonly #text: string;
	#at = 0;
	#line = 1;
	#lineStart = 0;
	#newline: number;
	readonly #branches: Branch[] = [];
	readonly #calls = {
		refs: [] as LiteralCall[],
		sources: [] as LiteralCall[],
		configs: [] as LiteralCall[],
		vars: [] as LiteralCall[],
		envVars: [] as LiteralCall[],
	};
	readonly #macros = new Set<string>();

	constructor(text: string) {
		this.#text = text;
		this.#newline = newlineAfter(text, 0);
	}

	scan(): LiteralCalls | null {
		try {
			for (;;) {
				const open = this.#text.indexOf("{", this.#at);
				if (open < 0) break;
				this.#at = open + 2;
				const kind = this.#text.charCodeAt(open + 1);
				if (kind === 123) this.#print();
				else if (kind === 37) this.#tag();
				else if (kind === 35) this.#comment(open);
				else this.#at = open + 1;
			}
			if (this.#branches.length > 0) return null;
			return { ...this.#calls, macros: [...this.#macros].sort() };
		} catch (reason) {
			if (reason === NOT_PLAIN) return null;
			throw reason;
		}
	}

	#give(): never {
		throw NOT_PLAIN;
	}

	get #live(): boolean {
		return this.#branches.at(-1)?.live ?? true;
	}

	#comment(open: number): void {
		const sign = this.#text.charAt(open + 2);
		const end = this.#text.indexOf("#}", sign === "-" || sign === "+" ? open + 3 : open + 2);
		if (end < 0) this.#give();
		this.#at = end + 2;
	}

	#skipSign(): void {
		const c = this.#text.charCodeAt(this.#at);
		if (c === 45 || c === 43) this.#at++;
	}

	#spaces(): void {
		for (;;) {
			const c = this.#text.charCodeAt(this.#at);
			if (c === 32 || c === 10 || c === 9 || c === 13) this.#at++;
			else return;
		}
	}

	#word(): string {
		this.#spaces();
		WORD.lastIndex = this.#at;
		const found = WORD.exec(this.#text)?.[0] ?? "";
		this.#at += found.length;
		return found;
	}

	#take(character: string): boolean {
		this.#spaces();
		if (this.#text.charAt(this.#at) !== character) return false;
		this.#at++;
		return true;
	}

	/** The closing delimiter `%}` or `}}`, with an optional `-`. */
	#close(delimiter: string): void {
		this.#spaces();
		if (this.#text.charCodeAt(this.#at) === 45) this.#at++;
		if (!this.#text.startsWith(delimiter, this.#at)) this.#give();
		this.#at += 2;
	}

	#print(): void {
		this.#skipSign();
		this.#spaces();
		const start = this.#at;
		const word = this.#word();
		// `this` prints a relation; what is read from it cannot fail.
		if (word === "this") while (this.#text.charAt(this.#at) === ".") this.#attribute();
		else if (word in LISTS && Object.hasOwn(LISTS, word)) this.#call(word as CallName, start, this.#live);
		else this.#give();
		this.#close("}}");
	}

	#attribute(): void {
		this.#at++;
		const name = this.#word();
		if (name !== "name" && name !== "schema" && name !== "database" && name !== "identifier" && name !== "table")
			this.#give();
	}

	#tag(): void {
		this.#skipSign();
		const word = this.#word();
		const branch = this.#branches.at(-1);
		if (word === "if") {
			const outerLive = this.#live;
			const holds = this.#condition(outerLive);
			this.#branches.push({ live: outerLive && holds, taken: holds, outerLive, sawElse: false });
		} else if (branch === undefined) this.#give();
		else if (word === "elif" && !branch.sawElse) {
			const asked = branch.outerLive && !branch.taken;
			const holds = this.#condition(asked);
			branch.live = asked && holds;
			branch.taken ||= holds;
		} else if (word === "else" && !branch.sawElse) {
			branch.live = branch.outerLive && !branch.taken;
			branch.sawElse = true;
		} else if (word === "endif") this.#branches.pop();
		else this.#give();
		this.#close("%}");
	}

	/** An `or` of `and`s of possibly negated constants. `live` says whether a parse evaluates it. */
	#condition(live: boolean): boolean {
		let holds = this.#conjunction(live);
		while (this.#tryWord("or")) {
			const next = this.#conjunction(live && !holds);
			holds ||= next;
		}
		return holds;
	}

	#conjunction(live: boolean): boolean {
		let holds = this.#constant(live);
		while (this.#tryWord("and")) {
			const next = this.#constant(live && holds);
			holds &&= next;
		}
		return holds;
	}

	#tryWord(wanted: string): boolean {
		const before = this.#at;
		if (this.#word() === wanted) return true;
		this.#at = before;
		return false;
	}

	#constant(live: boolean, nesting = 0): boolean {
		if (nesting > MAX_NESTING) this.#give();
		if (this.#take("(")) {
			const holds = this.#condition(live);
			if (!this.#take(")")) this.#give();
			return holds;
		}
		const word = this.#word();
		switch (word) {
			case "not":
				return !this.#constant(live, nesting + 1);
			case "true":
			case "True":
				return true;
			case "false":
			case "False":
			case "execute":
				return false;
			case "is_incremental":
				if (!this.#take("(") || !this.#take(")")) this.#give();
				if (live) this.#macros.add(word);
				return false;
		}
		return this.#give();
	}

	#call(name: CallName, start: number, live: boolean): void {
		if (!this.#take("(")) this.#give();
		const args: unknown[] = [];
		const kwargs: Record<string, unknown> = {};
		while (!this.#take(")")) {
			const keyword = this.#keyword();
			if (keyword === null) {
				if (Object.keys(kwargs).length > 0) this.#give();
				args.push(this.#literal(0));
			} else {
				if (Object.hasOwn(kwargs, keyword)) this.#give();
				defineOwn(kwargs, keyword, this.#literal(0));
			}
			if (!this.#take(",") && this.#peek() !== ")") this.#give();
		}
		if (!isUsual(name, args, kwargs)) this.#give();
		if (live) this.#calls[LISTS[name]].push({ args, kwargs, ...this.#place(start) });
	}

	#peek(): string {
		this.#spaces();
		return this.#text.charAt(this.#at);
	}

	/** `name=`, or null with nothing read. */
	#keyword(): string | null {
		const before = this.#at;
		const word = this.#word();
		if (word !== "" && this.#take("=") && this.#text.charAt(this.#at) !== "=") return word;
		this.#at = before;
		return null;
	}

	#literal(nesting: number): unknown {
		if (nesting > MAX_NESTING) this.#give();
		const c = this.#peek();
		if (c === "'" || c === '"') return this.#string(c);
		if (c === "[" || c === "(") return this.#sequence(c, nesting);
		if (c === "{") return this.#dict(nesting);
		if (c === "-" || (c >= "0" && c <= "9")) return this.#number();
		switch (this.#word()) {
			case "true":
			case "True":
				return true;
			case "false":
			case "False":
				return false;
			case "none":
			case "None":
				return null;
		}
		return this.#give();
	}

	#string(quote: string): string {
		const end = this.#text.indexOf(quote, this.#at + 1);
		const value = this.#text.slice(this.#at + 1, end);
		if (end < 0 || value.includes("\\") || value.includes("\r")) this.#give();
		this.#at = end + 1;
		const next = this.#peek();
		if (next === "'" || next === '"') this.#give();
		return value;
	}

	#number(): number {
		NUMBER.lastIndex = this.#at;
		const written = NUMBER.exec(this.#text)?.[0];
		const value = Number(written);
		// An integral float prints otherwise than an int, which a plain number cannot say.
		const isSure =
			written?.includes(".") === true ? !Number.isInteger(value) : Number.isSafeInteger(value) && written !== "-0";
		if (written === undefined || !isSure) return this.#give();
		this.#at += written.length;
		return value;
	}

	/** A list, or a tuple of two and more; `(x)` is no tuple. */
	#sequence(open: "[" | "(", nesting: number): unknown[] {
		this.#at++;
		const items: unknown[] = [];
		let sawComma = false;
		while (!this.#take(CLOSING[open])) {
			items.push(this.#literal(nesting + 1));
			if (this.#take(",")) sawComma = true;
			else if (this.#peek() !== CLOSING[open]) this.#give();
		}
		if (open === "(" && !sawComma && items.length > 0) this.#give();
		return items;
	}

	#dict(nesting: number): Record<string, unknown> {
		this.#at++;
		const dict: Record<string, unknown> = {};
		while (!this.#take("}")) {
			const key = this.#literal(nesting + 1);
			if (typeof key !== "string" || !this.#take(":")) return this.#give();
			defineOwn(dict, key, this.#literal(nesting + 1));
			if (!this.#take(",") && this.#peek() !== "}") this.#give();
		}
		return dict;
	}

	#place(offset: number): { line: number; column: number } {
		while (this.#newline < offset) {
			this.#line++;
			this.#lineStart = this.#newline + 1;
			this.#newline = newlineAfter(this.#text, this.#lineStart);
		}
		return { line: this.#line, column: offset - this.#lineStart + 1 };
	}
}

/** Calls that dbt would refuse or treat in a special way are left to rendering. */
function isUsual(name: CallName, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): boolean {
	const keywords = Object.keys(kwargs);
	const areTexts = args.every((arg) => typeof arg === "string");
	switch (name) {
		case "ref":
			return (
				areTexts && (args.length === 1 || args.length === 2) && keywords.every((k) => k === "version" || k === "v")
			);
		case "source":
			return areTexts && args.length === 2 && keywords.length === 0;
		case "config":
			return args.length === 0 && keywords.length > 0;
	}
	return typeof args[0] === "string" && args.length <= 2 && keywords.length === 0;
}
