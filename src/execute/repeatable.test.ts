import { describe, expect, it } from "vitest";
import { runFake, type Script } from "./testing/fakeWarehouse.ts";
import { createWarehouse } from "./testing/fakeWorld.ts";
import { layering, project } from "./testing/project.ts";

const manifest = project({
	sources: { raw: { layer: "landing", load: true } },
	models: { a: { layer: "staging", reads: ["raw"] }, b: { layer: "reporting", reads: ["a"] } },
	tests: { t: { reads: ["a"] } },
});
const LAYERS = layering(["landing", "staging", "reporting"]);

const PUBLISHED = ["model.p.a", "model.p.b"];

/** Runs with the connection lost once, at every step in turn. */
async function loseEverywhere(committed: boolean, flags: object, of = LAYERS as typeof LAYERS | null) {
	const undisturbed = await runFake({ manifest, layering: of, flags });
	const outcomes: { step: number; exit: number | string; published: readonly string[]; publishes: number }[] = [];
	for (let step = 1; step <= undisturbed.steps; step++) {
		const script: Script = { loseAt: { step, committed }, concurrency: 1 };
		const world = createWarehouse();
		const exit = await runFake({ manifest, layering: of, flags, script, world }).then(
			({ result }) => result.exitCode,
			(error: { diagnostics?: readonly { code: string }[] }) => error.diagnostics?.[0]?.code ?? String(error),
		);
		const published = [...world.publishedRows.keys()].sort();
		outcomes.push({ step, exit, published, publishes: world.log.filter((line) => line.startsWith("publish")).length });
	}
	return outcomes;
}

describe("a connection that is lost once", () => {
	it.each([
		["before a statement, in a layered run", false, {}, LAYERS],
		["after a commit, in a layered run", true, {}, LAYERS],
		["before a statement, without layers", false, {}, null],
		["after a commit, without layers", true, {}, null],
	] as const)(
		"%s: the run goes on, or says a code before it has begun, and nothing is published by half",
		async (_title, committed, flags, of) => {
			const outcomes = await loseEverywhere(committed, flags, of);
			for (const { step, exit, published } of outcomes) {
				if (exit === 0) expect(published, `step ${step}`).toEqual(PUBLISHED);
				else expect(["TFM-RUN-001", 1], `step ${step}`).toContain(exit);
			}
			const wentOn = outcomes.filter(({ exit }) => exit === 0).length;
			expect(wentOn).toBeGreaterThan(outcomes.length / 2);
		},
	);

	it("in the commit of a publish is looked up, and the publish is not made twice", async () => {
		const outcomes = await loseEverywhere(true, {});
		expect(outcomes.filter(({ exit }) => exit === 0).every(({ publishes }) => publishes === 2)).toBe(true);
	});
});

describe("a database that is gone", () => {
	const many = project({ models: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`m${i}`, {}])) });

	it("is not asked again for every node: after three in a row the run stops and says so", async () => {
		const script: Script = { goneFrom: 40, concurrency: 1 };
		const { result, events } = await runFake({ manifest: many, layering: null, script });
		expect(result.exitCode).toBe(1);
		const told = events.flatMap((e) => (e.event === "diagnostic" ? [e.diagnostic.code] : []));
		expect(told).toContain("TFM-RUN-040");
		expect(result.results.filter((r) => r.diagnostic?.code === "TFM-RUN-005")).toHaveLength(3);
		const skipped = result.results.filter((r) => r.held?.kind === "connection");
		expect(skipped.length).toBeGreaterThan(0);
		expect(skipped[0]).toMatchObject({ status: "skipped", message: "Skipping: the database cannot be reached" });
	});

	it("is asked for every node where the limit is 0", async () => {
		const script: Script = { goneFrom: 40, concurrency: 1 };
		const { result } = await runFake({ manifest: many, layering: null, script, flags: { connectionFailureLimit: 0 } });
		expect(result.results.filter((r) => r.held?.kind === "connection")).toEqual([]);
	});
});

describe("a node's timeout", () => {
	it("is for all of its work, not for each statement", async () => {
		const limited = project({ models: { a: { config: { timeout: "1ms" } }, b: {} } });
		const { result } = await runFake({ manifest: limited, layering: null });
		const [a, b] = result.results;
		expect(a).toMatchObject({
			status: "error",
			diagnostic: { code: "TFM-RUN-041", message: "a was stopped: it took longer than its timeout of 1ms" },
		});
		expect(b?.status).toBe("success");
	});
});

describe("a node's retries and statement_timeout", () => {
	it("are refused where they are no number and no time, before anything runs", async () => {
		const config = { retries: "often", statement_timeout: "5 parsecs" };
		const run = runFake({ manifest: project({ models: { a: { config } } }), layering: null });
		await expect(run).rejects.toMatchObject({
			diagnostics: [
				{ code: "TFM-RUN-023", message: 'statement_timeout of a is "5 parsecs", not a time such as 90s, 5m or 1h' },
				{ code: "TFM-RUN-023", message: 'retries of a is "often", not a whole number from 0' },
			],
		});
	});

	it("absent, mean that a failure that passes is tried again three times", async () => {
		const publishFails = { sqlstate: "40P01", times: 9, retryable: true };
		const manifest = project({ models: { a: {} } });
		const { events, result } = await runFake({ manifest, layering: null, script: { publishFails } });
		expect(result.exitCode).toBe(1);
		expect(events.filter((event) => event.event === "node.retried")).toHaveLength(3);
	});
});

describe("where nodes stand in their files", () => {
	it("is asked only where something is wrong: finding it may read the whole project again", async () => {
		const nodes = new Map(manifest.nodes);
		for (const [id, node] of nodes) {
			const get = (): never => {
				throw new Error(`the place of ${id} was asked for`);
			};
			nodes.set(id, Object.defineProperty({ ...node }, "location", { get }));
		}
		const silent = { ...manifest, nodes };
		for (const of of [LAYERS, null])
			expect((await runFake({ manifest: silent, layering: of })).result.exitCode).toBe(0);
	});
});
