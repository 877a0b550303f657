import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../core/node.ts";
import { expectedDuration } from "./expectedDuration.ts";
import type { RunGraph } from "./runGraph.ts";

const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => nodeId(`model.p.${name}`)) as [NodeId, NodeId, NodeId, NodeId];

/** a → c; b and d stand alone. */
const graph = {
	tasks: new Map([a, b, c, d].map((id) => [id, { kind: "build", id }])),
	dependencies: new Map([[c, [a]]]),
	dependents: new Map([[a, [c]]]),
	stages: [{ layer: null, ids: [a, b, c, d] }],
} as unknown as RunGraph;

const usual = new Map([
	[a, 4000],
	[b, 3000],
	[c, 1000],
	[d, 2000],
]);

describe("the expected duration of a run", () => {
	it("is the sum of all on one thread", () => {
		expect(expectedDuration(graph, 1, usual)).toBe(10_000);
	});

	it("lays the tasks over the threads in the order of the run", () => {
		expect(expectedDuration(graph, 2, usual)).toBe(5000);
	});

	it("never goes below the longest chain", () => {
		expect(expectedDuration(graph, 8, usual)).toBe(5000);
	});

	it("is unknown where a fifth of the work was never seen", () => {
		expect(expectedDuration(graph, 2, new Map([[a, 4000]]))).toBeNull();
	});
});
