/**
 * Python's fnmatch.fnmatchcase: `*` any text, `?` one character, `[abc]`, `[a-z]`, `[!a]`; the whole text must match,
 * case counts (as it does on Linux, where dbt's selectors are written for). An unclosed `[` stands for itself. Matched
 * without a regular expression, so that no pattern can take exponential time.
 */
type Token =
	| { readonly kind: "char"; readonly char: string }
	| { readonly kind: "one" }
	| { readonly kind: "many" }
	| { readonly kind: "set"; readonly negated: boolean; readonly has: (char: string) => boolean };

export type Matcher = (text: string) => boolean;

/** The inside of brackets; ranges that run backwards are empty, as in Python. */
function readSet(inside: string): Token {
	const negated = inside.startsWith("!");
	const chars = Array.from(negated ? inside.slice(1) : inside);
	const single = new Set<string>();
	const ranges: (readonly [string, string])[] = [];
	for (let i = 0; i < chars.length; i++) {
		const char = chars[i] ?? "";
		const end = chars[i + 2];
		if (chars[i + 1] === "-" && end !== undefined) {
			ranges.push([char, end]);
			i += 2;
		} else single.add(char);
	}
	const code = (char: string): number => char.codePointAt(0) ?? 0;
	const has = (char: string): boolean =>
		single.has(char) || ranges.some(([from, to]) => code(char) >= code(from) && code(char) <= code(to));
	return { kind: "set", negated, has };
}

function tokenize(pattern: string): Token[] {
	const chars = Array.from(pattern);
	const tokens: Token[] = [];
	for (let i = 0; i < chars.length; i++) {
		const char = chars[i] ?? "";
		if (char === "*") {
			if (tokens.at(-1)?.kind !== "many") tokens.push({ kind: "many" });
		} else if (char === "?") tokens.push({ kind: "one" });
		else if (char === "[") {
			// A bracket right after the opening one (or after !) belongs to the set.
			const first = chars[i + 1] === "!" ? i + 2 : i + 1;
			const end = chars.indexOf("]", chars[first] === "]" ? first + 1 : first);
			if (end === -1) tokens.push({ kind: "char", char });
			else {
				tokens.push(readSet(chars.slice(i + 1, end).join("")));
				i = end;
			}
		} else tokens.push({ kind: "char", char });
	}
	return tokens;
}

function matchesOne(token: Token, char: string): boolean {
	switch (token.kind) {
		case "char":
			return token.char === char;
		case "set":
			return token.has(char) !== token.negated;
		default:
			return true;
	}
}

export const hasWildcard = (pattern: string): boolean => /[*?[\]]/.test(pattern);

/** A pattern made ready for many texts. */
export function fnmatcher(pattern: string): Matcher {
	if (!/[*?[]/.test(pattern)) return (text) => text === pattern;
	const tokens = tokenize(pattern);
	return (text) => {
		const chars = Array.from(text);
		let at = 0;
		let token = 0;
		// Where the last `*` stood, and how much it has swallowed so far.
		let star = -1;
		let swallowed = 0;
		while (at < chars.length) {
			const current = tokens[token];
			if (current?.kind === "many") {
				star = token++;
				swallowed = at;
			} else if (current !== undefined && matchesOne(current, chars[at] ?? "")) {
				token++;
				at++;
			} else if (star !== -1) {
				token = star + 1;
				at = ++swallowed;
			} else return false;
		}
		while (tokens[token]?.kind === "many") token++;
		return token === tokens.length;
	};
}
