import type { RelationName } from "./relation.ts";

/** A column with its type as the catalog prints it. */
export interface TypedColumn {
	readonly name: string;
	readonly type: string;
}

/** What the statements of a plan say in words of the engine's own (src/plan). Pure; tables are given as they stand in SQL. */
export interface BuildDialect {
	/** A relation as a plan names it: without its database where a connection reaches only one. */
	nameOf(relation: RelationName): string;
	/** How rows come in where the config names no strategy. */
	readonly defaultStrategy: { readonly keyed: "delete+insert" | "merge"; readonly keyless: "append" };
	/** `insert overwrite`: the table takes other rows and stays itself. */
	readonly overwrites: boolean;
	/** A batch takes the place of what lies in its window (`window`), or is merged by its key. */
	readonly batches: "window" | "key";
	/** What stands as a table that nobody reads, to be changed at will. `permanent`: the config says `transient: false`. */
	copyTable(copy: string, table: string, permanent: boolean): string;
	/** Statements that make a table with the rows of another and what finds them, to be built upon by itself. */
	cloneTable(clone: string, table: string, permanent: boolean): readonly string[];
	/** A clone shares the rows of its table until either is changed: it costs neither time nor room. */
	readonly sharesClones: boolean;
	/**
	 * Views outside of these schemas that read something in them, and would go with it or be of no use: schema and name of
	 * each, of twenty at most.
	 */
	readersOf(schemas: readonly string[]): { readonly sql: string; readonly binds: readonly string[] };
	/**
	 * A view is published by the statement of the project's macro, which says more than its query (`secure`, comments,
	 * policies).
	 */
	readonly viewsByStatement: boolean;
	/** The macros set_query_tag and unset_query_tag go around a node's work. */
	readonly tagsQueries: boolean;
	/** Any column's type can be changed where it stands; else the table is made anew. */
	readonly altersTypes: boolean;
	/** Gives new rows the types of the table that they go into, and what makes them quick to find. */
	fitRows(rows: string, fit: FittedRows): readonly string[];
	/** Statements that let the planner know a table that was just filled. */
	analyze(table: string): readonly string[];
	dropTables(tables: readonly string[]): string;
	/** True where the condition is false or unknown. */
	notTrue(condition: string): string;
	/** The rows of a table for a `from`, and what tells them apart there. */
	numberedRows(table: string, alias: string): { readonly from: string; readonly key: readonly string[] };
	/** Several values as one, nulls among them, that `in` can compare. */
	asOne(expressions: readonly string[]): string;
	/** Whether a value is among those of a query with few rows. */
	amongFew(expression: string, query: string): string;
	/** An aggregate: true where the condition is for any row. */
	anyTrue(condition: string): string;
	/** The length of a text type in dbt's arithmetic; null for other types. */
	textSize(type: string): number | null;
	textType(size: number): string;
	/** Values of the one type are values of the other: dbt's comparison of types, sizes of texts aside. */
	sameType(fresh: string, there: string): boolean;
}

export interface FittedRows {
	/** As they are. */
	readonly columns: readonly TypedColumn[];
	/** As they are to be; those that are missing stay as they are. */
	readonly wanted: readonly TypedColumn[];
	/** Columns by which rows are looked up. */
	readonly key: readonly string[];
}
