import type { Batch } from "../core/eventTime.ts";
import type { BatchesDone, BuildableNode } from "../core/plan.ts";
import type { ResultFacts } from "./nodeResult.ts";
import type { Run, Standing } from "./run.ts";

/** dbt's result of a microbatch model: no adapter response, no compiled text; the files of its batches have that. */
export function batchFacts(run: Run, node: BuildableNode, done: BatchesDone): ResultFacts {
	const before = run.job.microbatch.unfinished.get(node.unique_id)?.successful ?? [];
	const { failed, problem } = done;
	const [built, all] = [done.successful.length, done.successful.length + failed.length];
	return {
		...(failed.length === 0
			? { status: "success", message: "SUCCESS" }
			: built === 0
				? { status: "error", message: "ERROR" }
				: { status: "partial success", message: `PARTIAL SUCCESS (${built}/${all})` }),
		failures: 0,
		diagnostic: problem,
		batch_results: { successful: [...done.successful, ...before], failed },
	};
}

export const lastBatchOf = (batch: Batch | undefined, failed: boolean): Standing["lastBatch"] | null =>
	batch === undefined ? null : { batch, failed };
