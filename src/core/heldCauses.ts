import type { NodeId } from "./node.ts";
import type { HeldReason } from "./result.ts";

type Held = ReadonlyMap<NodeId, HeldReason>;

/**
 * For every node that was held or blocked, what failed first: a node, a test, or a closed gate. Reasons form chains
 * (`upstream` of something that was itself held by a test); a chain is followed to its start.
 */
export function findCauses(held: Held): ReadonlyMap<NodeId, NodeId | { readonly gate: string }> {
	const causes = new Map<NodeId, NodeId | { readonly gate: string }>();
	for (const id of held.keys()) {
		const cause = causeOf(id, held);
		if (cause !== null) causes.set(id, cause);
	}
	return causes;
}

function causeOf(id: NodeId, held: Held): NodeId | { readonly gate: string } | null {
	const seen = new Set<NodeId>();
	let at = id;
	for (;;) {
		// A chain cannot be longer than the graph is deep, but a display must not hang on a wrong event.
		if (seen.has(at)) return null;
		seen.add(at);
		const reason = held.get(at);
		if (reason === undefined) return at === id ? null : at;
		switch (reason.kind) {
			case "test":
				return reason.test;
			case "failed":
				return reason.node;
			case "upstream":
				at = reason.node;
				continue;
			case "gate":
				return { gate: reason.layer };
			case "publish":
				return at;
			case "publish_group":
			case "fail_fast":
			case "connection":
			case "cancelled":
			case "hook":
				return null;
		}
	}
}

/** The held and blocked nodes that this failure of this layer caused, sorted. */
export function causedBy(failure: NodeId, layer: string | null, causes: ReturnType<typeof findCauses>): NodeId[] {
	const caused: NodeId[] = [];
	for (const [id, cause] of causes) {
		if (id === failure) continue;
		if (typeof cause === "string" ? cause === failure : cause.gate === layer) caused.push(id);
	}
	return caused.sort();
}
