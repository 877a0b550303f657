import { diagnostic } from "../core/diagnostic.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { NodeResult } from "../core/result.ts";
import { runAfterPublish } from "./afterPublish.ts";
import { heldMessage } from "./nodeResult.ts";
import { publishUnit } from "./publishUnit.ts";
import type { Run, Standing } from "./run.ts";
import { settle } from "./settle.ts";

/** Publishes one node by itself and says what became of it. */
export async function publishAtOnce(
	run: Run,
	node: BuildableNode,
	standing: Standing,
	result: NodeResult,
): Promise<void> {
	const id = node.unique_id;
	const hooksDue = standing.lastBatch?.failed !== true;
	const hooksInside =
		hooksDue && run.job.layering === null && node.config["post-hook"].some((hook) => hook.transaction);
	const outcome = await publishUnit(run, { unit: id, members: [{ id, standing }], hooksInside });
	if (outcome.kind === "stopped") return;
	if (outcome.kind === "failed") {
		const message = outcome.diagnostic.message;
		settle(run, { ...result, status: "error", message, diagnostic: outcome.diagnostic });
		return;
	}
	const reason = outcome.refused.get(id);
	if (reason !== undefined) {
		const message = reason.kind === "publish" ? `${reason.code}: ${reason.reason}` : heldMessage(reason);
		const refused =
			reason.kind === "publish" && reason.diagnostic !== undefined
				? reason.diagnostic
				: diagnostic("TFM-RUN-011", { unit: node.name, message, sqlstate: undefined }, { at: node.location });
		settle(run, { ...result, status: "error", message: refused.message, diagnostic: refused, held: reason });
		return;
	}
	const after = hooksDue ? await runAfterPublish(run, node, standing.lastBatch?.batch) : null;
	const published = run.job.layering === null ? null : ("direct" as const);
	// The relation is there, whatever a hook after it says: its readers go on.
	const state = { kind: "done" } as const;
	// Where batches failed, what is published is not all that its readers expect (dbt skips them).
	if (after === null && result.status === "partial success") settle(run, { ...result, published });
	else if (after === null) settle(run, { ...result, published }, state);
	else settle(run, { ...result, published, status: "error", message: after.message, diagnostic: after }, state);
}
