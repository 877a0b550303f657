import { describe, expect, test } from "vitest";
import { onBothEngines } from "./publishEngines.ts";
import {
	build,
	cand,
	id,
	type Model,
	PROJECT,
	publish,
	publisher,
	request,
	rows,
	standsAt,
	target,
	waysOf,
} from "./publishFixture.ts";

onBothEngines((bench) => {
	describe("refusals leave everything as it was", () => {
		const refusedBy = async (setup: string, models: readonly Model[]) =>
			bench.on(async (s) => {
				await s.execute(setup);
				await build(s, models);
				const before = await rows(
					s,
					"select oid, relname, relnamespace::regnamespace from pg_class where oid > 16384 order by 1",
				);
				const report = await publisher.publish(s, request(models));
				expect(
					await rows(s, "select oid, relname, relnamespace::regnamespace from pg_class where oid > 16384 order by 1"),
				).toEqual(before);
				return report.refused.map((r) => `${r.node} ${r.code} ${r.reason}`);
			});

		test("001: a needed column is gone", async () => {
			expect(
				await refusedBy(
					"create table s.t (id int, n int); create view bi.v as select n from s.t; alter view bi.v owner to bi_owner",
					[{ name: "t", sql: "select 1 as id" }],
				),
			).toEqual([
				"model.demo.t TFM-PUB-001 s.t cannot be published: view bi.v (owner bi_owner) needs column n, which the new version does not have",
			]);
		});

		test("002: a materialized view above a view that would have to be rebuilt", async () => {
			const setup =
				"create table s.t (id int); create view bi.v as select id from s.t; create materialized view bi.m as select id, id as n from bi.v; create statistics bi.st on id, n from bi.m";
			expect(await refusedBy(setup, [{ name: "t", sql: "select 1::bigint as id" }])).toEqual([
				"model.demo.t TFM-PUB-002 s.t cannot be replaced by a new one because of materialized view bi.m, and view bi.v would have to be rebuilt under it",
			]);
		});

		test("002: row security cannot move to a view", async () => {
			expect(
				await refusedBy("create table s.t (id int); alter table s.t enable row level security", [
					{ name: "t", kind: "view", sql: "select 1 as id" },
				]),
			).toEqual([
				"model.demo.t TFM-PUB-002 s.t cannot be replaced by a new one because of row security, which a view cannot have, and it becomes a view",
			]);
		});

		test("008: a partition, a sequence or a type stands in the way", async () => {
			const setup =
				"create table s.p (id int) partition by list (id); create sequence s.q; create table s.part partition of s.p default; create type s.c as (x int)";
			expect(
				(
					await refusedBy(
						setup,
						["q", "part", "c"].map((name) => ({ name, sql: "select 1 as id" })),
					)
				).map((r) => r.replace(/^\S+ (\S+) .*published: /, "$1 ")),
			).toEqual([
				"TFM-PUB-008 the existing relation is a sequence",
				"TFM-PUB-008 the existing relation is a partition of another table",
				"TFM-PUB-008 the existing relation is a composite type",
			]);
		});

		test("009: the candidate is gone", () =>
			bench.on(async (s) => {
				const report = await publisher.publish(s, request([{ name: "t", sql: "" }]));
				expect(report.refused.map((r) => r.code)).toEqual(["TFM-PUB-009"]);
			}));

		test("010: a dependent view does not work with the new type; it names columns by position", async () => {
			const [cast] = await refusedBy("create table s.t (id int); create view bi.v as select id + 1 as x from s.t", [
				{ name: "t", sql: "select 'a'::text as id" },
			]);
			expect(cast).toBe(
				"model.demo.t TFM-PUB-010 s.t cannot be published: view bi.v cannot be re-created over the new version: operator does not exist: text + integer",
			);
			const [position] = await refusedBy(
				"create table s.t (a int, b int); create view bi.v as select x from s.t as u(x, y)",
				[{ name: "t", sql: "select 1 as b, 2 as a" }],
			);
			expect(position).toContain("it names the columns by their position, and the order has changed");
		});

		test("011: a row that a foreign key of another table needs is gone", async () => {
			const setup =
				"create table s.t (id int primary key); insert into s.t values (1); create table bi.c (id int references s.t (id)); insert into bi.c values (1)";
			expect(await refusedBy(setup, [{ name: "t", sql: "select 2 as id" }])).toEqual([
				'model.demo.t TFM-PUB-011 s.t cannot be published: its rows cannot take the place of the published ones: update or delete on table "t" violates foreign key constraint "c_id_fkey" on table "c" (Key (id)=(1) is still referenced from table "c".)',
			]);
		});

		test("012: a role of the grants config does not exist", async () => {
			expect(await refusedBy("", [{ name: "t", sql: "select 2 as id", grants: { select: ["nobody"] } }])).toEqual([
				'model.demo.t TFM-PUB-012 s.t cannot be published: its grants, comments or labels cannot be applied: role "nobody" does not exist',
			]);
		});

		test("003 and 006: roles that are not ours, a database where we may not create", () =>
			bench.on(async (s) => {
				await s.execute(
					`create table s.t (id int); create view bi.v as select id from s.t; alter view bi.v owner to outsider; alter table s.t owner to writer; alter schema s owner to writer; set role writer`,
				);
				await expect(publisher.ensureSchemas(s, PROJECT, [target("t")])).rejects.toThrow(
					/^TFM-PUB-006: writer may not create schemas in database \S+; missing: tfm_c_/,
				);
				await s.execute(`reset role; create schema "${standsAt("t").schema}" authorization writer; set role writer`);
				const report = await publish(s, [{ name: "t", sql: "select 1 as id" }]);
				expect(report.refused.map((r) => `${r.code} ${r.reason}`)).toEqual([
					"TFM-PUB-003 s.t cannot be published: view bi.v belongs to outsider, and writer is not a member of that role",
				]);
			}));

		test("a refused relation takes what reads it and its group along; the rest is published and recorded", () =>
			bench.on(async (s) => {
				await s.execute(
					"create table s.a (id int, n int); create view bi.v as select n from s.a; create table public.done (node text)",
				);
				const models: Model[] = [
					{ name: "a", sql: "select 1 as id" },
					{ name: "b", sql: "select id from {a}", publishGroup: "g" },
					{ name: "c", kind: "view", sql: "select 1 as id", publishGroup: "g" },
					{ name: "d", sql: "select 1 as id" },
				];
				await build(s, models);
				const record = ({ published: nodes }: { published: readonly string[] }) =>
					nodes.map((n) => ({ sql: "insert into public.done values ($1)", binds: [n] }));
				const report = await publisher.publish(s, request(models, { record }));
				expect(report.ways).toEqual([{ node: id("d"), way: "new" }]);
				expect(report.refused.map((r) => `${r.node} ${r.reason.split(", which")[0]}`)).toEqual([
					"model.demo.a s.a cannot be published: view bi.v (owner postgres) needs column n",
					"model.demo.b it reads s.a",
					"model.demo.c it is in publish group g with s.b",
				]);
				expect(await rows(s, "select * from public.done")).toEqual([id("d")]);
				expect(await rows(s, `select count(*) from ${cand("b")}`)).toEqual(["1"]);
			}));

		test("a failure in the middle rejects and leaves everything old", () =>
			bench.on(async (s) => {
				const models: Model[] = [
					{ name: "a", sql: "select 1 as id" },
					{ name: "v", kind: "view", sql: "select id from {a}" },
				];
				await publish(s, models);
				await s.execute("create view bi.x as select id from s.a");
				await build(s, [{ ...models[0]!, sql: "select 2 as id" }, models[1]!]);
				const candidates = request(models).candidates.map((c) =>
					c.kind === "view" ? { ...c, finalSql: "select nothing from s.a" } : c,
				);
				await expect(publisher.publish(s, request(models, { candidates }))).rejects.toMatchObject({
					sqlstate: "42703",
				});
				await expect(
					publisher.publish(s, request(models, { record: [{ sql: "select 1 / $1::int", binds: [0] }] })),
				).rejects.toMatchObject({ sqlstate: "22012" });
				expect(await rows(s, "select (select id from s.a), (select id from s.v), (select id from bi.x)")).toEqual([
					"1,1,1",
				]);
				expect(waysOf(await publisher.publish(s, request(models)))).toEqual({ a: "swap", v: "replace" });
				expect(await rows(s, "select (select id from s.a), (select id from s.v), (select id from bi.x)")).toEqual([
					"2,2,2",
				]);
			}));
	});
});
