/**
 * The project as a directed graph: who reads whom. graphlib holds it; orders and searches are our own and iterative,
 * since graphlib's recurse and overflow the stack on a chain of about 3,000 nodes. Everything that leaves this room is
 * sorted, so that two runs of one project do the same in the same order.
 */
import { Graph as GraphLib } from "@dagrejs/graphlib";
import type { Manifest } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";

export interface Graph {
	/** Sorted. */
	readonly ids: readonly NodeId[];
	has(id: NodeId): boolean;
	/** What the node reads, sorted; empty for an unknown id. */
	parents(id: NodeId): readonly NodeId[];
	/** What reads the node, sorted; empty for an unknown id. */
	children(id: NodeId): readonly NodeId[];
}

const NONE: readonly NodeId[] = Object.freeze([]);

class StoredGraph implements Graph {
	readonly ids: readonly NodeId[];
	readonly #graph: GraphLib;
	/** graphlib makes a new array on every question; searches ask often. */
	readonly #parents = new Map<NodeId, readonly NodeId[]>();
	readonly #children = new Map<NodeId, readonly NodeId[]>();

	constructor(ids: readonly NodeId[], graph: GraphLib) {
		this.ids = ids;
		this.#graph = graph;
	}

	has(id: NodeId): boolean {
		return this.#graph.hasNode(id);
	}

	parents(id: NodeId): readonly NodeId[] {
		return remember(this.#parents, id, () => this.#graph.predecessors(id));
	}

	children(id: NodeId): readonly NodeId[] {
		return remember(this.#children, id, () => this.#graph.successors(id));
	}
}

/** graphlib hands out undefined for an id that it does not hold. */
function remember(
	cache: Map<NodeId, readonly NodeId[]>,
	id: NodeId,
	find: () => readonly string[] | undefined,
): readonly NodeId[] {
	const known = cache.get(id);
	if (known !== undefined) return known;
	const found = (find() ?? NONE) as readonly NodeId[];
	const sorted = found.length > 1 ? [...found].sort() : found;
	cache.set(id, sorted);
	return sorted;
}

/** A graph of nodes and the nodes they read. Edges to ids that are not nodes are left out. */
export function graphOf(parents: ReadonlyMap<NodeId, readonly NodeId[]>): Graph {
	const graph = new GraphLib({ directed: true, multigraph: false, compound: false });
	const ids = [...parents.keys()].sort();
	for (const id of ids) graph.setNode(id);
	for (const id of ids) {
		for (const parent of parents.get(id) ?? NONE) if (parents.has(parent)) graph.setEdge(parent, id);
	}
	return new StoredGraph(Object.freeze(ids), graph);
}

/** The graph of all enabled nodes, sources and exposures. */
export function buildGraph(manifest: Manifest): Graph {
	const parents = new Map<NodeId, readonly NodeId[]>();
	for (const members of [manifest.nodes, manifest.sources, manifest.exposures]) {
		for (const id of members.keys()) parents.set(id, manifest.parents.get(id) ?? NONE);
	}
	return graphOf(parents);
}
