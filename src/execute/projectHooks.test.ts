import { describe, expect, it } from "vitest";
import type { OperationNode } from "../core/node.ts";
import { type FakeRun, runFake } from "./testing/fakeWarehouse.ts";
import { id, project } from "./testing/project.ts";

const manifest = project({ models: { a: {}, b: { reads: ["a"] } } });
const hook = (name: string): OperationNode =>
	({
		unique_id: id("operation", name),
		resource_type: "operation",
		name,
		layer: null,
		raw_code: `hook ${name}`,
		relation_name: null,
		location: { file: "dbt_project.yml", line: 1, column: 1 },
	}) as unknown as OperationNode;
const hooks = { start: [hook("start1"), hook("start2")], end: [hook("end")] };
const run = (options: Partial<FakeRun> = {}) => runFake({ manifest, layering: null, hooks, ...options });

describe("on-run-start and on-run-end", () => {
	it("run around everything and are results", async () => {
		const { world, result } = await run({ script: { concurrency: 1 } });
		expect(world.log).toEqual([
			"hook start1",
			"hook start2",
			"build model.p.a run1 table",
			"publish model.p.a: a",
			"build model.p.b run1 table",
			"publish model.p.b: b",
			"hook end",
		]);
		expect(result.results.map((r) => r.unique_id)).toEqual([
			"operation.p.start1",
			"operation.p.start2",
			"model.p.a",
			"model.p.b",
			"operation.p.end",
		]);
	});

	it("skip every node, and the hooks after it, when a start hook fails", async () => {
		const { status, result, world } = await run({ script: { failingHooks: ["start1"] } });
		expect(status).toEqual({ start1: "error", start2: "skipped", a: "skipped", b: "skipped", end: "success" });
		expect(result.exitCode).toBe(1);
		expect(result.results[0]?.diagnostic).toMatchObject({
			code: "TFM-RUN-009",
			message: "start1 failed: hook start1 refused (SQLSTATE 42501)",
		});
		expect(world.published.size).toBe(0);
	});

	it("end hooks run after a failure and after --fail-fast, but not after a cancel", async () => {
		const failed = await run({ script: { failing: ["a"] }, flags: { failFast: true } });
		expect(failed.status.end).toBe("success");
		const cancelled = await run({ script: { cancelAt: 6 } });
		expect([cancelled.status.end, cancelled.result.exitCode]).toEqual(["skipped", 130]);
	});

	it("make the run fail when an end hook fails", async () => {
		const { result, publishedNow } = await run({ script: { failingHooks: ["end"] } });
		expect([result.exitCode, publishedNow]).toEqual([1, ["a", "b"]]);
	});
});
