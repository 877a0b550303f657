import { expect, test } from "vitest";
import type { Candidate, ConfiguredTable, PublishRequest, Session } from "../../core/adapter.ts";
import { onBothEngines } from "./publishEngines.ts";
import { build, cand, type Model, publisher, request, rows } from "./publishFixture.ts";

onBothEngines((bench) => {
	const GONE = "00000000000000000000000000000000";
	const KEPT = "11111111111111111111111111111111";
	const OLD = `create table s.t (id int primary key, n text); insert into s.t values (1, 'a'), (2, 'b');
		create index "${GONE}" on s.t (id); create index "${KEPT}" on s.t (lower(n)); create index by_hand on s.t (n)`;
	const indexesOf = (s: Session) =>
		rows(
			s,
			`select regexp_replace(indexdef, '^.* INDEX | ON .* USING', '', 'g') from pg_indexes where tablename = 't' and schemaname = 's' order by 1`,
		);
	const model: Model = {
		name: "t",
		sql: "select 2 as id, 'b2'::text as n",
		incremental: { key: "id", columns: ["id", "n"] },
	};

	function configured(models: readonly Model[], table: Partial<ConfiguredTable>): PublishRequest {
		const asked = request(models);
		const candidates = asked.candidates.map(
			(c): Candidate => ({
				...c,
				apply: { ...c.apply!, table: { indexes: [], unlogged: false, partitioned: null, ...table } },
			}),
		);
		return { ...asked, candidates };
	}
	const lower = (create: string): ConfiguredTable["indexes"][number] => ({
		name: "never",
		unique: false,
		definition: "btree (lower(n))",
		create,
	});

	test("new rows: indexes follow the config, those of others stay, and one that is there is not made twice", () =>
		bench.on(async (s) => {
			await s.execute(OLD);
			await build(s, [model]);
			const wanted = [
				lower("create index never on s.t (nothing)"),
				{ name: "u", unique: true, definition: "btree (id, n)", create: "create unique index u on s.t (id, n)" },
			];
			const report = await publisher.publish(s, configured([model], { indexes: wanted }));
			expect(report.refused).toEqual([]);
			expect(await indexesOf(s)).toEqual([
				`"${KEPT}" btree (lower(n))`,
				"by_hand btree (n)",
				"t_pkey btree (id)",
				"u btree (id, n)",
			]);
		}));

	test("011: rows that a new unique index does not allow hold the model back, with its old indexes", () =>
		bench.on(async (s) => {
			await s.execute(`${OLD}; insert into s.t values (3, 'a')`);
			const before = await indexesOf(s);
			await build(s, [model]);
			const unique = { ...lower("create unique index u on s.t (n)"), unique: true };
			const report = await publisher.publish(s, configured([model], { indexes: [unique] }));
			expect(report.refused[0]?.reason).toContain("could not create unique index");
			expect(await indexesOf(s)).toEqual(before);
			expect(await rows(s, "select n from s.t where id = 2")).toEqual(["b"]);
		}));

	test("a table that is kept has its indexes after its candidate's", () =>
		bench.on(async (s) => {
			await s.execute(`${OLD}; create materialized view bi.m as select n from s.t`);
			const kept: Model = {
				name: "t",
				sql: "select 7 as id, 'c'::text as n",
				hook: `create index "22222222222222222222222222222222" on {this} (n desc)`,
			};
			await build(s, [kept]);
			expect((await publisher.publish(s, request([kept]))).ways[0]?.way).toBe("keep");
			expect(await indexesOf(s)).toEqual([
				'"22222222222222222222222222222222" btree (n DESC)',
				"by_hand btree (n)",
				"t_pkey btree (id)",
			]);
		}));

	test("015: what only a new table can have is told, for new rows and for a table that is kept", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int, n text)");
			await build(s, [model]);
			const partitioned = { key: "range (id)", partitions: ["t__a"] };
			const applied = await publisher.publish(s, configured([model], { unlogged: true, partitioned }));
			expect(applied.ignored?.map((i) => i.diagnostic.message)).toEqual([
				"s.t stays the table that it is, and its config asks for another: unlogged; partitioned by range (id)",
			]);
			await s.execute(`drop table s.t; create table s.t (id int, n text) partition by range (id);
				create table s.t__a partition of s.t default; create materialized view bi.m as select n from s.t`);
			await build(s, [model]);
			const more = { key: "range (n)", partitions: ["t__a", "t__b"] };
			const other = await publisher.publish(s, configured([model], { partitioned: more }));
			expect(other.ignored?.[0]?.diagnostic.message).toContain("partitioned by range (n), not by range (id)");
			await build(s, [model]);
			const missing = await publisher.publish(s, configured([model], { partitioned: { ...more, key: "range (id)" } }));
			expect(missing.ignored?.[0]?.diagnostic.message).toContain("partitions that are not there: t__b");
			await s.execute("drop materialized view bi.m; drop table s.t; create table s.t (id int, n text)");
			await s.execute("create materialized view bi.m as select n from s.t");
			const kept: Model = { name: "t", sql: "select 1 as id, 'c'::text as n" };
			await build(s, [kept]);
			await s.execute(`alter table ${cand("t")} set unlogged`);
			const report = await publisher.publish(s, request([kept]));
			expect(report.ignored?.map((i) => [i.diagnostic.code, i.diagnostic.next])).toEqual([
				["TFM-PUB-015", "drop what hangs on the table, or take `publish: keep` away for one run"],
			]);
		}));
});
