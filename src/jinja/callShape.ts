/**
 * Calls that differ in nothing but the plain texts that they are given: `{{ get_where_subquery(ref('orders')) }}` of the
 * tests of ten thousand models. Code is generated for the shape once, with the texts as parameters. Only brackets may
 * follow the texts, so that every position which an error could name is the same in all texts of a shape.
 */
import type { Generated } from "./codegen.ts";

export interface CallShape {
	/** The template with marks in place of its texts. */
	readonly text: string;
	/** The texts, in their order. */
	readonly literals: readonly string[];
}

/** Names and opening brackets, texts without escapes, closing brackets. */
const CALL =
	/^(\{\{-?\s*(?:[A-Za-z_][\w.]*\(\s*)+)((?:'[\w ./-]*'|"[\w ./-]*")(?:\s*,\s*(?:'[\w ./-]*'|"[\w ./-]*")){0,2})(\s*[\s)]*-?\}\})$/;
const LITERAL = /'[^']*'|"[^"]*"/g;

/** A character of nobody's alphabet, which no text of a shape can hold. */
const mark = (i: number): string => `\uE000${i}`;

/** Undefined: the template is something else. */
export function callShape(text: string): CallShape | undefined {
	const [, before, written, after] = CALL.exec(text) ?? [];
	if (before === undefined || written === undefined) return undefined;
	const literals: string[] = [];
	const marked = written.replace(LITERAL, (literal) => {
		literals.push(literal.slice(1, -1));
		return `'${mark(literals.length - 1)}'`;
	});
	return { text: before + marked + after, literals };
}

/** The code of a shape with its marks as the parameter K. */
export function withLiterals({ code, unit }: Generated, { literals }: CallShape): Generated {
	const parts = literals.map((_, i) => JSON.stringify(mark(i)));
	return { code: parts.reduce((text, part, i) => text.replaceAll(part, `K[${i}]`), code), unit };
}
