import type { CellValue } from "../../core/resultTable.ts";

/** Something that not every engine has; the tests about it are left out where it is missing. */
export type Need =
	| "notices"
	| "types of the user's own"
	| "tables without columns"
	| "enforced keys"
	| "errors raised in SQL"
	| "savepoints"
	| "transactional definitions"
	| "several statements as one transaction"
	| "constraints checked at commit"
	| "texts without the character NUL";

/** Status and count of a statement, as the adapter reports them. */
export type StatementStatus = readonly [sql: string, status: string, rowCount: number | null];

/**
 * What an engine says in its own words, so that the suite is one. An expectation stands here where engines differ by
 * nature; what is missing altogether is in `lacks`, with the reason.
 */
export interface ContractWords {
	/** Of what is made at random: what is recorded must be said again word by word. Absent: another each time. */
	readonly seed?: number;
	readonly lacks: Readonly<Partial<Record<Need, string>>>;
	/** What templates see. */
	readonly type: string;
	/** A type of whole numbers that leave the database as numbers. */
	readonly int: string;
	/** Behind FROM: rows with the whole numbers from 1 in a column `n`, under the alias. */
	series(rows: number, alias: string): string;
	/** A query that only a limit ends. */
	readonly endless: string;
	readonly pause: string;
	/** An expression, the value it must come back as, its family and its printed type. */
	readonly values: readonly (readonly [sql: string, value: CellValue, family: string, type: string])[];
	readonly binds: { readonly sql: string; readonly binds: readonly CellValue[]; readonly back: readonly CellValue[] };
	/** A query of six columns whose texts look like placeholders of one driver or another; the fourth is a small number. */
	readonly placeholders: string;

	/** The status of a `delete` of one row. */
	readonly deleted: string;
	/** Of a query that finds nothing. */
	readonly nothingFound: string;
	readonly statuses: readonly StatementStatus[];
	/** What CREATE TABLE conf.t answers. */
	readonly definition: {
		readonly columns: readonly string[];
		readonly rows: readonly (readonly CellValue[])[];
		readonly status: string;
	};
	/** A column that is not there, `nope`, on the second line. */
	readonly unknownColumn: { readonly sql: string; readonly sqlstate: string; readonly message: string };
	readonly unreadable: { readonly sqlstate: string };
	/** Columns of a table, and a value that its first column refuses when 3 is in it already. */
	readonly refusedRow: { readonly columns: string; readonly value: CellValue; readonly sqlstate: string };

	/** A stream is read while its statement still works: an error may come behind rows, and other statements must wait. */
	readonly streamsWhileWorking: boolean;
	/** Of a whole number that is `x`, in row 54,321. */
	readonly badValue: { readonly sqlstate: string; readonly says: readonly string[] };
	readonly loaded: {
		readonly columns: string;
		/** Of `2026-02-28T13:00:00+01:00`. */
		readonly moment: string;
	};

	readonly session: {
		readonly before: string;
		readonly after: string;
		/** Queries about all that a session could leave behind. */
		readonly state: readonly string[];
		readonly spoils: readonly string[];
	};
	readonly catalog: {
		readonly relations: { readonly setup: string; readonly found: readonly (readonly [name: string, kind: string])[] };
		/** Of conf.t; what is left out is null, and nullable. */
		readonly columns: { readonly setup: string; readonly found: readonly ExpectedColumn[] };
		/** Rows, and the least and most bytes, by the name of the relation. */
		readonly sizes: {
			readonly setup: string;
			readonly found: Readonly<Record<string, readonly [rows: number | null, least: number | null, most?: number]>>;
		};
		/** A name as the engine takes it without quotes. */
		readonly bareName: string;
		readonly longest: number;
		/** What becomes of a longer name; `cut` comes with a notice. */
		readonly longer: "cut" | "refused";
	};
}

export interface ExpectedColumn {
	readonly name: string;
	readonly type: string;
	readonly nullable?: boolean;
	readonly comment?: string;
	readonly charSize?: number;
	readonly numericPrecision?: number;
	readonly numericScale?: number;
}
