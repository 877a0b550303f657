import { expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
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
	/** A candidate with its partitions in the candidate schema, as a model with `partition_by` leaves it. */
	async function buildPartitioned(s: Session, n: number): Promise<readonly Model[]> {
		const models: Model[] = [{ name: "p", sql: "" }];
		await publisher.ensureSchemas(s, PROJECT, [target("p")]);
		const part = (name: string) => dialect.render({ ...standsAt("p"), identifier: name });
		await s.execute(`create table ${cand("p")} (id int, at date) partition by range (at);
			create table ${part("p_2024")} partition of ${cand("p")} for values from ('2024-01-01') to ('2025-01-01');
			create table ${part("p_rest")} partition of ${cand("p")} default partition by list (id);
			create table ${part("p_rest_all")} partition of ${part("p_rest")} default;
			insert into ${cand("p")} values (${n}, '2024-05-05'), (${n + 1}, '2030-01-01')`);
		await s.transaction(() => publisher.dress(s, request(models).candidates[0]!));
		return models;
	}
	const tree = (s: Session) =>
		rows(s, "select relid, parentrelid from pg_partition_tree('s.p') order by level, relid::text");
	const TREE = ["s.p,", "s.p_2024,s.p", "s.p_rest,s.p", "s.p_rest_all,s.p_rest"];

	test("a partitioned table is swapped with its partitions, indexes and views of others", () =>
		bench.on(async (s) => {
			expect(waysOf(await publisher.publish(s, request(await buildPartitioned(s, 1))))).toEqual({ p: "new" });
			expect(await tree(s)).toEqual(TREE);
			await s.execute(
				"create index pi on s.p (id); alter table s.p add constraint pk primary key (id, at), add check (id > 0); create view bi.v as select id from s.p; grant select on s.p to reader; create policy po on s.p using (id > 0)",
			);
			for (const n of [10, 20]) {
				expect(waysOf(await publisher.publish(s, request(await buildPartitioned(s, n))))).toEqual({ p: "swap" });
				expect(await tree(s)).toEqual(TREE);
				expect(await rows(s, "select id from bi.v order by 1")).toEqual([`${n}`, `${n + 1}`]);
			}
			expect(
				await rows(
					s,
					"select indexrelid::regclass::text from pg_index where indrelid = 's.p'::regclass union all select conname || contype::text from pg_constraint where conrelid = 's.p'::regclass and contype <> 'n' union all select polname from pg_policy order by 1",
				),
			).toEqual(["p_id_checkc", "pkp", "po", "s.pi", "s.pk"]);
			expect(await rows(s, "select has_table_privilege('reader', 's.p', 'select')")).toEqual(["true"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("a plain table becomes partitioned and goes back", () =>
		bench.on(async (s) => {
			await publish(s, [{ name: "p", sql: "select 1 as id, date '2024-01-01' as at" }]);
			await s.execute("create index pi on s.p (id)");
			expect(waysOf(await publisher.publish(s, request(await buildPartitioned(s, 5))))).toEqual({ p: "swap" });
			expect(
				await rows(s, "select count(*) from pg_index where indrelid in (select relid from pg_partition_tree('s.p'))"),
			).toEqual(["4"]);
			expect(waysOf(await publish(s, [{ name: "p", sql: "select 1 as id, date '2024-01-01' as at" }]))).toEqual({
				p: "swap",
			});
			expect(
				await rows(s, "select relname, relkind from pg_class where relnamespace = 's'::regnamespace order by 1"),
			).toEqual(["p,r", "pi,i"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("`publish: keep` brings rows into the partitions that are there; new rows of an incremental model as well", () =>
		bench.on(async (s) => {
			await publisher.publish(s, request(await buildPartitioned(s, 1)));
			const keep: Model[] = [{ name: "p", sql: "select 7 as id, date '2024-02-02' as at", publish: "keep" }];
			expect(waysOf(await publish(s, keep))).toEqual({ p: "keep" });
			expect(await rows(s, "select tableoid::regclass, id from s.p")).toEqual(["s.p_2024,7"]);
			const add: Model[] = [
				{
					name: "p",
					sql: "select 8 as id, date '2031-02-02' as at",
					incremental: { key: "id", columns: ["id", "at"] },
				},
			];
			expect(waysOf(await publish(s, add))).toEqual({ p: "apply" });
			expect(await rows(s, "select tableoid::regclass, id from s.p order by 2")).toEqual([
				"s.p_2024,7",
				"s.p_rest_all,8",
			]);
		}));

	test("what reads a single partition keeps the table where it is", () =>
		bench.on(async (s) => {
			await publisher.publish(s, request(await buildPartitioned(s, 1)));
			await s.execute("create view bi.v as select id from s.p_2024");
			const models = await buildPartitioned(s, 2);
			expect(waysOf(await publisher.publish(s, request(models)))).toEqual({ p: "keep" });
			expect(await rows(s, "select id from bi.v union all select count(*) from s.p")).toEqual(["2", "2"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("stale candidates go with their partitions, kept ones stay with theirs", () =>
		bench.on(async (s) => {
			await buildPartitioned(s, 1);
			await build(s, [{ name: "x", sql: "select 1 as id" }]);
			expect((await publisher.dropStale(s, PROJECT, [target("p")], [standsAt("p")])).map((r) => r.identifier)).toEqual([
				"x",
			]);
			expect((await publisher.dropStale(s, PROJECT, [target("p")], [])).map((r) => r.identifier)).toEqual([
				"p",
				"p_2024",
				"p_rest",
				"p_rest_all",
			]);
		}));
});
