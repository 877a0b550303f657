import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../core/node.ts";
import { describeCycle, findCycle, isCircular } from "./cycle.ts";
import { buildGraph, type Graph, graphOf } from "./graph.ts";
import { countDescendants, graphOfSome, topologicalOrder } from "./order.ts";
import { ancestors, descendants, wholeFamily } from "./relatives.ts";
import { lettersManifest } from "./testing/smallManifest.ts";

const graphFrom = (reads: Record<string, readonly string[]>): Graph =>
	graphOf(new Map(Object.entries(reads).map(([id, inputs]) => [nodeId(id), inputs.map(nodeId)])));
const chain = (length: number): Graph =>
	graphOf(new Map(Array.from({ length }, (_, i) => [nodeId(`n${i}`), i === 0 ? [] : [nodeId(`n${i - 1}`)]] as const)));

/** Graphs without cycles: each node reads some of those before it. Names are shuffled against the order. */
const acyclic = fc
	.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 40 })
	.map((inputs) =>
		Object.fromEntries(inputs.map((reads, i) => [name(i), [...new Set(i === 0 ? [] : reads.map((n) => name(n % i)))]])),
	);
const name = (i: number): string => `m${(i * 37) % 101}`;

describe("the graph", () => {
	it("holds nodes, sources and exposures, and leaves out edges to what does not exist", () => {
		const graph = buildGraph(lettersManifest({ b: ["a", "gone"], a: [] }));
		expect(graph.ids).toEqual(["model.shop.a", "model.shop.b"]);
		expect(graph.parents(nodeId("model.shop.b"))).toEqual(["model.shop.a"]);
		expect(graph.children(nodeId("model.shop.a"))).toEqual(["model.shop.b"]);
		expect([graph.has(nodeId("model.shop.gone")), graph.parents(nodeId("x"))]).toEqual([false, []]);
	});
});

describe("order", () => {
	it("puts inputs first, then what most nodes wait for, then the smaller id", () => {
		const graph = graphFrom({ z: [], a: [], b: [], long1: ["b"], long2: ["long1"], end: ["a", "long2"] });
		expect(topologicalOrder(graph)).toEqual(["b", "long1", "a", "long2", "end", "z"]);
	});

	it("holds for every graph without a cycle, and is the same however the graph was given", () => {
		fc.assert(
			fc.property(acyclic, (reads) => {
				const graph = graphFrom(reads);
				const order = topologicalOrder(graph);
				const position = new Map(order.map((id, i) => [id, i]));
				expect([...order].sort()).toEqual(graph.ids);
				for (const id of graph.ids)
					for (const parent of graph.parents(id)) expect(position.get(parent)).toBeLessThan(position.get(id) ?? 0);
				expect(topologicalOrder(graphFrom(Object.fromEntries(Object.entries(reads).reverse())))).toEqual(order);
			}),
		);
	});

	it("counts descendants exactly", () => {
		fc.assert(
			fc.property(acyclic, (reads) => {
				const graph = graphFrom(reads);
				for (const [id, count] of countDescendants(graph)) expect(count).toBe(descendants(graph, [id]).size);
			}),
		);
		const counts = countDescendants(chain(3000));
		expect([counts.get(nodeId("n0")), counts.get(nodeId("n1975")), counts.get(nodeId("n2999"))]).toEqual([
			2999, 1024, 0,
		]);
	});

	it("manages a chain of 20,000", () => {
		const graph = chain(20_000);
		expect(topologicalOrder(graph).at(-1)).toBe("n19999");
		expect(findCycle(graph)).toBeNull();
		expect(ancestors(graph, [nodeId("n19999")]).size).toBe(19_999);
		expect(wholeFamily(graph, [nodeId("n10000")]).size).toBe(20_000);
		expect(graphOfSome(graph, new Set([nodeId("n3"), nodeId("n19999")])).get(nodeId("n19999"))).toEqual(["n3"]);
	});

	it("keeps paths through nodes that are left out", () => {
		fc.assert(
			fc.property(acyclic, fc.infiniteStream(fc.boolean()), (reads, coin) => {
				const graph = graphFrom(reads);
				const some = new Set(graph.ids.filter(() => coin.next().value === true));
				const part = graphOf(graphOfSome(graph, some));
				for (const id of some) {
					const expected = [...ancestors(graph, [id])].filter((ancestor) => some.has(ancestor)).sort();
					expect([...ancestors(part, [id])].sort()).toEqual(expected);
				}
			}),
		);
	});
});

describe("cycles", () => {
	it("are found, and named edge by edge", () => {
		const manifest = lettersManifest({ a: ["c"], b: ["a"], c: ["b", "free"], free: [], behind: ["a"] });
		expect(isCircular(manifest)).toBe(true);
		const cycle = findCycle(buildGraph(manifest));
		expect(cycle).toEqual(["model.shop.a", "model.shop.b", "model.shop.c"]);
		const found = describeCycle(manifest, cycle ?? []);
		expect(found.code).toBe("TFM-GRAPH-001");
		expect(found.message).toBe("nodes read each other in a circle: a → b → c → a");
		expect(found.at?.file).toBe("models/b.sql");
		expect(found.related.map(({ label, at }) => `${at.file}: ${label}`)).toEqual([
			"models/c.sql: c reads b",
			"models/a.sql: a reads c",
		]);
	});

	it("of one node are called so", () => {
		const manifest = lettersManifest({ a: ["a"] });
		const cycle = findCycle(buildGraph(manifest)) ?? [];
		expect(describeCycle(manifest, cycle).message).toBe("a reads itself");
	});

	it("are found wherever one edge back closes them, even around 20,000 nodes", () => {
		const ring = new Map(
			Array.from({ length: 20_000 }, (_, i) => [nodeId(`n${i}`), [nodeId(`n${(i + 19_999) % 20_000}`)]] as const),
		);
		expect(findCycle(graphOf(ring))?.length).toBe(20_000);
		expect(() => topologicalOrder(graphOf(ring))).toThrow("a graph with a cycle has no order");
	});

	it("exist exactly where some node descends from itself", () => {
		const anyGraph = fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 3 }), { minLength: 1, maxLength: 12 });
		fc.assert(
			fc.property(anyGraph, (inputs) => {
				const reads = inputs.map(
					(list, i) => [`m${i}`, list.filter((n) => n < inputs.length).map((n) => `m${n}`)] as const,
				);
				const graph = graphFrom(Object.fromEntries(reads));
				const looping = graph.ids.filter((id) => descendants(graph, [id]).has(id));
				const cycle = findCycle(graph);
				expect(cycle === null).toBe(looping.length === 0);
				const edges = (of: (id: NodeId) => readonly NodeId[]) => new Map(graph.ids.map((id) => [id, of(id)]));
				expect(
					isCircular({ parents: edges(graph.parents.bind(graph)), children: edges(graph.children.bind(graph)) }),
				).toBe(cycle !== null);
				const ids = cycle ?? [];
				for (const [i, id] of ids.entries()) expect(graph.children(id)).toContain(ids[(i + 1) % ids.length]);
				expect(new Set(ids).size).toBe(ids.length);
			}),
		);
	});
});

describe("relatives", () => {
	/** The distance from any start, by the book. */
	function distances(graph: Graph, starts: readonly NodeId[]): Map<NodeId, number> {
		const best = new Map<NodeId, number>();
		let front = starts;
		for (let depth = 1; front.length > 0; depth++) {
			const next = [...new Set(front.flatMap((id) => [...graph.parents(id)]))].filter((id) => !best.has(id));
			for (const id of next) best.set(id, depth);
			front = next;
		}
		return best;
	}

	it("up to a depth are those at that distance or nearer", () => {
		fc.assert(
			fc.property(
				acyclic,
				fc.nat({ max: 6 }),
				fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
				(reads, depth, picks) => {
					const graph = graphFrom(reads);
					const starts = picks.map((n) => graph.ids[n % graph.ids.length]).filter((id) => id !== undefined);
					const near = [...distances(graph, starts)].filter(([, distance]) => distance <= depth).map(([id]) => id);
					expect([...ancestors(graph, starts, depth)].sort()).toEqual(near.sort());
				},
			),
		);
	});

	it("turn around: x is above y exactly where y is below x", () => {
		fc.assert(
			fc.property(acyclic, (reads) => {
				const graph = graphFrom(reads);
				for (const id of graph.ids)
					for (const above of ancestors(graph, [id])) expect(descendants(graph, [above]).has(id)).toBe(true);
			}),
		);
	});

	it("of @ are the node, its descendants, and the ancestors of all of these", () => {
		fc.assert(
			fc.property(acyclic, fc.nat(), (reads, pick) => {
				const graph = graphFrom(reads);
				const start = graph.ids[pick % graph.ids.length];
				if (start === undefined) return;
				const below = [start, ...descendants(graph, [start])];
				const expected = new Set([...below, ...below.flatMap((id) => [...ancestors(graph, [id])])]);
				expect([...wholeFamily(graph, [start])].sort()).toEqual([...expected].sort());
			}),
		);
	});
});
