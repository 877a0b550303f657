import { describe, expect, test } from "vitest";
import { onBothEngines } from "./publishEngines.ts";
import { build, cand, type Model, publish, publisher, request, rows, shadowTraces, waysOf } from "./publishFixture.ts";

onBothEngines((bench) => {
	describe("ways", () => {
		test("a first publish creates everything, views from published names", () =>
			bench.on(async (s) => {
				const models: Model[] = [
					{ name: "t", sql: "select 1 as id" },
					{ name: "v", kind: "view", sql: "select t.id from {t} as t" },
				];
				expect(waysOf(await publish(s, models))).toEqual({ t: "new", v: "new" });
				expect(await rows(s, "select * from s.v")).toEqual(["1"]);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		test("a table is swapped, a view whose columns are an unchanged prefix is replaced in place", () =>
			bench.on(async (s) => {
				await publish(s, [
					{ name: "t", sql: "select 1 as id" },
					{ name: "v", kind: "view", sql: "select id from {t}" },
				]);
				const before = await rows(s, "select 's.v'::regclass::oid");
				const report = await publish(s, [
					{ name: "t", sql: "select 2 as id" },
					{ name: "v", kind: "view", sql: "select id, 'x' as more from {t}" },
				]);
				expect(waysOf(report)).toEqual({ t: "swap", v: "replace" });
				expect(await rows(s, "select * from s.v")).toEqual(["2,x"]);
				expect(await rows(s, "select 's.v'::regclass::oid")).toEqual(before);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		test("a view whose columns changed is swapped with the views of others above it", () =>
			bench.on(async (s) => {
				await publish(s, [{ name: "v", kind: "view", sql: "select 1 as id, 2 as n" }]);
				await s.execute("create view bi.above as select n from s.v");
				expect(waysOf(await publish(s, [{ name: "v", kind: "view", sql: "select 7 as n, 8 as id" }]))).toEqual({
					v: "swap",
				});
				expect(await rows(s, "select * from bi.above")).toEqual(["7"]);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		test("`publish: keep` replaces rows and leaves the table where it is", () =>
			bench.on(async (s) => {
				await s.execute(
					"create table s.t (id int primary key, n text, j json); insert into s.t values (1, 'a', '{}'), (2, 'b', '{}')",
				);
				const before = await rows(s, "select 's.t'::regclass::oid");
				const sql = `select 2 as id, 'b2' as n, '{}'::json as j union all select 3, 'c', null`;
				expect(waysOf(await publish(s, [{ name: "t", sql, publish: "keep" }]))).toEqual({ t: "keep" });
				expect(await rows(s, "select id, n, j from s.t order by 1")).toEqual(["2,b2,{}", "3,c,"]);
				expect(await rows(s, "select 's.t'::regclass::oid")).toEqual(before);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		test("a table becomes a view and a view becomes a table", () =>
			bench.on(async (s) => {
				await publish(s, [
					{ name: "a", sql: "select 1 as id" },
					{ name: "b", kind: "view", sql: "select 2 as id" },
				]);
				await s.execute(
					"create view bi.both as select a.id as x, b.id as y from s.a, s.b; grant select on s.a, s.b to reader",
				);
				const report = await publish(s, [
					{ name: "a", kind: "view", sql: "select 3 as id" },
					{ name: "b", sql: "select 4 as id" },
				]);
				expect(waysOf(report)).toEqual({ a: "swap", b: "swap" });
				expect(await rows(s, "select * from bi.both")).toEqual(["3,4"]);
				expect(
					await rows(
						s,
						"select relname, relkind, relacl::text like '%reader=r/%' from pg_class where relnamespace = 's'::regnamespace order by 1",
					),
				).toEqual(["a,v,true", "b,r,true"]);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		test("a materialized view in the way is replaced like any relation", () =>
			bench.on(async (s) => {
				await s.execute("create materialized view s.t as select 1 as id");
				expect(waysOf(await publish(s, [{ name: "t", sql: "select 2 as id" }]))).toEqual({ t: "swap" });
				expect(await rows(s, "select * from s.t")).toEqual(["2"]);
			}));
	});

	describe("what hangs on a replaced relation", () => {
		test("views of others, nested, with retyped columns are rebuilt with all they had", () =>
			bench.on(async (s) => {
				await publish(s, [{ name: "t", sql: "select 1::int as id, 2::int as n" }]);
				await s.execute(`
				create view bi.d1 with (security_barrier = true) as select id, n from s.t;
				create view bi.d2 as select n, count(*) as c from bi.d1 group by n;
				grant select on s.t to bi_owner; create view bi.plain as select id from s.t;
				alter view bi.d1 alter column n set default 5;
				alter view bi.d1 owner to bi_owner; grant select on bi.d1 to reader with grant option; grant select (n) on bi.d1 to writer;
				comment on view bi.d1 is 'one'; comment on column bi.d1.n is 'the n';
				create function bi.trg() returns trigger language plpgsql as 'begin return new; end';
				create trigger ins instead of insert on bi.d1 for each row execute function bi.trg();
				grant select on bi.d2 to public;`);
				const plain = await rows(s, "select 'bi.plain'::regclass::oid");
				await publish(s, [{ name: "t", sql: "select 5::int as id, 6::bigint as n" }]);
				expect(await rows(s, "select * from bi.d2")).toEqual(["6,1"]);
				expect(await rows(s, "select 'bi.plain'::regclass::oid")).toEqual(plain);
				expect(
					await rows(
						s,
						"select relname, relowner::regrole, reloptions::text, relacl::text from pg_class where relname in ('d1', 'd2') order by 1",
					),
				).toEqual([
					"d1,bi_owner,{security_barrier=true},{bi_owner=arwdDxt/bi_owner,reader=r*/bi_owner}",
					"d2,postgres,,{postgres=arwdDxt/postgres,=r/postgres}",
				]);
				expect(
					await rows(
						s,
						"select attname, attacl::text, col_description(attrelid, attnum) from pg_attribute where attrelid = 'bi.d1'::regclass order by attnum",
					),
				).toEqual(["id,,", "n,{writer=r/bi_owner},the n"]);
				expect(
					await rows(
						s,
						"select obj_description('bi.d1'::regclass), column_default from information_schema.columns where table_name = 'd1' and column_name = 'n'",
					),
				).toEqual(["one,5"]);
				expect(await rows(s, "select tgname from pg_trigger where tgrelid = 'bi.d1'::regclass")).toEqual(["ins"]);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		test("functions with a parsed body and rules on other tables follow the new version", () =>
			bench.on(async (s) => {
				await publish(s, [{ name: "t", sql: "select 1 as id" }]);
				await s.execute(`
				create function bi.f() returns int language sql stable begin atomic select max(id) from s.t; end;
				create table bi.log (id int);
				create rule r as on insert to bi.log do also insert into bi.log select id from s.t where false;
				create rule u as on update to bi.log do instead select id from s.t;`);
				await publish(s, [{ name: "t", sql: "select 9 as id" }]);
				expect(await rows(s, "select bi.f()")).toEqual(["9"]);
				expect(
					await rows(
						s,
						"select distinct d.refobjid = 's.t'::regclass from pg_depend d join pg_rewrite w on w.oid = d.objid and d.classid = 'pg_rewrite'::regclass where w.ev_class = 'bi.log'::regclass and d.refobjid <> 'bi.log'::regclass",
					),
				).toEqual(["true"]);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		for (const [what, setup] of [
			["a materialized view", "create materialized view bi.m as select id from s.t"],
			["a foreign key", "create table bi.child (id int references s.t (id)); insert into bi.child values (1)"],
			["a publication", "create publication p for table s.t"],
			["a publication of its schema", "create publication p for tables in schema s"],
			["a row type", "create function bi.all_t() returns setof s.t language sql as 'select * from s.t'"],
			[
				"a policy of another table",
				"create table bi.u (id int); create policy p on bi.u using (id in (select id from s.t))",
			],
			["an identity column", "alter table s.t alter column id add generated always as identity"],
			["inheritance", "create table bi.kid () inherits (s.t)"],
			["an owned sequence", "create sequence s.q owned by s.t.id"],
		] as const)
			test(`${what} keeps the table; with other columns the publish is refused`, () =>
				bench.on(async (s) => {
					await s.execute("create table s.t (id int primary key, n text); insert into s.t values (1, 'a')");
					await s.execute(setup);
					const before = await rows(s, "select 's.t'::regclass::oid");
					expect(
						waysOf(await publish(s, [{ name: "t", sql: "select 1 as id, 'b'::text as n union all select 2, 'c'" }])),
					).toEqual({ t: "keep" });
					expect(await rows(s, "select id, n from s.t order by 1")).toEqual(["1,b", "2,c"]);
					expect(await rows(s, "select 's.t'::regclass::oid")).toEqual(before);
					const report = await publish(s, [{ name: "t", sql: "select 1 as id, 2 as n, 3 as more" }]);
					expect(report.ways).toEqual([]);
					expect(report.refused.map((r) => r.code)).toEqual(["TFM-PUB-002"]);
					expect(await rows(s, "select id, n from s.t order by 1")).toEqual(["1,b", "2,c"]);
				}));

		test("what fits a table that must be kept is cast to its columns, where it is a seed; others of them stay empty", () =>
			bench.on(async (s) => {
				await s.execute(
					"create table s.t (id bigserial primary key, n varchar(5), day date, more int); insert into s.t values (9, 'z')",
				);
				const sql = "select 1 as id, 'a'::text as n, '2026-01-02'::text as day";
				expect((await publish(s, [{ name: "t", sql }])).refused).toHaveLength(1);
				await s.execute(`drop table ${cand("t")}`);
				expect(waysOf(await publish(s, [{ name: "t", sql, fitsTable: true }]))).toEqual({ t: "keep" });
				expect(await rows(s, "select id, pg_typeof(id), n, day, more from s.t")).toEqual(["1,bigint,a,2026-01-02,"]);
				const other = await publish(s, [{ name: "t", sql: "select 1 as id, 2 as extra", fitsTable: true }]);
				expect(other.refused.map((r) => r.code)).toEqual(["TFM-PUB-002"]);
			}));

		test("a table that keeps its place because of a child's key binds the parents it refers to itself", () =>
			bench.on(async (s) => {
				await s.execute(`create table s.a (id int primary key); create table s.b (id int primary key, a int references s.a (id));
				insert into s.a values (1); insert into s.b values (1, 1); create materialized view bi.m as select * from s.b`);
				const models: Model[] = [
					{ name: "a", sql: "select 2 as id union all select 3" },
					{ name: "b", sql: "select 7 as id, id as a from {a} where id = 3" },
				];
				expect(waysOf(await publish(s, models))).toEqual({ a: "keep", b: "keep" });
				expect(await rows(s, "select b.id, a.id from s.b join s.a on a.id = b.a")).toEqual(["7,3"]);
				expect(await shadowTraces(s)).toEqual([]);
			}));
	});

	describe("what the new version takes over", () => {
		const t = "select g as id, g as n, 'x'::text as note from generate_series(1, 3) g";

		test("keys, indexes, checks, foreign keys, storage, replica identity, statistics", () =>
			bench.on(async (s) => {
				await s.execute(`
				create table bi.ref (id int primary key); insert into bi.ref select generate_series(1, 9);
				create table s."T x" as ${t};
				alter table s."T x" add constraint pk primary key (id), add constraint ref foreign key (n) references bi.ref (id) on delete cascade,
					add constraint pos check (n > 0), add constraint ex exclude using btree (id with =);
				create unique index "Odd ""name""" on s."T x" (lower(note), id) include (n) where id > 0;
				create index gone on s."T x" (note); comment on index s."Odd ""name""" is 'odd'; comment on constraint pos on s."T x" is 'positive';
				alter table s."T x" set (fillfactor = 70, toast.autovacuum_enabled = false); alter table s."T x" alter column n set statistics 7;
				alter table s."T x" replica identity using index pk; alter table s."T x" cluster on pk;
				create statistics s.st (ndistinct) on id, n from s."T x"`);
				const models: Model[] = [{ name: "T x", sql: `select id, n, note from (${t}) t` }];
				const describeTable = () =>
					rows(
						s,
						`select pg_get_indexdef(indexrelid), indisreplident, indisclustered, obj_description(indexrelid) from pg_index where indrelid = 's."T x"'::regclass
					union all select conname || pg_get_constraintdef(oid), convalidated, null, obj_description(oid) from pg_constraint where conrelid = 's."T x"'::regclass and contype <> 'n'
					union all select pg_get_statisticsobjdef(oid), null, null, null from pg_statistic_ext where stxrelid = 's."T x"'::regclass
					union all select reloptions::text, relreplident = 'i', null, (select attstattarget::text from pg_attribute where attrelid = c.oid and attname = 'n') from pg_class c where oid = 's."T x"'::regclass
					union all select t.reloptions::text, null, null, null from pg_class c join pg_class t on t.oid = c.reltoastrelid where c.oid = 's."T x"'::regclass order by 1`,
					);
				const before = await describeTable();
				expect(before.length).toBe(11);
				expect(waysOf(await publish(s, models))).toEqual({ "T x": "swap" });
				expect(await describeTable()).toEqual(before);
				expect(await rows(s, "select count(*) from pg_statistic_ext_data")).toEqual(["1"]);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		test("an index whose column is gone goes with a warning", () =>
			bench.on(async (s) => {
				await s.execute(
					`create table s.t as ${t}; create index on s.t (note); create index on s.t ((n + 1)); alter table s.t add constraint c check (note <> '')`,
				);
				expect(await build(s, [{ name: "t", sql: "select 1 as id, 2 as n" }])).toEqual([
					"index t_note_idx of s.t goes: column note is gone",
					"constraint c of s.t goes: column note is gone",
				]);
				await publisher.publish(s, request([{ name: "t", sql: "" }]));
				expect(await rows(s, "select indexrelid::regclass from pg_index where indrelid = 's.t'::regclass")).toEqual([
					"s.t_expr_idx",
				]);
			}));

		test("rows that break a key of the published table are refused while dressing", () =>
			bench.on(async (s) => {
				await s.execute("create table s.t (id int primary key)");
				await expect(build(s, [{ name: "t", sql: "select 1 as id union all select 1" }])).rejects.toMatchObject({
					name: "DatabaseError",
					sqlstate: "23505",
				});
			}));

		test("indexes that dbt names follow the config; an equal index is not made twice", () =>
			bench.on(async (s) => {
				await s.execute(
					`create table s.t as ${t}; create index "0123456789abcdef0123456789abcdef" on s.t (n); create index mine on s.t (note)`,
				);
				const models = [
					{
						name: "t",
						sql: t,
						hook: `create index "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb" on {this} (id); create index other on {this} (note)`,
					},
				];
				await publish(s, models);
				expect(
					await rows(s, "select indexrelid::regclass from pg_index where indrelid = 's.t'::regclass order by 1"),
				).toEqual(["s.aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb", "s.other"]);
			}));

		test("grants, owner, comments, row security, policies, triggers and rules", () =>
			bench.on(async (s) => {
				await s.execute(`
				create table s.t as ${t}; alter table s.t owner to bi_owner;
				grant select, insert on s.t to reader; grant update on s.t to writer with grant option; grant select (id) on s.t to public; revoke delete on s.t from bi_owner;
				comment on table s.t is 'it''s one'; comment on column s.t.id is 'the key';
				alter table s.t enable row level security; alter table s.t force row level security;
				create policy p on s.t as restrictive for select to reader, writer using (id > 1); create policy q on s.t for insert with check (id > 2); comment on policy p on s.t is 'pp';
				create function bi.trg() returns trigger language plpgsql as 'begin return null; end';
				create trigger a after insert on s.t for each row when (new.id > 0) execute function bi.trg(); alter table s.t disable trigger a;
				create rule r as on delete to s.t do instead nothing; alter table s.t enable always rule r`);
				const look = () =>
					rows(
						s,
						`select relowner::regrole::text, relacl::text, relrowsecurity, relforcerowsecurity, obj_description(oid), col_description(oid, 1) from pg_class where oid = 's.t'::regclass
					union all select polname, polpermissive::text, polcmd = 'r', null, pg_get_expr(coalesce(polqual, polwithcheck), polrelid), obj_description(oid) || polroles::regrole[]::text from pg_policy where polrelid = 's.t'::regclass
					union all select null, null, null, null, pg_get_triggerdef(oid), tgenabled::text from pg_trigger where tgrelid = 's.t'::regclass
					union all select null, null, null, null, pg_get_ruledef(oid), ev_enabled::text from pg_rewrite where ev_class = 's.t'::regclass
					union all select null, attacl::text, null, null, attname, null from pg_attribute where attrelid = 's.t'::regclass and attacl is not null`,
					);
				const before = await look();
				expect(before.length).toBe(6);
				await publish(s, [{ name: "t", sql: t }]);
				expect(await look()).toEqual(before);
				expect(await shadowTraces(s)).toEqual([]);
			}));

		test("what a hook put on the candidate is added to what was there, and wins over it", () =>
			bench.on(async (s) => {
				await s.execute(
					`create table s.t as ${t}; grant select on s.t to reader; create policy p on s.t using (true); comment on table s.t is 'old'`,
				);
				const hook =
					"grant select on {this} to writer; alter table {this} enable row level security; create policy p on {this} using (id = 1); comment on table {this} is 'new'";
				await publish(s, [{ name: "t", sql: t, hook }]);
				expect(
					await rows(
						s,
						"select relacl::text, relrowsecurity, obj_description(oid), (select string_agg(pg_get_expr(polqual, polrelid), '') from pg_policy) from pg_class where oid = 's.t'::regclass",
					),
				).toEqual(["{postgres=arwdDxt/postgres,writer=r/postgres,reader=r/postgres},true,new,(id = 1)"]);
			}));

		test("default privileges of the target schema reach new tables, and do not widen old ones", () =>
			bench.on(async (s) => {
				await s.execute(
					"alter default privileges in schema s grant select on tables to reader; alter default privileges grant insert on tables to writer; create table s.old as select 1 as id; revoke all on s.old from reader, writer; create view s.ov as select 1 as id, 2 as n; revoke all on s.ov from reader, writer",
				);
				await publish(s, [
					{ name: "fresh", sql: "select 1 as id" },
					{ name: "old", sql: "select 2 as id" },
					{ name: "ov", kind: "view", sql: "select 3 as n" },
					{ name: "nv", kind: "view", sql: "select 3 as n" },
				]);
				expect(
					await rows(s, "select relname, relacl::text from pg_class where relnamespace = 's'::regnamespace order by 1"),
				).toEqual([
					"fresh,{postgres=arwdDxt/postgres,writer=a/postgres,reader=r/postgres}",
					"nv,{postgres=arwdDxt/postgres,reader=r/postgres,writer=a/postgres}",
					"old,{postgres=arwdDxt/postgres}",
					"ov,{postgres=arwdDxt/postgres}",
				]);
			}));

		test("config grants and comments win in every way of publishing", () =>
			bench.on(async (s) => {
				const config = {
					grants: { select: ["writer", "PUBLIC"] },
					comment: "c",
					columnComments: [{ column: "ID", quoted: false, text: "k" }],
				};
				await s.execute(
					"create table s.sw as select 1 as id; create table s.ke (id int primary key); create view s.re as select 1 as id; grant all on s.sw, s.ke, s.re to reader; comment on table s.ke is 'x'",
				);
				const report = await publish(s, [
					{ name: "sw", sql: "select 1 as id", ...config },
					{ name: "ke", sql: "select 1 as id", publish: "keep", ...config },
					{ name: "re", kind: "view", sql: "select 1 as id", ...config },
					{ name: "ne", kind: "view", sql: "select 1 as id", ...config },
				]);
				expect(waysOf(report)).toEqual({ sw: "swap", ke: "keep", re: "replace", ne: "new" });
				const acl = "{postgres=arwdDxt/postgres,writer=r/postgres,=r/postgres},c,k";
				const seen = await rows(
					s,
					"select relname, relacl::text, obj_description(oid), col_description(oid, 1) from pg_class where relnamespace = 's'::regnamespace and relkind in ('r', 'v') order by 1",
				);
				expect(seen).toEqual(["ke", "ne", "re", "sw"].map((n) => `${n},${acl}`));
			}));

		test("a documented column that does not exist is told (TFM-PUB-016); an unquoted one is found in any case", () =>
			bench.on(async (s) => {
				const columnComments = [
					{ column: "ID", quoted: false, text: "k" },
					{ column: "ID", quoted: true, text: "not this one" },
					{ column: "gone", quoted: false, text: "" },
				];
				const report = await publish(s, [{ name: "t", sql: "select 1 as id", columnComments }]);
				expect(report.ignored?.map((i) => [i.diagnostic.code, i.diagnostic.dbt])).toEqual([
					[
						"TFM-PUB-016",
						'In relation "s"."t": The following columns are specified in the schema but are not present in the database: ID, gone',
					],
				]);
				expect(await rows(s, "select col_description('s.t'::regclass, 1)")).toEqual(["k"]);
			}));

		test("options of a view survive its replacement", () =>
			bench.on(async (s) => {
				await s.execute(
					"create view s.v with (security_barrier = true) as select 1 as id; create table s.gone (id int)",
				);
				await publish(s, [
					{ name: "v", kind: "view", sql: "select 2 as id", hook: "alter view {this} set (security_invoker = true)" },
				]);
				expect(await rows(s, "select reloptions::text from pg_class where oid = 's.v'::regclass")).toEqual([
					"{security_barrier=true,security_invoker=true}",
				]);
			}));

		test("foreign keys between the tables of a layer point at the new versions", () =>
			bench.on(async (s) => {
				await s.execute(
					`create table s.a (id int primary key, up int references s.a (id)); create table s.b (a int references s.a (id)); insert into s.a values (1, 1); insert into s.b values (1)`,
				);
				const models: Model[] = [
					{ name: "a", sql: "select 2 as id, 2 as up" },
					{ name: "b", sql: "select id as a from {a}" },
				];
				expect(waysOf(await publish(s, models))).toEqual({ a: "swap", b: "swap" });
				expect(
					await rows(
						s,
						"select conname, conrelid::regclass, confrelid::regclass, convalidated from pg_constraint where contype = 'f' order by 1",
					),
				).toEqual(["a_up_fkey,s.a,s.a,true", "b_a_fkey,s.b,s.a,true"]);
				expect(await shadowTraces(s)).toEqual([]);
			}));
	});
});
