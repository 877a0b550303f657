import { STEADY_FUNCTIONS } from "./steadyFunctions.ts";

/** Names that stand for a call without brackets. */
const BARE_CALLS: ReadonlySet<string> = new Set([
	"current_date",
	"current_time",
	"current_timestamp",
	"localtime",
	"localtimestamp",
	"current_user",
	"session_user",
	"current_role",
	"current_catalog",
	"current_schema",
]);
/** Whose answer differs from call to call, by what everybody knows; all others that are not steady are unknown. */
const VOLATILE: ReadonlySet<string> = new Set([
	"now",
	"random",
	"random_normal",
	"setseed",
	"gen_random_uuid",
	"uuid_generate_v4",
	"clock_timestamp",
	"statement_timestamp",
	"transaction_timestamp",
	"timeofday",
	"nextval",
	"getdate",
	"sysdate",
	...BARE_CALLS,
]);
/** Times that a literal may mean: `'today'::date`. */
const TIME_WORDS = /^'\s*(?:now|today|tomorrow|yesterday)\s*'$/i;
/** Functions with a FROM of their own. */
const OWN_FROM: ReadonlySet<string> = new Set(["extract", "substring", "trim", "overlay", "position"]);
/** What ends a list of relations. */
const AFTER_FROM: ReadonlySet<string> = new Set([
	"where",
	"group",
	"having",
	"order",
	"limit",
	"offset",
	"window",
	"union",
	"intersect",
	"except",
	"select",
	"returning",
	"set",
	"fetch",
]);

/** Loops over single classes take no room on the stack, so that a literal may be as long as a text can be. */
const TOKEN =
	/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\s+|[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'?|'[^']*(?:''[^']*)*'?|"[^"]*(?:""[^"]*)*"?|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|[\p{L}_][\p{L}\p{N}_$]*|[0-9][\w.]*|[\s\S]/gu;

/** Characters of a query that is looked at. */
const LONGEST = 5_000_000;

const QUERY = /^(?:select|with|values)$/i;

const isWord = (token: string | undefined): token is string => token !== undefined && /^[\p{L}_"]/u.test(token);
const plain = (token: string): string =>
	token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase();

/** A token that stands for a relation or function that the graph knows; no SQL has such a sign. */
const KNOWN = "\u0001";

/** Tokens without space and comments; known names, the longest first, are one token. */
function tokensOf(sql: string, known: readonly string[]): readonly string[] {
	const longestFirst = [...known].filter((name) => name !== "").sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
	const text = longestFirst.reduce((rest, name) => rest.replaceAll(name, KNOWN), sql);
	const tokens: string[] = [];
	for (const [token] of text.matchAll(TOKEN)) if (!/^(?:\s|--|\/\*)/.test(token)) tokens.push(token);
	return tokens;
}

interface Bracket {
	/** The word in front of it. */
	readonly of: string;
	/** The common table expression that it defines. */
	readonly defines: string | null;
	inFrom: boolean;
}

/** `name as [not] [materialized] (`: the name whose query begins at token `at`, an opening bracket. */
function definedAt(tokens: readonly string[], at: number): string | null {
	let i = at - 1;
	while (i > 0 && ["materialized", "not"].includes(plain(tokens[i]!))) i -= 1;
	if (i < 1 || plain(tokens[i]!) !== "as") return null;
	i -= 1;
	if (tokens[i] === ")") {
		while (i > 0 && tokens[i] !== "(") i -= 1;
		i -= 1;
	}
	return isWord(tokens[i]) ? plain(tokens[i]!) : null;
}

/**
 * Why two runs of a query over the same inputs may differ, in words that go on "it …"; null: they do not. `known`: its
 * inputs and functions as they are written in it. Only signs are read, no grammar: where that is not enough the answer
 * is a reason, so that a query is built once too often and never once too seldom.
 */
export function unsteadySql(sql: string, known: readonly string[]): string | null {
	if (sql.length > LONGEST) return "is too long to be read";
	const tokens = tokensOf(sql, known);
	if (!QUERY.test(tokens.find((token) => token !== "(") ?? "")) return "is no query that can be read";
	const ctes = new Set<string>();
	const recursive = tokens.some((token) => plain(token) === "recursive");
	const stack: Bracket[] = [{ of: "", defines: null, inFrom: false }];
	let expectsRelation = false;
	for (let i = 0; i < tokens.length; i++) {
		const token = tokens[i]!;
		const top = stack.at(-1)!;
		if (token === "(") {
			const before = tokens[i - 1];
			const defines = definedAt(tokens, i);
			if (defines !== null && recursive) ctes.add(defines);
			// A bracket in a list of relations holds a query, or relations that are joined.
			const inFrom: boolean = expectsRelation && !QUERY.test(tokens[i + 1] ?? "");
			stack.push({ of: isWord(before) ? plain(before) : "", defines, inFrom });
			expectsRelation = inFrom;
			continue;
		}
		if (token === ")") {
			if (stack.length > 1) stack.pop();
			if (top.defines !== null) ctes.add(top.defines);
			expectsRelation = false;
			continue;
		}
		if (token === ",") {
			expectsRelation = top.inFrom;
			continue;
		}
		if (TIME_WORDS.test(token)) return `reads ${token}`;
		if (token === KNOWN) {
			expectsRelation = false;
			continue;
		}
		if (!isWord(token)) continue;
		const word = plain(token);
		const quoted = token.startsWith('"');
		if (!quoted && (word === "from" || word === "join" || word === "using")) {
			const ofFunction = word === "from" && OWN_FROM.has(top.of);
			const compares = word === "from" && plain(tokens[i - 1] ?? "") === "distinct" && isComparison(tokens, i - 1);
			// `using (a, b)` of a join names columns; `delete … using t` is no query.
			if (ofFunction || compares || word === "using") continue;
			expectsRelation = true;
			top.inFrom = true;
			continue;
		}
		if (!quoted && word === "table") {
			expectsRelation = true;
			continue;
		}
		if (!quoted && AFTER_FROM.has(word)) {
			top.inFrom = false;
			expectsRelation = false;
			continue;
		}
		if (expectsRelation && !quoted && (word === "lateral" || word === "only" || word === "rows")) continue;
		// The parts of a dotted name are read with its first one.
		let end = i;
		const parts = [word];
		while (tokens[end + 1] === "." && isWord(tokens[end + 2])) {
			end += 2;
			parts.push(plain(tokens[end]!));
		}
		const isCall = tokens[end + 1] === "(" && definedAt(tokens, end + 1) !== word;
		if (isCall) {
			const reason = callReason(parts, { tokens, at: i, end });
			if (reason !== null) return reason;
		} else if (expectsRelation) {
			if (parts.length > 1 || !ctes.has(word)) return `reads ${parts.join(".")}, which is no ref() and no source()`;
		} else if (!quoted && parts.length === 1 && tokens[i - 1] !== "." && BARE_CALLS.has(word)) return `calls ${word}`;
		expectsRelation = false;
		i = end;
	}
	return null;
}

/** `is distinct from`, `is not distinct from`. */
function isComparison(tokens: readonly string[], distinct: number): boolean {
	const before = plain(tokens[distinct - 1] ?? "");
	return before === "is" || (before === "not" && plain(tokens[distinct - 2] ?? "") === "is");
}

function callReason(
	parts: readonly string[],
	{ tokens, at, end }: { readonly tokens: readonly string[]; readonly at: number; readonly end: number },
): string | null {
	const name = parts.at(-1)!;
	const builtIn = parts.length === 1 || (parts.length === 2 && parts[0] === "pg_catalog");
	if (builtIn && VOLATILE.has(name)) return BARE_CALLS.has(name) ? `calls ${name}` : `calls ${name}()`;
	if (builtIn && STEADY_FUNCTIONS.has(name)) return null;
	// `as t (a, b)`, `with t (a, b) as (`: names of columns.
	if (parts.length === 1 && plain(tokens[at - 1] ?? "") === "as") return null;
	if (parts.length === 1 && namesColumns(tokens, end + 1)) return null;
	return `calls ${parts.join(".")}(), of which it is not known whether it always says the same`;
}

/** `(a, b) as (`: what stands at `open` are the columns of a common table expression. */
function namesColumns(tokens: readonly string[], open: number): boolean {
	let i = open + 1;
	while (i < tokens.length && (isWord(tokens[i]) || tokens[i] === ",")) i += 1;
	return (
		tokens[i] === ")" &&
		plain(tokens[i + 1] ?? "") === "as" &&
		["(", "materialized", "not"].includes(plain(tokens[i + 2] ?? ""))
	);
}

/** A function in a template or a hook, of which no more is known than its text, that answers differently each time. */
export function volatileCall(text: string): string | null {
	for (const [, word = ""] of text.matchAll(/(?<![\w.'"])([a-z_]\w*)(?=\s*\()/gi))
		if (VOLATILE.has(word.toLowerCase())) return `${word.toLowerCase()}()`;
	return /\b(current_(?:date|time|timestamp)|localtime(?:stamp)?)\b/i.exec(text)?.[1]?.toLowerCase() ?? null;
}
