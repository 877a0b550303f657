/** Writing down what became of a task: its result, its state for those that read it, and the event. */
import { diagnostic } from "../core/diagnostic.ts";
import { type NodeId, versionedName } from "../core/node.ts";
import type { HeldReason, NodeResult } from "../core/result.ts";
import { graphNode, heldMessage, nodeResult } from "./nodeResult.ts";
import type { Run, TaskState } from "./run.ts";

const FAILED: ReadonlySet<NodeResult["status"]> = new Set(["error", "fail", "runtime error", "partial success"]);
export const isFailure = (result: NodeResult): boolean => FAILED.has(result.status);

const isTest = ({ resource_type: type }: NodeResult): boolean => type === "test" || type === "unit_test";

const DONE: TaskState = { kind: "done" };

function stateAfter(run: Run, result: NodeResult): TaskState {
	if (!isFailure(result)) return DONE;
	const node = run.job.manifest.nodes.get(result.unique_id);
	// on_error is a model's config; fail-fast overrides it (dbt).
	if (node?.resource_type === "model" && node.config.on_error === "continue" && !run.job.flags.failFast)
		return { kind: "forgiven" };
	return { kind: "out", root: result.unique_id };
}

function announce(run: Run, result: NodeResult): void {
	const node = graphNode(run, result.unique_id);
	run.ports.emit(
		{
			event: isTest(result) ? "test.finished" : "node.finished",
			node_id: result.unique_id,
			name: node.resource_type === "unit_test" ? versionedName(node) : node.name,
			layer: result.layer,
			result,
		},
		isFailure(result) ? "error" : result.status === "warn" ? "warn" : "info",
	);
}

/** A task that ran to its end, well or badly. */
export function settle(run: Run, result: NodeResult, state: TaskState = stateAfter(run, result)): void {
	run.results.set(result.unique_id, result);
	run.states.set(result.unique_id, state);
	announce(run, result);
	if (run.failFast !== null && isFailure(result)) run.failFast.failed();
	else watchConnection(run, result);
}

/** The circuit breaker: a database that is gone is not asked again for each of a thousand nodes. */
function watchConnection(run: Run, result: NodeResult): void {
	const { counts, job, ports } = run;
	const limit = job.flags.connectionFailureLimit;
	if (result.diagnostic?.code !== "TFM-RUN-005") {
		counts.unreachable = 0;
		return;
	}
	counts.unreachable += 1;
	if (limit === 0 || counts.unreachable < limit || run.stopReason() !== null) return;
	const facts = { nodes: counts.unreachable, last: graphNode(run, result.unique_id).name };
	ports.emit({ event: "diagnostic", diagnostic: diagnostic("TFM-RUN-040", facts) }, "error");
	run.stop({ kind: "connection" });
}

/** A task that is not run at all. */
export function skip(run: Run, id: NodeId, reason: HeldReason, root: NodeId = id): void {
	const result = nodeResult(graphNode(run, id), {
		status: "skipped",
		message: heldMessage(reason),
		held: reason,
		published: run.job.layering !== null && run.graph.tasks.get(id)?.kind === "build" ? "blocked" : null,
	});
	run.results.set(id, result);
	run.states.set(id, { kind: "out", root });
	announce(run, result);
}

/** Nodes that were passed through while their input stood take over that it does not count any more. */
function blockPassedThrough(run: Run, from: NodeId): void {
	const reached = new Set<NodeId>([from]);
	for (const id of reached)
		for (const reader of run.graph.dependents.get(id) ?? []) {
			if (run.graph.tasks.get(reader)?.kind !== "pass" || run.states.get(reader)?.kind !== "done") continue;
			run.states.set(reader, { kind: "out", root: from });
			reached.add(reader);
		}
}

/** A candidate that was built and is not published: its result turns into a skip with the reason. */
export function holdBack(run: Run, id: NodeId, reason: HeldReason): void {
	const built = run.results.get(id) ?? nodeResult(graphNode(run, id), { status: "skipped" });
	const result: NodeResult = Object.freeze({
		...built,
		status: "skipped" as const,
		message: heldMessage(reason),
		diagnostic: reason.kind === "publish" ? (reason.diagnostic ?? null) : built.diagnostic,
		held: reason,
		published: "held" as const,
	});
	run.results.set(id, result);
	run.states.set(id, { kind: "out", root: id });
	run.standing.delete(id);
	blockPassedThrough(run, id);
	run.ports.emit({ event: "node.held", node_id: id, layer: result.layer, reason }, "warn");
}

/** A published relation. */
export function markPublished(run: Run, id: NodeId, how: "published" | "direct"): void {
	const built = run.results.get(id);
	if (built !== undefined) run.results.set(id, Object.freeze({ ...built, published: how }));
	run.standing.delete(id);
}

/** Why a task cannot run, or null when all that it waits for is there. */
export function blockedBy(run: Run, id: NodeId): { readonly reason: HeldReason; readonly root: NodeId } | null {
	for (const dependency of run.graph.dependencies.get(id) ?? []) {
		const state = run.states.get(dependency);
		if (state === undefined) throw new Error(`${id} was started before ${dependency} was settled`);
		if (state.kind === "out") return { reason: { kind: "upstream", node: state.root }, root: state.root };
	}
	return null;
}

/** A pass-through node takes over the state of what it waits for. */
export function passThrough(run: Run, id: NodeId): void {
	const blocked = blockedBy(run, id);
	run.states.set(id, blocked === null ? DONE : { kind: "out", root: blocked.root });
}

/** Everything without a result when the run ends early: candidates are held, the rest is skipped. */
export function settleUnfinished(run: Run, reason: HeldReason): void {
	for (const task of run.graph.tasks.values()) {
		if (run.standing.has(task.id)) holdBack(run, task.id, reason);
		else if (task.kind !== "pass" && !run.results.has(task.id)) skip(run, task.id, reason);
	}
}
