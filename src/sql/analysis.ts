import type { ColumnKind, ColumnRef, Confidence, LineageRemark } from "../core/lineage.ts";
import type { SqlDialectName } from "./sqlDialect.ts";

/** Part of every key of the cache: raise it when an answer may come out differently for the same question. */
export const ANALYZER_VERSION = 8;

export interface KnownColumn {
	/** As the database stores it. */
	readonly name: string;
	readonly type?: string;
	/** Of a column that a table has beside its query's: those of the query that it is made from. */
	readonly from?: readonly string[];
}

/** A relation that the SQL may name. */
export interface KnownRelation {
	/** What references to it are called: the node's id. */
	readonly id: string;
	/** Database, schema and identifier as stored; for an ephemeral model the name of its CTE alone. */
	readonly name: readonly string[];
	readonly columns: readonly KnownColumn[];
	/** There may be columns that are not listed. */
	readonly open: boolean;
	/** The SQL names it directly, without ref() or source(). */
	readonly byHand?: boolean;
}

/** All that the analysis of one query depends on. */
export interface AnalysisRequest {
	readonly sql: string;
	readonly dialect: SqlDialectName;
	readonly relations: readonly KnownRelation[];
}

/** `node` is the id of a relation, or the name that the SQL gives it. */
export type AnalysisRef = ColumnRef;

export interface OutputColumn {
	readonly name: string;
	readonly type?: string;
	readonly kind: ColumnKind;
	readonly confidence: Confidence;
	/** Sorted by relation, then column. */
	readonly upstream: readonly AnalysisRef[];
	/** The same where the same value is made, in whatever words; see definition.ts. */
	readonly definition?: string;
	/** Line and column in the SQL where it is written, from 1. */
	readonly at?: readonly [number, number];
}

/** What one query says of its columns. */
export interface Analysis {
	readonly status: "ok" | "partial" | "unparsed" | "timeout";
	/** Of `unparsed` and `timeout`: why. */
	readonly reason?: string;
	readonly columns: readonly OutputColumn[];
	/** False: `select *` of a relation whose columns are not all known. */
	readonly complete: boolean;
	/** The relations behind such a star. */
	readonly rest: readonly string[];
	/** What decides on rows: where, join, group by, having, order by. Sorted. */
	readonly indirect: readonly AnalysisRef[];
	/** Relations that are read, sorted; those not among the request's under the name that the SQL gives them. */
	readonly reads: readonly string[];
	readonly remarks: readonly LineageRemark[];
	readonly hash?: string;
	/** The same where the same rows come out, as far as the text tells. */
	readonly rows?: string;
}

/** Nothing is known but why. */
export const unreadable = (status: "unparsed" | "timeout", reason: string): Analysis => ({
	status,
	reason,
	columns: [],
	complete: false,
	rest: [],
	indirect: [],
	reads: [],
	remarks: [],
});
