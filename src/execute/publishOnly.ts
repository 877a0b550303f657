/**
 * A run that builds nothing: it publishes relations that stand already. What `tfm publish` and `tfm rollback` have in
 * common: leases, the members found while they are held, one publish, the hooks after it, the end of the run.
 */
import type { BoundStatement, Session } from "../core/adapter.ts";
import type { NodeId } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import { runAfterPublish } from "./afterPublish.ts";
import { closeRun } from "./closeRun.ts";
import { graphNode, nodeResult } from "./nodeResult.ts";
import { prepareToPublish } from "./prepare.ts";
import { type PublishUnit, publishUnit } from "./publishUnit.ts";
import { createRun, type Run, type Standing } from "./run.ts";
import { holdBack, markPublished, settle, settleUnfinished } from "./settle.ts";
import { runStarted } from "./summarize.ts";

export interface Ready {
	/** In DAG order; all of them are selected in the job. */
	readonly members: readonly {
		readonly id: NodeId;
		readonly standing: Standing;
		/** One line about where the relation comes from. */
		readonly message: string;
	}[];
	readonly alsoRecord?: (published: readonly NodeId[]) => readonly BoundStatement[];
	readonly generationOf?: ReadonlyMap<NodeId, string>;
	readonly afterwards?: (published: readonly NodeId[]) => Promise<void>;
}

/** What became of the members that were published: readers see them, whatever a hook says afterwards. */
async function finish(run: Run, id: NodeId, message: string): Promise<void> {
	const node = graphNode(run, id) as BuildableNode;
	const reused = run.standing.get(id)?.builtBy;
	const done = nodeResult(node, {
		status: "success",
		message,
		published: "published",
		...(reused === undefined ? {} : { reused }),
	});
	run.ports.emit({
		event: "node.started",
		node_id: id,
		name: node.name,
		resource_type: node.resource_type,
		layer: node.layer,
		materialized: node.config.materialized,
		thread: "",
	});
	markPublished(run, id, "published");
	const after = await runAfterPublish(run, node);
	settle(run, after === null ? done : { ...done, status: "error", message: after.message, diagnostic: after });
}

async function publish(run: Run, unit: PublishUnit, ready: Ready): Promise<void> {
	const messages = new Map(ready.members.map((m) => [m.id, m.message]));
	const outcome = await publishUnit(run, unit);
	if (outcome.kind === "stopped") return;
	if (outcome.kind === "failed") {
		const { code, message } = outcome.diagnostic;
		for (const { id } of ready.members) holdBack(run, id, { kind: "publish", code, reason: message });
		return;
	}
	for (const [id, reason] of outcome.refused) holdBack(run, id, reason);
	for (const id of outcome.published) await finish(run, id, messages.get(id) ?? "");
	await ready.afterwards?.(outcome.published);
}

/**
 * Publishes what `find` finds, under leases on everything that the job selects. `find` throws TfmError where it may not
 * be done; nothing is changed then.
 */
export async function publishOnly(
	job: RunJob,
	ports: RunPorts,
	about: { readonly unit: string; readonly find: (run: Run, session: Session) => Promise<Ready> },
): Promise<RunResult> {
	const run = createRun(job, ports);
	const { clock, emit, adapter } = ports;
	const started = clock();
	return closeRun(run, started, async () => {
		emit(runStarted(run));
		try {
			await prepareToPublish(run);
			const ready = await adapter.withSession((session) => about.find(run, session));
			for (const { id, standing } of ready.members) run.standing.set(id, standing);
			await publish(run, { ...ready, unit: about.unit, hooksInside: false }, ready);
		} catch (error) {
			if (run.stopReason() === null) throw error;
		}
		const reason = run.stopReason();
		if (reason !== null) settleUnfinished(run, reason);
		return [...run.graph.tasks.keys()].flatMap((id): NodeResult[] => {
			const result = run.results.get(id);
			return result === undefined ? [] : [result];
		});
	});
}
