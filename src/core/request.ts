import type { ColumnInfo, RelationInfo, RelationName } from "./relation.ts";
import type { ResultTable } from "./resultTable.ts";
import type { TemplateRemark } from "./templateRemark.ts";

/** What a template asks of the database while it renders; the executor answers and the render starts over. */
export type DbRequest =
	| { readonly kind: "query"; readonly sql: string; readonly fetch: boolean; readonly macro?: string }
	| { readonly kind: "columns"; readonly relation: RelationName }
	| { readonly kind: "relations"; readonly database: string; readonly schema: string }
	| { readonly kind: "schemas"; readonly database: string }
	/** `load_agate_table()`: the rows of the seed's file, typed as dbt types them. */
	| { readonly kind: "seed" }
	/** `adapter.commit()`: what has been sent so far is kept. */
	| { readonly kind: "commit" }
	| {
			readonly kind: "ddl";
			readonly action: "create_schema" | "drop_relation";
			readonly relation: RelationName;
	  };

export type DbAnswer =
	| { readonly kind: "table"; readonly table: ResultTable }
	| { readonly kind: "columns"; readonly columns: readonly ColumnInfo[] | null }
	| { readonly kind: "relations"; readonly relations: readonly RelationInfo[] }
	| { readonly kind: "schemas"; readonly schemas: readonly string[] }
	| { readonly kind: "done" }
	/** The database refused; thrown inside the template at the place that asked. */
	| { readonly kind: "error"; readonly message: string; readonly sqlstate?: string; readonly hint?: string };

/** A value read once per node and repeated on every pass: the clock, a random number, an environment variable. */
export interface JournaledValue {
	readonly kind: "value";
	readonly name: string;
	readonly value: unknown;
}

export type JournalEntry =
	| { readonly kind: "exchange"; readonly request: DbRequest; readonly answer: DbAnswer }
	| JournaledValue;

/** The record of one node's rendering, grown by the executor between passes. Append only. */
export interface Journal {
	readonly entries: readonly JournalEntry[];
	append(entry: JournalEntry): void;
	/** Told what a template had said before it failed: its last lines are what people look for. */
	failed?(said: readonly TemplateMessage[]): void;
}

/** Rendering stopped because it needs an answer. */
export interface Suspended {
	readonly kind: "suspended";
	readonly request: DbRequest;
}

/** Lines that a template wrote with log() or print(), flushed once, from the final pass or the one that failed. */
export interface TemplateMessage {
	readonly text: string;
	/** `print()` and `log(info=True)` reach the terminal; `log()` only the log file. */
	readonly info: boolean;
	/** `print()`: a result rather than a line of the log. */
	readonly printed?: true;
	/** What dbt has an event of its own for, such as `exceptions.warn()`. */
	readonly remark?: TemplateRemark;
	/** A test that compares with earlier builds says that there are too few of them. */
	readonly shortHistory?: ShortHistory;
}

/** How many builds a test found to compare with, of how many that it needs. */
export interface ShortHistory {
	readonly builds: number;
	readonly least: number;
}
