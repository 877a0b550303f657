import { type Diagnostic, diagnostic, type RelatedPlace } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { Manifest } from "../core/manifest.ts";
import { findNode } from "../core/manifest.ts";
import type { GraphNode, NodeId } from "../core/node.ts";
import type { Graph } from "./graph.ts";

/**
 * Whether anything lies on a cycle, asked of the edges as they stand: making the graph takes longer, and of most projects
 * nobody asks for it.
 */
export function isCircular({ parents, children }: Pick<Manifest, "parents" | "children">): boolean {
	const free: NodeId[] = [];
	const waiting = new Map<NodeId, number>();
	for (const [id, readers] of children) {
		// What nobody reads lies on no cycle: most nodes are tests.
		if (readers.length === 0) continue;
		let known = 0;
		for (const input of parents.get(id) ?? []) if (parents.has(input)) known++;
		if (known === 0) free.push(id);
		else waiting.set(id, known);
	}
	for (let id = free.pop(); id !== undefined; id = free.pop()) {
		for (const child of children.get(id) ?? []) {
			const left = waiting.get(child);
			if (left === undefined) continue;
			if (left > 1) waiting.set(child, left - 1);
			else if (waiting.delete(child)) free.push(child);
		}
	}
	return waiting.size > 0;
}

/** A node that lies on a cycle, by taking away again and again what reads nothing that is left. */
function nodeOnCycle(graph: Graph): NodeId | undefined {
	const waiting = new Map(graph.ids.map((id) => [id, graph.parents(id).length]));
	const free = graph.ids.filter((id) => waiting.get(id) === 0);
	for (let id = free.pop(); id !== undefined; id = free.pop()) {
		waiting.delete(id);
		for (const child of graph.children(id)) {
			const left = (waiting.get(child) ?? 0) - 1;
			waiting.set(child, left);
			if (left === 0) free.push(child);
		}
	}
	// What is left lies on a cycle or behind one: walk back along inputs that are left until a node comes again.
	let at = graph.ids.find((id) => waiting.has(id));
	const walked = new Set<NodeId>();
	while (at !== undefined && !walked.has(at)) {
		walked.add(at);
		at = graph.parents(at).find((parent) => waiting.has(parent));
	}
	return at;
}

/**
 * A cycle, or null: each node is read by the next one, and the last by the first. The shortest one through the first
 * node that is found, starting from its smallest id; the same for the same graph.
 */
export function findCycle(graph: Graph): readonly NodeId[] | null {
	const start = nodeOnCycle(graph);
	if (start === undefined) return null;
	const cameFrom = new Map<NodeId, NodeId>();
	const queue = [start];
	for (let i = 0; i < queue.length; i++) {
		const id = queue[i];
		if (id === undefined) break;
		for (const child of graph.children(id)) {
			if (child === start) return fromSmallest(pathTo(id, cameFrom));
			if (cameFrom.has(child)) continue;
			cameFrom.set(child, id);
			queue.push(child);
		}
	}
	throw new Error(`${start} lies on a cycle that does not come back to it`);
}

function pathTo(end: NodeId, cameFrom: ReadonlyMap<NodeId, NodeId>): NodeId[] {
	const path = [end];
	for (let at = cameFrom.get(end); at !== undefined; at = cameFrom.get(at)) path.push(at);
	return path.reverse();
}

function fromSmallest(cycle: readonly NodeId[]): readonly NodeId[] {
	const smallest = cycle.reduce((least, id, i) => (id < (cycle[least] ?? id) ? i : least), 0);
	return [...cycle.slice(smallest), ...cycle.slice(0, smallest)];
}

/** Where a node's text refers to another one by this name. */
export type PlaceOfReference = (reader: GraphNode, name: string) => Location;

/** The error for a cycle: every edge with the place that makes it. */
export function describeCycle(
	manifest: Manifest,
	cycle: readonly NodeId[],
	placeOf: PlaceOfReference = (reader) => reader.location,
): Diagnostic {
	const edges = cycle.map((id, i) => {
		const reader = cycle[(i + 1) % cycle.length] ?? id;
		const [read, by] = [findNode(manifest, id)?.name ?? id, findNode(manifest, reader)?.name ?? reader];
		return { read, reader: by, id, readerId: reader };
	});
	const places: RelatedPlace[] = edges.flatMap(({ read, reader, readerId }) => {
		const node = findNode(manifest, readerId);
		return node === undefined ? [] : [{ label: `${reader} reads ${read}`, at: placeOf(node, read) }];
	});
	const facts = { edges: edges.map(({ read, reader, id }) => ({ read, reader, id })) };
	return diagnostic("TFM-GRAPH-001", facts, { at: places[0]?.at, related: places.slice(1) });
}
