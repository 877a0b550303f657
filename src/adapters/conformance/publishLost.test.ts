import { describe, expect, test } from "vitest";
import { onBothEngines } from "./publishEngines.ts";
import { build, type Model, publisher, request, rows } from "./publishFixture.ts";

onBothEngines((bench) => {
	describe("with cascade, what cannot stay goes and is told", () => {
		const publishedOver = async (setup: string, models: readonly Model[]) =>
			bench.on(async (s) => {
				await s.execute(setup);
				await build(s, models);
				const report = await publisher.publish(s, request(models, { cascade: true }));
				const left = await rows(
					s,
					"select relname from pg_class where relnamespace in ('bi'::regnamespace, 's'::regnamespace) and relkind in ('r', 'v', 'm') union all select conname from pg_constraint where contype = 'f' order by 1",
				);
				return {
					lost: (report.lost ?? []).map((l) => `${l.what}: ${l.why}`),
					refused: report.refused.map((r) => r.code),
					left: left.join(" "),
				};
			});

		test("a view without its column, and the view above it; another one stays", async () => {
			const setup =
				"create table s.t (id int, n int); create view bi.v as select n from s.t; create view bi.above as select * from bi.v; create view bi.fits as select id from s.t; alter view bi.v owner to bi_owner";
			expect(await publishedOver(setup, [{ name: "t", sql: "select 1 as id" }])).toEqual({
				lost: [
					"view bi.v: it needs column n, which the new version does not have",
					"view bi.above: it reads view bi.v",
				],
				refused: [],
				left: "fits t",
			});
		});

		test("a view whose expression does not fit the new type", async () => {
			const setup = "create table s.t (id int); create view bi.v as select id + 1 as next from s.t";
			expect(await publishedOver(setup, [{ name: "t", sql: "select 'a'::text as id" }])).toEqual({
				lost: ["view bi.v: operator does not exist: text + integer"],
				refused: [],
				left: "t",
			});
		});

		test("a materialized view and a foreign key of a table whose columns change", async () => {
			const setup =
				"create table s.t (id int primary key, n int); create materialized view bi.m as select id from s.t; create table bi.child (id int constraint child_key references s.t)";
			const { lost, ...rest } = await publishedOver(setup, [{ name: "t", sql: "select 1 as id" }]);
			const why = "it hangs on the table itself: its columns changed: column n is gone";
			expect([...lost].sort()).toEqual([
				`constraint child_key on table bi.child: ${why}`,
				`materialized view bi.m: ${why}`,
			]);
			expect(rest).toEqual({ refused: [], left: "child t" });
		});

		test("a function that needs the column is no view: refused, and nothing has gone", async () => {
			const setup =
				"create table s.t (id int, n int); create view bi.v as select n from s.t; create function bi.f() returns int begin atomic select n from s.t; end";
			expect(await publishedOver(setup, [{ name: "t", sql: "select 1 as id" }])).toEqual({
				lost: [],
				refused: ["TFM-PUB-001"],
				left: "t v",
			});
		});
	});
});
