import type { RelationName } from "./relation.ts";
import type { ResultTable } from "./resultTable.ts";

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
	/** What stands before the hexadecimal digits of a bytea. */
	readonly bytesPrefix: "\\x" | "";
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
	/** How files come in that stand in a stage of the engine; null: it has none. */
	readonly staging: LandingStageDialect | null;
}

/** A file of a stage. */
export interface StagedFile {
	/** Below the stage, with `/`. */
	readonly path: string;
	readonly bytes: number;
	/** What the store calls these bytes: an MD5 or an ETag; where it says neither, when they came. */
	readonly tag: string;
}

/** What a statement of a load from a stage is made of, as it stands in SQL. */
export interface StageNames {
	/** The landing table, or the one from which its rows are merged. */
	readonly table: string;
	readonly rejects: string;
	/** A table of the session's own, for the records of one file. */
	readonly records: string;
}

/** How the files of a stage are written. */
export interface StageFormat {
	readonly format: "csv" | "json" | "jsonl" | "parquet";
	/** Format json: where the list of records stands in a page; empty: it is the page. */
	readonly page: readonly string[];
	readonly delimiter: string;
	/** Null: no character quotes. */
	readonly quote: string | null;
	/** Null: the quote, written twice. */
	readonly escape: string | null;
	readonly encoding: "utf-8" | "utf-16" | "latin1" | "windows-1252";
}

/** A column that is read out of the records of a stage. */
export interface StageColumn {
	/** As it stands in SQL. */
	readonly sql: string;
	/** In reasons. */
	readonly label: string;
	readonly type: LandingTypeName;
	/** Where the value stands in a record; of CSV the field, from 0. */
	readonly path: readonly (string | number)[];
	/** Words as `formats:` has them; empty: as ISO 8601 has it. */
	readonly formats: readonly string[];
	/** Must not be null. */
	readonly isKey: boolean;
	/** What a value is, for the reason why one is none: `a number`. */
	readonly expected: string;
}

/** What becomes of the records of one file. */
export interface StageRead extends StageFormat {
	/** `record`: each is kept whole. */
	readonly columns: readonly StageColumn[] | "record";
	readonly nullValues: readonly string[];
	/** Of CSV: how many fields a record has, and who says so; null for the other formats. */
	readonly fields: { readonly count: number; readonly header: boolean } | null;
	/** Tfm's own columns, as they stand in SQL: file, row, time. */
	readonly own: readonly string[];
}

/**
 * Loads from a stage: the engine reads the files itself. The records of one file come into a table of the session's own, and
 * from there those that fit into the landing table, the others to its rejects.
 */
export interface LandingStageDialect {
	recordsOf(table: RelationName): RelationName;
	/** Sent before the load's transaction. */
	define(names: StageNames, format: StageFormat): readonly string[];
	/** Where the stage stands; `stage` as the block names it, without a folder. */
	describe(stage: string): string;
	/** The files of a folder; empty: of the whole stage. */
	list(stage: string, folder: string): string;
	/** What the two statements above answered. */
	readFiles(described: ResultTable, listed: ResultTable): readonly StagedFile[];
	/** The records of this file and of no other one; of CSV so many fields of each. */
	copy(names: StageNames, file: StagedPlace, format: StageFormat, fields: number): readonly string[];
	/** The fields of the first record of a CSV, as one JSON list of texts. */
	firstRecord(names: StageNames): string;
	/** The first records as text, in their order: of CSV each as one JSON list of texts. */
	firstRecords(names: StageNames, format: StageFormat, most: number): string;
	/** Whether a page has what `page` leads to: one row, null where it has not. */
	pageFound(names: StageNames, format: StageFormat): string;
	/** Records that do not fit, the first ones: number and reason. */
	misfits(names: StageNames, read: StageRead, most: number): string;
	/** $1: the file's name, $2: the load's time. */
	insertRows(names: StageNames, read: StageRead): string;
	/** The same binds. */
	insertRejects(names: StageNames, read: StageRead): string;
}

/** A file below a stage. */
export interface StagedPlace {
	readonly stage: string;
	readonly below: string;
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
