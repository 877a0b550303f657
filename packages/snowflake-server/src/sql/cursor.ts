import { type SnowflakeError, syntaxError, unsupported } from "../snowflakeError.ts";
import { type Name, nameOf } from "./names.ts";
import { scan, type Token } from "./scan.ts";

/**
 * Reads a statement word by word. What a reader does not ask for stays, and `end` refuses it: no option of a statement
 * is passed over in silence.
 */
export interface Cursor {
	peek(ahead?: number): Token | undefined;
	next(): Token;
	/** Takes these words if they come next, all of them or none; marks count as words. */
	take(...words: readonly string[]): boolean;
	/** The first of these words, in capitals, if one of them comes next. */
	takeOne(...words: readonly string[]): string | undefined;
	expect(...words: readonly string[]): void;
	/** `a`, `a.b`, `"A".b.c` or identifier('a.b'). */
	name(): readonly Name[];
	identifier(): Name;
	/** A string or a text between `$$`. */
	text(): string;
	/** The rest as it is written, from the next token. */
	rest(): string;
	/** What stands between the parenthesis that comes next and its partner, as tokens; both are taken. */
	group(): readonly Token[];
	atEnd(): boolean;
	end(): void;
	/** For what comes next and is not known. */
	refuse(context: string): SnowflakeError;
}

const is = (token: Token | undefined, word: string): boolean =>
	token !== undefined &&
	(token.kind === "word" || token.kind === "symbol") &&
	token.text.toUpperCase() === word.toUpperCase();

export function createCursor(sql: string, tokens: readonly Token[] = scan(sql)): Cursor {
	let at = 0;
	const last = tokens.at(-1);
	const place = (): Token => tokens[at] ?? last ?? NOTHING;
	const unexpected = (): SnowflakeError => syntaxError(tokens[at]?.text ?? "<EOF>", place());
	const next = (): Token => {
		const token = tokens[at];
		if (token === undefined) throw unexpected();
		at++;
		return token;
	};
	const take = (...words: readonly string[]): boolean => {
		if (!words.every((word, i) => is(tokens[at + i], word))) return false;
		at += words.length;
		return true;
	};
	const identifier = (): Name => {
		const token = tokens[at];
		if (token?.kind !== "word" && token?.kind !== "quoted") throw unexpected();
		if (token.kind === "word" && RESERVED.has(token.value.toUpperCase())) throw unexpected();
		at++;
		return nameOf(token.value, token.kind === "quoted");
	};
	const text = (): string => {
		const token = tokens[at];
		if (token?.kind !== "string" && token?.kind !== "dollar") throw unexpected();
		at++;
		return token.value;
	};
	const name = (): readonly Name[] => {
		if (take("identifier", "(")) {
			const inner = createCursor(text()).name();
			if (!take(")")) throw unexpected();
			return inner;
		}
		const parts = [identifier()];
		while (take(".")) parts.push(identifier());
		return parts;
	};
	return {
		peek: (ahead = 0) => tokens[at + ahead],
		next,
		take,
		takeOne: (...words) => {
			const found = words.find((word) => is(tokens[at], word));
			if (found === undefined) return undefined;
			at++;
			return found.toUpperCase();
		},
		expect: (...words) => {
			for (const word of words) if (!take(word)) throw unexpected();
		},
		name,
		identifier,
		text,
		rest: () => {
			const first = tokens[at];
			if (first === undefined) throw unexpected();
			at = tokens.length;
			return sql.slice(first.start);
		},
		group: () => {
			if (!take("(")) throw unexpected();
			const inner: Token[] = [];
			for (let depth = 1; ; ) {
				const token = next();
				if (is(token, "(")) depth++;
				if (is(token, ")") && --depth === 0) return inner;
				inner.push(token);
			}
		},
		atEnd: () => at >= tokens.length,
		end: () => {
			if (at < tokens.length) throw unsupported(`${tokens[at]!.text} at this place`, place());
		},
		refuse: (context) => unsupported(`${context} ${tokens[at]?.text ?? ""}`.trim(), place()),
	};
}

/** Words that are no name unless quoted. */
export const RESERVED: ReadonlySet<string> = new Set(
	`ALL ALTER AND ANY AS BETWEEN BY CHECK COLUMN CONNECT CREATE CURRENT DELETE DISTINCT DROP ELSE EXISTS FOLLOWING FOR FROM
	GRANT GROUP HAVING ILIKE IN INCREMENT INSERT INTERSECT INTO IS LIKE MINUS NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE
	RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER UNION UNIQUE UPDATE VALUES WHENEVER WHERE
	WITH`.split(/\s+/),
);

const NOTHING: Token = { kind: "symbol", text: "", value: "", start: 0, end: 0, line: 1, pos: 0 };
