/**
 * Snowflake's text cut where it has to be: at the semicolons between statements, and at the numbers of binds. Quotes,
 * names in quotes, `$$…$$` and comments are passed over whole; nothing else of the language is known here.
 */
type Piece = "code" | "comment" | "literal";

function* pieces(sql: string): Generator<readonly [kind: Piece, text: string, from: number]> {
	const opening = /'|"|\$\$|--|\/\/|\/\*/g;
	let from = 0;
	for (;;) {
		opening.lastIndex = from;
		const found = opening.exec(sql);
		if (found === null) break;
		if (found.index > from) yield ["code", sql.slice(from, found.index), from];
		const end = endOf(sql, found[0], found.index);
		yield [/^(?:--|\/)/.test(found[0]) ? "comment" : "literal", sql.slice(found.index, end), found.index];
		from = end;
	}
	if (from < sql.length) yield ["code", sql.slice(from), from];
}

function endOf(sql: string, mark: string, at: number): number {
	const after = at + mark.length;
	const upTo = (text: string, length = text.length): number => {
		const found = sql.indexOf(text, after);
		return found === -1 ? sql.length : found + length;
	};
	if (mark === "$$") return upTo("$$");
	if (mark === "/*") return upTo("*/");
	if (mark === "--" || mark === "//") return upTo("\n", 0);
	// A backslash hides the quote behind it in a text, not in a name.
	const inside = mark === "'" ? /\\[\s\S]|''|'/g : /""|"/g;
	inside.lastIndex = after;
	for (let found = inside.exec(sql); found !== null; found = inside.exec(sql))
		if (found[0] === mark) return found.index + 1;
	return sql.length;
}

/** One statement, and where it begins in the text that was given. */
export interface StatementPart {
	readonly sql: string;
	readonly from: number;
}

/** The statements of a text, without the semicolons; what holds nothing but comments is left out, as Snowflake's connector does. */
export function splitStatements(sql: string): readonly StatementPart[] {
	const parts: StatementPart[] = [];
	let from = 0;
	let filled = false;
	const close = (end: number): void => {
		if (filled) parts.push({ sql: sql.slice(from, end), from });
		filled = false;
	};
	for (const [kind, text, at] of pieces(sql)) {
		if (kind === "literal") filled = true;
		if (kind !== "code") continue;
		let rest = 0;
		for (let end = text.indexOf(";"); end !== -1; end = text.indexOf(";", rest)) {
			filled ||= text.slice(rest, end).trim() !== "";
			close(at + end);
			rest = end + 1;
			from = at + rest;
		}
		filled ||= text.slice(rest).trim() !== "";
	}
	close(sql.length);
	return parts;
}

/** The first words, upper-case, comments left out: `CREATE OR REPLACE TEMPORARY`. */
export function firstWords(sql: string, count = 5): readonly string[] {
	let code = "";
	for (const [kind, text] of pieces(sql)) {
		if (kind === "literal") code += `${text} `;
		else if (kind === "code") code += text;
		else code += " ";
		if (code.length > 400) break;
	}
	return code
		.trimStart()
		.split(/[\s(;]+/, count)
		.map((word) => word.toUpperCase());
}

/** `$1` of tfm's own statements as Snowflake's `:1`; there `$1` is a column of a file. */
export function numberedBinds(sql: string): string {
	let text = "";
	for (const [kind, part] of pieces(sql)) text += kind === "code" ? part.replace(/\$(\d+)/g, ":$1") : part;
	return text;
}
