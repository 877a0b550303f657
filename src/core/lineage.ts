/**
 * Column lineage as the other rooms see it, and the document target/lineage.columns.json (ADR 0034, docs/lineage.md).
 * Field names are those of the document.
 */
import type { NodeId } from "./node.ts";

/**
 * How sure the analysis is of where a column comes from. `resolved`: certain, given that the SQL runs. `assumed`: from
 * the one relation whose columns are not all known, though another reading is possible. `ambiguous`: from one of
 * several. `opaque`: from a relation whose inner working is not looked into (pivot, an unknown table function).
 * `unknown`: no relation has it.
 */
export type Confidence = "resolved" | "assumed" | "ambiguous" | "opaque" | "unknown";

/** What happens to the values on the way, over all steps inside the model. */
export type ColumnKind = "direct" | "cast" | "expression" | "aggregate" | "window" | "constant";

/** A column of another node; of something that is no node, the written name of the relation stands for `node`. */
export interface ColumnRef {
	readonly node: NodeId | string;
	readonly column: string;
}

/** Personal data: what the column holds (`true` where that was not said), or that the model has taken it away. */
export type PiiMark =
	| { readonly pii: true; readonly what: string | null }
	| { readonly pii: false; readonly reason: string };

/** What a column was not given itself and has from the columns that it comes from. */
export interface InheritedFacts {
	readonly description?: { readonly value: string; readonly from: ColumnRef };
	readonly tags?: readonly { readonly value: string; readonly from: readonly ColumnRef[] }[];
	/** The columns, in other nodes, that were declared personal data. */
	readonly pii?: { readonly what: readonly string[]; readonly from: readonly ColumnRef[] };
	/** Columns of relations that are no nodes: what they hold is not known. Column `*`: any of theirs. */
	readonly unknown?: { readonly from: readonly ColumnRef[] };
}

export interface LineageColumn {
	readonly name: string;
	/** As the analysis infers it, in the words of the dialect; absent: not known. */
	readonly type?: string;
	readonly kind: ColumnKind;
	readonly confidence: Confidence;
	/** Sorted. Columns whose values go into this one. */
	readonly upstream: readonly ColumnRef[];
	/** The same where the same value is made, in whatever words: names stand for the columns that they lead to. */
	readonly definition?: string;
	/** Line and column in the compiled SQL where it is written, from 1; absent: it is not written there. */
	readonly at?: readonly [number, number];
	/** From property files; absent: none of its own. */
	readonly description?: string;
	readonly tags?: readonly string[];
	readonly pii?: PiiMark;
	readonly inherited?: InheritedFacts;
}

/** `declared`: not from SQL (sources, seeds). `unparsed`, `timeout`: the tables it reads are known, not the columns. */
export type LineageStatus = "ok" | "partial" | "unparsed" | "timeout" | "declared";

export type LineageProblem =
	| "unknown_column"
	| "ambiguous_column"
	| "unknown_relation"
	| "set_operation_arity"
	| "duplicate_column"
	/** Only the incremental form of an incremental model gives the column; or only the form of a full build. */
	| "incremental_adds"
	| "incremental_lacks";

/** What the analysis makes of one place in the SQL. Lines and columns count from 1, in the compiled SQL. */
export interface LineageRemark {
	readonly problem: LineageProblem;
	/** The name that the remark is about; for arities `3 and 4`. */
	readonly name: string;
	/** Names that would have been possible, nearest first. */
	readonly known: readonly string[];
	readonly line: number;
	readonly column: number;
	/** Of what an incremental model adds to its table: the place is in that SQL. Absent: of the SQL of a full build. */
	readonly form?: "incremental";
}

export interface NodeLineage {
	readonly status: LineageStatus;
	/** Why it is unparsed, in a sentence. */
	readonly reason?: string;
	/** False: there may be columns that are not listed. */
	readonly complete: boolean;
	/** In the order of the table. */
	readonly columns: readonly LineageColumn[];
	/** Sorted. Columns that decide which rows there are, in which groups and order: where, join, group by, order by. */
	readonly indirect: readonly ColumnRef[];
	/** Nodes that are read. Of an unparsed one, those of ref() and source(). Sorted. */
	readonly reads: readonly NodeId[];
	/** Nodes that pass on the columns which are not listed (`select *` of something whose columns are not known). */
	readonly rest: readonly (NodeId | string)[];
	/** Personal data that may be in columns which are not listed; absent: none, as far as is known. */
	readonly unlisted_pii?: { readonly from: readonly ColumnRef[] };
	/** The same for two texts that differ in comments, space and the case of names only; absent where unparsed. */
	readonly semantic_hash?: string;
	/** The same where the same rows come out, as far as the text tells: FROM, conditions, groups, limits. */
	readonly rows_definition?: string;
	readonly remarks: readonly LineageRemark[];
}

/** target/lineage.columns.json. Keys of `nodes` are sorted; nothing but `metadata` differs between two equal projects. */
export interface ColumnLineage {
	readonly metadata: {
		readonly schema_version: "tfm.lineage.columns/1";
		readonly tfm_version: string;
		readonly generated_at: string;
		readonly invocation_id: string;
		readonly dialect: string;
	};
	readonly nodes: { readonly [id: string]: NodeLineage };
}
