import type { RelationName } from "./relation.ts";

/** The types that columns of landing tables have, as `columns:` of a load names them. */
export const LANDING_TYPES = [
	"text",
	"integer",
	"bigint",
	"numeric",
	"real",
	"double",
	"boolean",
	"date",
	"time",
	"timestamp",
	"timestamptz",
	"uuid",
	"bytea",
	"json",
] as const;

export type LandingTypeName = (typeof LANDING_TYPES)[number];

/** What landing loads (src/load) say in words of the engine's own. Pure. */
export interface LandingDialect {
	/** Each type as the catalog prints it, so that a table can be compared with what a load wants. */
	readonly types: Readonly<Record<LandingTypeName, string>>;
	/** The name that a column of a file has in the table, where models name it bare. */
	columnName(name: string): string;
	/**
	 * Definitions are part of the load's transaction; else they are sent before it begins, and stay when it fails: columns
	 * more, never rows less.
	 */
	readonly definesInside: boolean;
	/** Another type for a column of a table without rows. */
	retype(table: string, column: string, type: string): readonly string[];
	readonly merging: LandingMergeDialect;
}

/** The tables of a merging load, which live no longer than its session. */
export interface MergePlaces {
	/** The rows of one file. */
	readonly staging: RelationName;
	/** The keys that went with a file's rows: an earlier file may have a row of theirs. */
	readonly lost: RelationName;
}

/** What a statement of a merging load is made of, as it stands in SQL. */
export interface MergeNames {
	readonly table: string;
	readonly staging: string;
	readonly lost: string;
	/** Of the landing table, tfm's own among them. */
	readonly columns: readonly string[];
	readonly keys: readonly string[];
}

/**
 * Loads with `mode: merge`: of all rows with a key the one stays that is last by file name and record, in whatever order
 * the files came. Each function gives statements that are sent in order.
 */
export interface LandingMergeDialect {
	places(table: RelationName): MergePlaces;
	/** Makes both tables, empty. Where definitions are not part of a transaction, sent before it begins. */
	define(names: MergeNames): readonly string[];
	/**
	 * Rows of the file take the place of earlier files' rows, never of later ones; then the staging table is empty again.
	 * `contested`: the table may hold rows of files that come after this one by their name.
	 */
	merge(names: MergeNames, contested: boolean): readonly string[];
	/** Remembers the keys of a file that is about to be forgotten; $1 is its path. */
	rememberKeys(names: MergeNames): string;
	/** Takes the keys that have a row again off those that are lost. */
	forgetFoundKeys(names: MergeNames): readonly string[];
	/** Of an earlier file's rows, those of lost keys; then the staging table is empty again. */
	restore(names: MergeNames): readonly string[];
	/** Before the commit; nothing where a definition would be one. */
	drop(names: MergeNames): readonly string[];
}
