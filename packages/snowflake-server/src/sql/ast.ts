import { type Place, type SnowflakeError, syntaxError, unsupported } from "../snowflakeError.ts";
import { RESERVED } from "./cursor.ts";
import { type Name, nameOf } from "./names.ts";

/**
 * The parser's tree: plain records. A variant is a text (`Null`) or a record of one key (`{ Cast: {…} }`). Everything is
 * read through `fields`, which refuses a part that its reader does not name: no clause is lost on the way.
 */
export type Ast = null | undefined | boolean | number | bigint | string | readonly Ast[] | AstRecord;
export interface AstRecord {
	readonly [key: string]: Ast;
}

export const isRecord = (ast: Ast): ast is AstRecord => typeof ast === "object" && ast !== null && !Array.isArray(ast);

export const list = (ast: Ast): readonly Ast[] => (Array.isArray(ast) ? ast : []);

/** The name and the content of a variant. */
export function variant(ast: Ast): readonly [tag: string, body: Ast] {
	if (typeof ast === "string") return [ast, null];
	if (isRecord(ast)) {
		const [tag, ...more] = Object.keys(ast);
		if (tag !== undefined && more.length === 0) return [tag, ast[tag]];
	}
	throw unsupported(`the syntax ${JSON.stringify(ast)?.slice(0, 80)}`);
}

/** Values by which the parser says that nothing is written there. */
const isAbsent = (ast: Ast): boolean =>
	ast === null || ast === undefined || ast === false || ast === "None" || (Array.isArray(ast) && ast.length === 0);

const MARKS =
	/_token$|^(span|optimizer_hints|flavor|explicit|into|has_table_keyword|special|shorthand|value_keyword|explicit_row|syntax|uses_odbc_syntax)$/;

/** A record of which only these parts may be written. Throws 0A000 naming the clause that nobody reads. */
export function fields(ast: Ast, context: string, known: readonly string[]): AstRecord {
	if (!isRecord(ast)) throw unsupported(context, placeOf(ast));
	for (const [key, value] of Object.entries(ast))
		if (!known.includes(key) && !MARKS.test(key) && !isAbsent(value))
			throw unsupported(`${key.replaceAll("_", " ")} in ${context}`, placeOf(ast));
	return ast;
}

/** A single name: `{ value, quote_style }`, or that within `{ Identifier }`. */
export function identifier(ast: Ast): Name {
	const bare = isRecord(ast) && isRecord(ast.Identifier) ? ast.Identifier : ast;
	if (isRecord(bare) && typeof bare.value === "string") return nameOf(bare.value, typeof bare.quote_style === "string");
	throw unsupported(`a name of the form ${JSON.stringify(ast)?.slice(0, 80)}`);
}

/** The name of a column behind `as`; a word that Snowflake keeps for itself is one only in quotes. Throws 001003. */
export function aliasOf(ast: Ast): Name {
	const name = identifier(ast);
	if (isRecord(ast) && typeof ast.quote_style !== "string" && RESERVED.has(name))
		throw syntaxError(String(ast.value), placeOf(ast) ?? { line: 1, pos: 0 });
	return name;
}

export const identifiers = (ast: Ast): readonly Name[] => list(ast).map(identifier);

/** The first place that the tree names. */
export function placeOf(ast: Ast): Place | undefined {
	if (Array.isArray(ast)) {
		for (const item of ast as readonly Ast[]) {
			const place = placeOf(item);
			if (place) return place;
		}
		return undefined;
	}
	if (!isRecord(ast)) return undefined;
	if (isRecord(ast.span) && isRecord(ast.span.start)) {
		const line = Number(ast.span.start.line);
		if (line > 0) return { line, pos: Number(ast.span.start.column) - 1 };
	}
	for (const value of Object.values(ast)) {
		const place = placeOf(value);
		if (place) return place;
	}
	return undefined;
}

export const refuse = (what: string, ast: Ast): SnowflakeError => unsupported(what, placeOf(ast));
