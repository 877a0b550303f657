import type { NodeId } from "../core/node.ts";

/**
 * The order in which tasks that could start are started: first those from which the longest way leads to the end of
 * their stage, as long as each step of it usually took. A run of many threads that leaves the head of its longest chain
 * for last waits for that chain alone. What was never run counts as the middle one of those that were. `ids` in
 * topological order, in which they stay where as much hangs on them, and where nothing is known.
 */
export function criticalFirst(
	ids: readonly NodeId[],
	dependentsOf: (id: NodeId) => readonly NodeId[],
	usual: ReadonlyMap<NodeId, number>,
): readonly NodeId[] {
	const known = ids.flatMap((id) => usual.get(id) ?? []).sort((a, b) => a - b);
	const middle = known[known.length >> 1];
	if (middle === undefined) return ids;
	/** Milliseconds from a task's start to the end of what hangs on it. */
	const left = new Map<NodeId, number>();
	for (const id of [...ids].reverse()) {
		let longest = 0;
		for (const dependent of dependentsOf(id)) longest = Math.max(longest, left.get(dependent) ?? 0);
		left.set(id, longest + (usual.get(id) ?? middle));
	}
	return [...ids].sort((a, b) => left.get(b)! - left.get(a)!);
}
