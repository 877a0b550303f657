import type { RelationName } from "./relation.ts";

/** What a column's type says to a comparison. */
export interface ComparedType {
	readonly numeric: boolean;
	/** A binary floating point number. */
	readonly float: boolean;
	/** Date and time, of which two values can be so many milliseconds apart. */
	readonly timestamp: boolean;
	/** A number and its opposite have one hash, and so have all not-numbers: the sign is hashed as well. */
	readonly hashesSign: boolean;
}

/** What the comparison of rows (src/diff) says in words of the engine's own. Pure; expressions are given as they stand in SQL. */
export interface CompareDialect {
	/** Asks for the server's version as one number, where hashes go by it; null: they are the same on all. */
	readonly serverVersion: string | null;
	/**
	 * One number of 64 bits of several values, in order; never null. Equal values must give equal numbers; different values
	 * may meet in one number once in 2^64, so unequal numbers only say where to look.
	 */
	hash(expressions: readonly string[], version: number): string;
	/** Which of `count` parts (a power of two) a hash belongs to. */
	part(hash: string, count: number): string;
	type(printed: string): ComparedType;
	/** What values of the two printed types are compared as; null: as they are. */
	comparedAs(base: string, head: string): string | null;
	/** A value of one printed type as another. */
	convert(expression: string, from: string, as: string): string;
	/** A value as people read it, the same whatever the session's settings. */
	text(expression: string, type: string): string;
	/** An aggregate: the values of a text, each once and in order, as the text of a JSON list; nulls are left out. */
	distinctTexts(expression: string): string;
	/** How many milliseconds lie between two moments. */
	millisecondsApart(a: string, b: string): string;
	/** Whether a whole number is among these, of which there may be thousands. */
	amongNumbers(expression: string, numbers: readonly number[]): string;
	/** Behind a subquery that the planner is not to look into. */
	readonly fence: string;
	/** A table of the session's own; `near` is a relation beside which tables can be made. */
	aside(name: string, near: RelationName): RelationName;
	/** What stands before the query that fills such a table, and the statements behind it. */
	fillAside(table: string): { readonly before: string; readonly after: readonly string[] };
	/** Gives the room of these tables back, of which some may never have been made. */
	dropAside(tables: readonly string[]): string;
	/** The columns of each unique index of a relation, as JSON; $1 is its rendered name. Null: keys are not enforced. */
	readonly uniqueIndexes: string | null;
}
