/**
 * dbt's `build`: a test blocks every node that lies below *all* that the test reads, so that a relationships test
 * across two branches does not block what sees only one of them. Only the first such nodes need an edge; skipping goes
 * on from there.
 */
import type { Manifest } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import type { Task } from "./task.ts";

export interface TestEdge {
	readonly test: NodeId;
	readonly blocks: readonly NodeId[];
}

/** Strict descendants, through all of the project. */
function descendants(manifest: Manifest, of: NodeId): Set<NodeId> {
	const found = new Set<NodeId>(manifest.children.get(of) ?? []);
	for (const id of found) for (const child of manifest.children.get(id) ?? []) found.add(child);
	return found;
}

function firstBelowAll(
	manifest: Manifest,
	tasks: ReadonlyMap<NodeId, Task>,
	parents: readonly NodeId[],
): readonly NodeId[] {
	const blockable = (id: NodeId): boolean => {
		const kind = tasks.get(id)?.kind;
		return kind === "build" || kind === "pass";
	};
	const only = parents.length === 1 ? parents[0] : undefined;
	if (only !== undefined) {
		const children = manifest.children.get(only) ?? [];
		// An unselected child outside the run may still lead back into it; then the general way finds the entry points.
		if (
			children.every(
				(id) => tasks.has(id) || manifest.nodes.get(id)?.resource_type === "test" || manifest.unitTests.has(id),
			)
		)
			return children.filter(blockable);
	}
	const [first, ...rest] = parents.map((parent) => descendants(manifest, parent));
	if (first === undefined) return [];
	const below = new Set([...first].filter((id) => blockable(id) && rest.every((set) => set.has(id))));
	return [...below].filter((id) => !(manifest.parents.get(id) ?? []).some((parent) => below.has(parent)));
}

export function testEdges(manifest: Manifest, tasks: ReadonlyMap<NodeId, Task>): readonly TestEdge[] {
	const known = new Map<string, readonly NodeId[]>();
	const edges: TestEdge[] = [];
	for (const task of tasks.values()) {
		if (task.kind !== "test") continue;
		const parents = manifest.parents.get(task.id) ?? [];
		const key = parents.join("\0");
		let blocks = known.get(key);
		if (blocks === undefined) {
			blocks = firstBelowAll(manifest, tasks, parents);
			known.set(key, blocks);
		}
		edges.push({ test: task.id, blocks });
	}
	return edges;
}
