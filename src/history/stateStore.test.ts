import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import knex from "knex";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testAdapter } from "../adapters/pglite/testing/testAdapter.ts";
import type { Adapter, BoundStatement, Session } from "../core/adapter.ts";
import { nodeId } from "../core/node.ts";
import type { StateStore } from "../core/state.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS, type Migration } from "./migrations.ts";
import { stateByTarget } from "./stateByTarget.ts";
import { createStateStore } from "./stateStore.ts";

const AT = "2026-11-21T06:00:00.000Z";
const DEV = new Map([[nodeId("model.p.a"), "dev"]]);

describe("the state store on the embedded database", () => {
	const root = mkdtempSync(join(tmpdir(), "tfm-state-"));
	let adapter: Adapter;
	let state: StateStore;

	beforeAll(async () => {
		adapter = testAdapter(join(root, "db"));
		await adapter.open();
		state = await createStateStore();
		await adapter.withSession((s) => state.migrate(s));
	});
	afterAll(async () => {
		await adapter.close();
		rmSync(root, { recursive: true, force: true });
	});

	const send = async (session: Session, statements: readonly BoundStatement[]) => {
		for (const { sql, binds } of statements) await session.query(sql, binds);
	};

	it("migrates once and finds itself current afterwards", async () => {
		await adapter.withSession(async (s) => {
			await state.migrate(s);
			const { rows } = await s.query("select version from tfm_state.schema_version");
			expect(rows).toEqual(MIGRATIONS.map((_, step) => [step + 1]));
		});
	});

	it("keeps one candidate per relation and gives back what was put in", async () => {
		const row = {
			project: "p",
			runId: "r1",
			node: nodeId("model.p.a"),
			candidate: { database: "d", schema: 'c"x', identifier: "a" },
			target: { database: "d", schema: "s", identifier: "a" },
			kind: "table" as const,
			codeHash: "c",
			inputsHash: "i",
			response: '{"_message":"SELECT 1"}',
		};
		await adapter.withSession(async (s) => {
			await send(s, state.saveCandidate({ ...row, runId: "r0" }));
			await send(s, state.saveCandidate(row));
			expect(await state.listCandidates(s, "p")).toEqual([row]);
			expect(await state.listCandidates(s, "q")).toEqual([]);
			const prod = { ...row, target: { ...row.target, schema: "prod" } };
			await send(s, state.saveCandidate(prod));
			await send(s, state.forgetCandidates("p", [{ node: row.node, schema: "s" }]));
			expect(await state.listCandidates(s, "p")).toEqual([prod]);
			await send(s, state.forgetCandidates("p", [{ node: row.node, schema: "prod" }]));
			expect(await state.listCandidates(s, "p")).toEqual([]);
		});
	});

	it("loses the record of a publish together with the transaction it belongs to", async () => {
		const publish = {
			runId: "r1",
			project: "p",
			unit: "staging",
			at: AT,
			nodes: [{ node: nodeId("model.p.a"), schema: "dev", codeHash: "x", build: null }],
		};
		await adapter.withSession(async (s) => {
			const broken = s.transaction(async () => {
				await send(s, state.savePublish(publish));
				throw new Error("the swap failed");
			});
			await expect(broken).rejects.toThrow("the swap failed");
			expect([...(await state.listPublished(s, "p", DEV))]).toEqual([]);
			await s.transaction(() => send(s, state.savePublish(publish)));
			expect((await state.listPublished(s, "p", DEV)).get(nodeId("model.p.a"))).toMatchObject({
				runId: "r1",
				codeHash: "x",
			});
		});
	});

	it("takes entries that name no table, which an earlier tfm wrote, for those of a table that has rows", async () => {
		const landing = { source: nodeId("source.p.old.t"), schema: "filled", identifier: "t" };
		const about = { path: "data/1.csv", bytes: 1, contentHash: "h", rows: 2, rejects: 0, runId: "r1", loadedAt: AT };
		const old = { ...about, source: landing.source, schema: "", identifier: "" };
		await adapter.withSession(async (s) => {
			await send(s, state.saveLoadedFile(old));
			await s.execute("create schema filled; create table filled.t as select 1 as a; create table filled.e (a int)");
			expect(await state.loadedFiles(s, landing)).toEqual([old]);
			expect(await state.loadedFiles(s, { ...landing, identifier: "e" })).toEqual([]);
			expect(await state.loadedFiles(s, { ...landing, identifier: "none" })).toEqual([]);
			await send(s, state.saveLoadedFile({ ...old, ...landing, contentHash: "named" }));
			expect(await state.loadedFiles(s, landing)).toMatchObject([{ contentHash: "named" }]);
		});
	});

	it("tells what the last load of a landing table turned away, beside what all have", async () => {
		const landing = { source: nodeId("source.p.raw.turned"), schema: "turned", identifier: "t" };
		const file = (path: string, runId: string, rejects: number, at: string) => ({
			...{ ...landing, path, bytes: 1, contentHash: path, rows: 10, rejects, runId, loadedAt: at },
		});
		await adapter.withSession(async (s) => {
			await s.execute("create schema turned; create table turned.t (id int)");
			for (const row of [
				file("1.csv", "first", 4, "2026-11-20T06:00:00.000Z"),
				file("2.csv", "second", 1, "2026-11-21T06:00:00.000Z"),
				file("3.csv", "second", 2, "2026-11-21T06:00:01.000Z"),
				{ ...file("1.csv", "first", 9, "2026-11-20T06:00:00.000Z"), identifier: "dropped" },
			])
				await send(s, state.saveLoadedFile(row));
			const of = { project: "turned", target: "dev", schema: "dev" };
			await state.beginRun(s, { runId: "second", ...of, command: "run", host: "h", pid: 1, startedAt: AT });
			const loaded = { layer: null, resourceType: "source", materialized: null, status: "success", published: null };
			const node = { node: landing.source, ...loaded, startedAt: AT, seconds: 1, rows: 20, code: null, message: null };
			const nothing = { tests: [], freshness: [], columns: [], measures: [] };
			await send(s, state.saveHistory({ runId: "second", project: "turned", at: AT, nodes: [node], ...nothing }));
			const { landed } = await state.pastTrace(s, of, 9);
			expect(landed.filter(([source]) => source === landing.source)).toEqual([
				[landing.source, "turned", "t", 20, 3, 7],
			]);
		});
	});

	it("keeps a ledger of landing files and of seeds", async () => {
		const landing = { source: nodeId("source.p.raw.t"), schema: "dev", identifier: "t" };
		const file = {
			...landing,
			path: "data/1.json",
			bytes: 3_000_000_000,
			contentHash: "h",
			rows: 2,
			rejects: 1,
			runId: "r1",
			loadedAt: AT,
		};
		await adapter.withSession(async (s) => {
			await s.execute("create schema dev; create table dev.t (id int)");
			await send(s, state.saveLoadedFile(file));
			expect(await state.loadedFiles(s, landing)).toEqual([file]);
			await s.execute("alter table dev.t rename to away");
			expect(await state.loadedFiles(s, landing)).toEqual([]);
			await s.execute("alter table dev.away rename to t");
			expect(await state.loadedFiles(s, { ...landing, schema: "prod" })).toEqual([]);
			await send(s, state.forgetLoadedFiles(landing));
			expect(await state.loadedFiles(s, landing)).toEqual([]);
			const seed = { node: nodeId("seed.p.s"), schema: "dev" };
			await send(s, state.saveSeedHash("p", seed, "one"));
			await send(s, state.saveSeedHash("p", { ...seed, schema: "prod" }, "of prod"));
			await send(s, state.saveSeedHash("p", seed, "two"));
			expect([...(await state.seedHashes(s, "p", new Map([[seed.node, "dev"]])))]).toEqual([["seed.p.s", "two"]]);
		});
	});

	it("remembers how a run began and ended", async () => {
		await adapter.withSession(async (s) => {
			await state.beginRun(s, { runId: "r9", project: "p", command: "run", host: "h", pid: 1, startedAt: AT });
			await state.endRun(s, "r9", "success", AT);
			expect((await s.query("select command, status from tfm_state.runs where run_id = 'r9'")).rows).toEqual([
				["run", "success"],
			]);
		});
	});

	it("records 10,000 published nodes in a few statements, the second time over the first", async () => {
		const nodes = Array.from({ length: 10_000 }, (_, i) => ({
			node: nodeId(`model.big.m${i}`),
			schema: "dev",
			codeHash: "one",
			build: null,
		}));
		await adapter.withSession(async (s) => {
			for (const runId of ["r1", "r2"]) {
				const statements = state.savePublish({ runId, project: "big", unit: "staging", at: AT, nodes });
				expect(statements.length).toBeLessThan(20);
				await s.transaction(() => send(s, statements));
			}
			const here = new Map(nodes.map(({ node, schema }) => [node, schema]));
			const published = await state.listPublished(s, "big", here);
			expect(published.size).toBe(10_000);
			expect(published.get(nodeId("model.big.m9999"))).toEqual({
				node: "model.big.m9999",
				runId: "r2",
				codeHash: "one",
				build: null,
				publishedAt: AT,
			});
			await send(s, state.forgetCandidates("big", nodes));
		});
	});

	it("keeps what runs did, says what is usual, and forgets it when it is old", async () => {
		const node = nodeId("model.h.a");
		const test = nodeId("test.h.t");
		const run = (n: number, status: string, seconds: number) => ({
			runId: `h${n}`,
			project: "h",
			at: `2026-11-0${n}T06:00:00.000Z`,
			nodes: [
				{
					node,
					layer: null,
					resourceType: "model",
					materialized: "table",
					status,
					published: null,
					startedAt: `2026-11-0${n}T06:00:00.000Z`,
					seconds,
					rows: 5_000_000_000,
					code: null,
					message: "SELECT",
				},
			],
			tests: [
				{
					test,
					node,
					column: "id",
					layer: null,
					dimension: "uniqueness",
					severity: "error",
					status: status === "success" ? "pass" : "fail",
					failures: 0,
					seconds: 1,
					at: `2026-11-0${n}T06:00:01.000Z`,
				},
			],
			freshness: [],
			columns: [{ node, schema: "dev", columns: [{ name: "id", type: "integer" }] }],
			measures: [{ node, schema: "dev", measure: "row_count", column: null, value: n }],
		});
		const runs = [run(1, "success", 10), run(2, "success", 12), run(3, "error", 1), run(4, "success", 11)];
		const here = { project: "h", target: "dev", schema: "dev" };
		await adapter.withSession(async (s) => {
			for (const { runId, at } of runs) {
				await state.beginRun(s, { runId, ...here, command: "run", host: "h", pid: 1, startedAt: at });
				await state.endRun(s, runId, "success", at);
			}
			for (const history of runs) await send(s, state.saveHistory(history));
			expect((await state.usualDurations(s, here)).get(node)).toEqual({ node, median: 11, p95: 11.9, runs: 3 });
			const [newest, failed] = await state.nodeRuns(s, here, node, 2);
			expect(newest).toMatchObject({ runId: "h4", rows: 5_000_000_000, tests: { passed: 1, warned: 0, failed: 0 } });
			expect(failed).toMatchObject({ runId: "h3", status: "error", tests: { failed: 1 } });
			expect(await state.testRates(s, here, "2026-11-02T00:00:00Z")).toMatchObject([
				{ test, runs: 3, passed: 2, lastStatus: "pass", recent: ["pass", "fail", "pass"] },
			]);
			expect((await state.latestColumns(s, "h", new Map([[node, "dev"]]))).get(node)).toEqual([
				{ name: "id", type: "integer" },
			]);
			await send(s, state.purgeHistory("h", "2026-11-04T00:00:00Z"));
			expect((await state.nodeRuns(s, here, node, 9)).map((row) => row.runId)).toEqual(["h4"]);
			expect((await state.listRuns(s, here, 9)).map((row) => row.runId)).toEqual(["h4"]);
			expect((await s.query("select count(*)::int from tfm_state.schema_snapshots where project = 'h'")).rows).toEqual([
				[1],
			]);
		});
	});

	it("keeps what is of one target from another, and shows both what was written before targets were known", async () => {
		const node = nodeId("model.t.a");
		const dev = { project: "t", target: "dev", schema: "dev" };
		const alices = { ...dev, schema: "alice" };
		const began = { command: "run", host: "h", pid: 1, startedAt: AT };
		const nodeRun = { layer: null, resourceType: "model", materialized: "table", status: "success", published: null };
		const history = (runId: string, schema: string, type: string) => ({
			...{ runId, project: "t", at: AT, tests: [], freshness: [] },
			nodes: [{ ...nodeRun, node, startedAt: AT, seconds: 1, rows: 1, code: null, message: null }],
			columns: [{ node, schema, columns: [{ name: "id", type }] }],
			measures: [{ node, schema, measure: "row_count", column: null, value: 1 }],
		});
		const publish = (runId: string, schema: string) =>
			state.savePublish({
				runId,
				project: "t",
				unit: "mart",
				at: AT,
				nodes: [{ node, schema, codeHash: runId, build: null }],
			});
		await adapter.withSession(async (s) => {
			await state.beginRun(s, { runId: "old", project: "t", ...began });
			await state.beginRun(s, { runId: "t1", ...dev, ...began });
			await state.beginRun(s, { runId: "t2", ...alices, ...began });
			const publishedBy = async (schema: string) =>
				(await state.listPublished(s, "t", new Map([[node, schema]]))).get(node)?.runId;
			const seen = [];
			for (const [runId, schema] of [
				["old", ""],
				["t1", "dev"],
				["t2", "alice"],
			] as const) {
				await send(s, state.saveHistory(history(runId, schema, runId)));
				await send(s, publish(runId, schema));
				seen.push([await publishedBy("dev"), await publishedBy("alice")]);
			}
			expect(seen).toEqual([
				["old", "old"],
				["t1", undefined],
				["t1", "t2"],
			]);
			expect((await state.listRuns(s, dev, 9)).map((run) => run.runId)).toEqual(["t1", "old"]);
			expect((await state.nodeRuns(s, alices, node, 9)).map((run) => run.runId)).toEqual(["t2", "old"]);
			expect((await state.usualDurations(s, dev)).get(node)?.runs).toBe(2);
			expect((await state.pastTrace(s, alices, 9)).runs.map((run) => run.runId)).toEqual(["t2", "old"]);
			const columns = await state.latestColumns(s, "t", new Map([[node, "alice"]]));
			expect(columns.get(node)).toEqual([{ name: "id", type: "t2" }]);
		});
	});

	it("refuses state tables of a newer version", async () => {
		await adapter.withSession(async (s) => {
			await s.execute("insert into tfm_state.schema_version values (99)");
			await expect(state.migrate(s)).rejects.toMatchObject({ diagnostics: [{ code: "TFM-DB-009" }] });
			await s.execute("delete from tfm_state.schema_version where version = 99");
			await state.migrate(s);
		});
	});

	it("takes only the steps that are missing, all of them or none", async () => {
		const k = knex({ client: "pg" });
		const good: Migration = () => [{ sql: "create table tfm_state.extra (a int)", binds: [] }];
		const bad: Migration = () => [{ sql: "select 1 / 0", binds: [] }];
		const version = "select max(version) from tfm_state.schema_version";
		await adapter.withSession(async (s) => {
			await expect(migrate(s, k, [...MIGRATIONS, good, bad])).rejects.toMatchObject({ sqlstate: "22012" });
			expect((await s.query(version)).rows).toEqual([[MIGRATIONS.length]]);
			expect((await s.query("select to_regclass('tfm_state.extra')")).rows).toEqual([[null]]);
			await migrate(s, k, [...MIGRATIONS, good]);
			expect((await s.query(version)).rows).toEqual([[MIGRATIONS.length + 1]]);
			expect((await s.query("select count(*)::int from tfm_state.extra")).rows).toEqual([[0]]);
		});
	});

	it("upgrades tables that are there for who only reads, and makes none", async () => {
		const k = knex({ client: "pg" });
		await adapter.withSession(async (s) => {
			await s.execute("drop schema tfm_state cascade");
			expect(await state.upgrade(s)).toBe(false);
			expect((await s.query("select to_regnamespace('tfm_state')")).rows).toEqual([[null]]);
			await migrate(s, k, MIGRATIONS.slice(0, MIGRATIONS.indexOf(stateByTarget)));
			expect(await state.upgrade(s)).toBe(true);
			const { rows } = await s.query("select max(version) from tfm_state.schema_version");
			expect(rows).toEqual([[MIGRATIONS.length]]);
		});
	});

	it("gives old candidates their schema, and forgets only shortcuts, when targets become known", async () => {
		const k = knex({ client: "pg" });
		await adapter.withSession(async (s) => {
			await s.execute("drop schema tfm_state cascade");
			await migrate(s, k, MIGRATIONS.slice(0, MIGRATIONS.indexOf(stateByTarget)));
			await s.execute(`
				insert into tfm_state.candidates (project, node, run_id, candidate, target, kind, code_hash, inputs_hash, response)
				values ('p', 'a', 'r', '{}', '{"schema": "prod"}', 'table', '', '', '');
				insert into tfm_state.published values ('p', 'a', 'r', 'c', now()); insert into tfm_state.seeds values ('p', 's', 'h')`);
			await migrate(s, k);
			const rows = async (sql: string) => (await s.query(sql)).rows;
			expect(await rows("select table_schema from tfm_state.candidates")).toEqual([["prod"]]);
			expect(await rows("select table_schema from tfm_state.published")).toEqual([[""]]);
			expect(await rows("select count(*)::int from tfm_state.seeds")).toEqual([[0]]);
		});
	});
});
