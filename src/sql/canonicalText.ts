import { type Ast, isRecord } from "./ast.ts";
import type { SqlDialect } from "./sqlDialect.ts";

/** Where the text stood, and which of two ways of writing the same was taken. */
const LEFT_OUT = new Set(
	"span select_token with_token wildcard_token case_token end_token closing_paren_token opening_token closing_token explicit as_keyword".split(
		" ",
	),
);

/** Parts of a tree that stand for something else: what is written instead of them. */
export type Notes = ReadonlyMap<Ast, string>;

const NO_NOTES: Notes = new Map();

/**
 * The same for two trees that differ in comments, space, the case of keywords and of names only. Written by hand: the
 * tree holds values that JSON cannot carry.
 */
export function canonicalText(ast: Ast, dialect: SqlDialect, notes: Notes = NO_NOTES): string {
	let text = "";
	const write = (at: Ast): void => {
		if (typeof at !== "object" || at === null) {
			text += `${typeof at}:${String(at)}\n`;
			return;
		}
		const note = notes.size === 0 ? undefined : notes.get(at);
		if (note !== undefined) {
			text += `note:${note}\n`;
			return;
		}
		if (Array.isArray(at)) {
			text += `[${at.length}`;
			for (const item of at) write(item);
			return;
		}
		if (!isRecord(at)) return;
		const { value } = at;
		// An identifier has its quote_style even where it is written without quotes: then the key holds nothing.
		if (typeof value === "string" && "quote_style" in at) {
			text += `name:${dialect.fold(value, typeof at.quote_style === "string")}\n`;
			return;
		}
		for (const key in at) {
			if (LEFT_OUT.has(key)) continue;
			const inner = at[key];
			text += `{${key}`;
			// A type without a length is a key that holds nothing: `{ Integer: undefined }`.
			if (inner !== null && inner !== undefined) write(inner);
		}
		text += "}";
	};
	write(ast);
	return text;
}
