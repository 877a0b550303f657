import { expect, it } from "vitest";
import type { Manifest } from "../core/manifest.ts";
import type { RunResult } from "../core/result.ts";
import { compileUnread } from "./unreadEphemerals.ts";

const model = (id: string, reads: readonly string[] = [], materialized = "ephemeral") => [
	`model.p.${id}`,
	{ resource_type: "model", config: { materialized }, depends_on: { nodes: reads.map((name) => `model.p.${name}`) } },
];

it("compiles selected ephemeral models that nothing read, but for those whose inputs failed and those that ask the database", () => {
	const nodes = [
		model("a"),
		model("b"),
		model("bad", [], "table"),
		model("c", ["bad"]),
		model("d", ["c"]),
		model("asks"),
	];
	const manifest = { nodes: new Map(nodes as never) } as unknown as Manifest;
	const results = [
		{ unique_id: "model.p.bad", status: "error" },
		{ unique_id: "model.p.good", status: "success", extra_ctes: [{ id: "model.p.a" }] },
	];
	const compiler = {
		compileNode: (id: string) =>
			id === "model.p.asks" ? { kind: "suspended" } : { kind: "compiled", compiled: { id, sql: `select ${id}` } },
	};
	const run = { results, cancelled: false } as unknown as RunResult;
	const selected = new Set([...manifest.nodes.keys()]);
	const unread = compileUnread({ manifest, compiler: compiler as never }, selected, run);
	expect(unread).toEqual({ compiled: [{ id: "model.p.b", sql: "select model.p.b", ran: false }], warnings: [] });
});
