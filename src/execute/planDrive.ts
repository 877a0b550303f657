import type { BoundStatement, Candidate, Session } from "../core/adapter.ts";
import type { CompiledNode } from "../core/compiler.ts";
import type { Batch } from "../core/eventTime.ts";
import type { NodeId, SeedNode } from "../core/node.ts";
import type { AdapterResponse, PlanRequest } from "../core/plan.ts";
import type { Run } from "./run.ts";

/** What a plan is driven with. */
export interface PlanDrive {
	readonly run: Run;
	readonly session: Session;
	readonly node: NodeId;
	/** Set for seeds: their rows come from a port. */
	readonly seed: SeedNode | null;
	/** What is written down in the build's transaction once the candidate stands. */
	readonly record: (candidate: Candidate, response: AdapterResponse) => readonly BoundStatement[];
	/** Whether that is anything. */
	readonly records?: boolean;
	readonly inTransaction: boolean;
	/** Of the outermost transaction: the one whose last statement took the commit along, with the record that it made sure of. */
	readonly closing?: { committed: Extract<PlanRequest, { kind: "execute" }>["closing"] };
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
