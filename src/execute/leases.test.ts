import { describe, expect, it } from "vitest";
import { runFake } from "./testing/fakeWarehouse.ts";
import { createWarehouse, type Warehouse } from "./testing/fakeWorld.ts";
import { id, layering, project } from "./testing/project.ts";

const manifest = project({
	models: { a: { layer: "staging" }, b: { layer: "staging", reads: ["a"] } },
	tests: { t: { reads: ["b"] } },
});
const LAYERS = layering(["staging"]);

/** A warehouse in which another run has leased a relation. */
function leasedBy(runId: string, relation: string, living: boolean): Warehouse {
	const world = createWarehouse();
	world.runs.set(runId, "running");
	world.leases.set(relation, runId);
	if (living) world.living.add(runId);
	return world;
}

const coded = (code: string) => ({ diagnostics: [expect.objectContaining({ code })] });

describe("leases", () => {
	it("stop a run that writes what a living one writes, after the time allowed, with its holder", async () => {
		const world = leasedBy("other", "staging.b", true);
		const run = runFake({ manifest, layering: LAYERS, world, flags: { lockTimeoutMs: 3000 } });
		await expect(run).rejects.toMatchObject(coded("TFM-RUN-013"));
		await expect(run).rejects.toThrow(
			/run other \(tfm run on elsewhere, process 7, since .*\), which writes staging\.b/,
		);
		expect([...world.leases]).toEqual([["staging.b", "other"]]);
		expect(world.runs.get("run1")).toBe("failed");
		expect(world.published.size).toBe(0);
	});

	it("let a run wait until the other has ended, and say so once", async () => {
		const world = leasedBy("other", "staging.b", true);
		let looks = 0;
		const sleep = async () => {
			looks += 1;
			if (looks === 5) world.leases.delete("staging.b");
		};
		const { result, events } = await runFake({
			manifest,
			layering: LAYERS,
			world,
			sleep,
			flags: { lockTimeoutMs: 60_000 },
		});
		expect(result.exitCode).toBe(0);
		const waits = events.filter((event) => event.event === "run.waiting");
		expect(waits).toMatchObject([{ holder: { runId: "other", host: "elsewhere" }, relations: ["staging.b"] }]);
	});

	it("of a run whose process is gone are taken over at once, and the run counts as killed", async () => {
		const world = leasedBy("gone", "staging.b", false);
		const { result } = await runFake({ manifest, layering: LAYERS, world });
		expect(result.exitCode).toBe(0);
		expect([...world.runs]).toEqual([
			["gone", "killed"],
			["run1", "success"],
		]);
		expect(world.leases.size).toBe(0);
	});

	it("let runs that write different relations go on together, and keep the other's candidates", async () => {
		const world = leasedBy("other", "staging.c", true);
		const candidate = { database: "db", schema: "tfm_c_0_staging", identifier: "c" };
		const target = { ...candidate, schema: "staging" };
		const row = { project: "p", runId: "other", kind: "table" as const, codeHash: "", inputsHash: "", response: "{}" };
		world.candidates.set(id("model", "c"), { runId: "other", kind: "table" });
		world.candidateRows.set(id("model", "c"), { ...row, node: id("model", "c"), candidate, target });
		const { result } = await runFake({ manifest, layering: LAYERS, world });
		expect(result.exitCode).toBe(0);
		expect(world.candidates.has(id("model", "c"))).toBe(true);
		expect([...world.leases]).toEqual([["staging.c", "other"]]);
	});

	it("are given back after a failure and after a cancel", async () => {
		for (const script of [{ failing: ["a"] }, { cancelAt: 12 }]) {
			const { world, result } = await runFake({ manifest, layering: LAYERS, script });
			expect(result.exitCode).toBeGreaterThan(0);
			expect(world.leases.size).toBe(0);
		}
	});

	it("are not needed by tests alone", async () => {
		const world = leasedBy("other", "staging.b", true);
		const { result } = await runFake({ manifest, layering: LAYERS, world, selected: ["t"], command: "test" });
		expect(result.exitCode).toBe(0);
		expect(world.runs.has("run1")).toBe(false);
	});

	it("that another run has taken over make the publish fail, with nothing changed", async () => {
		const world = createWarehouse();
		const takenOver = (step: number) => {
			if (step > 8) world.runs.set("run1", "killed");
			return 0;
		};
		const { result } = await runFake({ manifest, layering: LAYERS, world, script: { delay: takenOver } });
		expect(result.exitCode).toBe(1);
		expect(world.published.size).toBe(0);
	});

	it("that another run has taken over make a load fail before it puts a row in", async () => {
		const world = createWarehouse();
		const takenOver = (step: number) => {
			if (step > 4) world.runs.set("run1", "killed");
			return 0;
		};
		const loads = project({ sources: { raw: { layer: "staging", load: true } } });
		const { result } = await runFake({ manifest: loads, layering: LAYERS, world, script: { delay: takenOver } });
		expect(result.results[0]?.diagnostic?.code).toBe("TFM-RUN-014");
		expect(world.log).not.toContain("load raw");
	});
});
