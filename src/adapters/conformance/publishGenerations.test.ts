import { expect, test } from "vitest";
import { onBothEngines } from "./publishEngines.ts";
import {
	build,
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
	const generation = (name: string, run: string) => publisher.generationOf(PROJECT, target(name), run);
	const at = (name: string, run: string) => dialect.render(generation(name, run));
	const kept = (name: string, run: string) => ({ node: id(name), relation: generation(name, run), kind: "table" });

	const SETUP = `
create table s.p (id int primary key); insert into s.p values (1);
create table s.sw (id int primary key, p int references s.p (id), n text); insert into s.sw values (1, 1, 'old');
create table s.ke (id int primary key); insert into s.ke values (1); create materialized view bi.m as select id from s.ke;
create table s.ap (id int primary key); insert into s.ap values (1);
create view bi.v as select n from s.sw; create view s.vi as select 1 as id;
create function s.f() returns trigger language plpgsql as 'begin return new; end';
create trigger g before insert on s.sw for each row execute function s.f();
create policy po on s.sw using (id in (select id from s.p)); create rule r as on delete to s.sw do also select 1 from s.p;
create index i on s.sw (n); grant select on s.sw to reader`;

	const models = (run: string): readonly Model[] => [
		{ name: "p", sql: "select 1 as id union all select 2", keepAs: generation("p", run) },
		{ name: "sw", sql: "select 2 as id, 2 as p, 'new'::text as n", keepAs: generation("sw", run) },
		{ name: "ke", sql: "select 2 as id", keepAs: generation("ke", run) },
		{ name: "ap", sql: "select 2 as id", incremental: { key: "id", columns: ["id"] }, keepAs: generation("ap", run) },
		{ name: "vi", kind: "view", sql: "select 2 as id", keepAs: generation("vi", run) },
		{ name: "ne", sql: "select 2 as id", keepAs: generation("ne", run) },
	];

	test("what is replaced is kept: moved where it is swapped out, copied where it stays; views and new relations are not", () =>
		bench.on(async (s) => {
			await s.execute(SETUP);
			await build(s, models("r0"));
			let told: unknown;
			const report = await publisher.publish(
				s,
				request(models("r0"), {
					record: (done) => {
						told = done.kept;
						return [];
					},
				}),
			);
			expect(waysOf(report)).toEqual({ p: "swap", sw: "swap", ke: "keep", ap: "apply", vi: "replace", ne: "new" });
			expect(report.kept).toEqual([kept("p", "r0"), kept("sw", "r0"), kept("ke", "r0"), kept("ap", "r0")]);
			expect(told).toEqual(report.kept);
			expect(await rows(s, `select n, (select count(*) from ${at("ke", "r0")}), id from ${at("sw", "r0")}`)).toEqual([
				"old,1,1",
			]);
			expect(await rows(s, "select n from bi.v")).toEqual(["new"]);
			expect(
				await rows(s, `select has_schema_privilege('reader', '${generation("sw", "r0").schema}', 'usage')`),
			).toEqual(["false"]);
			expect(await shadowTraces(s)).toEqual([]);
		}));

	test("a generation binds nothing: the relations that it referred to go on being swapped", () =>
		bench.on(async (s) => {
			await s.execute(SETUP);
			await publish(s, models("r0"));
			expect(waysOf(await publish(s, models("r1")))).toEqual({
				p: "swap",
				sw: "swap",
				ke: "keep",
				ap: "apply",
				vi: "replace",
				ne: "swap",
			});
			expect(await rows(s, `select n from ${at("sw", "r0")} union all select n from ${at("sw", "r1")}`)).toEqual([
				"old",
				"new",
			]);
			expect(await rows(s, `select id from ${at("ap", "r1")} order by 1`)).toEqual(["1", "2"]);
		}));

	test("a publish that fails keeps nothing, and what a dead one left is taken away by the next", () =>
		bench.on(async (s) => {
			await s.execute(SETUP);
			await build(s, models("r0"));
			const record = [{ sql: "select 1 / $1::int", binds: [0] }];
			await expect(publisher.publish(s, request(models("r0"), { record }))).rejects.toMatchObject({
				sqlstate: "22012",
			});
			const left = "select n.nspname from pg_namespace n where n.nspname like 'tfm\\_g\\_%'";
			expect(await rows(s, left)).toEqual([]);
			await s.execute(
				`create schema "${generation("ke", "r0").schema}"; create table ${at("ke", "r0")} (half int); create table ${at("sw", "r0")} (half int)`,
			);
			await publisher.publish(s, request(models("r0")));
			expect(await rows(s, `select id from ${at("ke", "r0")} union all select id from ${at("sw", "r0")}`)).toEqual([
				"1",
				"1",
			]);
		}));

	test("the generation of a relation that is refused goes again; kept ones are dropped with their schema", () =>
		bench.on(async (s) => {
			await s.execute(`${SETUP}; create table bi.c (id int references s.ke (id)); insert into bi.c values (1)`);
			const report = await publish(s, models("r0"));
			expect(report.refused.map((r) => `${r.node} ${r.code}`)).toEqual([`${id("ke")} TFM-PUB-011`]);
			expect(report.kept.map((k) => k.node)).toEqual([id("p"), id("sw"), id("ap")]);
			expect(await rows(s, `select to_regclass('${at("ke", "r0")}') is null`)).toEqual(["true"]);
			await publisher.dropGenerations(s, [generation("p", "r0"), generation("gone", "r0")]);
			expect(await rows(s, `select count(*) from ${at("sw", "r0")}`)).toEqual(["1"]);
			await publisher.dropGenerations(s, [generation("sw", "r0"), generation("ap", "r0")]);
			expect(await rows(s, "select nspname from pg_namespace where nspname like 'tfm\\_g\\_%'")).toEqual([]);
		}));
});
