import type { NodeId } from "../core/node.ts";
import type { Graph } from "./graph.ts";

/** The nodes with inputs first, else by id. Throws when there is no such order: cycles are reported before anything is ordered. */
export function inputsFirst(graph: Graph): NodeId[] {
	const waiting = new Map(graph.ids.map((id) => [id, graph.parents(id).length]));
	const order = graph.ids.filter((id) => waiting.get(id) === 0);
	for (let i = 0; i < order.length; i++) {
		const id = order[i];
		if (id === undefined) break;
		for (const child of graph.children(id)) {
			const left = (waiting.get(child) ?? 0) - 1;
			waiting.set(child, left);
			if (left === 0) order.push(child);
		}
	}
	if (order.length < graph.ids.length) throw new Error("a graph with a cycle has no order");
	return order;
}

/** 32 bits a word, this many words a sweep: 50,000 nodes need 50 sweeps over 6 MB. */
const WORDS = 32;

function bitsSet(word: number): number {
	let n = word - ((word >>> 1) & 0x55555555);
	n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
	return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/**
 * How many nodes descend from each node, exactly. One search per node is quadratic on long chains; here every node
 * has a row of bits, one per descendant, that is the union of its children's rows, a thousand descendants at a time.
 */
export function countDescendants(graph: Graph): ReadonlyMap<NodeId, number> {
	const order = inputsFirst(graph);
	const position = new Map(order.map((id, i) => [id, i]));
	const children = order.map((id) => Int32Array.from(graph.children(id), (child) => position.get(child) ?? 0));
	const counts = new Float64Array(order.length);
	const rows = new Int32Array(order.length * WORDS);
	for (let from = 0; from < order.length; from += WORDS * 32) {
		const last = Math.min(order.length, from + WORDS * 32) - 1;
		// Rows of nodes behind this sweep's descendants stay empty: nothing of it descends from them.
		for (let i = last; i >= 0; i--) {
			const row = i * WORDS;
			rows.fill(0, row, row + WORDS);
			for (const child of children[i] ?? []) {
				if (child > last) continue;
				const childRow = child * WORDS;
				for (let w = 0; w < WORDS; w++) rows[row + w] = (rows[row + w] ?? 0) | (rows[childRow + w] ?? 0);
				const bit = child - from;
				if (bit >= 0) rows[row + (bit >> 5)] = (rows[row + (bit >> 5)] ?? 0) | (1 << (bit & 31));
			}
			let sum = 0;
			for (let w = 0; w < WORDS; w++) sum += bitsSet(rows[row + w] ?? 0);
			counts[i] = (counts[i] ?? 0) + sum;
		}
	}
	return new Map(order.map((id, i) => [id, counts[i] ?? 0]));
}

/**
 * All nodes, inputs first. Of those that could come next, the one that most nodes wait for (dbt's queue, spec 2.3),
 * then the smaller id. The order of a part of the graph is this order without the rest.
 */
export function topologicalOrder(graph: Graph): readonly NodeId[] {
	const counts = countDescendants(graph);
	const rank = new Map(
		[...graph.ids]
			.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1))
			.map((id, i) => [id, i]),
	);
	const byRank = [...rank.keys()];
	const waiting = new Map(graph.ids.map((id) => [id, graph.parents(id).length]));
	const ready = new RankQueue();
	for (const id of graph.ids) if (waiting.get(id) === 0) ready.push(rank.get(id) ?? 0);
	const order: NodeId[] = [];
	for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
		const id = byRank[next];
		if (id === undefined) break;
		order.push(id);
		for (const child of graph.children(id)) {
			const left = (waiting.get(child) ?? 0) - 1;
			waiting.set(child, left);
			if (left === 0) ready.push(rank.get(child) ?? 0);
		}
	}
	return Object.freeze(order);
}

/** A binary heap: the smallest number comes out first. */
class RankQueue {
	readonly #heap: number[] = [];

	push(rank: number): void {
		const heap = this.#heap;
		let at = heap.push(rank) - 1;
		while (at > 0) {
			const parent = (at - 1) >> 1;
			const above = heap[parent] ?? rank;
			if (above <= rank) break;
			heap[at] = above;
			heap[parent] = rank;
			at = parent;
		}
	}

	pop(): number | undefined {
		const heap = this.#heap;
		const first = heap[0];
		const last = heap.pop();
		if (first === undefined || last === undefined || heap.length === 0) return first;
		let at = 0;
		for (;;) {
			const left = 2 * at + 1;
			if (left >= heap.length) break;
			const right = left + 1;
			const smaller = right < heap.length && (heap[right] ?? 0) < (heap[left] ?? 0) ? right : left;
			const value = heap[smaller] ?? last;
			if (value >= last) break;
			heap[at] = value;
			at = smaller;
		}
		heap[at] = last;
		return first;
	}
}

/**
 * The graph of some nodes only; a path through nodes left out becomes an edge, so that an order still holds.
 */
export function graphOfSome(graph: Graph, ids: ReadonlySet<NodeId>): ReadonlyMap<NodeId, readonly NodeId[]> {
	const nearest = new Map<NodeId, ReadonlySet<NodeId>>();
	const parents = new Map<NodeId, readonly NodeId[]>();
	for (const id of inputsFirst(graph)) {
		const inputs = graph.parents(id);
		const found = new Set<NodeId>();
		for (const input of inputs) {
			if (ids.has(input)) found.add(input);
			else for (const through of nearest.get(input) ?? []) found.add(through);
		}
		if (ids.has(id)) parents.set(id, [...found].sort());
		else nearest.set(id, found);
	}
	return parents;
}
