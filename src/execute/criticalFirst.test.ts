import { expect, it } from "vitest";
import { type NodeId, nodeId } from "../core/node.ts";
import { criticalFirst } from "./criticalFirst.ts";
import { drainStage } from "./drainStage.ts";

const id = (name: string): NodeId => nodeId(`model.p.${name}`);
const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(id) as [NodeId, NodeId, NodeId, NodeId, NodeId];
/** c → d → e; a and b stand alone. */
const dependents = new Map([
	[c, [d]],
	[d, [e]],
]);
const order = (usual: ReadonlyMap<NodeId, number>) =>
	criticalFirst([a, b, c, d, e], (of) => dependents.get(of) ?? [], usual);

it("what the longest way hangs on is started first", () => {
	const usual = new Map([a, b, c, d, e].map((of) => [of, 10]));
	expect(order(usual)).toEqual([c, d, a, b, e]);
	expect(order(new Map([...usual, [b, 100]]))).toEqual([b, c, d, a, e]);
});

it("what was never run counts as the middle of what was, and without any the order stays", () => {
	expect(order(new Map([[a, 50]]))).toEqual([c, d, a, b, e]);
	expect(order(new Map())).toEqual([a, b, c, d, e]);
});

it("a stage in that order starts nothing before what it waits for", async () => {
	const usual = new Map([
		[c, 0],
		[d, 0],
		[e, 500],
		[a, 1],
	]);
	const started: NodeId[] = [];
	await drainStage({
		ids: order(usual),
		dependenciesOf: (of) => [...dependents].flatMap(([input, readers]) => (readers.includes(of) ? [input] : [])),
		capacity: 1,
		stopped: () => false,
		start: (of) => {
			started.push(of);
			return undefined;
		},
	});
	expect(started).toEqual([c, d, e, a, b]);
});
