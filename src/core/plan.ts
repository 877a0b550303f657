import type { BulkLoaded, Candidate, Dialect, ExecuteResult, Support } from "./adapter.ts";
import type { ComparedQuery, MacroCall, MaterializeOutcome, OwnMaterialization } from "./compiler.ts";
import type { Layering } from "./config.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Batch, BatchResults } from "./eventTime.ts";
import type { FunctionNode, ModelNode, SeedNode, SnapshotNode, TestNode, UnitTestNode } from "./node.ts";
import type { RelationKind, RelationName } from "./relation.ts";
import type { DbAnswer, DbRequest, Suspended } from "./request.ts";
import type { NodeResult } from "./result.ts";
import type { ResultTable } from "./resultTable.ts";

/** A node that leaves a relation behind. */
export type BuildableNode = FunctionNode | ModelNode | SeedNode | SnapshotNode;

/** dbt's adapter_response. */
export type AdapterResponse = NodeResult["adapter_response"];

/**
 * What a plan asks for while it runs. A plan is a generator: it yields requests and receives answers, so that it knows
 * the steps but neither the template language nor the connection.
 */
export type PlanRequest =
	/**
	 * Raw SQL, several statements allowed. `closing`: behind it the transaction but dresses this candidate, where it does,
	 * and records that it stands, so that it may be committed with it. `response`: what it is sure to be answered, if anything is.
	 */
	| {
			readonly kind: "execute";
			readonly sql: string;
			readonly purpose: string;
			readonly closing?: {
				readonly candidate: Candidate;
				readonly dress: boolean;
				readonly response: AdapterResponse | null;
			};
	  }
	/** One statement whose rows matter. `last`: what comes behind it needs nothing that the session was set to. */
	| { readonly kind: "query"; readonly sql: string; readonly purpose: string; readonly last?: boolean }
	/** A macro by name; `self` is what `this` means there (null: the published relation). */
	| { readonly kind: "macro"; readonly call: MacroCall; readonly self: RelationName | null }
	/** The test's query giving whole rows, for people to look at. */
	| { readonly kind: "wholeRows" }
	/** The query that sets a unit test's actual rows beside the expected ones. */
	| { readonly kind: "comparison"; readonly query: ComparedQuery }
	/** A hook's text rendered in the node's context; nothing is executed. */
	| {
			readonly kind: "text";
			readonly text: string;
			readonly label: string;
			readonly self: RelationName | null;
			/** What `model.batch` is in it, outside of the batch's own transaction. */
			readonly batch?: Batch;
	  }
	/** The node's own text rendered for the batch under way; `whole`: as if all were built anew, without a window. */
	| { readonly kind: "compile"; readonly self: RelationName | null; readonly whole?: boolean }
	/**
	 * One batch of a microbatch model: everything its body asks for happens in one transaction, within the batch's
	 * window. A failure is the answer and leaves nothing of the batch. Null: it is skipped.
	 */
	| {
			readonly kind: "batch";
			readonly batch: Batch;
			/** From 1. */
			readonly position: number;
			readonly total: number;
			readonly body: (() => Plan<void>) | null;
	  }
	/** The catalog, or a small DDL statement the engine spells. */
	| { readonly kind: "database"; readonly request: DbRequest }
	/** Creates the relation and fills it with the seed's rows. */
	| { readonly kind: "loadSeed"; readonly relation: RelationName }
	/** The candidate takes over what its target has (keys, indexes …) and is analyzed. */
	| { readonly kind: "dress"; readonly candidate: Candidate }
	/** The candidate stands: its facts are recorded in the same transaction. */
	| { readonly kind: "stands"; readonly candidate: Candidate; readonly response: AdapterResponse }
	/**
	 * A materialization of the project's own, run whole. It keeps what it does by commits of its own; `self` is what
	 * `this` means (null: the published relation).
	 */
	| {
			readonly kind: "materialize";
			readonly materialization: OwnMaterialization;
			readonly sql: string | null;
			readonly self: RelationName | null;
			/** The place of a function's other signature. */
			readonly overload?: number;
	  }
	/**
	 * One of a function's other signatures, by the name of its file. A failure is the answer, and what it left open in the
	 * database is rolled back. Null: an earlier run created it.
	 */
	| {
			readonly kind: "overload";
			readonly name: string;
			/** From 1. */
			readonly position: number;
			readonly total: number;
			readonly body: (() => Plan<void>) | null;
	  }
	/** A remark for the user; the build goes on. */
	| { readonly kind: "warn"; readonly diagnostic: Diagnostic }
	/** Everything the body asks for happens in one transaction; a transient failure runs a fresh body. `last` as above. */
	| { readonly kind: "transaction"; readonly body: () => Plan<void>; readonly last?: boolean };

export type PlanAnswer =
	| { readonly kind: "executed"; readonly result: ExecuteResult }
	| { readonly kind: "table"; readonly table: ResultTable }
	| { readonly kind: "rendered"; readonly text: string; readonly value: unknown }
	| { readonly kind: "database"; readonly answer: DbAnswer }
	| ({ readonly kind: "loaded" } & BulkLoaded)
	/** `kept`: false where the materialization never committed, so that all it did was rolled back. */
	| { readonly kind: "materialized"; readonly outcome: Materialized; readonly kept: boolean }
	| { readonly kind: "batch"; readonly failure: Diagnostic | null }
	| { readonly kind: "overload"; readonly failure: Diagnostic | null }
	| { readonly kind: "done" };

export type Materialized = Exclude<MaterializeOutcome, Suspended>;

export type Plan<T> = Generator<PlanRequest, T, PlanAnswer>;

/** Everything a plan needs to know about the node that it builds. */
export interface BuildInput {
	readonly kind: "build";
	readonly node: BuildableNode;
	/** The compiled query as it will be executed; null for seeds. */
	readonly sql: string | null;
	/** The same query with published names only; null for seeds. */
	readonly publishedSql: string | null;
	/** The published relation. */
	readonly target: RelationName;
	/** Where the candidate is built. */
	readonly standsAt: RelationName;
	/** The view of all its columns that is built with it: dbt's latest_version_pointer. */
	readonly pointer: { readonly target: RelationName; readonly standsAt: RelationName } | null;
	/**
	 * Hooks in the transaction run on the candidate before the audit, or on the published relation while publishing (dbt);
	 * `none`: they are not due, since the batch that they belong to failed.
	 */
	readonly postHooks: "candidate" | "published" | "none";
	readonly isOverridden: (macro: string) => boolean;
	/** The project's `publish_method`, for a node whose `publish` says nothing. */
	readonly publishMethod: Layering["publishMethod"];
	/** What stands under the published name. Looked up where the build depends on it (incremental, materialized view, snapshot), else null. */
	readonly existing: RelationKind | null;
	/** What the macro should_full_refresh says: the node's `full_refresh`, else `--full-refresh`. */
	readonly fullRefresh: boolean;
	readonly dialect: Pick<Dialect, "quote" | "render" | "literal" | "fold" | "building">;
	/** Whether the database has `merge`, and what it is called, for the message where it has not. */
	readonly mergeStatement: Support;
	readonly engine: string;
	/** Set where the project or a package brings the materialization; `inPlace`: it works on the published relation. */
	readonly own: (OwnMaterialization & { readonly inPlace: boolean }) | null;
	/** A function's other signatures, in their order: compiled bodies, null where the run that is retried has created it. */
	readonly overloads?: readonly (string | null)[];
	/** A microbatch model: what is built, in order; `sql` is then the first batch's. Never empty. */
	readonly microbatch?: {
		readonly batches: readonly Batch[];
		/** The model's own text reads `this`, so that each batch must see those before it. */
		readonly readsThis: boolean;
		/** What stays where some batches fail: those that were built (dbt), or nothing, since a gate wants the whole. */
		readonly keepsPart: boolean;
	};
}

export interface TestInput {
	readonly kind: "test";
	readonly node: TestNode;
	readonly sql: string;
	/** Where failing rows are kept if they are, as the database calls it. */
	readonly storedAt: RelationName;
	/** `--store-failures` where given; the node's config wins. */
	readonly storeFailures: boolean | undefined;
	/** How many failing rows to show; 0 for none. */
	readonly sampleRows: number;
	/** True when the SQL names candidates: a stored view would then hang on a relation that will move. */
	readonly readsCandidates: boolean;
	readonly own: OwnMaterialization | null;
	/** What a statement that several tests share has counted for `sql`, where one has. */
	readonly counted: CountedRows | null;
	/** The dialect's spelling of a relation. */
	readonly render: (relation: RelationName) => string;
}

export interface CountedRows {
	/** Failing rows. */
	readonly failures: number;
	/** Of the statement that counted them. */
	readonly response: AdapterResponse;
}

/** Queries of tests that may be counted together. */
export interface ScanInput {
	readonly kind: "scan";
	readonly queries: readonly string[];
}

/** `inPublish`: hooks inside the transaction, on the published relation; `afterPublish`: those with `transaction: false`. */
export interface HooksInput {
	readonly kind: "hooks";
	readonly node: BuildableNode;
	readonly phase: "inPublish" | "afterPublish";
	/** The last batch of a microbatch model (dbt runs post-hooks with it). */
	readonly batch?: Batch;
}

export interface UnitTestPlanInput {
	readonly kind: "unit";
	readonly node: UnitTestNode;
	/** The model's query over the given rows. */
	readonly sql: string;
}

export type PlanInput = BuildInput | TestInput | ScanInput | UnitTestPlanInput | HooksInput;

export interface TestOutcome {
	readonly failures: number;
	readonly shouldWarn: boolean;
	readonly shouldError: boolean;
}

/** What became of a microbatch model's batches. */
export interface BatchesDone extends BatchResults {
	/** Why the first of the failed ones failed; null: none did. */
	readonly problem: Diagnostic | null;
	readonly last: Batch;
	/** Post-hooks belong to the last batch: they do not run where it failed (dbt). */
	readonly lastFailed: boolean;
}

/** What became of a function's other signatures, by the names of their files (dbt's overload_results). */
export interface OverloadsDone {
	readonly results: NonNullable<NodeResult["overload_results"]>;
	/** Why those that failed did; null: none did. */
	readonly problem: Diagnostic | null;
}

/** How a plan ended. */
export type NodePlan =
	| {
			readonly kind: "built";
			readonly candidate: Candidate;
			readonly message: string;
			readonly response: AdapterResponse;
			/** The main statement as sent. */
			readonly executedSql: string | null;
			readonly batches?: BatchesDone;
			/** Of a function. */
			readonly overloads?: OverloadsDone;
	  }
	/** No batch of a microbatch model was built. */
	| { readonly kind: "batchesFailed"; readonly batches: BatchesDone }
	| {
			readonly kind: "tested";
			readonly outcome: TestOutcome;
			readonly sample: ResultTable | null;
			readonly response: AdapterResponse;
			readonly executedSql: string;
			/** Where the failing rows are kept, as it is written in SQL. */
			readonly storedIn: string | null;
	  }
	/** By query, of those that a shared statement could count. */
	| { readonly kind: "scanned"; readonly counted: ReadonlyMap<string, CountedRows> }
	/** Actual and expected rows, told apart by the column `actual_or_expected`. */
	| {
			readonly kind: "compared";
			readonly table: ResultTable;
			readonly response: AdapterResponse;
			readonly executedSql: string;
	  }
	| { readonly kind: "hooked"; readonly count: number };
