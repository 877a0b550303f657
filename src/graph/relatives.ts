import type { NodeId } from "../core/node.ts";
import type { Graph } from "./graph.ts";

type Step = (id: NodeId) => readonly NodeId[];

/** Breadth first, all starts together; a start is in the result only when another start leads to it. */
function reach(starts: Iterable<NodeId>, step: Step, depth: number): Set<NodeId> {
	const found = new Set<NodeId>();
	let front = [...starts];
	for (let level = 0; level < depth && front.length > 0; level++) {
		const next: NodeId[] = [];
		for (const id of front) {
			for (const near of step(id)) {
				if (found.has(near)) continue;
				found.add(near);
				next.push(near);
			}
		}
		front = next;
	}
	return found;
}

/** What the nodes read, directly or not, up to `depth` steps away (all by default). */
export const ancestors = (graph: Graph, ids: Iterable<NodeId>, depth = Number.POSITIVE_INFINITY): Set<NodeId> =>
	reach(ids, (id) => graph.parents(id), depth);

/** What reads the nodes, directly or not, up to `depth` steps away (all by default). */
export const descendants = (graph: Graph, ids: Iterable<NodeId>, depth = Number.POSITIVE_INFINITY): Set<NodeId> =>
	reach(ids, (id) => graph.children(id), depth);

/** `@`: the nodes, all that descends from them, and all that any of these reads. */
export function wholeFamily(graph: Graph, ids: Iterable<NodeId>): Set<NodeId> {
	const family = new Set(ids);
	for (const id of descendants(graph, family)) family.add(id);
	for (const id of ancestors(graph, family)) family.add(id);
	return family;
}
