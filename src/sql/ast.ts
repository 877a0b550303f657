/**
 * The parser's syntax tree, as it arrives: plain records. A variant of an enumeration is a text (`Null`) or a record
 * of one capitalised key (`{ Cast: {…} }`); a structure is a record of several keys in small letters. The package's
 * own types are incomplete and partly wrong, so the tree is read through these few functions, and what they do not
 * find is simply not there: an unknown kind of node costs lineage, never a crash.
 */
export type Ast = null | undefined | boolean | number | bigint | string | readonly Ast[] | AstRecord;
export interface AstRecord {
	readonly [key: string]: Ast;
}

export const isRecord = (ast: Ast): ast is AstRecord => typeof ast === "object" && ast !== null && !Array.isArray(ast);

export const field = (ast: Ast, key: string): Ast => (isRecord(ast) ? ast[key] : undefined);

export const list = (ast: Ast): readonly Ast[] => (Array.isArray(ast) ? ast : []);

export const textOf = (ast: Ast): string | undefined => (typeof ast === "string" ? ast : undefined);

/** The tag and the content of a variant; undefined of anything else. */
export function variant(ast: Ast): readonly [tag: string, body: Ast] | undefined {
	if (typeof ast === "string") return [ast, undefined];
	if (!isRecord(ast)) return undefined;
	const keys = Object.keys(ast);
	const [tag] = keys;
	return keys.length === 1 && tag !== undefined && /^[A-Z]/.test(tag) ? [tag, ast[tag]] : undefined;
}

/** Line and column in the SQL, from 1. */
export interface TextPlace {
	readonly line: number;
	readonly column: number;
}

/** A name in the SQL. Line 0: the parser does not say where. */
export interface Identifier extends TextPlace {
	readonly value: string;
	readonly quoted: boolean;
}

export function identifier(ast: Ast): Identifier | undefined {
	const bare = isRecord(ast) && isRecord(ast.Identifier) ? ast.Identifier : ast;
	const value = field(bare, "value");
	if (typeof value !== "string") return undefined;
	const start = field(field(bare, "span"), "start");
	return {
		value,
		quoted: typeof field(bare, "quote_style") === "string",
		line: Number(field(start, "line") ?? 0),
		column: Number(field(start, "column") ?? 0),
	};
}

/** Where a part of the tree begins in the text; undefined where the parser does not say. */
export function startOf(ast: Ast, depth = 12): TextPlace | undefined {
	if (depth === 0 || typeof ast !== "object" || ast === null) return undefined;
	const start = field(field(ast, "span"), "start");
	const line = Number(field(start, "line") ?? 0);
	if (line > 0) return { line, column: Number(field(start, "column") ?? 0) };
	return Object.values(ast)
		.flatMap((part: Ast) => startOf(part, depth - 1) ?? [])
		.reduce<TextPlace | undefined>(
			(first, at) =>
				first === undefined || at.line < first.line || (at.line === first.line && at.column < first.column)
					? at
					: first,
			undefined,
		);
}

/** The parts of `a.b.c`; empty where a part is no plain name. */
export function identifiers(ast: Ast): readonly Identifier[] {
	const parts = list(ast).map(identifier);
	return parts.every((part) => part !== undefined) ? parts : [];
}
