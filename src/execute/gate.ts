/**
 * What a layer's gate lets through. Pure: facts in, a decision out. The rules are those of "Layers, gates and
 * publishing" in the documentation.
 */
import type { NodeId } from "../core/node.ts";
import type { HeldReason } from "../core/result.ts";

export interface GateFacts {
	readonly layer: string;
	/** `off` and `warn` hold nothing back by themselves; failed nodes still hold what descends from them. */
	readonly policy: "error" | "warn" | "off";
	readonly scope: "lineage" | "layer";
	/** Candidates that stand and are not held yet, in DAG order; with `publish_scope: run` those of earlier layers too. */
	readonly candidates: readonly NodeId[];
	/** Of this layer, so that a layer scope does not reach back, and without snapshots, which it does not hold. */
	readonly ofLayer: ReadonlySet<NodeId>;
	/** Nodes that failed and hold others back; a failed landing load only what descends from it. */
	readonly failedNodes: readonly { readonly node: NodeId; readonly landing: boolean }[];
	/** Failed tests that close the gate, with what each reads in this layer. */
	readonly failedTests: readonly {
		readonly test: NodeId;
		readonly holds: readonly NodeId[];
		readonly landing: boolean;
	}[];
	/** Selected nodes that left no candidate (failed, skipped, held): their publish groups are incomplete. */
	readonly missing: readonly NodeId[];
	/** What reads a node directly, among what this run has already settled; no tests. */
	readonly readersOf: (id: NodeId) => readonly NodeId[];
	readonly groupOf: (id: NodeId) => string | null;
}

export interface GateDecision {
	readonly closed: boolean;
	/** Candidates held back, with the reason, in DAG order. */
	readonly held: ReadonlyMap<NodeId, HeldReason>;
	/** Everything else that must not be read in this run: sources and models between, whose tests failed. */
	readonly blocked: ReadonlyMap<NodeId, HeldReason>;
}

export function decideGate(facts: GateFacts): GateDecision {
	const reasons = new Map<NodeId, HeldReason>();
	const queue: NodeId[] = [];
	const hold = (id: NodeId, reason: HeldReason): void => {
		if (reasons.has(id)) return;
		reasons.set(id, reason);
		queue.push(id);
	};

	if (facts.policy === "error") {
		for (const { test, holds } of facts.failedTests) for (const id of holds) hold(id, { kind: "test", test });
		const wholeLayer = [...facts.failedNodes, ...facts.failedTests].some((failed) => !failed.landing);
		if (facts.scope === "layer" && wholeLayer)
			for (const id of facts.candidates) if (facts.ofLayer.has(id)) hold(id, { kind: "gate", layer: facts.layer });
	}
	for (const { node } of facts.failedNodes)
		for (const reader of facts.readersOf(node)) hold(reader, { kind: "upstream", node });

	const groups = new Map<string, NodeId[]>();
	for (const id of facts.candidates) {
		const group = facts.groupOf(id);
		if (group === null) continue;
		const members = groups.get(group);
		if (members === undefined) groups.set(group, [id]);
		else members.push(id);
	}
	const holdGroup = (group: string | null): void => {
		if (group === null) return;
		for (const member of groups.get(group) ?? []) hold(member, { kind: "publish_group", group });
		groups.delete(group);
	};
	for (const id of facts.missing) holdGroup(facts.groupOf(id));
	for (let at = 0; at < queue.length; at++) {
		const id = queue[at]!;
		const reason = reasons.get(id);
		const root = reason?.kind === "upstream" ? reason.node : id;
		for (const reader of facts.readersOf(id)) hold(reader, { kind: "upstream", node: root });
		holdGroup(facts.groupOf(id));
	}

	const candidates = new Set(facts.candidates);
	const held = new Map<NodeId, HeldReason>();
	for (const id of facts.candidates) {
		const reason = reasons.get(id);
		if (reason !== undefined) held.set(id, reason);
	}
	return {
		closed: facts.policy === "error" && (facts.failedTests.length > 0 || facts.failedNodes.length > 0),
		held,
		blocked: new Map([...reasons].filter(([id]) => !candidates.has(id))),
	};
}
