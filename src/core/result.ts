import type { InlinedCte } from "./compiler.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { BatchResults } from "./eventTime.ts";
import type { FreshnessCriteria, FreshnessReading } from "./freshness.ts";
import type { NodeId, ResourceType } from "./node.ts";
import type { ShortHistory } from "./request.ts";
import type { ResultTable } from "./resultTable.ts";

/** dbt's statuses (run_results v6). */
export type NodeStatus =
	| "success"
	| "error"
	| "skipped"
	| "pass"
	| "fail"
	| "warn"
	| "no-op"
	/** Not done again: what it is made of has not changed (dbt 1.12 has the word). */
	| "reused"
	| "partial success"
	| "runtime error";

export interface Timing {
	readonly name: "compile" | "execute";
	readonly started_at: string;
	readonly completed_at: string;
}

/** Why a node's candidate was not published though it was built, or why it was not built. */
export type HeldReason =
	| { readonly kind: "test"; readonly test: NodeId }
	| { readonly kind: "failed"; readonly node: NodeId }
	| { readonly kind: "gate"; readonly layer: string }
	| { readonly kind: "publish_group"; readonly group: string }
	/** `diagnostic`: the refusal in full; absent where the node went down with another, or the whole publish failed. */
	| { readonly kind: "publish"; readonly code: string; readonly reason: string; readonly diagnostic?: Diagnostic }
	| { readonly kind: "upstream"; readonly node: NodeId }
	| { readonly kind: "fail_fast" }
	/** The database could not be reached for several nodes in a row. */
	| { readonly kind: "connection" }
	| { readonly kind: "cancelled" }
	| { readonly kind: "hook" };

export interface NodeResult {
	readonly unique_id: NodeId;
	readonly resource_type: ResourceType;
	readonly layer: string | null;
	readonly status: NodeStatus;
	readonly message: string | null;
	readonly failures: number | null;
	/** Seconds. */
	readonly execution_time: number;
	readonly timing: readonly Timing[];
	readonly thread_id: string;
	readonly adapter_response:
		| {
				readonly _message: string;
				readonly code?: string;
				readonly rows_affected?: number;
				/** What the server calls the query, where it gives each a name. */
				readonly query_id?: string;
		  }
		| Record<string, never>;
	readonly compiled: boolean;
	/** With published names. */
	readonly compiled_code: string | null;
	/** Ephemeral models inlined into it, in order; absent where there are none. */
	readonly extra_ctes?: readonly InlinedCte[];
	/** Unique ids of the macros that its text called while it was compiled; absent where there are none. */
	readonly macros?: readonly string[];
	/** Compiled bodies of a function's other signatures; absent where it has none. */
	readonly overloads?: readonly string[];
	/** As sent to the database, when it differs. */
	readonly executed_code: string | null;
	readonly relation_name: string | null;
	readonly diagnostic: Diagnostic | null;
	/** `--changed`: why it was done in place of being left as it was; absent: nobody asked. */
	readonly why?: string;
	/** The run that built the candidate, where this one used it again; absent: it was built now. */
	readonly reused?: string;
	/** In layered runs: what became of the built relation. */
	readonly published: "published" | "held" | "blocked" | "direct" | "kept" | null;
	readonly held: HeldReason | null;
	/** The ephemeral model whose mistake is this node's failure; absent: the mistake is its own. */
	readonly failedIn?: string;
	/** That model is not selected: dbt compiles it with this node then, whose failure it is there too. */
	readonly failedOutside?: true;
	/** What became of a microbatch model's batches; those of the run that `retry` repeats are among the successful. */
	readonly batch_results?: BatchResults;
	/** What became of a function's other signatures, by the names of their files; present for every function that was created. */
	readonly overload_results?: { readonly successful: readonly string[]; readonly failed: readonly string[] };
	/** Where a test's failing rows are kept, as it is written in SQL; absent: nowhere. */
	readonly storedIn?: string;
	/** A few failing rows of a test. */
	readonly sample: ResultTable | null;
	/** How old a source is and what it was held to; absent for everything else, and for a source that could not be asked. */
	readonly freshness?: Omit<FreshnessReading, "response"> & { readonly criteria: FreshnessCriteria };
	/** A test that passed because it had too few earlier builds to compare with; absent for every other. */
	readonly shortHistory?: ShortHistory;
	/** Where a unit test ran; absent for everything else, and for one that did not. */
	readonly place?: "target" | "embedded";
}

export interface RunResult {
	readonly command: string;
	readonly runId: string;
	readonly results: readonly NodeResult[];
	readonly startedAt: string;
	/** Seconds. */
	readonly elapsed: number;
	readonly cancelled: boolean;
	/** 0 all well, 1 something failed, 130 cancelled. */
	readonly exitCode: 0 | 1 | 130;
}
