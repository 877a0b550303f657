import { batchesOf, batchOf, isBatchSize } from "../core/batches.ts";
import { fail } from "../core/diagnostic.ts";
import { type Batch, readEventTime } from "../core/eventTime.ts";
import type { BuildableNode, BuildInput } from "../core/plan.ts";
import type { Run } from "./run.ts";

/** False: an own strategy macro that the project does not want to be called in batches. */
export function isMicrobatch(run: Run, node: BuildableNode): boolean {
	const { materialized, incremental_strategy: strategy } = node.config;
	if (node.resource_type !== "model" || materialized !== "incremental" || strategy !== "microbatch") return false;
	// A materialization of the project's own takes the model as a whole.
	if (run.ports.compiler.materializationOf(node.unique_id) !== null) return false;
	return run.job.microbatch.batchOwnStrategies || !run.ports.compiler.isOverridden("get_incremental_microbatch_sql");
}

/**
 * The batches of a model that are due now, in order; at least one. `partly`: batches that an earlier run built are in
 * the published table, so that `retry` has only the others to do.
 */
export function dueBatches(
	run: Run,
	node: BuildableNode,
	ground: Pick<BuildInput, "existing" | "fullRefresh">,
	partly: boolean,
): readonly Batch[] {
	const { batch_size: size, begin, lookback } = node.config;
	const first = typeof begin === "string" ? readEventTime(begin) : null;
	// The manifest has refused what these could not be; a model that config() changes while running is not looked at.
	if (!isBatchSize(size) || first === null)
		return fail("TFM-INC-015", { node: node.name, key: "batch_size", problem: "is not set" }, { at: node.location });
	const unfinished = partly ? run.job.microbatch.unfinished.get(node.unique_id) : undefined;
	if (unfinished !== undefined) return unfinished.failed.map((window) => batchOf(window, size));
	const only = run.job.microbatch.only?.get(node.unique_id);
	if (only !== undefined) return only.map((window) => batchOf(window, size));
	const { asked, now } = run.job.microbatch;
	return batchesOf({
		size,
		begin: first,
		lookback: typeof lookback === "number" ? lookback : 1,
		incremental: ground.existing === "table" && !ground.fullRefresh,
		asked,
		now,
	});
}
