/**
 * Which nodes wait for a test: those that lie below all that it reads, where no other of them lies between. A search
 * for each test takes the square of the project (a minute for ten thousand models with a relationships test each), so
 * that whether one node lies above another is asked for all of them together.
 */
import type { NodeId } from "../core/node.ts";

export interface TestInputs {
	readonly test: NodeId;
	readonly inputs: readonly NodeId[];
}

export interface WaitingGraph {
	/** All nodes but tests, which nothing reads. */
	readonly ids: readonly NodeId[];
	readonly parents: (id: NodeId) => readonly NodeId[];
	/** Tests among them. */
	readonly successors: (id: NodeId) => readonly NodeId[];
	/** Whether it is a node that can wait: one that is executed, and no test. */
	readonly waits: (id: NodeId) => boolean;
}

type Pair = readonly [above: NodeId, below: NodeId];

/** Each test with each node that waits for it, in the order of the tests. */
export function waitingForTests(
	tests: readonly TestInputs[],
	graph: WaitingGraph,
): readonly (readonly [NodeId, NodeId])[] {
	const order = inOrder(graph);
	const place = new Map(order.map((id, at) => [id, at]));
	const placeOf = (id: NodeId): number => place.get(id) ?? -1;
	const lowest = (inputs: readonly NodeId[]): NodeId =>
		inputs.reduce((low, id) => (placeOf(id) > placeOf(low) ? id : low));
	const several = tests.filter(({ inputs }) => inputs.length > 1);
	const inLine = leading(
		several.flatMap(({ inputs }) =>
			inputs.flatMap((id): Pair[] => (id === lowest(inputs) ? [] : [[id, lowest(inputs)]])),
		),
		order,
		graph,
	);
	// Where all else that a test reads lies above one of it, what lies below that one lies below all.
	const last = ({ inputs }: TestInputs): NodeId | null => {
		const low = lowest(inputs);
		return inputs.every((id) => id === low || inLine(id, low)) ? low : null;
	};
	const lasts = [...new Set(several.flatMap((test) => last(test) ?? []))];
	const direct = new Map(lasts.map((id) => [id, graph.successors(id).filter(graph.waits)]));
	const far = behindOthers(graph);
	const between = (id: NodeId, candidate: NodeId): readonly NodeId[] =>
		graph.parents(candidate).filter((parent) => parent !== id && graph.waits(parent));
	const leads = leading(
		lasts.flatMap((id) => {
			const candidates = [...direct.get(id)!, ...far];
			return [...far, ...candidates.flatMap((one) => between(id, one))].map((below): Pair => [id, below]);
		}),
		order,
		graph,
	);
	const next = new Map(
		lasts.map((id) => {
			const candidates = new Set([...direct.get(id)!, ...far.filter((one) => leads(id, one))]);
			return [id, [...candidates].filter((one) => !between(id, one).some((parent) => leads(id, parent)))];
		}),
	);
	return tests.flatMap((test) => {
		const [only] = test.inputs;
		if (only === undefined) return [];
		const low = test.inputs.length === 1 ? null : last(test);
		const waiting =
			test.inputs.length === 1
				? graph.successors(only).filter(graph.waits)
				: low === null
					? belowAll(test.inputs, graph)
					: next.get(low)!;
		return waiting.map((id) => [test.test, id] as const);
	});
}

/** Inputs first. */
function inOrder({ ids, parents, successors }: WaitingGraph): readonly NodeId[] {
	const waiting = new Map(ids.map((id) => [id, parents(id).length]));
	const order = ids.filter((id) => waiting.get(id) === 0);
	for (const id of order) {
		for (const next of successors(id)) {
			const left = waiting.get(next);
			if (left === undefined) continue;
			waiting.set(next, left - 1);
			if (left === 1) order.push(next);
		}
	}
	return order;
}

/** Nodes that can wait below such as cannot, which lie below others themselves: a metric, seldom. */
const behindOthers = ({ ids, parents, waits }: WaitingGraph): readonly NodeId[] =>
	ids.filter((id) => waits(id) && parents(id).some((parent) => !waits(parent) && parents(parent).length > 0));

/** Bits of a row, which says of one node which of so many others lie above it. */
const WORDS = 32;

/** Answers for these pairs whether the first lies above the second: a thousand first ones in one walk over the graph. */
function leading(
	pairs: readonly Pair[],
	order: readonly NodeId[],
	{ parents }: WaitingGraph,
): (above: NodeId, below: NodeId) => boolean {
	const place = new Map(order.map((id, at) => [id, at]));
	const above = order.map((id) => parents(id).flatMap((parent) => place.get(parent) ?? []));
	const asked = new Map<NodeId, Set<NodeId>>();
	for (const [first, second] of pairs) asked.set(first, (asked.get(first) ?? new Set()).add(second));
	const firsts = [...asked.keys()];
	const rows = new Int32Array(firsts.length === 0 ? 0 : order.length * WORDS);
	for (let from = 0; from < firsts.length; from += WORDS * 32) {
		const some = firsts.slice(from, from + WORDS * 32);
		const bits = new Map(some.map((id, bit) => [place.get(id), bit]));
		rows.fill(0);
		for (const [i, inputs] of above.entries()) {
			for (const input of inputs) {
				for (let word = 0; word < WORDS; word++) rows[i * WORDS + word]! |= rows[input * WORDS + word]!;
				const bit = bits.get(input);
				if (bit !== undefined) rows[i * WORDS + (bit >> 5)]! |= 1 << (bit & 31);
			}
		}
		for (const [bit, first] of some.entries()) {
			const found = asked.get(first)!;
			for (const second of found) {
				const row = place.get(second);
				if (row === undefined || (rows[row * WORDS + (bit >> 5)]! & (1 << (bit & 31))) === 0) found.delete(second);
			}
		}
	}
	return (first, second) => asked.get(first)?.has(second) === true;
}

/** Where what a test reads lies side by side: by a search from each. */
function belowAll(inputs: readonly NodeId[], { successors, waits }: WaitingGraph): readonly NodeId[] {
	const [first, ...rest] = inputs.map((id) => {
		const below = new Set(successors(id));
		for (const reader of below) for (const next of successors(reader)) below.add(next);
		return below;
	});
	const all = new Set([...(first ?? [])].filter((id) => waits(id) && rest.every((below) => below.has(id))));
	const later = new Set([...all].flatMap((id) => successors(id).filter((next) => all.has(next))));
	return [...all].filter((id) => !later.has(id));
}
