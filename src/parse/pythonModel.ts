/**
 * What a Python model asks for: its literal calls of dbt.ref(), dbt.source(), dbt.config() and dbt.config.get(), as dbt
 * finds them in the syntax tree. The text is never run and never rendered; strings and comments are passed over.
 */
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain, RefArgs } from "../core/node.ts";
import type { Collected, PlainRecord } from "../core/parsed.ts";

interface Token {
	readonly kind: "name" | "string" | "number" | "sign" | "end";
	readonly text: string;
	readonly line: number;
	readonly column: number;
}

const TOKEN =
	/(?<space>[ \t\r\n\f\\]+|#[^\n]*)|(?<string>[rRbBuUfF]{0,2}(?:"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'))|(?<number>\d[\w.]*|\.\d\w*)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<sign>[\s\S])/uy;

function tokensOf(text: string): readonly Token[] {
	const tokens: Token[] = [];
	let line = 1;
	let lineStart = 0;
	TOKEN.lastIndex = 0;
	for (let found = TOKEN.exec(text); found !== null && found[0] !== ""; found = TOKEN.exec(text)) {
		const groups = found.groups ?? {};
		const column = found.index - lineStart + 1;
		for (const kind of ["string", "number", "name", "sign"] as const)
			if (groups[kind] !== undefined) tokens.push({ kind, text: found[0], line, column });
		for (let at = found[0].indexOf("\n"); at >= 0; at = found[0].indexOf("\n", at + 1)) {
			line++;
			lineStart = found.index + at + 1;
		}
	}
	tokens.push({ kind: "end", text: "", line, column: 1 });
	return tokens;
}

/** A value that is no literal: dbt refuses it as an argument. */
class NotLiteral extends Error {}

class Literals {
	readonly #tokens: readonly Token[];
	#at: number;

	constructor(tokens: readonly Token[], at: number) {
		this.#tokens = tokens;
		this.#at = at;
	}

	/** Arguments from behind the opening bracket to the closing one. */
	call(): { readonly args: readonly Plain[]; readonly kwargs: PlainRecord } {
		const args: Plain[] = [];
		const kwargs: { [key: string]: Plain } = {};
		while (!this.#take(")")) {
			const [name, sign] = [this.#peek(), this.#tokens[this.#at + 1]];
			if (name.kind === "name" && sign?.text === "=") {
				this.#at += 2;
				kwargs[name.text] = this.#value();
			} else args.push(this.#value());
			if (!this.#take(",") && this.#peek().text !== ")") throw new NotLiteral();
		}
		return { args, kwargs };
	}

	#peek(): Token {
		return this.#tokens[this.#at] ?? { kind: "end", text: "", line: 0, column: 0 };
	}

	#take(text: string): boolean {
		const token = this.#peek();
		if (token.kind !== "sign" || token.text !== text) return false;
		this.#at++;
		return true;
	}

	#value(): Plain {
		if (this.#take("-")) {
			const value = this.#value();
			if (typeof value !== "number") throw new NotLiteral();
			return -value;
		}
		if (this.#take("[")) return this.#items("]");
		if (this.#take("(")) return this.#items(")");
		if (this.#take("{")) return this.#record();
		const { kind, text } = this.#peek();
		this.#at++;
		if (kind === "string") return this.#strings(text);
		if (kind === "number" && Number.isFinite(Number(text.replaceAll("_", "")))) return Number(text.replaceAll("_", ""));
		if (text === "True" || text === "False") return text === "True";
		if (text === "None") return null;
		throw new NotLiteral();
	}

	/** Strings that stand side by side are one. */
	#strings(first: string): string {
		let value = stringValue(first);
		for (let next = this.#peek(); next.kind === "string"; next = this.#peek()) {
			value += stringValue(next.text);
			this.#at++;
		}
		return value;
	}

	#items(close: string): Plain {
		const items: Plain[] = [];
		while (!this.#take(close)) {
			items.push(this.#value());
			if (!this.#take(",") && this.#peek().text !== close) throw new NotLiteral();
		}
		return items;
	}

	#record(): Plain {
		const record: { [key: string]: Plain } = {};
		while (!this.#take("}")) {
			const key = this.#value();
			if (!this.#take(":")) throw new NotLiteral();
			record[String(key)] = this.#value();
			if (!this.#take(",") && this.#peek().text !== "}") throw new NotLiteral();
		}
		return record;
	}
}

const ESCAPES: { readonly [letter: string]: string } = { n: "\n", t: "\t", r: "\r", "\n": "" };

function stringValue(token: string): string {
	const [, prefix = "", body = ""] = /^([a-zA-Z]*)([\s\S]*)$/.exec(token) ?? [];
	if (/f/i.test(prefix)) throw new NotLiteral();
	const quotes = body.startsWith('"""') || body.startsWith("'''") ? 3 : 1;
	const inner = body.slice(quotes, -quotes);
	return /r/i.test(prefix) ? inner : inner.replace(/\\([\s\S])/g, (_all, letter: string) => ESCAPES[letter] ?? letter);
}

const CALLS = ["dbt.ref", "dbt.source", "dbt.config", "dbt.config.get", "dbt.config.meta_get"];

interface Found {
	readonly name: string;
	readonly args: readonly Plain[];
	readonly kwargs: PlainRecord;
}

/** Throws TfmError (TFM-PARSE-004) for a call whose arguments are no literals, and for a file without model(). */
export function readPythonModel(text: string, place: { readonly file: string; readonly line: number }): Collected {
	const tokens = tokensOf(text);
	const fail = (problem: string, hint: string, token?: Token): never => {
		const at = { file: place.file, line: place.line - 1 + (token?.line ?? 1), column: token?.column ?? 1 };
		throw new TfmError(diagnostic("TFM-PARSE-004", { file: place.file, problem, hint }, { at }));
	};
	const models = tokens.filter((token, i) => token.text === "def" && tokens[i + 1]?.text === "model");
	if (text.trim() !== "" && models.length !== 1)
		fail(`has ${models.length === 0 ? "no function" : "more than one function"} model(dbt, session)`, "write one");
	const calls = tokens.flatMap((token, i): readonly Found[] => {
		const name = calledAt(tokens, i);
		if (name === null) return [];
		try {
			return [{ name, ...new Literals(tokens, i + name.split(".").length * 2).call() }];
		} catch (error) {
			if (!(error instanceof NotLiteral)) throw error;
			return fail(`calls ${name}() with something that is not a literal`, "write texts, numbers and lists", token);
		}
	});
	return collectedFrom(calls);
}

/** The dotted name that is called here, where it is one of dbt's: `dbt.ref` of `dbt.ref(`. */
function calledAt(tokens: readonly Token[], i: number): string | null {
	if (tokens[i]?.text !== "dbt" || tokens[i]?.kind !== "name" || tokens[i - 1]?.text === ".") return null;
	let name = "dbt";
	let at = i + 1;
	while (tokens[at]?.text === "." && tokens[at + 1]?.kind === "name") {
		name += `.${tokens[at + 1]?.text}`;
		at += 2;
	}
	return tokens[at]?.text === "(" && CALLS.includes(name) ? name : null;
}

function collectedFrom(calls: readonly Found[]): Collected {
	const of = (name: string): readonly Found[] => calls.filter((call) => call.name === name);
	const keys = (name: string): Plain[] => of(name).map(({ args }) => args[0] ?? null);
	const defaults = (name: string): Plain[] => of(name).map(({ args }) => args[1] ?? null);
	const configs = of("dbt.config").map(({ args, kwargs }) => ({ ...(args[0] as PlainRecord | undefined), ...kwargs }));
	const reads = {
		config_keys_used: keys("dbt.config.get"),
		config_keys_defaults: defaults("dbt.config.get"),
		meta_keys_used: keys("dbt.config.meta_get"),
		meta_keys_defaults: defaults("dbt.config.meta_get"),
	};
	const asks = reads.config_keys_used.length + reads.meta_keys_used.length > 0;
	return {
		refs: of("dbt.ref").map(refArgs),
		sources: of("dbt.source").map(({ args }): [string, string] => [String(args[0]), String(args[1])]),
		configs: asks ? [...configs, reads] : configs,
		macros: [],
	};
}

function refArgs({ args, kwargs }: Found): RefArgs {
	const version = kwargs.version ?? kwargs.v ?? null;
	const [first, second] = args.map(String);
	return {
		name: second ?? first ?? "",
		package: second === undefined ? null : (first ?? null),
		version: typeof version === "string" || typeof version === "number" ? version : null,
	};
}
