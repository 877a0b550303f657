import { expect, test } from "vitest";
import { DatabaseError } from "../../core/databaseError.ts";
import type { ResultTable } from "../../core/resultTable.ts";
import { cutToBytes, shadowSchema } from "../postgresFamily/publish/candidateNames.ts";
import { type LockProtocol, plainLocks } from "../postgresFamily/publish/lockProtocol.ts";
import { afterNeeds } from "../postgresFamily/publish/order.ts";
import { createPostgresPublisher } from "../postgresFamily/publish/publisher.ts";
import { onBothEngines } from "./publishEngines.ts";
import {
	build,
	cand,
	dialect,
	type Model,
	PROJECT,
	publish,
	publisher,
	request,
	rows,
	shadowTraces,
	standsAt,
	target,
	waysOf,
} from "./publishFixture.ts";

onBothEngines((bench) => {
	test("a shadow schema is named by project and schema and cut between characters", () => {
		expect(shadowSchema("c", "demo", "staging", 63)).toMatch(/^tfm_c_[0-9a-f]{10}_staging$/);
		expect(shadowSchema("c", "demo", "staging", 63)).not.toBe(shadowSchema("c", "other", "staging", 63));
		expect(cutToBytes("aé€😀", 2)).toBe("a");
		expect(cutToBytes("aé€😀", 9)).toBe("aé€");
		expect(new TextEncoder().encode(shadowSchema("o", "demo", "Straße".repeat(12), 63)).length).toBeLessThanOrEqual(63);
	});

	test("views come after what they read, a cycle is cut, a long chain is no problem", () => {
		const needs: Record<string, string[]> = { a: ["b"], b: ["c", "x"], c: [], d: ["e"], e: ["d"] };
		expect(afterNeeds(["a", "b", "c", "d", "e"], (k) => needs[k]!)).toEqual(["c", "b", "a", "e", "d"]);
		const chain = Array.from({ length: 20_000 }, (_, i) => i);
		expect(afterNeeds(chain, (i) => [i + 1])[0]).toBe(19_999);
	});

	test("schemas are created for targets and candidates, and nobody else may use the latter", () =>
		bench.on(async (s) => {
			await s.execute("alter default privileges grant usage on schemas to reader, public");
			await publisher.ensureSchemas(s, PROJECT, [target("a", "New One"), target("b", "New One"), target("c", "s")]);
			await publisher.ensureSchemas(s, PROJECT, [target("a", "New One")]);
			const seen = await rows(
				s,
				"select nspname, has_schema_privilege('reader', oid, 'usage') from pg_namespace where nspname like '%New One' or nspname like 'tfm%' order by 1",
			);
			expect(seen.map((r) => r.replace(/_[0-9a-f]{10}_/, "_#_"))).toEqual(
				["New One,true", "tfm_c_#_New One,false", "tfm_c_#_s,false"].sort(),
			);
			await s.execute("alter default privileges revoke usage on schemas from reader, public");
		}));

	test("stale candidates are dropped together, except those to keep and what they read", () =>
		bench.on(async (s) => {
			const models: Model[] = [
				{ name: "a", sql: "select 1 as id" },
				{ name: "b", kind: "view", sql: "select id from {a}" },
				{ name: "c", kind: "view", sql: "select id from {b}" },
				{ name: "d", sql: "select id from {b}", schema: "bi" },
				{ name: "e", kind: "view", sql: "select id from {a}", schema: "bi" },
			];
			await build(s, models);
			const dropped = await publisher.dropStale(s, PROJECT, [target("zzz")], [standsAt("b")]);
			// `e` stands in another candidate schema, over `a`, which stays.
			expect(dropped.map((r) => r.identifier)).toEqual(["c"]);
			expect((await publisher.dropStale(s, PROJECT, [target("a")], [])).map((r) => r.identifier).sort()).toEqual([
				"a",
				"b",
				"e",
			]);
			expect(
				(await publisher.dropStale(s, PROJECT, [target("d", "bi"), target("a")], [])).map((r) => r.identifier),
			).toEqual(["d"]);
			expect(await publisher.dropStale(s, PROJECT, [target("a", "nowhere")], [])).toEqual([]);
		}));

	test("007: a candidate that somebody else built on is not dropped, and nothing else either", () =>
		bench.on(async (s) => {
			await build(s, [
				{ name: "a", sql: "select 1 as id" },
				{ name: "b", sql: "select 1 as id" },
			]);
			await s.execute(`create view bi.mine as select * from ${cand("a")}`);
			await expect(publisher.dropStale(s, PROJECT, [target("a")], [])).rejects.toThrow(
				/^TFM-PUB-007: tfm_c_\w+_s.a cannot be dropped: view bi.mine hangs on it/,
			);
			expect(await rows(s, `select count(*) from ${cand("b")}`)).toEqual(["1"]);
		}));

	test("a held candidate view follows the table it reads when that is published", () =>
		bench.on(async (s) => {
			const a: Model = { name: "a", sql: "select 1 as id" };
			const v: Model = { name: "v", kind: "view", sql: "select id from {a}" };
			const w: Model = { name: "w", kind: "view", sql: "select id from {v}" };
			await build(s, [a, v, w]);
			await publisher.publish(s, request([a, v]));
			expect(await rows(s, `select id from ${cand("w")}`)).toEqual(["1"]);
			expect(waysOf(await publisher.publish(s, request([a, v, w].slice(2))))).toEqual({ w: "new" });
			await publisher.dropStale(s, PROJECT, [target("a")], []);
			expect(await rows(s, "select id from s.w")).toEqual(["1"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("a candidate that reads a relation now replaced goes; its table's foreign key returns with the publish", () =>
		bench.on(async (s) => {
			await s.execute(
				"create table s.a (id int primary key); insert into s.a values (1); create table s.c (id int references s.a (id))",
			);
			const [v, c, a]: Model[] = [
				{ name: "v", kind: "view", sql: "select id from s.a" },
				{ name: "c", sql: "select 1 as id" },
				{ name: "a", sql: "select 1 as id union all select 2" },
			];
			await build(s, [v!, c!]);
			await s.execute("drop table s.c");
			await publish(s, [a!]);
			expect(await rows(s, `select to_regclass('${cand("v")}') is null, to_regclass('${cand("c")}') is null`)).toEqual([
				"true,false",
			]);
			await s.execute("create table s.c (id int references s.a (id))");
			expect(waysOf(await publisher.publish(s, request([c!])))).toEqual({ c: "swap" });
			expect(
				await rows(s, "select conrelid::regclass, confrelid::regclass from pg_constraint where contype = 'f'"),
			).toEqual(["s.c,s.a"]);
		}));

	test("a foreign key of a candidate that stays does not hold the one it refers to: the key goes, and returns with the publish", () =>
		bench.on(async (s) => {
			await s.execute(
				"create table s.a (id int primary key); insert into s.a values (1); create table s.c (id int constraint k references s.a (id))",
			);
			const [c, a]: Model[] = [
				{ name: "c", sql: "select 1 as id" },
				{ name: "a", sql: "select 1 as id union all select 2" },
			];
			await build(s, [a!, c!]);
			expect((await publisher.dropStale(s, PROJECT, [target("a")], [standsAt("c")])).map((r) => r.identifier)).toEqual([
				"a",
			]);
			await build(s, [a!]);
			expect(waysOf(await publisher.publish(s, request([a!, c!])))).toEqual({ a: "swap", c: "swap" });
			expect(
				await rows(s, "select conname, conrelid::regclass, confrelid::regclass from pg_constraint where contype = 'f'"),
			).toEqual(["k,s.c,s.a"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("a child of a kept parent refers to the published parent", () =>
		bench.on(async (s) => {
			await s.execute(
				"create table s.p (id int primary key); create table s.c (id int references s.p (id)); create materialized view bi.m as select * from s.p",
			);
			const models: Model[] = [
				{ name: "p", sql: "select 5 as id" },
				{ name: "c", sql: "select id from {p}" },
			];
			expect(waysOf(await publish(s, models))).toEqual({ p: "keep", c: "swap" });
			expect(
				await rows(
					s,
					"select conrelid::regclass, confrelid::regclass, convalidated from pg_constraint where contype = 'f'",
				),
			).toEqual(["s.c,s.p,true"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("kept rows: identity columns, generated columns, values without equality, null keys, no key", () =>
		bench.on(async (s) => {
			await s.execute(`
			create table s.k (id int generated always as identity primary key, n int generated always as identity, twice int generated always as (n * 2) stored, p point, j json);
			insert into s.k (p, j) values ('(1,1)', '{"a": 1}'), ('(2,2)', '{"a": 2}');
			create table s.u (a int, b text, unique (a)); insert into s.u values (null, 'x'), (1, 'y');
			create table s.none (a int); insert into s.none values (1), (1)`);
			const models: Model[] = [
				{
					name: "k",
					sql: `select 1 as id, 7 as n, 0 as twice, '(1,1)'::point as p, '{"a": 1}'::json as j union all select 3, 3, 0, null, null`,
				},
				{ name: "u", sql: "select null::int as a, 'z' as b union all select 1, 'y2'", publish: "keep" },
				{ name: "none", sql: "select 2 as a from generate_series(1, 3)", publish: "keep" },
			];
			expect(waysOf(await publish(s, models))).toEqual({ k: "keep", u: "keep", none: "keep" });
			expect(await rows(s, "select id, n, twice, p, j from s.k order by 1")).toEqual([
				'1,7,14,(1,1),{"a": 1}',
				"3,3,6,,",
			]);
			expect(await rows(s, "select a, b from s.u order by 2")).toEqual(["1,y2", ",z"]);
			expect(await rows(s, "select a from s.none")).toEqual(["2", "2", "2"]);
		}));

	test("twenty relations go at once, and the session's settings are as before", () =>
		bench.on(async (s) => {
			const models = Array.from({ length: 20 }, (_, i): Model => {
				const from = i === 0 ? "(select 1 as id) x" : `{m${i - 1}}`;
				return i % 3 === 2
					? { name: `m${i}`, kind: "view", sql: `select id from ${from}` }
					: { name: `m${i}`, sql: `select id + 1 as id from ${from}` };
			});
			await publish(s, models);
			await s.execute(
				"create view bi.v as select id from s.m19; set search_path = bi, s; set check_function_bodies = on",
			);
			await s.transaction(async () => {
				const report = await publish(s, models);
				expect(new Set(Object.values(waysOf(report)))).toEqual(new Set(["swap", "replace"]));
				expect(
					await rows(
						s,
						"select current_setting('search_path'), current_setting('row_security'), current_setting('lock_timeout'), current_setting('check_function_bodies')",
					),
				).toEqual(["bi, s,on,0,on"]);
			});
			expect(await rows(s, "select id from v")).toEqual(["15"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("a publish that its locks do not come to in time is TFM-PUB-004, and nothing has changed", () =>
		bench.on(async (s) => {
			await publish(s, [{ name: "t", sql: "select 1 as id" }]);
			await build(s, [{ name: "t", sql: "select 2 as id" }]);
			const busy: LockProtocol = {
				...plainLocks,
				acquire: async () =>
					Promise.reject(new DatabaseError("canceling statement due to lock timeout", { sqlstate: "55P03" })),
			};
			await expect(
				createPostgresPublisher(dialect, busy).publish(s, request([{ name: "t", sql: "" }])),
			).rejects.toThrow(/^TFM-PUB-004: staging was not published: its locks were not free within 1 s/);
			expect(await rows(s, "select id from s.t")).toEqual(["1"]);
		}));

	test("a catalog that changes while the locks are awaited is planned anew", () =>
		bench.on(async (s) => {
			await publish(s, [{ name: "t", sql: "select 1 as id" }]);
			await build(s, [{ name: "t", sql: "select 2 as id" }]);
			let attempts = 0;
			const meddling: LockProtocol = {
				...plainLocks,
				settle: () => s.execute("create view bi.early as select id from s.t").then(() => {}),
				// Another session's commit; made in ours, it is rolled back with the attempt.
				acquire: async () => void (attempts++ === 0 && (await s.execute("create view bi.late as select id from s.t"))),
			};
			expect(
				waysOf(await createPostgresPublisher(dialect, meddling).publish(s, request([{ name: "t", sql: "" }]))),
			).toEqual({ t: "swap" });
			expect(attempts).toBe(2);
			expect(await rows(s, "select id from bi.early")).toEqual(["2"]);
		}));

	test("005: a publish that would fill the server's lock table is not begun", () =>
		bench.on(async (s) => {
			const models = Array.from({ length: 3 }, (_, i): Model => ({ name: `t${i}`, sql: "select 1 as id" }));
			await build(s, models);
			// A session that sees a smaller server: the setting itself takes a restart.
			const shrunk = (table: ResultTable): ResultTable => ({
				...table,
				rows: table.rows.map((r) =>
					r.map((c) => (typeof c === "string" ? c.replace(/"lockSlots" : \d+/, '"lockSlots" : 12') : c)),
				),
			});
			const { atOnce } = s;
			const small: typeof s = {
				...s,
				query: async (...asked) => shrunk(await s.query(...asked)),
				atOnce: atOnce && (async (...asked) => shrunk(await atOnce(...asked))),
			};
			await expect(publisher.publish(small, request(models))).rejects.toThrow(
				/^TFM-PUB-005: staging was not published: its one transaction needs about 1\d locks; the server has room for 12, \d+ of which are held/,
			);
			expect(await rows(s, "select to_regclass('s.t0') is null")).toEqual(["true"]);
		}));

	test("an aborted signal stops before anything happens", () =>
		bench.on(async (s) => {
			await build(s, [{ name: "t", sql: "select 1 as id" }]);
			await expect(
				publisher.publish(s, request([{ name: "t", sql: "" }], { signal: AbortSignal.abort(new Error("stop")) })),
			).rejects.toThrow("stop");
		}));
});
