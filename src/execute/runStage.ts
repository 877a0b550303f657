/** One layer: build and test in DAG order, gate, publish, hooks. In a project without layers the one stage is all of it. */
import type { Layer } from "../core/config.ts";
import type { NodeId } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { HeldReason, NodeResult } from "../core/result.ts";
import { runAfterPublish } from "./afterPublish.ts";
import { buildNode } from "./buildNode.ts";
import { criticalFirst } from "./criticalFirst.ts";
import { drainStage } from "./drainStage.ts";
import { decideGate, type GateDecision } from "./gate.ts";
import { graphNode, nodeResult } from "./nodeResult.ts";
import { publishUnit } from "./publishUnit.ts";
import { recordGate } from "./recordGate.ts";
import type { Run } from "./run.ts";
import { runFreshness } from "./runFreshness.ts";
import { hasWork, type Stage } from "./runGraph.ts";
import { runLoad } from "./runLoad.ts";
import { runTest, unbuiltInput } from "./runTest.ts";
import { runUnitTest } from "./runUnitTest.ts";
import { blockedBy, holdBack, isFailure, markPublished, passThrough, settle, skip } from "./settle.ts";
import { startDeadline } from "./statement.ts";

/** Starts one task; undefined when it was settled without any work. */
function startTask(run: Run, id: NodeId, slot: number): Promise<void> | undefined {
	const task = run.graph.tasks.get(id)!;
	if (task.kind === "pass") {
		passThrough(run, id);
		return undefined;
	}
	const blocked = blockedBy(run, id);
	if (blocked !== null) {
		skip(run, id, blocked.reason, blocked.root);
		return undefined;
	}
	const known = run.job.settled?.get(id);
	if (known !== undefined) {
		run.ports.emit({ event: "message", text: known.says, node_id: id, print: true });
		settle(run, nodeResult(task.node, { status: known.status, message: known.message }));
		return undefined;
	}
	startDeadline(run, id);
	switch (task.kind) {
		case "build":
			return buildNode(run, task.node, slot);
		case "load":
			return runLoad(run, task.node, slot);
		case "freshness":
			return runFreshness(run, task.node, slot);
		case "test":
			return runTest(run, task.node, slot);
		case "unit":
			return runUnitTest(run, task.node, slot);
		case "noop":
			settle(run, nodeResult(task.node, { status: "no-op", message: "NO-OP", failures: 0 }));
			return undefined;
	}
}

/** What a failed test holds: the nodes of its layer that it reads, or all that it reads where it reads none of them. */
function heldByTest(
	run: Run,
	stage: Stage,
	test: NodeId,
): { readonly holds: readonly NodeId[]; readonly landing: boolean } {
	const { manifest } = run.job;
	const inputs = manifest.parents.get(test) ?? [];
	const ofLayer = inputs.filter((id) => graphNode(run, id).layer === stage.layer?.name);
	return {
		holds: ofLayer.length > 0 ? ofLayer : inputs.filter((id) => run.graph.tasks.has(id)),
		landing: inputs.length > 0 && inputs.every((id) => manifest.sources.has(id)),
	};
}

function gateOf(run: Run, stage: Stage, layer: Layer): GateDecision {
	const { tasks, dependents } = run.graph;
	const failed = stage.ids.filter((id) => {
		const result = run.results.get(id);
		return result !== undefined && isFailure(result);
	});
	const closing = failed.filter((id) => {
		const task = tasks.get(id);
		return task?.kind === "test" && unbuiltInput(run, task.node) === null;
	});
	return decideGate({
		layer: layer.name,
		policy: layer.gate,
		scope: run.job.layering?.gateScope ?? "lineage",
		candidates: [...tasks.keys()].filter((id) => run.standing.has(id)),
		// A day that a snapshot misses is gone: a sibling does not hold it, only what it reads and what tests it.
		ofLayer: new Set(stage.ids.filter((id) => run.job.manifest.nodes.get(id)?.resource_type !== "snapshot")),
		failedNodes: failed
			.filter((id) => tasks.get(id)?.kind !== "test" && run.states.get(id)?.kind === "out")
			.map((node) => ({ node, landing: run.job.manifest.sources.has(node) })),
		failedTests: closing.map((test) => ({ test, ...heldByTest(run, stage, test) })),
		missing: [...tasks.values()]
			.filter((task) => task.kind === "build" && (run.states.get(task.id) ?? { kind: "done" }).kind !== "done")
			.map((task) => task.id),
		readersOf: (id) => (dependents.get(id) ?? []).filter((r) => run.states.has(r) && tasks.get(r)?.kind !== "test"),
		groupOf: (id) => {
			const group = run.job.manifest.nodes.get(id)?.config.publish_group;
			return typeof group === "string" ? group : null;
		},
	});
}

const sorted = (ids: Iterable<NodeId>): readonly NodeId[] => [...ids].sort();

async function closeOrPass(run: Run, stage: Stage, layer: Layer): Promise<GateDecision> {
	const { emit } = run.ports;
	const decision = gateOf(run, stage, layer);
	if (decision.held.size > 0) await recordGate(run, layer.name, { stage, held: decision.held });
	const softened = stage.ids.filter((id) => run.softened.has(id));
	const failed = stage.ids.filter((id) => {
		const result = run.results.get(id);
		return result !== undefined && isFailure(result);
	});
	const tests = stage.ids.filter((id) => ["test", "unit"].includes(run.graph.tasks.get(id)?.kind ?? "")).length;
	const published = stage.ids.filter((id) => run.standing.has(id) && !decision.held.has(id));
	if (decision.closed)
		emit(
			{
				event: "gate.closed",
				layer: layer.name,
				failed: sorted(failed),
				held: sorted(decision.held.keys()),
				published: sorted(published),
			},
			"error",
		);
	else if (layer.gate === "warn" && failed.length + softened.length > 0)
		emit({ event: "gate.warned", layer: layer.name, failed: sorted([...failed, ...softened]) }, "warn");
	else if (layer.gate !== "off") emit({ event: "gate.passed", layer: layer.name, tests });
	for (const [id, reason] of decision.held) holdBack(run, id, reason);
	for (const id of decision.blocked.keys()) run.states.set(id, { kind: "out", root: id });
	return decision;
}

/** Publishes candidates together, then runs the hooks outside the transaction. */
export async function publishStanding(run: Run, unit: string, ids: readonly NodeId[]): Promise<void> {
	const members = ids.flatMap((id) => {
		const standing = run.standing.get(id);
		return standing === undefined ? [] : [{ id, standing }];
	});
	if (members.length === 0) return;
	const outcome = await publishUnit(run, { unit, members, hooksInside: false });
	if (outcome.kind === "stopped") return;
	if (outcome.kind === "failed") {
		const { code, message } = outcome.diagnostic;
		const reason: HeldReason = { kind: "publish", code, reason: message };
		for (const { id } of members) holdBack(run, id, reason);
		return;
	}
	for (const [id, reason] of outcome.refused) holdBack(run, id, reason);
	for (const id of outcome.published) markPublished(run, id, "published");
	for (const id of outcome.published) {
		const failure = await runAfterPublish(run, graphNode(run, id) as BuildableNode);
		const result = run.results.get(id);
		if (failure === null || result === undefined) continue;
		const failed: NodeResult = { ...result, status: "error", message: failure.message, diagnostic: failure };
		run.results.set(id, Object.freeze(failed));
		if (run.job.flags.failFast) run.stop({ kind: "fail_fast" });
	}
}

export interface StageReport {
	readonly stage: Stage;
	readonly gateClosed: boolean;
	readonly durationMs: number;
}

/** Builds, tests, and decides. Returns null when the run was stopped before the gate could decide. */
export async function runStage(run: Run, stage: Stage): Promise<StageReport | null> {
	const { adapter, clock, emit } = run.ports;
	const started = clock().getTime();
	const kinds = stage.ids.map((id) => run.graph.tasks.get(id)!.kind);
	const working = hasWork(run.graph, stage);
	if (stage.layer !== null && working)
		emit({
			event: "layer.started",
			layer: stage.layer.name,
			nodes: kinds.filter((kind) => kind === "build" || kind === "load" || kind === "freshness").length,
			tests: kinds.filter((kind) => kind === "test" || kind === "unit").length,
		});
	const capacity = Math.min(run.job.flags.threads, adapter.capabilities.concurrency);
	await drainStage({
		// On one thread any order takes as long, and this one is the same in every run.
		ids: capacity > 1 ? criticalFirst(stage.ids, (id) => run.graph.dependents.get(id) ?? [], run.usual) : stage.ids,
		dependenciesOf: (id) => {
			const scan = run.scans.get(id);
			const inputs = run.graph.dependencies.get(id) ?? [];
			return scan === undefined || scan.first === id ? inputs : [...inputs, scan.first];
		},
		capacity,
		stopped: () => run.stopReason() !== null,
		start: (id, slot) => startTask(run, id, slot),
		settled: (id) => {
			if (run.failFast?.endsAfter(id)) run.stop({ kind: "fail_fast" });
		},
	});
	if (run.stopReason() !== null) return null;
	let gateClosed = false;
	if (run.gated && stage.layer !== null && working) {
		gateClosed = (await closeOrPass(run, stage, stage.layer)).closed;
		if (run.job.layering?.publishScope === "layer") await publishStanding(run, stage.layer.name, stage.ids);
		if (run.stopReason() !== null) return null;
	}
	return { stage, gateClosed, durationMs: clock().getTime() - started };
}
