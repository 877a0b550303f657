import type { NodeId } from "./node.ts";
import type { ColumnInfo } from "./relation.ts";

/** What a run did with one node: a model, seed, snapshot, function, source or hook. */
export interface NodeRunRow {
	readonly node: NodeId;
	readonly layer: string | null;
	readonly resourceType: string;
	readonly materialized: string | null;
	/** dbt's status. */
	readonly status: string;
	/** What became of the built relation in a layered run; null elsewhere. */
	readonly published: string | null;
	readonly startedAt: string;
	readonly seconds: number;
	/** As the database told them; null where it did not. */
	readonly rows: number | null;
	readonly code: string | null;
	/** The first line of what was said of it. */
	readonly message: string | null;
}

/** What a run found with one test. */
export interface TestResultRow {
	readonly test: NodeId;
	/** What it tests; null for a test that reads several. */
	readonly node: NodeId | null;
	readonly column: string | null;
	readonly layer: string | null;
	readonly dimension: string | null;
	readonly severity: string;
	readonly status: string;
	readonly failures: number | null;
	readonly seconds: number;
	readonly at: string;
}

export interface FreshnessRow {
	readonly source: NodeId;
	readonly status: string;
	readonly maxLoadedAt: string;
	/** Seconds. */
	readonly age: number;
	readonly at: string;
}

/** The columns of a relation since a run changed them. */
export interface ColumnsRow {
	readonly node: NodeId;
	/** Of the published relation. */
	readonly schema: string;
	readonly columns: readonly Pick<ColumnInfo, "name" | "type">[];
}

/** One figure of a published relation: `row_count`, or `null_rate` of a column. */
export interface MeasureRow {
	readonly node: NodeId;
	/** Of the published relation. */
	readonly schema: string;
	readonly measure: string;
	readonly column: string | null;
	readonly value: number;
}

/** Everything that one run leaves in the history, written at its end. */
export interface RunHistory {
	readonly runId: string;
	readonly project: string;
	/** When it ended. */
	readonly at: string;
	readonly nodes: readonly NodeRunRow[];
	readonly tests: readonly TestResultRow[];
	readonly freshness: readonly FreshnessRow[];
	readonly columns: readonly ColumnsRow[];
	readonly measures: readonly MeasureRow[];
}

/** How long a node took where it succeeded in the last runs. */
export interface UsualDuration {
	readonly node: NodeId;
	/** Seconds. */
	readonly median: number;
	readonly p95: number;
	readonly runs: number;
}

/** A node's run as `tfm history MODEL` lists it. */
export interface PastNodeRun extends NodeRunRow {
	readonly runId: string;
	readonly command: string;
	/** Of its tests in that run. */
	readonly tests: { readonly passed: number; readonly warned: number; readonly failed: number };
}

/** How often a test passed, the newest run last: `recent` holds statuses. */
export interface TestRate {
	readonly test: NodeId;
	readonly node: NodeId | null;
	readonly layer: string | null;
	readonly dimension: string | null;
	readonly runs: number;
	readonly passed: number;
	readonly lastStatus: string;
	readonly lastFailedAt: string | null;
	readonly recent: readonly string[];
}

/** What the docs site shows of the past. Instants and durations in milliseconds. */
export interface PastTrace {
	/** The newest first. */
	readonly runs: readonly {
		readonly runId: string;
		readonly command: string;
		readonly args: string;
		/** Null: it has not said how it ended. */
		readonly status: string | null;
		readonly startedAt: number;
		readonly endedAt: number | null;
		readonly nodes: readonly (readonly [
			node: string,
			status: string,
			startedAt: number,
			ms: number,
			rows: number | null,
		])[];
		readonly tests: readonly (readonly [dimension: string, passed: number, warned: number, failed: number])[];
		/** Tests that did not pass; those that were skipped are none. */
		readonly failing: readonly (readonly [test: string, status: string, failures: number | null])[];
	}[];
	/** The last results of nodes and tests. */
	readonly latest: readonly (readonly [
		id: string,
		status: string,
		failures: number | null,
		message: string | null,
		ms: number,
		at: number,
	])[];
	/** Landing tables that are there: what the last load that took files in brought, and the rejects of all loads. */
	readonly landed: readonly (readonly [
		source: string,
		schema: string,
		table: string,
		rows: number,
		rejects: number,
		allRejects: number,
	])[];
}
