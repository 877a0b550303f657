import { expect, test } from "vitest";
import { BY_INDEX, DIGEST_SQL, LOOK_SQL, STILL_SQL } from "../postgresFamily/publish/catalogDigest.ts";
import { ALL_PARTS, DEPENDENTS_SQL, factsSql, lookSql, OIDS_SQL } from "../postgresFamily/publish/catalogSql.ts";
import { catalogOf, readCatalog, withEmptyPath } from "../postgresFamily/publish/readCatalog.ts";
import { onBothEngines } from "./publishEngines.ts";

onBothEngines((bench) => {
	/** Relations of all sorts: whatever the first look leaves out has to be empty when it is asked for. */
	const RELATIONS = `
create table s.plain (id int, t text);
create table s.indexed (id int primary key, t text unique);
create table s.checked (id int check (id > 0), n int default 7);
create table s.refers (id int references s.indexed);
create table s.ruled (id int); create rule r as on delete to s.ruled do instead nothing;
create table s.guarded (id int); create policy p on s.guarded using (id > 1);
create table s.counted (a int, b int); create statistics s.st on a, b from s.counted;
create table s.announced (id int); create publication pub for table s.announced;
create table s.triggered (id int);
create function s.f() returns trigger language plpgsql as 'begin return new; end';
create trigger tr before insert on s.triggered for each row execute function s.f();
create table s.read (id int); create view s.reader as select id from s.read; create view s.above as select * from s.reader;
create table s.typed (id int); create function s.g(s.typed) returns int language sql as 'select 1';
create table s.listed (id int); create table s.lists (rows s.listed[]);
create materialized view s.stored as select 1 as one; create index on s.stored (one);
create table s.serial (id serial, big text); create table s.emptied (id int); create index gone on s.emptied (id); drop index s.gone;`;

	test("what the first look at a relation leaves out is empty", () =>
		bench.on(async (session) => {
			await session.execute(RELATIONS);
			await session.query("select set_config('search_path', '', false)");
			const named = await session.query(
				"select relname from pg_class where relnamespace = 's'::regnamespace order by 1",
			);
			const relations = named.rows.map(([name]) => String(name));
			expect(relations).toContain("stored");
			const asked = await session.query(OIDS_SQL, [JSON.stringify(relations.map((name) => ["s", name]))]);
			expect(asked.rows).toHaveLength(relations.length);
			const held: string[] = [];
			for (const [, name, oid, parts, isHeld] of asked.rows) {
				const facts = async (some: ReadonlySet<string>) => (await session.query(factsSql(some), [oid!, oid!])).rows;
				expect(await facts(new Set(String(parts).split(","))), String(name)).toEqual(await facts(ALL_PARTS));
				if (isHeld === true) held.push(String(name));
				else expect((await session.query(DEPENDENTS_SQL, [oid!])).rows, String(name)).toEqual([]);
			}
			const tables = held.filter((name) => ["plain", "read", "reader", "above", "typed", "listed"].includes(name));
			expect(tables).toEqual(["listed", "read", "reader", "typed"]);
			expect(asked.rows.find(([, name]) => name === "plain")?.[3]).not.toContain("indexes");
		}));

	test("one query finds what the queries one after the other find, with the same digest", () =>
		bench.on(async (session) => {
			await session.execute(RELATIONS);
			await session.execute(
				"create table s.days (d date) partition by range (d); create table s.day1 partition of s.days for values from ('2020-01-01') to ('2020-01-02'); create view s.of_day as select * from s.day1; create schema tfm_n_0123456789_s; create materialized view tfm_n_0123456789_s.ours as select id from s.read",
			);
			const named = await session.query(
				"select relname from pg_class where relnamespace = 's'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by 1",
			);
			for (const [name] of [...named.rows, ["nowhere"]]) {
				const names = [{ database: "", schema: "s", identifier: String(name) }];
				await withEmptyPath(session, async () => {
					const { fingerprint: _, ...stepwise } = await readCatalog(session, names);
					const oids = [...stepwise.relations.values()].flatMap((r) => [r.oid, ...r.partitions.map((p) => p.oid)]);
					const pairs = JSON.stringify([["s", name]]);
					const { rows } = await session.query(lookSql(DIGEST_SQL), [pairs, '["tfm_n_0123456789_s"]', "", null]);
					expect(rows[0]!.slice(5)).toEqual(["[]", false]);
					const { fingerprint: __, ...atOnce } = catalogOf(rows[0]!);
					expect(atOnce, String(name)).toEqual(stepwise);
					const digest = await session.query(DIGEST_SQL, [pairs, oids.join(","), '["tfm_n_0123456789_s"]']);
					expect(digest.rows[0]).toEqual([rows[0]![4]]);
				});
			}
			expect(named.rows.length).toBeGreaterThan(20);
		}));

	test("what reads a view that is replaced in place is not looked at, what reads any other is", () =>
		bench.on(async (session) => {
			await session.execute(
				"create view s.old as select 1 as id, 'x'::text as word; create view s.above as select id from s.old; create schema c; create view c.same as select 2 as id, 'y'::text as word, 3 as more; create view c.other as select 2::bigint as id, 'y'::text as word; create view c.less as select 2 as id; create table c.rows as select 2 as id, 'y'::text as word",
			);
			const seen = (name: string) =>
				withEmptyPath(session, async () => {
					const binds = [`[["c","${name}"],["s","old"]]`, "[]", null, `["c","${name}","s","old"]`];
					const { rows } = await session.query(lookSql(DIGEST_SQL), binds);
					return [rows[0]![6], catalogOf(rows[0]!).dependents.map(({ holderName }) => holderName)];
				});
			expect(await seen("same")).toEqual([true, []]);
			for (const name of ["other", "less", "rows"]) expect(await seen(name), name).toEqual([false, ["above"]]);
		}));

	interface PlanNode {
		readonly "Node Type": string;
		readonly "Relation Name"?: string;
		readonly "Index Cond"?: string;
		readonly Plans?: readonly PlanNode[];
	}
	const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
	/** Small whatever the database holds, or never of one relation. */
	const SMALL = new Set(["pg_default_acl", "pg_publication", "pg_namespace", "pg_extension", "pg_statistic_ext"]);

	test("no catalog that grows with the database is read from end to end", () =>
		bench.on((session) =>
			session.transaction(async () => {
				await session.query(`select ${BY_INDEX}`);
				const unknown = "null";
				for (const [sql, binds] of [
					[LOOK_SQL, 4],
					[STILL_SQL, 4],
				] as const) {
					await session.execute(`prepare planned as ${sql}`);
					const list = Array<string>(binds).fill(unknown).join(", ");
					const { rows } = await session.query(`explain (format json) execute planned (${list})`);
					const [{ Plan: plan }] = JSON.parse(String(rows[0]![0])) as [{ Plan: PlanNode }];
					// What a bitmap finds was looked up by the index below it.
					const whole = nodesOf(plan).filter(
						(n) =>
							n["Index Cond"] === undefined &&
							n["Node Type"] !== "Bitmap Heap Scan" &&
							!SMALL.has(String(n["Relation Name"])),
					);
					const read = whole.flatMap((n) =>
						n["Relation Name"] === undefined ? [] : `${n["Node Type"]} of ${n["Relation Name"]}`,
					);
					expect(read).toEqual([]);
					await session.execute("deallocate planned");
				}
			}),
		));
});
