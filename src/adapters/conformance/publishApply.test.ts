import { expect, test } from "vitest";
import { onBothEngines } from "./publishEngines.ts";
import {
	build,
	cand,
	deltaOf,
	dialect,
	id,
	type Model,
	PROJECT,
	publish,
	publisher,
	request,
	rows,
	shadowTraces,
	target,
	waysOf,
} from "./publishFixture.ts";

onBothEngines((bench) => {
	const OLD = "create table s.t (id int primary key, n text); insert into s.t values (1, 'a'), (2, 'b')";
	const fresh = (more: Partial<Model> = {}): Model => ({
		name: "t",
		sql: "select 2 as id, 'b2'::text as n union all select 3, 'c'",
		incremental: { key: "id", columns: ["id", "n"] },
		...more,
	});

	test("new rows come into a table that stays, with all that hangs on it, and the view over it is bound to it", () =>
		bench.on(async (s) => {
			await s.execute(
				`${OLD}; create materialized view bi.m as select n from s.t; create view bi.v as select n from s.t; create index i on s.t (n)`,
			);
			const look =
				"select 's.t'::regclass::oid, 'bi.v'::regclass::oid, (select count(*) from pg_index where indrelid = 's.t'::regclass)";
			const before = await rows(s, look);
			const models: Model[] = [
				fresh({
					grants: { select: ["reader"] },
					comment: "grows",
					columnComments: [{ column: "n", quoted: false, text: "name" }],
				}),
				{ name: "v", kind: "view", sql: "select id, n from {t}" },
				{ name: "u", sql: "select count(*) as c from {v}" },
			];
			await build(s, models);
			expect(await rows(s, `select id, n from ${cand("v")} order by 1`)).toEqual(["1,a", "2,b2", "3,c"]);
			expect(waysOf(await publisher.publish(s, request(models)))).toEqual({ t: "apply", v: "new", u: "new" });
			expect(await rows(s, look)).toEqual(before);
			expect(await rows(s, "select id, n from s.v order by 1")).toEqual(["1,a", "2,b2", "3,c"]);
			expect(await rows(s, "select c from s.u union all select count(*) from bi.v")).toEqual(["3", "3"]);
			expect(
				await rows(
					s,
					"select relacl::text, obj_description(oid), col_description(oid, 2) from pg_class where oid = 's.t'::regclass",
				),
			).toEqual(["{postgres=arwdDxt/postgres,reader=r/postgres},grows,name"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("columns are added before and dropped last, views of others stay", () =>
		bench.on(async (s) => {
			await s.execute(
				`${OLD}; create view bi.v as select id from s.t; create view s.v as select id, n from s.t; create policy p on s.t using (id > 0)`,
			);
			const before = await rows(s, "select 's.t'::regclass::oid, 'bi.v'::regclass::oid");
			const models: Model[] = [
				fresh({
					sql: "select 2 as id, 7 as more",
					incremental: { key: "id", columns: ["id", "more"], add: { more: "int" }, drop: ["n"] },
				}),
				{ name: "v", kind: "view", sql: "select id, more from {t}" },
			];
			expect(waysOf(await publish(s, models))).toEqual({ t: "apply", v: "swap" });
			expect(await rows(s, "select * from s.t order by 1")).toEqual(["1,", "2,7"]);
			expect(await rows(s, "select * from s.v order by 1")).toEqual(["1,", "2,7"]);
			expect(await rows(s, "select 's.t'::regclass::oid, 'bi.v'::regclass::oid")).toEqual(before);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("a column that was added by a publish that then died is taken as it is", () =>
		bench.on(async (s) => {
			await s.execute(OLD);
			const models = [
				fresh({
					sql: "select 2 as id, 'b'::text as n, 7 as more",
					incremental: { key: "id", columns: ["id", "n", "more"], add: { more: "int" } },
				}),
			];
			await build(s, models);
			const broken = request(models, { record: [{ sql: "select 1 / $1::int", binds: [0] }] });
			await expect(publisher.publish(s, broken)).rejects.toMatchObject({ sqlstate: "22012" });
			expect(await rows(s, "select * from s.t order by 1")).toEqual(["1,a,", "2,b,"]);
			expect(waysOf(await publisher.publish(s, request(models)))).toEqual({ t: "apply" });
			expect(await rows(s, "select * from s.t order by 1")).toEqual(["1,a,", "2,b,7"]);
		}));

	test("001: a column that goes is needed by others, by a policy or by a trigger; nothing has changed", () =>
		bench.on(async (s) => {
			await s.execute(
				`${OLD}; create view bi.v as select n from s.t; create policy p on s.t using (n <> 'x');
			create function s.f() returns trigger language plpgsql as 'begin return new; end';
			create trigger g before update of n on s.t for each row execute function s.f()`,
			);
			const models = [
				fresh({
					sql: "select 2 as id, 1 as x",
					incremental: { key: "id", columns: ["id", "x"], add: { x: "int" }, drop: ["n"] },
				}),
			];
			await build(s, models);
			const report = await publisher.publish(s, request(models));
			expect(report.refused.map((r) => `${r.code} ${r.reason}`)[0]).toBe(
				"TFM-PUB-001 s.t cannot be published: view bi.v (owner postgres) needs column n, which the new version does not have",
			);
			await s.execute("drop view bi.v");
			expect((await publisher.publish(s, request(models))).refused[0]?.reason).toContain("policy p of it");
			await s.execute("drop policy p on s.t");
			expect((await publisher.publish(s, request(models))).refused[0]?.reason).toContain("trigger g of it");
			expect(await rows(s, "select * from s.t order by 1")).toEqual(["1,a", "2,b"]);
		}));

	test("014: the target is gone, is a view, has other columns than the new rows were computed for", () =>
		bench.on(async (s) => {
			const outcome = async (change: string) => {
				await s.execute(`drop schema if exists s cascade; create schema s; ${OLD}`);
				await s.execute(`drop table if exists ${cand("t")}, ${dialect.render(deltaOf("t"))} cascade`);
				await build(s, [fresh()]);
				// What others do to a table takes tfm's own candidate view along, or leaves it.
				await s.execute(`create table bi.copy as select * from ${cand("t")}; drop view ${cand("t")}`);
				await s.execute(`alter table bi.copy set schema "${PROJECT_SCHEMA}"; alter table ${cand("copy")} rename to t`);
				await s.execute(change);
				const { refused, ways } = await publisher.publish(s, request([fresh()]));
				expect(ways).toEqual([]);
				return refused.map((r) => `${r.code} ${r.reason.split(", and ")[1]}`);
			};
			const PROJECT_SCHEMA = publisher.candidateOf(PROJECT, target("t")).schema;
			expect(await outcome("drop table s.t")).toEqual(["TFM-PUB-014 the table is gone"]);
			expect(await outcome("drop table s.t; create view s.t as select 1 as id, 'x'::text as n")).toEqual([
				"TFM-PUB-014 it is no longer a table",
			]);
			expect(await outcome("alter table s.t drop column n")).toEqual(["TFM-PUB-014 column n is gone"]);
			expect(await outcome("alter table s.t add column z int")).toEqual(["TFM-PUB-014 it has a new column z"]);
			expect(await outcome("alter table s.t alter column id type bigint")).toEqual([
				"TFM-PUB-014 column id is bigint now, not integer",
			]);
			expect(await outcome(`drop table ${dialect.render(deltaOf("t"))}`)).toEqual([
				"TFM-PUB-014 its new rows are gone",
			]);
		}));

	test("011: new rows that the table does not take are refused by themselves; the rest is published", () =>
		bench.on(async (s) => {
			await s.execute(`${OLD}; alter table s.t add check (n <> 'c')`);
			const models: Model[] = [
				fresh(),
				{ name: "v", kind: "view", sql: "select id from {t}" },
				{ name: "w", sql: "select 1 as x" },
			];
			const report = await publish(s, models);
			expect(report.ways).toEqual([{ node: id("w"), way: "new" }]);
			expect(report.refused.map((r) => `${r.node} ${r.code}`)).toEqual([
				`${id("t")} TFM-PUB-011`,
				`${id("v")} TFM-PUB-011`,
			]);
			expect(await rows(s, "select * from s.t order by 1")).toEqual(["1,a", "2,b"]);
			expect(await rows(s, `select * from ${cand("t")} order by 1`)).toEqual(["1,a", "2,b2", "3,c"]);
		}));

	test("a held candidate over a target that has its new rows sees each of them once", () =>
		bench.on(async (s) => {
			await s.execute(OLD);
			const models: Model[] = [fresh(), { name: "v", kind: "view", sql: "select id, n from {t}" }];
			await build(s, models);
			await publisher.publish(s, request(models.slice(0, 1)));
			await s.execute("insert into s.t values (9, 'later')");
			expect(await rows(s, `select id, n from ${cand("v")} order by 1`)).toEqual(["1,a", "2,b2", "3,c", "9,later"]);
			expect(
				waysOf(await publisher.publish(s, { ...request(models), candidates: request(models).candidates.slice(1) })),
			).toEqual({
				v: "new",
			});
			await publisher.dropStale(s, PROJECT, [target("t")], []);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("013: a run whose relations were taken over publishes nothing", () =>
		bench.on(async (s) => {
			await s.execute(`${OLD}; create table public.lease (run text); insert into public.lease values ('r1')`);
			const fence = { sql: "select run = $1 from public.lease for update", binds: ["r1"] };
			await build(s, [fresh()]);
			await s.execute("update public.lease set run = 'r2'");
			await expect(publisher.publish(s, request([fresh()], { fence }))).rejects.toThrow(
				/^TFM-PUB-013: staging was not published: another run has taken over/,
			);
			expect(await rows(s, "select count(*) from s.t")).toEqual(["2"]);
			await s.execute("update public.lease set run = 'r1'");
			expect(waysOf(await publisher.publish(s, request([fresh()], { fence })))).toEqual({ t: "apply" });
		}));
});
