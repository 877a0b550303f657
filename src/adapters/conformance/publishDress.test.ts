import { expect, test } from "vitest";
import { relationKey } from "../../core/relation.ts";
import { onBothEngines, onServer } from "./publishEngines.ts";
import {
	build,
	cand,
	deltaOf,
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
	test("defaults, not null, storage and compression of columns are taken over where the type is the same", () =>
		bench.on(async (s) => {
			await s.execute(`create sequence s.q; create table s.t (id int not null default nextval('s.q'), n int default 7 not null, note text, gone int not null);
				alter table s.t alter column note set storage external; alter table s.t alter column note set compression pglz`);
			await publish(s, [{ name: "t", sql: "select 1 as id, 2::bigint as n, 'x'::text as note, 5 as more" }]);
			expect(
				await rows(
					s,
					`select attname, attnotnull, attstorage, attcompression, pg_get_expr(adbin, adrelid) from pg_attribute
					left join pg_attrdef on adrelid = attrelid and adnum = attnum where attrelid = 's.t'::regclass and attnum > 0 order by attnum`,
				),
			).toEqual(["id,true,p,,nextval('s.q'::regclass)", "n,true,p,,", "note,false,e,p,", "more,false,p,,"]);
		}));

	test("a null in a column that the published table does not let be null is told while dressing", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int not null)");
			await expect(build(s, [{ name: "t", sql: "select null::int as id" }])).rejects.toMatchObject({
				sqlstate: "23502",
			});
		}));

	test("what a bare target has got since a candidate was built for it is taken over by the publish, or holds that one back", () =>
		bench.on(async (s) => {
			await s.execute("create table s.a (id int, n int); create table s.b (id int); create table s.c (id int)");
			expect([...(await publisher.carrying!(s, [target("a"), target("b"), target("nowhere")]))]).toEqual([]);
			const models: Model[] = [
				{ name: "a", sql: "select 1 as id, 2 as more", undressed: true },
				{ name: "b", sql: "select 1 as id union all select 1", undressed: true },
				{ name: "c", sql: "select 1 as id", undressed: true },
			];
			await build(s, models);
			await s.execute(
				"create index a_id on s.a (id); create index a_n on s.a (n); create unique index b_id on s.b (id)",
			);
			const carrying = await publisher.carrying!(s, [target("a"), target("b"), target("c")]);
			expect(carrying).toEqual(new Set([target("a"), target("b")].map(relationKey)));
			const report = await publisher.publish(s, request(models));
			expect(report.warnings).toEqual(["index a_n of s.a goes: column n is gone"]);
			expect(report.refused.map(({ code, reason }) => `${code} ${reason}`)).toEqual([
				`TFM-PUB-011 s.b cannot be published: its rows cannot take the place of the published ones: could not create unique index "b_id" (Key (id)=(1) is duplicated.)`,
			]);
			expect(await rows(s, "select indexdef from pg_indexes where schemaname = 's' order by 1")).toEqual([
				"CREATE INDEX a_id ON s.a USING btree (id)",
				"CREATE UNIQUE INDEX b_id ON s.b USING btree (id)",
			]);
		}));

	test("what a target has got since its candidate was dressed is put on it as well, what a hook took from the candidate is not", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int primary key, n int); create index gone on s.t (n)");
			const models: Model[] = [{ name: "t", sql: "select 1 as id, 2 as n" }];
			await build(s, models);
			await s.execute(`drop index ${cand("gone")}`);
			await s.execute(
				"create unique index t_n on s.t (n); alter table s.t add constraint more check (n > 0); create statistics s.both on id, n from s.t",
			);
			const report = await publisher.publish(s, request(models));
			expect({ warnings: report.warnings, refused: report.refused }).toEqual({ warnings: [], refused: [] });
			expect(await rows(s, "select indexname from pg_indexes where schemaname = 's' order by 1")).toEqual([
				"t_n",
				"t_pkey",
			]);
			const checks = "select conname from pg_constraint where conrelid = 's.t'::regclass and contype = 'c'";
			expect(await rows(s, checks)).toEqual(["more"]);
			expect(await rows(s, "select stxname from pg_statistic_ext where stxrelid = 's.t'::regclass")).toEqual(["both"]);
		}));

	test("rows that break a key which has come since the candidate was dressed hold it back", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int primary key, n int)");
			const models: Model[] = [{ name: "t", sql: "select id, 1 as n from generate_series(1, 2) id" }];
			await build(s, models);
			await s.execute("create unique index t_n on s.t (n)");
			const { refused } = await publisher.publish(s, request(models));
			expect(refused.map(({ code }) => code)).toEqual(["TFM-PUB-011"]);
			expect(await rows(s, "select count(*) from s.t")).toEqual(["0"]);
		}));

	test("a column that was generated is the model's from then on, which is said", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int, twice int generated always as (id * 2) stored)");
			const models: Model[] = [{ name: "t", sql: "select 1 as id, 3 as twice" }];
			expect(await build(s, models)).toEqual(["column twice of s.t is no longer generated: the model gives it"]);
			await publisher.publish(s, request(models));
			expect(await rows(s, "select * from s.t")).toEqual(["1,3"]);
		}));

	test("012: a security label whose provider is not there is not lost in silence", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int, mail text)");
			await s.execute(
				"set allow_system_table_mods = on; insert into pg_seclabel values ('s.t'::regclass, 'pg_class'::regclass, 2, 'anon', 'MASKED WITH VALUE null'); reset allow_system_table_mods",
			);
			const report = await publish(s, [{ name: "t", sql: "select 1 as id, 'a'::text as mail" }]);
			expect(report.refused.map((r) => `${r.code} ${r.reason}`)).toEqual([
				'TFM-PUB-012 s.t cannot be published: its grants, comments or labels cannot be applied: security label provider "anon" is not loaded',
			]);
			// The column with the label is gone, and the label with it.
			await s.execute(`drop table ${cand("t")}`);
			expect(waysOf(await publish(s, [{ name: "t", sql: "select 1 as id" }]))).toEqual({ t: "swap" });
		}));

	test("what other runs keep stays with the new rows that belong to it, though no view reads them", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int); create table s.u (id int)");
			await build(s, [
				{ name: "t", sql: "select 1 as id", incremental: { key: "id", columns: ["id"] } },
				{ name: "u", sql: "select 1 as id", incremental: { key: "id", columns: ["id"] } },
			]);
			// A strategy of the project's own: the candidate is a copy of what the target will be.
			await s.execute(`drop view ${cand("t")}; create table ${cand("t")} as select 1 as id`);
			const keep = [standsAt("t"), standsAt("not_built_yet"), { ...standsAt("x"), schema: "elsewhere" }];
			expect((await publisher.dropStale(s, PROJECT, [target("t")], keep)).map((r) => r.identifier)).toEqual([
				deltaOf("u").identifier,
				"u",
			]);
			expect(await rows(s, `select count(*) from ${dialect.render(deltaOf("t"))}`)).toEqual(["1"]);
		}));
});

onServer((bench) => {
	test("a table that stays has a candidate with its foreign keys: what they refer to is waited for", () =>
		bench.on(async (s) => {
			await s.execute("create table bi.p (id int primary key); insert into bi.p values (1), (2)");
			await s.execute(
				"create table s.c (id int references bi.p (id)); create materialized view bi.m as select id from s.c",
			);
			const models: Model[] = [{ name: "c", sql: "select 2 as id" }];
			await build(s, models);
			await bench.stranger(async (reader) => {
				await reader.execute("begin; select * from bi.p");
				await expect(bench.publisher().publish(s, request(models, { lockTimeoutMs: 300 }))).rejects.toThrow(
					/^TFM-PUB-004: .*idle in transaction/,
				);
				await reader.execute("commit");
			});
			expect(waysOf(await bench.publisher().publish(s, request(models)))).toEqual({ c: "keep" });
			expect(await rows(s, "select id from s.c")).toEqual(["2"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("a table stays in its tablespace", () =>
		bench.on(async (s) => {
			// One of the server's, not of the database's: of this test alone.
			const space = `tfm_test_${Math.floor(Math.random() * 1e9)}`;
			await s.execute("set allow_in_place_tablespaces = on");
			await s.execute(`create tablespace ${space} location ''`);
			try {
				await s.execute(`create table s.t (id int) tablespace ${space}`);
				await publish(s, [{ name: "t", sql: "select 1 as id" }]);
				expect(
					await rows(
						s,
						"select spcname from pg_class c join pg_tablespace t on t.oid = c.reltablespace where c.oid = 's.t'::regclass",
					),
				).toEqual([space]);
				await s.execute("drop table s.t");
			} finally {
				await s.execute(`drop tablespace ${space}`);
			}
		}));
});
