/**
 * The project as a directed graph: who reads whom. graphlib holds it; orders and searches are our own and iterative,
 * since graphlib's recurse and overflow the stack on a chain of about 3,000 nodes. Everything that leaves this room is
 * sorted, so that two runs of one project do the same in the same order.
 */
import { Graph as GraphLib } from "@dagrejs/graphlib";
import { allNodes, type Manifest } from "../core/manifest.ts";
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
	readonly #inner: GraphLib;
	/** What a leaf reads, and the leaves that read a node. */
	readonly #leaves: ReadonlyMap<NodeId, readonly NodeId[]>;
	readonly #leafChildren: ReadonlyMap<NodeId, readonly NodeId[]>;
	/** graphlib makes a new array on every question; searches ask often. */
	readonly #parents = new Map<NodeId, readonly NodeId[]>();
	readonly #children = new Map<NodeId, readonly NodeId[]>();

	constructor(ids: readonly NodeId[], inner: GraphLib, leaves: ReadonlyMap<NodeId, readonly NodeId[]>) {
		this.ids = ids;
		this.#inner = inner;
		this.#leaves = leaves;
		const leafChildren = new Map<NodeId, NodeId[]>();
		for (const [leaf, parents] of leaves) {
			for (const parent of parents) {
				const known = leafChildren.get(parent);
				if (known === undefined) leafChildren.set(parent, [leaf]);
				else known.push(leaf);
			}
		}
		this.#leafChildren = leafChildren;
	}

	has(id: NodeId): boolean {
		return this.#leaves.has(id) || this.#inner.hasNode(id);
	}

	parents(id: NodeId): readonly NodeId[] {
		return this.#leaves.get(id) ?? remember(this.#parents, id, () => namesOf(this.#inner.predecessors(id)));
	}

	children(id: NodeId): readonly NodeId[] {
		return remember(this.#children, id, () => {
			const inner = namesOf(this.#inner.successors(id));
			const leaves = this.#leafChildren.get(id);
			return leaves === undefined ? inner : [...inner, ...leaves];
		});
	}
}

/** graphlib hands out undefined for a name that it does not hold. */
const namesOf = (names: readonly string[] | undefined): readonly NodeId[] => (names ?? NONE) as readonly NodeId[];

const inOrder = (ids: readonly NodeId[]): readonly NodeId[] => (ids.length > 1 ? [...ids].sort() : ids);

function remember(cache: Map<NodeId, readonly NodeId[]>, id: NodeId, find: () => readonly NodeId[]): readonly NodeId[] {
	const known = cache.get(id);
	if (known !== undefined) return known;
	const sorted = inOrder(find());
	cache.set(id, sorted);
	return sorted;
}

/**
 * A graph of nodes and the nodes they read. Edges to ids that are not nodes are left out. graphlib holds what is read
 * by something; nodes that nothing reads, four of five where every model has tests, are kept in plain maps beside it,
 * since graphlib takes 10 µs an edge (for 50,000 nodes most of a second, for the inner 10,000 a fifth of that).
 */
export function graphOf(parents: ReadonlyMap<NodeId, readonly NodeId[]>): Graph {
	const inner = new GraphLib({ directed: true, multigraph: false, compound: false });
	const ids = [...parents.keys()].sort();
	const read = new Set<NodeId>();
	for (const inputs of parents.values()) for (const input of inputs) read.add(input);
	const leaves = new Map<NodeId, readonly NodeId[]>();
	for (const id of ids) {
		if (read.has(id)) inner.setNode(id);
		else leaves.set(id, inOrder([...new Set(parents.get(id) ?? NONE)].filter((parent) => parents.has(parent))));
	}
	for (const id of ids) {
		if (leaves.has(id)) continue;
		for (const parent of parents.get(id) ?? NONE) if (parents.has(parent)) inner.setEdge(parent, id);
	}
	return new StoredGraph(Object.freeze(ids), inner, leaves);
}

/** The graph of everything that is enabled. */
export function buildGraph(manifest: Manifest): Graph {
	const parents = new Map<NodeId, readonly NodeId[]>();
	for (const members of allNodes(manifest)) {
		for (const id of members.keys()) parents.set(id, manifest.parents.get(id) ?? NONE);
	}
	return graphOf(parents);
}

/** More questions than these are answered faster by a graph that was made. */
const FEW_QUESTIONS = 500;

/**
 * The same, made when it is walked: commands that ask nothing, or for the relatives of a few nodes, do not wait for it.
 * A few questions are answered by the manifest's own lists.
 */
export function graphWhenAsked(manifest: Manifest): Graph {
	let made: Graph | undefined;
	let asked = 0;
	const maps = allNodes(manifest);
	const graph = () => {
		made ??= buildGraph(manifest);
		return made;
	};
	const has = (id: NodeId): boolean => made?.has(id) ?? maps.some((map) => map.has(id));
	const ends = (id: NodeId, of: "parents" | "children"): readonly NodeId[] => {
		if (made !== undefined || asked++ >= FEW_QUESTIONS) return graph()[of](id);
		return inOrder([...new Set(manifest[of].get(id) ?? NONE)].filter(has));
	};
	return {
		get ids() {
			return graph().ids;
		},
		has,
		parents: (id) => ends(id, "parents"),
		children: (id) => ends(id, "children"),
	};
}
