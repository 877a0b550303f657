import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenSnowflake, openLocalSnowflake } from "../../src/adapters/snowflake/testing/openLocalSnowflake.ts";
import type { BoundStatement, Session } from "../../src/core/adapter.ts";
import { holdsFence } from "../../src/core/holdsFence.ts";
import { nodeId } from "../../src/core/node.ts";
import { createStateStore } from "../../src/history/stateStore.ts";

const AT = "2026-11-21T06:00:00.000Z";
const LATER = "2026-11-21T06:01:00.000Z";
const A = nodeId("model.p.a");
const T = nodeId("test.p.t");
const HERE = new Map([[A, "DEV"]]);
const OF = { project: "p", target: "dev", schema: "DEV" };
const RUN = { runId: "r1", ...OF, command: "run", host: "h", pid: 7, startedAt: AT, args: "run" };

describe("tfm's own tables on the local protocol server", () => {
	let snowflake: OpenSnowflake;
	let state: Awaited<ReturnType<typeof createStateStore>>;
	const send = async (session: Session, statements: readonly BoundStatement[]) => {
		for (const { sql, binds } of statements) await session.query(sql, binds);
	};
	const on = <T>(work: (session: Session) => Promise<T>): Promise<T> => snowflake.adapter.withSession(work);

	beforeAll(async () => {
		snowflake = await openLocalSnowflake();
		state = await createStateStore("snowflake");
		await on((s) => state.migrate(s));
	});
	afterAll(() => snowflake.dispose());

	test("are made once; a version that is not known is refused", async () => {
		await on(async (s) => {
			await state.migrate(s);
			expect((await s.query("select version from tfm_state.schema_version")).rows).toEqual([["3"]]);
			// As version 1 left them.
			await s.execute(
				"drop table tfm_state.native_relations; alter table tfm_state.loaded_files drop column table_database",
			);
			await s.execute(
				`insert into tfm_state.loaded_files (source, table_schema, table_name, path, content_hash, run_id, bytes, rows, rejects, loaded_at) values ('source.p.s.o', 'TFM_STATE', 'RUNS', 'a.csv', 'h', 'r0', 1, 1, 0, sysdate()); update tfm_state.schema_version set version = 1`,
			);
			await state.migrate(s);
			const old = { source: nodeId("source.p.s.o"), database: "ANALYTICS", schema: "TFM_STATE", identifier: "RUNS" };
			expect(await state.loadedFiles(s, old)).toMatchObject([{ ...old, path: "a.csv" }]);
			expect(await state.loadedFiles(s, { ...old, database: "ELSEWHERE" })).toEqual([]);
			await send(s, state.forgetLoadedFiles(old));
			expect(await state.nativeRelations(s, "shop")).toEqual(new Set());
			expect(await state.access(s)).toEqual({ kind: "ready" });
			await s.execute("update tfm_state.schema_version set version = 99");
			await expect(state.migrate(s)).rejects.toThrow("newer tfm");
			await s.execute("update tfm_state.schema_version set version = 1");
		});
	});

	test("a run, its leases and how it ended", async () => {
		await on(async (s) => {
			await state.beginRun(s, { ...RUN, checkout: { commit: "abc", uncommitted: true } });
			expect(await state.openRuns(s)).toEqual([RUN]);
			expect(await state.checkoutsOf(s, ["r1"])).toEqual(new Map([["r1", { commit: "abc", uncommitted: true }]]));
			const relation = { database: "ANALYTICS", schema: "DEV", identifier: "A" };
			await s.transaction(async () => {
				await send(s, [state.lockLeases(), ...state.takeLeases("r1", [relation])]);
			});
			expect(await state.listLeases(s)).toEqual([{ schema: "DEV", identifier: "A", runId: "r1" }]);
			const { sql, binds } = state.fence("r1");
			expect(holdsFence(await s.query(sql, binds))).toBe(true);
			await state.endRun(s, "r1", "success", LATER);
			expect(await state.listLeases(s)).toEqual([]);
			expect(holdsFence(await s.query(sql, binds))).toBe(false);
			expect(await state.listRuns(s, OF, 5)).toMatchObject([{ runId: "r1", status: "success", endedAt: LATER }]);
			expect(await state.listRuns(s, { ...OF, target: "prod" }, 5)).toEqual([]);
		});
	});

	test("what another run took over is behind no fence", async () => {
		await on(async (s) => {
			await state.beginRun(s, { ...RUN, runId: "dead" });
			await send(s, state.buryRuns(["dead"], LATER));
			const { sql, binds } = state.fence("dead");
			expect(holdsFence(await s.query(sql, binds))).toBe(false);
			expect(await state.findRun(s, "dead")).toMatchObject({ status: "killed" });
			const late = {
				runId: "dead",
				project: "p",
				startedAt: AT,
				status: "failed" as const,
				endedAt: LATER,
				history: null,
			};
			expect(await state.endRunLate(s, late)).toBe(true);
			expect(await state.findRun(s, "dead")).toMatchObject({ status: "failed" });
		});
	});

	test("a record of a publish goes with the transaction that it belongs to", async () => {
		const publish = {
			...{ runId: "r1", project: "p", unit: "staging", at: AT },
			nodes: [{ node: A, schema: "DEV", codeHash: "x", build: null }],
		};
		await on(async (s) => {
			const broken = s.transaction(async () => {
				await send(s, state.savePublish(publish));
				throw new Error("the swap failed");
			});
			await expect(broken).rejects.toThrow("the swap failed");
			expect([...(await state.listPublished(s, "p", HERE))]).toEqual([]);
			await s.transaction(() => send(s, state.savePublish(publish)));
			expect((await state.listPublished(s, "p", HERE)).get(A)).toEqual({
				...{ node: A, runId: "r1", codeHash: "x", publishedAt: AT, build: null },
			});
			expect(await state.publishedBy(s, { runId: "r1", project: "p", since: AT }, [A])).toEqual(new Set([A]));
		});
	});

	test("one candidate for each relation, passes, seeds and the ledger of files", async () => {
		const relation = { database: "d", schema: "DEV", identifier: "A" };
		const row = {
			...{ project: "p", runId: "r1", node: A, candidate: { ...relation, schema: 'c"x' }, target: relation },
			...{ kind: "table" as const, codeHash: "c", inputsHash: "i", response: '{"_message":"it\'s"}' },
		};
		const file = {
			...{
				source: nodeId("source.p.s.t"),
				database: "ANALYTICS",
				schema: "TFM_STATE",
				identifier: "RUNS",
				path: "a\\b'.csv",
				bytes: 3,
			},
			...{ contentHash: "h", rows: 2, rejects: 1, runId: "r1", loadedAt: AT },
		};
		await on(async (s) => {
			await send(s, [...state.saveCandidate({ ...row, runId: "r0" }), ...state.saveCandidate(row)]);
			expect(await state.listCandidates(s, "p")).toEqual([row]);
			await send(s, state.forgetCandidates("p", [{ node: A, schema: "DEV" }]));
			expect(await state.listCandidates(s, "p")).toEqual([]);
			await send(s, state.saveTestPasses("p", [{ node: A, schema: "DEV", tests: ["x", "y"] }]));
			await send(s, state.saveTestPasses("p", [{ node: A, schema: "DEV", tests: ["y", "z"] }]));
			expect(await state.testPasses(s, "p", HERE)).toEqual(new Map([[A, new Set(["y", "z"])]]));
			await send(s, state.savePassedTests(OF, new Map([[T, "hash"]])));
			expect(await state.passedTests(s, OF)).toEqual(new Map([[T, "hash"]]));
			await send(s, state.saveSeedHash("p", { node: A, schema: "DEV" }, "seed"));
			expect(await state.seedHashes(s, "p", HERE)).toEqual(new Map([[A, "seed"]]));
			await send(s, state.saveLoadedFile(file));
			expect(await state.loadedFiles(s, file)).toEqual([file]);
			expect(await state.loadedFiles(s, { ...file, identifier: "NONE" })).toEqual([]);
			await send(s, state.forgetLoadedFiles(file));
			expect(await state.loadedFiles(s, file)).toEqual([]);
		});
	});

	test("gates, what a person let through, and generations", async () => {
		const relation = { database: "d", schema: "DEV", identifier: "A" };
		const candidate = {
			node: A,
			kind: "table" as const,
			candidate: relation,
			target: relation,
			publish: "swap" as const,
		};
		const failure = { runId: "r1", project: "p", layer: "staging", node: T, status: "fail", failures: 2 };
		const held = {
			...{ runId: "r1", project: "p", layer: "staging", node: A, builtBy: "r1", codeHash: "c", inputsHash: "i" },
			...{ seedHash: null, candidate, reason: { kind: "test" as const, node: T } as never },
		};
		const kept = {
			...{ project: "p", node: A, generation: "r0", layer: "staging", codeHash: "c", seedHash: null, candidate },
			keptAs: relation,
		};
		const stood = { project: "p", node: A, runId: "r0", layer: "staging", generation: "r0", since: AT };
		await on(async (s) => {
			await send(s, state.saveGate([failure], [held]));
			expect(await state.gateFailures(s, "r1")).toEqual([failure]);
			expect(await state.heldBy(s, "r1")).toEqual([held]);
			await send(s, state.saveGenerations([kept], [stood]));
			await send(s, state.saveGenerations([], [{ ...stood, runId: "r1", since: LATER }]));
			const { generations, stood: found } = await state.listGenerations(s, "p", "staging");
			expect(generations).toEqual([kept]);
			expect(found.map((row) => row.runId)).toEqual(["r0", "r1"]);
			await send(s, state.forgetGenerations("p", [{ node: A, generation: "r0" }]));
			expect((await state.listGenerations(s, "p", "staging")).generations).toEqual([]);
			expect(await state.findRun(s, "r1")).toMatchObject({ held: [{ layer: "staging", candidates: 1 }] });
		});
	});

	test("the history: nodes, tests, usual times, columns, and what the site shows of it", async () => {
		const node = {
			...{ node: A, layer: "staging", resourceType: "model", materialized: "table", status: "success" },
			...{ published: "published", startedAt: AT, seconds: 2, rows: 3, code: null, message: "SUCCESS 3" },
		};
		const result = {
			...{ test: T, node: A, column: "id", layer: "staging", dimension: "uniqueness", severity: "error" },
			...{ status: "fail", failures: 2, seconds: 1, at: AT },
		};
		const history = {
			...{ runId: "r1", project: "p", at: LATER, nodes: [node], tests: [result] },
			freshness: [{ source: nodeId("source.p.s.t"), status: "pass", maxLoadedAt: AT, age: 60, at: LATER }],
			columns: [{ node: A, schema: "DEV", columns: [{ name: "ID", type: "NUMBER(38,0)" }] }],
			measures: [{ node: A, schema: "DEV", measure: "row_count", column: null, value: 3 }],
		};
		await on(async (s) => {
			expect(await state.canRecord(s)).toBe(true);
			await send(s, state.saveHistory(history));
			await send(s, state.saveHistory(history));
			expect(await state.nodeRuns(s, OF, A, 5)).toEqual([
				{ ...node, runId: "r1", command: "run", tests: { passed: 0, warned: 0, failed: 1 } },
			]);
			expect((await state.usualDurations(s, OF)).get(A)).toEqual({ node: A, median: 2, p95: 2, runs: 1 });
			expect(await state.testRates(s, OF, AT)).toEqual([
				{
					...{ test: T, node: A, layer: "staging", dimension: "uniqueness", runs: 1, passed: 0, lastStatus: "fail" },
					...{ lastFailedAt: AT, recent: ["fail"] },
				},
			]);
			expect(await state.latestColumns(s, "p", HERE)).toEqual(new Map([[A, [{ name: "ID", type: "NUMBER(38,0)" }]]]));
			const trace = await state.pastTrace(s, OF, 10);
			const [first] = trace.runs;
			expect(first).toMatchObject({ runId: "r1", nodes: [[A, "success", Date.parse(AT), 2000, 3]] });
			expect(first).toMatchObject({ tests: [["uniqueness", 0, 0, 1]], failing: [[T, "fail", 2]] });
			expect(trace.latest).toHaveLength(2);
			await send(s, state.purgeHistory("p", "2026-12-01T00:00:00.000Z"));
			expect(await state.nodeRuns(s, OF, A, 5)).toEqual([]);
			// It is published, so it stays.
			expect(await state.findRun(s, "r1")).not.toBeNull();
		});
	});

	test("of several that claim an alert one sends", async () => {
		const item = { key: "k", kind: "node" } as never;
		const ledger = state.alerts.ledger((work) => on(work), OF);
		const claim = (runId: string) =>
			ledger.claim({ route: "r", channel: "c", runId, at: AT, items: [item], remindBefore: AT });
		const claims = await Promise.all(["r1", "r2", "r3"].map(claim));
		expect(claims.map((keys) => keys.size).sort()).toEqual([0, 0, 1]);
		expect(await ledger.open()).toMatchObject([{ route: "r", item: { key: "k" } }]);
		const resolved = await ledger.resolve({ route: "r", channel: "c", runId: "r4", at: LATER, keys: ["k", "other"] });
		expect(resolved).toEqual(new Set(["k"]));
		expect(await ledger.open()).toEqual([]);
		await ledger.reopen({ route: "r", channel: "c", runId: "r4", at: LATER, items: [item] });
		expect(await ledger.open()).toHaveLength(1);
	});

	test("environments own their schemas", async () => {
		const dev = {
			...{ project: "p", name: "dev_a", purpose: "development" as const, owner: "o", target: "dev", defer: "prod" },
			...{ pull: null, commit: null, createdAt: AT, expiresAt: null, runId: "r1", schemas: ["DEV_A"] },
		};
		await on(async (s) => {
			expect(await state.environments.register(s, dev)).toEqual({ kind: "registered", before: null });
			expect(await state.environments.find(s, "p", "dev_a")).toEqual(dev);
			expect(await state.environments.register(s, { ...dev, name: "b", schemas: ["DEV_A", "PUBLIC"] })).toEqual({
				kind: "refused",
				inTheWay: [
					{ schema: "DEV_A", environment: "p@dev_a" },
					{ schema: "PUBLIC", environment: null },
				],
			});
			await state.environments.release(s, "DEV_A");
			await state.environments.forget(s, dev);
			expect(await state.environments.list(s, "p")).toEqual([]);
		});
	});

	test("windows of time are forgotten by a build of the whole table", async () => {
		const windows = [{ start: new Date(AT), end: new Date(LATER) }];
		const of = { node: A, schema: "DEV" };
		await on(async (s) => {
			await send(s, state.saveIntervals({ project: "p", runId: "r1", at: AT }, [{ ...of, whole: false, windows }]));
			expect(await state.builtIntervals(s, "p", of)).toEqual(windows);
			await send(s, state.saveIntervals({ project: "p", runId: "r1", at: AT }, [{ ...of, whole: true, windows: [] }]));
			expect(await state.builtIntervals(s, "p", of)).toEqual([]);
		});
	});
});
