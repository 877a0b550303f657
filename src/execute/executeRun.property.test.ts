/** Whatever fails, whatever is refused, however things interleave and whenever the run is cancelled. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../core/node.ts";
import { type FakeOutcome, type FakeRun, runFake } from "./testing/fakeWarehouse.ts";
import { createWarehouse } from "./testing/fakeWorld.ts";
import { id, layering, type NodeSpec, project } from "./testing/project.ts";

const LAYERS = ["one", "two", "three"] as const;

interface Drawn {
	readonly models: readonly {
		readonly layer: number;
		readonly reads: readonly number[];
		readonly kind: string;
		readonly group: string | null;
	}[];
	readonly tests: readonly { readonly reads: readonly number[] }[];
	readonly failing: readonly number[];
	readonly failingTests: readonly number[];
	readonly refused: readonly number[];
	readonly unselected: readonly number[];
	readonly publishFails: number;
	readonly cancelAt: number;
	readonly delays: readonly number[];
	readonly concurrency: number;
	readonly failFast: boolean;
	readonly layered: boolean;
	readonly gateScope: "lineage" | "layer";
	readonly publishScope: "layer" | "run";
}

const index = fc.nat(9);
const drawn: fc.Arbitrary<Drawn> = fc.record({
	models: fc.array(
		fc.record({
			layer: fc.nat(2),
			reads: fc.array(index, { maxLength: 3 }),
			kind: fc.constantFrom("table", "table", "view", "ephemeral"),
			group: fc.constantFrom(null, null, "g", "h"),
		}),
		{ minLength: 1, maxLength: 10 },
	),
	tests: fc.array(fc.record({ reads: fc.array(index, { minLength: 1, maxLength: 2 }) }), { maxLength: 5 }),
	failing: fc.array(index, { maxLength: 2 }),
	failingTests: fc.array(fc.nat(4), { maxLength: 2 }),
	refused: fc.array(index, { maxLength: 1 }),
	unselected: fc.array(index, { maxLength: 2 }),
	publishFails: fc.constantFrom(0, 0, 0, 1),
	cancelAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
	delays: fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
	concurrency: fc.integer({ min: 1, max: 4 }),
	failFast: fc.boolean(),
	layered: fc.constantFrom(true, true, false),
	gateScope: fc.constantFrom("lineage", "layer"),
	publishScope: fc.constantFrom("layer", "run"),
});

/** Model `m3` reads only models of a smaller number and of its own or an earlier layer. */
function setUp(d: Drawn): FakeRun {
	const models: Record<string, NodeSpec> = {};
	const layers = d.models.map((m) => m.layer).sort();
	d.models.forEach((m, i) => {
		const reads = [...new Set(m.reads.filter((r) => r < i))].map((r) => `m${r}`);
		const config = { materialized: m.kind, ...(m.group === null ? {} : { publish_group: m.group }) };
		models[`m${i}`] = { reads, config, ...(d.layered ? { layer: LAYERS[layers[i]!]! } : {}) };
	});
	const tests: Record<string, NodeSpec> = {};
	d.tests.forEach((t, i) => {
		const reads = [...new Set(t.reads.filter((r) => r < d.models.length))].map((r) => `m${r}`);
		if (reads.length > 0) tests[`t${i}`] = { reads };
	});
	const unselected = new Set(d.unselected.map((i) => `m${i}`));
	return {
		manifest: project({ models, tests }),
		layering: d.layered ? layering(LAYERS, { gateScope: d.gateScope, publishScope: d.publishScope }) : null,
		selected: [...Object.keys(models), ...Object.keys(tests)].filter((name) => !unselected.has(name)),
		flags: { failFast: d.failFast, testsBlock: true },
		script: {
			failing: [...d.failing.map((i) => `m${i}`), ...d.failingTests.map((i) => `t${i}`)],
			refused: d.refused.map((i) => `m${i}`),
			concurrency: d.concurrency,
			delay: (step) => d.delays[step % d.delays.length]!,
			...(d.cancelAt === 0 ? {} : { cancelAt: d.cancelAt }),
			...(d.publishFails === 0 ? {} : { publishFails: { sqlstate: "53100", times: d.publishFails } }),
		},
	};
}

const isBuild = (options: FakeRun, node: NodeId): boolean => {
	const found = options.manifest.nodes.get(node);
	return (
		found?.resource_type === "model" &&
		found.config.materialized !== "ephemeral" &&
		options.selected?.includes(found.name) === true
	);
};

function ancestors(options: FakeRun, node: NodeId): ReadonlySet<NodeId> {
	const found = new Set<NodeId>(options.manifest.parents.get(node));
	for (const at of found) for (const parent of options.manifest.parents.get(at) ?? []) found.add(parent);
	return found;
}

function check(options: FakeRun, { result, world, events }: FakeOutcome, runId: string): void {
	const wentNow = new Set([...world.published].filter(([, by]) => by === runId).map(([node]) => node));
	for (const node of wentNow)
		for (const above of ancestors(options, node))
			if (isBuild(options, above)) expect(wentNow, `${node} is published, ${above} is not`).toContain(above);

	const published = result.results.filter((r) => r.resource_type === "model" && r.status === "success");
	expect(new Set(published.map((r) => r.unique_id))).toEqual(wentNow);
	expect(new Set([...world.publishedRows.values()].filter((r) => r.runId === runId).map((r) => r.node))).toEqual(
		wentNow,
	);
	if (options.layering !== null)
		expect([...world.candidateRows.keys()].sort()).toEqual([...world.candidates.keys()].sort());

	const wanted = [...options.manifest.nodes.values()].filter(
		(n) => options.selected?.includes(n.name) === true && n.config.materialized !== "ephemeral",
	);
	expect(result.results.map((r) => r.unique_id).sort()).toEqual(wanted.map((n) => n.unique_id).sort());
	expect(result.results.map((r) => r.diagnostic?.code)).not.toContain("TFM-RUN-012");
	expect(events.filter((e) => e.event === "run.finished")).toHaveLength(1);

	const failed = result.results.filter((r) => r.status === "fail" || r.status === "error");
	if (options.layering !== null)
		for (const test of failed.filter((r) => r.resource_type === "test")) {
			const reads = options.manifest.parents.get(test.unique_id) ?? [];
			const latest = Math.max(...reads.map((r) => LAYERS.indexOf(options.manifest.nodes.get(r)!.layer as never)));
			const ofLayer = reads.filter((r) => options.manifest.nodes.get(r)!.layer === LAYERS[latest]);
			for (const read of ofLayer) expect(wentNow, `${test.unique_id} failed on ${read}`).not.toContain(read);
		}
	if (options.layering?.publishScope === "run")
		for (const group of ["g", "h"]) {
			const members = wanted.filter((n) => n.config.publish_group === group && isBuild(options, n.unique_id));
			const gone = members.filter((n) => wentNow.has(n.unique_id));
			expect([0, members.length]).toContain(gone.length);
		}
	const expected = result.cancelled
		? 130
		: result.results.some((r) => ["error", "fail", "skipped"].includes(r.status))
			? 1
			: 0;
	expect(result.exitCode).toBe(expected);
	// A run that builds nothing leaves no row.
	if (wanted.some((n) => n.resource_type === "model"))
		expect(world.runs.get(runId)).toBe(result.cancelled ? "cancelled" : expected === 0 ? "success" : "failed");
}

describe("executeRun, whatever happens", () => {
	it("publishes nothing above which something was held back, once each, and records what it did", async () => {
		await fc.assert(
			fc.asyncProperty(drawn, async (d) => {
				const options = setUp(d);
				const outcome = await runFake(options);
				check(options, outcome, "run1");
				const units = outcome.world.log.filter((line) => line.startsWith("publish"));
				expect(new Set(units).size).toBe(units.length);
			}),
			{ numRuns: 400 },
		);
	});

	it("converges when it is retried without the trouble", async () => {
		await fc.assert(
			fc.asyncProperty(drawn, async (d) => {
				const world = createWarehouse();
				await runFake({ ...setUp(d), world });
				const calm = setUp({ ...d, failing: [], failingTests: [], refused: [], publishFails: 0, cancelAt: 0 });
				const again = await runFake({ ...calm, world, runId: "run2", flags: { ...calm.flags, reuse: true } });
				expect(again.result.exitCode).toBe(0);
				const builds = [...calm.manifest.nodes.keys()].filter((node) => isBuild(calm, node));
				expect(
					[...world.publishedRows.values()]
						.filter((r) => r.runId === "run2")
						.map((r) => r.node)
						.sort(),
				).toEqual(builds.sort());
				expect(world.candidates.size + world.candidateRows.size).toBe(0);
			}),
			{ numRuns: 200 },
		);
	});

	it("leaves a chain of candidates unpublished when cancelled at any of its steps", async () => {
		const models = Object.fromEntries(
			Array.from({ length: 4 }, (_, i) => [`m${i}`, { layer: "one", reads: i === 0 ? [] : [`m${i - 1}`] }]),
		);
		const options: FakeRun = { manifest: project({ models }), layering: layering(["one"]) };
		const { steps } = await runFake(options);
		for (let cancelAt = 1; cancelAt <= steps; cancelAt++) {
			const outcome = await runFake({ ...options, script: { cancelAt } });
			expect(outcome.result.exitCode).toBe(130);
			expect([0, 4], `cancelled at step ${cancelAt}`).toContain(outcome.publishedNow.length);
		}
	});
});

describe("long chains", () => {
	/** Three seconds by themselves; what else the machine does must not decide. */
	const PATIENCE = { timeout: 180_000 };

	it.each([
		["unlayered", null],
		["layered", layering(["one"])],
	])("runs 20,000 nodes in a row (%s)", PATIENCE, async (_, layers) => {
		const models: Record<string, NodeSpec> = {};
		for (let i = 0; i < 20_000; i++)
			models[`m${i}`] = { ...(layers === null ? {} : { layer: "one" }), reads: i === 0 ? [] : [`m${i - 1}`] };
		const { result } = await runFake({ manifest: project({ models }), layering: layers });
		expect(result.results.filter((r) => r.status === "success")).toHaveLength(20_000);
		expect(result.results[19_999]?.unique_id).toBe(id("model", "m19999"));
	});

	it("skips 20,000 nodes below one that failed", PATIENCE, async () => {
		const models: Record<string, NodeSpec> = {};
		for (let i = 0; i < 20_000; i++) models[`m${i}`] = { layer: "one", reads: i === 0 ? [] : [`m${i - 1}`] };
		const manifest = project({ models });
		const { result } = await runFake({ manifest, layering: layering(["one"]), script: { failing: ["m0"] } });
		expect(result.results.filter((r) => r.status === "skipped")).toHaveLength(19_999);
	});
});
