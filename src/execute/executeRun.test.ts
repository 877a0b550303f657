import { describe, expect, it } from "vitest";
import { type FakeRun, runFake } from "./testing/fakeWarehouse.ts";
import { layering, project } from "./testing/project.ts";

const LAYERS = layering(["landing", "staging", "marts"]);
const shop = project({
	sources: { raw: { layer: "landing", load: true } },
	models: {
		orders: { layer: "staging", reads: ["raw"] },
		lines: { layer: "staging", reads: ["orders"] },
		people: { layer: "staging", reads: ["raw"] },
		revenue: { layer: "marts", reads: ["lines"] },
		census: { layer: "marts", reads: ["people"] },
	},
	tests: {
		orders_unique: { layer: "staging", reads: ["orders"] },
		raw_not_null: { layer: "landing", reads: ["raw"] },
		census_ok: { layer: "marts", reads: ["census"] },
	},
});
const run = (options: Partial<FakeRun> = {}) => runFake({ manifest: shop, layering: LAYERS, ...options });
const publishes = (log: readonly string[]) => log.filter((line) => line.startsWith("publish"));

describe("a layered run", () => {
	it("publishes layer by layer, each together, after its tests", async () => {
		const { result, world } = await run();
		expect(result.exitCode).toBe(0);
		expect(publishes(world.log)).toEqual(["publish staging: orders lines people", "publish marts: census revenue"]);
		expect(world.log.indexOf("test test.p.orders_unique")).toBeLessThan(
			world.log.indexOf("publish staging: orders lines people"),
		);
		expect(world.candidateRows.size).toBe(0);
		expect(world.runs.get("run1")).toBe("success");
	});

	it("reads candidates inside the layer and published relations of earlier ones, and reports published names", async () => {
		const { result, compiled } = await run();
		expect(compiled).toMatchObject({
			lines: 'select from "tfm_c_0_staging"."orders"',
			orders_unique: 'select from "tfm_c_0_staging"."orders"',
			revenue: 'select from "staging"."lines"',
		});
		const code = (id: string) => result.results.find((r) => r.unique_id === id)?.compiled_code;
		expect(code("model.p.lines")).toBe('select from "staging"."orders"');
		expect(code("model.p.revenue")).toBe('select from "staging"."lines"');
	});

	it("holds what a failed test read and what descends from it; the rest of the layer publishes", async () => {
		const { result, world, status, events, publishedNow } = await run({ script: { failing: ["orders_unique"] } });
		expect(result.exitCode).toBe(1);
		expect(publishedNow).toEqual(["people", "census"]);
		expect(status).toMatchObject({ orders: "skipped", lines: "skipped", revenue: "skipped", census: "success" });
		expect(result.results.find((r) => r.unique_id === "model.p.lines")).toMatchObject({
			published: "held",
			held: { kind: "upstream", node: "model.p.orders" },
		});
		expect(result.results.find((r) => r.unique_id === "model.p.revenue")).toMatchObject({
			published: "blocked",
			held: { kind: "upstream", node: "model.p.lines" },
		});
		expect(events.find((e) => e.event === "gate.closed")).toEqual({
			event: "gate.closed",
			layer: "staging",
			failed: ["test.p.orders_unique"],
			held: ["model.p.lines", "model.p.orders"],
			published: ["model.p.people"],
		});
		expect([...world.candidateRows.keys()].sort()).toEqual(["model.p.lines", "model.p.orders"]);
	});

	it("holds the whole layer under gate_scope: layer", async () => {
		const { publishedNow } = await run({
			layering: layering(["landing", "staging", "marts"], { gateScope: "layer" }),
			script: { failing: ["orders_unique"] },
		});
		expect(publishedNow).toEqual([]);
	});

	it("never holds a load; a failed landing test holds only what descends from the table", async () => {
		const { result, status, publishedNow } = await run({ script: { failing: ["raw_not_null"] } });
		expect(result.results.find((r) => r.unique_id === "source.p.raw")).toMatchObject({ status: "success", held: null });
		expect(status).toMatchObject({ orders: "skipped", census: "skipped" });
		expect(publishedNow).toEqual([]);
	});

	it("skips what reads a node that failed, and its tests", async () => {
		const { status, publishedNow, result } = await run({ script: { failing: ["orders"] } });
		expect(status).toMatchObject({ orders: "error", lines: "skipped", orders_unique: "skipped", revenue: "skipped" });
		expect(publishedNow).toEqual(["people", "census"]);
		const error = result.results.find((r) => r.unique_id === "model.p.orders");
		expect(error?.diagnostic).toMatchObject({
			code: "TFM-RUN-001",
			message: "the database refused orders: column does not exist (SQLSTATE 42703)",
			at: { file: "target/run/p/models/orders.sql", line: 1, column: 7 },
		});
	});

	it("publishes everything at once after the last gate with publish_scope: run", async () => {
		const scope = layering(["landing", "staging", "marts"], { publishScope: "run" });
		const good = await run({ layering: scope });
		expect(publishes(good.world.log)).toEqual(["publish run: orders lines people census revenue"]);
		const bad = await run({ layering: scope, script: { failing: ["census_ok"] } });
		expect([...bad.publishedNow].sort()).toEqual(["lines", "orders", "people", "revenue"]);
	});

	it("publishes a publish group together or not at all", async () => {
		const manifest = project({
			models: {
				a: { layer: "staging", config: { publish_group: "g" } },
				b: { layer: "staging", config: { publish_group: "g" } },
				c: { layer: "staging" },
			},
			tests: { t: { layer: "staging", reads: ["a"] } },
		});
		const { publishedNow } = await runFake({ manifest, layering: LAYERS, script: { failing: ["t"] } });
		expect(publishedNow).toEqual(["c"]);
	});

	it("only warns where the gate warns, and does not run the tests of a gate that is off", async () => {
		const gates = (gate: "warn" | "off") => layering(["landing", { name: "staging", gate }, "marts"]);
		const warned = await run({ layering: gates("warn"), script: { failing: ["orders_unique"] } });
		expect([warned.status.orders_unique, warned.result.exitCode]).toEqual(["warn", 0]);
		expect(warned.events.find((e) => e.event === "gate.warned")).toMatchObject({ failed: ["test.p.orders_unique"] });
		const off = await run({ layering: gates("off"), script: { failing: ["orders_unique"] } });
		expect([off.status.orders_unique, off.result.exitCode]).toEqual(["no-op", 0]);
		expect(off.world.log).not.toContain("test test.p.orders_unique");
	});

	it("lets a test of severity warn and a broken test decide as their status says", async () => {
		const manifest = project({
			models: { a: { layer: "staging" }, b: { layer: "staging" } },
			tests: {
				soft: { layer: "staging", reads: ["a"], config: { severity: "warn" } },
				broken: { layer: "staging", reads: ["b"] },
			},
		});
		const script = { failing: ["soft"], brokenTests: ["broken"] };
		const { status, publishedNow } = await runFake({ manifest, layering: LAYERS, script });
		expect(status).toMatchObject({ soft: "warn", broken: "error" });
		expect(publishedNow).toEqual(["a"]);
	});

	it("only warns for a test that mixes what was built with what was not", async () => {
		const manifest = project({
			models: { a: { layer: "staging" }, b: { layer: "staging" } },
			tests: { both: { layer: "staging", reads: ["a", "b"] } },
		});
		const mixed = { manifest, layering: LAYERS, script: { failing: ["both"] } };
		const part = await runFake({ ...mixed, selected: ["a", "both"] });
		expect([part.status.both, part.publishedNow]).toEqual(["warn", ["a"]]);
		const whole = await runFake(mixed);
		expect([whole.status.both, whole.publishedNow]).toEqual(["fail", []]);
	});

	it("builds and publishes each node directly with --no-gate", async () => {
		const { world, result, publishedNow } = await run({
			flags: { gates: false },
			script: { failing: ["orders_unique"] },
		});
		expect(publishes(world.log)).toHaveLength(5);
		expect(publishedNow).toHaveLength(5);
		expect(result.results.find((r) => r.unique_id === "model.p.orders")?.published).toBe("direct");
	});

	it("publishes a node with publish: direct at once, unaudited", async () => {
		const manifest = project({
			models: { a: { layer: "staging", config: { publish: "direct" } }, b: { layer: "staging" } },
			tests: { t: { layer: "staging", reads: ["a"] } },
		});
		const { world, result } = await runFake({ manifest, layering: LAYERS, script: { failing: ["t"] } });
		expect(publishes(world.log)).toEqual(["publish model.p.a: a", "publish staging: b"]);
		expect(result.results.find((r) => r.unique_id === "model.p.a")).toMatchObject({
			published: "direct",
			status: "success",
		});
	});
});

describe("a publish that does not go through", () => {
	it("leaves everything as it was, says so, and blocks what comes after", async () => {
		const { result, status, events, publishedNow } = await run({
			script: { publishFails: { sqlstate: "55P03", times: 1 } },
		});
		expect(publishedNow).toEqual([]);
		expect(status).toMatchObject({ orders: "skipped", revenue: "skipped" });
		expect(result.exitCode).toBe(1);
		expect(events.find((e) => e.event === "publish.failed")).toMatchObject({
			unit: "staging",
			diagnostic: { code: "TFM-RUN-011" },
		});
	});

	it("blocks a later layer also through an ephemeral model between", async () => {
		const manifest = project({
			models: {
				a: { layer: "staging" },
				between: { layer: "staging", reads: ["a"], config: { materialized: "ephemeral" } },
				b: { layer: "marts", reads: ["between"] },
			},
		});
		const script = { publishFails: { sqlstate: "53100", times: 1 } };
		expect((await runFake({ manifest, layering: LAYERS, script })).status).toEqual({ a: "skipped", b: "skipped" });
	});

	it("is repeated after a failure that certainly had no effect", async () => {
		const script = { publishFails: { sqlstate: "40P01", times: 2, retryable: true } };
		expect((await run({ script })).result.exitCode).toBe(0);
	});

	it("publishes the rest where single candidates are refused, but not what reads them", async () => {
		const { publishedNow, result, world } = await run({ script: { refused: ["orders"] } });
		expect(publishedNow).toEqual(["people", "census"]);
		expect(result.results.find((r) => r.unique_id === "model.p.orders")?.held).toEqual({
			kind: "publish",
			code: "TFM-PUB-002",
			reason: "something hangs on it",
		});
		expect([...world.publishedRows.keys()].sort()).toEqual(["model.p.census", "model.p.people"]);
		expect([...world.candidateRows.keys()].sort()).toEqual(["model.p.lines", "model.p.orders"]);
	});
});

describe("an unlayered run", () => {
	const chain = project({
		models: { a: {}, b: { reads: ["a"] }, c: { reads: ["b"] }, other: {} },
		tests: { a_ok: { reads: ["a"] } },
	});
	const dbt = (options: Partial<FakeRun> = {}) => runFake({ manifest: chain, layering: null, ...options });

	it("publishes every node right after its build", async () => {
		const { world } = await dbt({ script: { concurrency: 1 } });
		expect(world.log.filter((l) => !l.startsWith("test"))).toEqual([
			"build model.p.a run1 table",
			"publish model.p.a: a",
			"build model.p.b run1 table",
			"publish model.p.b: b",
			"build model.p.c run1 table",
			"publish model.p.c: c",
			"build model.p.other run1 table",
			"publish model.p.other: other",
		]);
	});

	it("does not let tests gate in run, and skips what descends from a failed test in build", async () => {
		const script = { failing: ["a_ok"] };
		expect((await dbt({ script })).publishedNow).toHaveLength(4);
		const built = await dbt({ script, flags: { testsBlock: true } });
		expect(built.status).toEqual({ a: "success", a_ok: "fail", b: "skipped", c: "skipped", other: "success" });
	});

	it("goes on below a failed model with on_error: continue", async () => {
		const manifest = project({ models: { a: { config: { on_error: "continue" } }, b: { reads: ["a"] } } });
		const lenient = { manifest, layering: null, script: { failing: ["a"] } };
		expect((await runFake(lenient)).status).toEqual({ a: "error", b: "success" });
		expect((await runFake({ ...lenient, flags: { failFast: true } })).status).toEqual({ a: "error", b: "skipped" });
	});

	it("stops at the first failure with --fail-fast and says so on everything unfinished", async () => {
		const { result, world } = await dbt({ script: { failing: ["a"], concurrency: 1 }, flags: { failFast: true } });
		expect(result.exitCode).toBe(1);
		expect(result.results.filter((r) => r.status === "skipped").map((r) => r.message)).toEqual(
			Array(4).fill("Skipping due to fail_fast"),
		);
		expect(world.log).toEqual(["build model.p.a run1 table"]);
	});

	it("ends with --fail-fast when dbt would: another node becomes ready, or none is left to become so", async () => {
		const flags = { failFast: true, testsBlock: true };
		const serial = { failing: ["a"], concurrency: 1 };
		const waiting = project({ models: { a: {}, b: {}, c: { reads: ["b"] } } });
		const none = project({ models: { a: {}, b: {}, c: {} } });
		const both = project({ models: { a: {}, b: {}, c: { reads: ["a", "b"] } } });
		const run = async (manifest: FakeRun["manifest"]) =>
			(await runFake({ manifest, layering: null, script: serial, flags })).status;
		expect(await run(waiting)).toEqual({ a: "error", b: "success", c: "skipped" });
		expect(await run(none)).toEqual({ a: "error", b: "skipped", c: "skipped" });
		expect(await run(both)).toEqual({ a: "error", b: "success", c: "skipped" });
	});

	it("does not build a seed again whose file is unchanged and whose table is there", async () => {
		const manifest = project({ seeds: { countries: {} }, models: { a: { reads: ["countries"] } } });
		const first = await runFake({ manifest, layering: null });
		const again = await runFake({ manifest, layering: null, world: first.world, runId: "run2" });
		expect(again.status).toEqual({ countries: "no-op", a: "success" });
		const full = { manifest, layering: null, world: first.world, runId: "run3", flags: { fullRefresh: true } };
		expect((await runFake(full)).status.countries).toBe("success");
	});

	it("makes a refused publish the node's error", async () => {
		const { result, status } = await dbt({ script: { refused: ["a"] } });
		expect(status).toMatchObject({ a: "error", b: "skipped", other: "success" });
		expect(result.results.find((r) => r.unique_id === "model.p.a")?.diagnostic).toMatchObject({
			code: "TFM-RUN-011",
			message: "publishing a failed, nothing was changed: TFM-PUB-002: something hangs on it",
		});
	});

	it("runs hooks inside the publish on the published relation, those outside after it", async () => {
		const config = {
			"post-hook": [
				{ sql: "hook after", transaction: false },
				{ sql: "hook inside", transaction: true },
			],
		};
		const manifest = project({ models: { a: { config } } });
		const { world } = await runFake({ manifest, layering: null });
		expect(world.log).toEqual(["build model.p.a run1 table", "publish model.p.a: a", "hook inside", "hook after"]);
		const failed = await runFake({ manifest, layering: null, script: { failingHooks: ["inside"] } });
		expect([failed.status.a, failed.publishedNow]).toEqual(["error", []]);
		const late = await runFake({ manifest, layering: null, script: { failingHooks: ["after"] } });
		expect([late.status.a, late.publishedNow, late.result.exitCode]).toEqual(["error", ["a"], 1]);
		expect(late.result.results[0]?.diagnostic?.code).toBe("TFM-RUN-010");
	});
});

describe("retry", () => {
	it("reuses what is unchanged, rebuilds what is not and what is below it, audits again and publishes", async () => {
		const failed = await run({ script: { failing: ["orders_unique"] } });
		const changed = { ...shop, nodes: new Map(shop.nodes) };
		const lines = shop.nodes.get([...shop.nodes.keys()].find((k) => k === "model.p.lines")!)!;
		changed.nodes.set(lines.unique_id, { ...lines, raw_code: "changed" } as typeof lines);
		const before = failed.world.log.length;
		const again = await run({
			manifest: changed,
			world: failed.world,
			runId: "run2",
			selected: ["orders", "lines", "orders_unique", "revenue"],
			flags: { reuse: true },
		});
		expect(again.result.exitCode).toBe(0);
		expect(again.world.log.slice(before)).toEqual([
			"test test.p.orders_unique",
			"build model.p.lines run2 table",
			"publish staging: orders lines",
			"build model.p.revenue run2 table",
			"publish marts: revenue",
		]);
		expect(again.world.published.get(lines.unique_id)).toBe("run2");
	});

	it("rebuilds a candidate whose input was published anew in the meantime", async () => {
		const failed = await run({ script: { failing: ["census_ok"] } });
		await run({ world: failed.world, runId: "run2", selected: ["people"] });
		const before = failed.world.log.length;
		await run({ world: failed.world, runId: "run3", selected: ["census", "census_ok"], flags: { reuse: true } });
		expect(failed.world.log.slice(before)).toContain("build model.p.census run3 table");
	});

	it("is not needed by a plain run, which drops what was held", async () => {
		const failed = await run({ script: { failing: ["orders_unique"] } });
		const before = failed.world.log.length;
		const plain = await run({ world: failed.world, runId: "run2" });
		expect(plain.result.exitCode).toBe(0);
		expect(failed.world.log.slice(before)).toContain("build model.p.orders run2 table");
	});
});

describe("tfm test", () => {
	const only = { selected: ["orders_unique", "raw_not_null"], command: "test" };

	it("reads what is published, gates nothing and leaves no trace of itself", async () => {
		const { result, world, status } = await run({ ...only, script: { failing: ["orders_unique"] } });
		expect(result.results.find((r) => r.unique_id === "test.p.orders_unique")?.compiled_code).toBe(
			'select from "staging"."orders"',
		);
		expect([status, result.exitCode]).toEqual([{ orders_unique: "fail", raw_not_null: "pass" }, 1]);
		expect(world.runs.size).toBe(0);
	});

	it("reads held candidates with --candidates", async () => {
		const { world } = await run({ script: { failing: ["orders_unique"] } });
		const again = await run({ ...only, world, flags: { candidates: true }, script: { failing: ["orders_unique"] } });
		expect(again.compiled.orders_unique).toBe('select from "tfm_c_0_staging"."orders"');
		expect(again.result.exitCode).toBe(1);
		expect([...world.candidateRows.keys()].sort()).toEqual(["model.p.lines", "model.p.orders"]);
	});

	it("runs the tests of a layer whose gate is off or warns as any other", async () => {
		for (const gate of ["off", "warn"] as const) {
			const gates = layering(["landing", { name: "staging", gate }, "marts"]);
			const { status } = await run({ ...only, layering: gates, script: { failing: ["orders_unique"] } });
			expect(status.orders_unique).toBe("fail");
		}
	});
});

describe("the events of a run", () => {
	it("tell the story of each layer in order", async () => {
		const { events } = await run({ script: { failing: ["orders_unique"], concurrency: 1 } });
		const wanted = new Set([
			"run.started",
			"layer.started",
			"gate.closed",
			"gate.passed",
			"layer.finished",
			"run.finished",
		]);
		const line = (e: (typeof events)[number]) =>
			e.event === "layer.finished"
				? `${e.layer} ${e.status} ${e.built}/${e.nodes} tests ${e.testsPassed}/${e.tests}`
				: e.event;
		expect(events.filter((e) => wanted.has(e.event)).map(line)).toEqual([
			"run.started",
			"layer.started",
			"gate.passed",
			"landing published 1/1 tests 1/1",
			"layer.started",
			"gate.closed",
			"staging held 3/3 tests 0/1",
			"layer.started",
			"gate.passed",
			"marts published 1/2 tests 1/1",
			"run.finished",
		]);
		expect(events.at(-1)).toMatchObject({
			summary: {
				built: 4,
				published: ["model.p.census", "model.p.people"],
				held: ["model.p.lines", "model.p.orders"],
				blocked: ["model.p.revenue"],
				failed: ["test.p.orders_unique"],
				tests: { passed: 2, failed: 1, warned: 0, errored: 0, skipped: 0 },
				leftUntouched: [],
			},
		});
	});

	it("tell what stands from an earlier run behind a closed gate, and nothing on a first run", async () => {
		const first = await run();
		const second = await run({ world: first.world, runId: "run2", script: { failing: ["orders_unique"] } });
		expect(second.events.at(-1)).toMatchObject({
			summary: { leftUntouched: ["model.p.lines", "model.p.orders", "model.p.revenue"] },
		});
	});

	it("finish every node that they start", async () => {
		const { events } = await run({ script: { cancelAt: 12, delay: () => 1 } });
		const finished = new Set(
			events.flatMap((e) => (e.event === "node.finished" || e.event === "test.finished" ? [e.node_id] : [])),
		);
		const held = new Set(events.flatMap((e) => (e.event === "node.held" ? [e.node_id] : [])));
		const open = events.flatMap((e) => (e.event === "node.started" ? [e.node_id] : []));
		expect(open.filter((node) => !finished.has(node) && !held.has(node))).toEqual([]);
	});
});
