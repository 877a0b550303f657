import { expect, it } from "vitest";
import type { Manifest } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import { toGraphSummaryJson } from "./graphSummaryJson.ts";

/** Kinds by the first part of their ids, with what each reads. */
function manifestOf(reads: Record<string, readonly string[]>): Manifest {
	const of = (...kinds: string[]) =>
		new Map(
			Object.keys(reads).flatMap((id) => {
				const [type = ""] = id.split(".");
				return kinds.includes(type) ? [[id, { unique_id: id, resource_type: type }] as const] : [];
			}),
		);
	const none = new Map();
	const kinds = { sources: of("source"), nodes: of("model", "test"), exposures: of("exposure"), unitTests: none };
	const rest = { metrics: none, semanticModels: none, savedQueries: none };
	return { ...kinds, ...rest, parents: new Map(Object.entries(reads)) } as unknown as Manifest;
}

/** As dbt 1.12.6 wrote it for this graph, with `--use-fast-test-edges`: names in place of numbers. */
it("links readers to what they read, and for build what waits for a test to that test", () => {
	const text = toGraphSummaryJson(
		manifestOf({
			"model.orders": ["source.raw"],
			"model.totals": ["model.orders"],
			"model.c": ["model.orders", "model.totals"],
			"model.c2": ["model.c"],
			"test.not_null": ["model.totals"],
			"test.relationships": ["model.orders", "model.totals"],
			"source.raw": [],
			"exposure.board": ["model.c2"],
		}),
		{ invocationId: "1", withTestEdges: true },
	);
	const { linked, with_test_edges: tested } = JSON.parse(text);
	const named = (graph: Record<string, { name: NodeId; succ?: readonly number[] }>) =>
		Object.values(graph).map(({ name, succ = [] }) => `${name} → ${succ.map((i) => graph[i]?.name).join(" ")}`.trim());
	expect(named(linked)).toEqual([
		"source.raw → model.orders",
		"model.orders → model.totals model.c test.relationships",
		"model.totals → model.c test.not_null test.relationships",
		"model.c → model.c2",
		"model.c2 → exposure.board",
		"test.not_null →",
		"test.relationships →",
		"exposure.board →",
	]);
	expect(named(tested).slice(5, 7)).toEqual(["test.not_null → model.c", "test.relationships → model.c"]);
	expect(linked[0]).toEqual({ name: "source.raw", type: "source", succ: [1] });
});
