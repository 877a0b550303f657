import { expect, test } from "vitest";
import { onBothEngines } from "./publishEngines.ts";
import {
	build,
	cand,
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
	const oid = (name: string) => `select '${name}'::regclass::oid`;

	test("a materialized view over tables moves along as it was filled, with its indexes, grants and comments", () =>
		bench.on(async (s) => {
			const models: Model[] = [
				{ name: "t", sql: "select 1 as id" },
				{
					name: "m",
					kind: "materialized_view",
					sql: "select id from {t}",
					hook: "create unique index mi on {this} (id)",
				},
				{ name: "n", kind: "materialized_view", sql: "select id + 1 as id from {m}" },
				{ name: "v", kind: "view", sql: "select id from {n}" },
			];
			expect(waysOf(await publish(s, models))).toEqual({ t: "new", m: "new", n: "new", v: "new" });
			await s.execute(
				"create view bi.v as select id from s.m; grant select on s.m to reader; comment on materialized view s.m is 'stored'; comment on column s.m.id is 'key'; create index dba on s.m ((id + 1)); alter materialized view s.m owner to bi_owner; alter materialized view s.m set (fillfactor = 50); alter table s.m alter column id set statistics 9",
			);
			const view = await rows(s, oid("bi.v"));
			await build(s, [{ ...models[0]!, sql: "select 2 as id" }, ...models.slice(1)]);
			const filled = await rows(s, oid(cand("m")));
			const report = await publisher.publish(s, request(models));
			expect(waysOf(report)).toEqual({ t: "swap", m: "swap", n: "swap", v: "replace" });
			expect(report.warnings).toEqual([]);
			expect(await rows(s, "select v.id, m.id, b.id from s.v v, s.m m, bi.v b")).toEqual(["3,2,2"]);
			expect(await rows(s, oid("s.m"))).toEqual(filled);
			expect(await rows(s, oid("bi.v"))).toEqual(view);
			expect(
				await rows(
					s,
					`select relowner::regrole, relacl::text, obj_description(oid), col_description(oid, 1), reloptions::text,
					(select string_agg(indexrelid::regclass::text, ' ' order by indexrelid::regclass::text) from pg_index where indrelid = c.oid),
					(select attstattarget from pg_attribute where attrelid = c.oid and attnum = 1) from pg_class c where oid = 's.m'::regclass`,
				),
			).toEqual(["bi_owner,{bi_owner=arwdDxt/bi_owner,reader=r/bi_owner},stored,key,{fillfactor=50},s.dba s.mi,9"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("over a view it is made anew under the locks, and the report says so; over rows brought into a table, before them", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int primary key); insert into s.t values (1)");
			const models: Model[] = [
				{ name: "t", sql: "select 2 as id", incremental: { key: "id", columns: ["id"] } },
				{
					name: "e",
					kind: "materialized_view",
					sql: "select count(*) as n from {t}",
					hook: "create index on {this} (n)",
				},
				{ name: "v", kind: "view", sql: "select id from {t}" },
				{
					name: "l",
					kind: "materialized_view",
					sql: "select id from {v}",
					hook: "create unique index li on {this} (id); comment on index {this_schema}.li is 'one'",
				},
			];
			models[3] = {
				...models[3]!,
				hook: `create unique index li on {this} (id); comment on index ${cand("li")} is 'one'`,
			};
			for (const ways of [
				{ t: "apply", e: "new", v: "new", l: "new" },
				{ t: "apply", e: "swap", v: "replace", l: "swap" },
			]) {
				const report = await publish(s, models);
				expect(waysOf(report)).toEqual(ways);
				expect(report.warnings).toEqual(["materialized view s.l is filled while readers of what it reads wait"]);
				expect(
					await rows(s, "select (select n from s.e), (select string_agg(id::text, ' ' order by id) from s.l)"),
				).toEqual(["2,1 2"]);
				expect(
					await rows(
						s,
						"select indexrelid::regclass, obj_description(indexrelid) from pg_index where indrelid in ('s.e'::regclass, 's.l'::regclass) order by 1::text",
					),
				).toEqual(["s.e_n_idx,", "s.li,one"]);
				expect(await rows(s, "select nspname from pg_namespace where nspname like 'tfm\\_n\\_%'")).toEqual([]);
				await publisher.dropStale(s, PROJECT, [target("t")], []);
				expect(await shadowTraces(s)).toEqual([]);
			}
		}));

	test("a table or view becomes a materialized view and goes back, under views of others", () =>
		bench.on(async (s) => {
			const as = (kind: Model["kind"], n: number): Model => ({ name: "x", kind: kind!, sql: `select ${n} as id` });
			await publish(s, [as("table", 1)]);
			await s.execute(
				"create view bi.v as select id from s.x; grant select on s.x to reader; create index xi on s.x (id)",
			);
			let n = 2;
			for (const kind of ["materialized_view", "table", "view", "materialized_view", "view", "table"] as const) {
				expect(waysOf(await publish(s, [as(kind, n)]))).toEqual({ x: "swap" });
				expect(
					await rows(
						s,
						"select v.id, relkind, has_table_privilege('reader', 's.x', 'select') from bi.v v, pg_class c where c.oid = 's.x'::regclass",
					),
				).toEqual([`${n++},${{ table: "r", view: "v", materialized_view: "m" }[kind]},true`]);
				expect(await shadowTraces(s)).toEqual([]);
			}
		}));

	test("a unique constraint of a table has no place on a materialized view, and the dressing says so; its indexes have", () =>
		bench.on(async (s) => {
			await s.execute("create table s.x (id int primary key, n int); create index ni on s.x (n)");
			const models: Model[] = [{ name: "x", kind: "materialized_view", sql: "select 1 as id, 2 as n" }];
			expect(await build(s, models)).toEqual(["constraint x_pkey of s.x goes: it is a materialized view now"]);
			await publisher.publish(s, request(models));
			expect(await rows(s, "select indexrelid::regclass from pg_index where indrelid = 's.x'::regclass")).toEqual([
				"s.ni",
			]);
		}));

	test("what others store over a materialized view is filled anew with it, and keeps what it had", () =>
		bench.on(async (s) => {
			const model = (id: number): Model => ({ name: "m", kind: "materialized_view", sql: `select ${id} as id` });
			await publish(s, [model(1)]);
			await s.execute(
				`create materialized view bi.above with (fillfactor = 50) as select id from s.m; create view bi.top as select id from bi.above;
				create unique index one on bi.above (id); comment on index bi.one is 'key'; comment on materialized view bi.above is 'stored'; grant select on bi.above to reader; alter materialized view bi.above owner to bi_owner`,
			);
			const report = await publish(s, [model(2)]);
			expect(report.refused).toEqual([]);
			expect(report.warnings).toEqual(["materialized view bi.above is filled while readers of what it reads wait"]);
			expect(await rows(s, "select t.id, a.id from bi.top t, bi.above a")).toEqual(["2,2"]);
			expect(
				await rows(
					s,
					"select relowner::regrole, relacl::text, obj_description(oid), obj_description('bi.one'::regclass), reloptions::text from pg_class where oid = 'bi.above'::regclass",
				),
			).toEqual(["bi_owner,{bi_owner=arwdDxt/bi_owner,reader=r/bi_owner},stored,key,{fillfactor=50}"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("002: one with statistics of its own binds the materialized view that it reads", () =>
		bench.on(async (s) => {
			const models: Model[] = [{ name: "m", kind: "materialized_view", sql: "select 1 as id, 2 as n" }];
			await publish(s, models);
			await s.execute(
				"create materialized view bi.above as select id, n from s.m; create statistics bi.st on id, n from bi.above",
			);
			expect((await publish(s, models)).refused.map((r) => `${r.code} ${r.reason}`)).toEqual([
				"TFM-PUB-002 s.m cannot be replaced by a new one because of materialized view bi.above, and it is a materialized view",
			]);
		}));

	test("a held candidate that stores rows of a relation now replaced goes", () =>
		bench.on(async (s) => {
			await publish(s, [{ name: "t", sql: "select 1 as id" }]);
			await build(s, [{ name: "m", kind: "materialized_view", sql: "select id from s.t" }]);
			expect(waysOf(await publish(s, [{ name: "t", sql: "select 2 as id" }]))).toEqual({ t: "swap" });
			expect(await rows(s, `select to_regclass('${cand("m")}') is null`)).toEqual(["true"]);
			await build(s, [
				{ name: "a", sql: "select 1 as id" },
				{ name: "m", kind: "materialized_view", sql: "select id from {a}" },
			]);
			expect((await publisher.dropStale(s, PROJECT, [target("a")], [])).map((r) => r.identifier)).toEqual(["a", "m"]);
		}));
});
