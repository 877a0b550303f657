import { describe, expect, it } from "vitest";
import type { Manifest } from "../core/manifest.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { RelationSize } from "../core/relation.ts";
import { buildPlan } from "./buildPlan.ts";
import type { ChangeReview, ReviewedNode } from "./changeReview.ts";
import { outlineOf } from "./outlineOf.ts";

const [RAW, VIEW, STAGED, EVENTS, TOTALS] = ["raw", "view", "staged", "events", "totals"].map((name) =>
	nodeId(`model.p.${name}`),
) as [NodeId, NodeId, NodeId, NodeId, NodeId];

/** raw → view → staged → events → totals; events is incremental. */
const KINDS: readonly (readonly [NodeId, string, readonly NodeId[]])[] = [
	[RAW, "table", []],
	[VIEW, "view", [RAW]],
	[TOTALS, "table", [EVENTS]],
	[STAGED, "table", [VIEW]],
	[EVENTS, "incremental", [STAGED]],
];
const manifest = {
	nodes: new Map(KINDS.map(([id, materialized]) => [id, { resource_type: "model", config: { materialized } }])),
	parents: new Map(KINDS.map(([id, , parents]) => [id, parents])),
	unitTests: new Map(),
} as unknown as Manifest;

const reviewed = (id: NodeId, change: ReviewedNode["change"], reasons: readonly string[] = []): ReviewedNode => ({
	...{ id, name: id.split(".")[2]!, resource_type: "model", layer: null, owner: null, change, reasons },
	...{ risk: "risky", columns: [], file: "models/a.sql", line: 1 },
});

function outline(fullRefresh = false) {
	const nodes = [
		reviewed(TOTALS, "reached", ["other values in n"]),
		reviewed(EVENTS, "modified"),
		reviewed(STAGED, "added"),
	];
	const review: ChangeReview = {
		...{ project: "p", base: "b", head: null, ref: "dev", nodes, unaffected: 0, findings: [] },
	};
	const size = (rows: number) => ({ rows, bytes: rows * 10 });
	return outlineOf({
		review,
		plan: buildPlan(nodes, manifest),
		manifest,
		about: { project: "p", target: "dev", environment: null, against: { kind: "base", commit: "b", says: "b" } },
		whyNew: () => "it does not stand in dev yet",
		sizes: new Map<NodeId, RelationSize>([
			[RAW, size(7)],
			[VIEW, { rows: null, bytes: null }],
			[EVENTS, size(1000)],
			[TOTALS, size(5)],
		]),
		usual: new Map([
			[EVENTS, { node: EVENTS, median: 12, p95: 15, runs: 3 }],
			[TOTALS, { node: TOTALS, median: 2, p95: 2, runs: 2 }],
		]),
		fullRefresh,
	});
}

describe("the outline of a build", () => {
	it("has inputs first, and says what is done with each node and why", () => {
		expect(outline().nodes.map(({ name, way, why }) => [name, way, ...why])).toEqual([
			["staged", "built anew", "it does not stand in dev yet"],
			["events", "new rows only"],
			["totals", "built anew", "other values in n"],
		]);
		expect(outline(true).nodes[1]?.way).toBe("built anew");
	});

	it("counts what is replaced, what is read through views, and times of which enough runs are known", () => {
		expect(outline().costs).toEqual({
			replaces: { rows: 1005, bytes: 10_050 },
			reads: { relations: 1, rows: 7, bytes: 70 },
			seconds: 12,
			timed: 1,
			of: 3,
		});
	});
});
