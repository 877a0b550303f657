import type { Candidate, Session } from "../core/adapter.ts";
import type { CompiledNode } from "../core/compiler.ts";
import type { Batch } from "../core/eventTime.ts";
import type { NodeId, SeedNode } from "../core/node.ts";
import type { AdapterResponse } from "../core/plan.ts";
import type { Run } from "./run.ts";

/** What a plan is driven with. */
export interface PlanDrive {
	readonly run: Run;
	readonly session: Session;
	readonly node: NodeId;
	/** Set for seeds: their rows come from a port. */
	readonly seed: SeedNode | null;
	/** Called in the build's transaction once the candidate stands. */
	readonly record: (candidate: Candidate, response: AdapterResponse) => Promise<void>;
	readonly inTransaction: boolean;
	/** Nothing is recorded in the transaction, so that it may be committed with its last statement. */
	readonly unrecorded?: boolean;
	/** Of such a transaction. */
	readonly closing?: { committed: boolean };
	/** The batch of a microbatch model under way, and what is known of it so far. */
	readonly batch?: BatchProgress;
}

/** Grows while a batch is built. */
export interface BatchProgress {
	readonly batch: Batch;
	compiled: CompiledNode | null;
	executedSql: string | null;
	response: string;
}
