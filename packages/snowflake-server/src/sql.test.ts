import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SnowflakeServer, startSnowflakeServer } from "./server.ts";
import { type Client, connect, LOGIN, refusal } from "./testing/client.ts";

describe("Snowflake's SQL", () => {
	let server: SnowflakeServer;
	let client: Client;
	let tests = 0;
	beforeAll(async () => {
		server = await startSnowflakeServer({ users: { tfm: { password: LOGIN.password } } });
		client = await connect(server);
	});
	beforeEach(() => client.rows(`create schema db.test_${++tests}`));
	afterAll(async () => {
		await client.close();
		await server.stop();
	});

	const all = async (...statements: readonly string[]) => {
		let rows: Awaited<ReturnType<Client["rows"]>> = [];
		for (const statement of statements) rows = await client.rows(statement);
		return rows;
	};

	test.each([
		"create stream s on table t",
		"select * from t at(offset => -60)",
		"select * from t sample (10)",
		"select no_such_function(1)",
		"select 1 from t connect by level < 3",
		"create table u (a int autoincrement)",
		"alter table t set no_such_option = 1",
		"execute immediate 'select 1'",
		"select v:a = id from t",
		"select 1 from t where id is distinct from 1 or id = 2",
		"select regexp_instr('ab', 'b', 2)",
		"select collate('a', 'de')",
	])("what is not known is refused with 0A000: %s", async (sql) => {
		await client.rows("create table t (id int, v variant)");
		expect(await refusal(client.rows(sql))).toMatchObject({ code: "000002", sqlState: "0A000" });
	});

	test.each([
		["select id,\n  nope from t", "000904", { line: 2, pos: 2 }],
		["select * from missing", "002003", {}],
		["selec 1", "001003", { line: 1, pos: 0 }],
		["select 1 as order", "001003", { line: 1, pos: 12 }],
		["select 'x'::int", "100038", {}],
		["select 1 / 0", "100051", {}],
		['select "id" from t', "000904", {}],
		["create table t (a int)", "002002", {}],
		["insert into t values (null)", "100072", {}],
		["show objects in schema nowhere", "002043", {}],
	])("%s is refused with %s", async (sql, code, place) => {
		await client.rows("create table t (id int not null)");
		const refused = await refusal(client.rows(sql));
		expect(refused.code).toBe(code);
		expect(refused.data).toMatchObject(place);
		expect(refused.data?.queryId).toMatch(/^01/);
	});

	test("bare names fold upwards, quoted ones stay apart from them", async () => {
		await client.rows('create table names as select 1 as id, 2 as "id", 3 as "myCol"');
		expect(await client.rows('select id, "id", "myCol" from names')).toEqual([{ ID: 1, id: 2, myCol: 3 }]);
		const described = await client.rows("describe table names");
		expect(described.map(({ name }) => name)).toEqual(["ID", "id", "myCol"]);
	});

	test("a view binds by name: it follows a table that is replaced, swapped and renamed", async () => {
		await all("create table a as select 1 as n", "create table b as select 2 as n", "create view v as select n from a");
		const seen = async (...statements: readonly string[]) => (await all(...statements, "select n from v"))[0]?.N;
		expect(await seen("alter table a swap with b")).toBe(2);
		expect(await seen("create or replace table a as select 3 as n")).toBe(3);
		expect(await seen("alter table a rename to old", "alter table b rename to a")).toBe(1);
		expect((await refusal(all("drop table a", "select n from v"))).code).toBe("002003");
	});

	test("tables move between schemas, and a clone goes its own way", async () => {
		await all(
			"create schema db.aside",
			"create table aside.orders as select 1 as n",
			"create table twin clone aside.orders",
		);
		await all("update twin set n = 9", "alter table aside.orders rename to db.public.orders");
		expect(await all("select o.n, t.n as twin from db.public.orders o, aside.twin t")).toEqual([{ N: 1, TWIN: 9 }]);
		await all("drop table db.public.orders", "drop schema db.aside");
	});

	test("a transaction is undone, and DDL commits it", async () => {
		await all("create table t (n int)", "begin", "insert into t values (1)", "rollback");
		expect(await all("select count(*) as n from t")).toEqual([{ N: 0 }]);
		await all("begin", "insert into t values (1)", "create table u (n int)", "rollback");
		expect(await all("select count(*) as n from t")).toEqual([{ N: 1 }]);
	});

	test("a temporary table hides another one in its own session alone", async () => {
		await all("create table t as select 1 as n", "create temporary table t as select 2 as n");
		const other = await connect(server, { ...LOGIN, schema: `test_${tests}` });
		expect([await client.rows("select n from t"), await other.rows("select n from t")]).toEqual([
			[{ N: 2 }],
			[{ N: 1 }],
		]);
		await other.close();
	});

	test("merge counts what it did and refuses two source rows for one target row", async () => {
		await all(
			"create table d as select 1 as id, 'a' as v",
			"create table s as select 1 as id, 'b' as v union all select 2, 'c'",
		);
		const merge = `merge into d as DBT_INTERNAL_DEST using s as DBT_INTERNAL_SOURCE
			on DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id
			when matched then update set "V" = DBT_INTERNAL_SOURCE."V"
			when not matched then insert ("ID", "V") values ("ID", "V")`;
		expect(await all(merge)).toEqual([{ "number of rows inserted": 1, "number of rows updated": 1 }]);
		expect((await refusal(all("insert into s select * from s", merge))).code).toBe("100090");
	});

	test("insert overwrite replaces all rows, delete using and update from count theirs", async () => {
		await all("create table t as select 1 as id, 'x' as v", "insert overwrite into t values (2, 'y'), (3, 'z')");
		await all("update t set v = s.v from (select 2 as id, 'new' as v) s where t.id = s.id");
		const deleted = await all("delete from t using (select 3 as id) s where t.id = s.id");
		expect([deleted, await all("select * from t")]).toEqual([[{ "number of rows deleted": 1 }], [{ ID: 2, V: "new" }]]);
	});

	test("JSON: paths, flatten, texts without quotes, and a text stays a text in a VARIANT", async () => {
		await all(
			"create table t (v variant)",
			`insert into t select parse_json('{"items":[{"sku":"p"},{"sku":"r"}],"s":"x"}')`,
		);
		await all("insert into t select '{\"s\":1}'");
		const sql =
			"select t.v:s::string as s, f.index as i, f.value:sku::string as sku from t, lateral flatten(input => t.v:items) f order by 2";
		expect(await all(sql)).toEqual([
			{ S: "x", I: 0, SKU: "p" },
			{ S: "x", I: 1, SKU: "r" },
		]);
		expect(await all("select v:s as s from t where v:s = 'x'")).toEqual([{ S: "x" }]);
	});

	test("percentiles are of ordered rows, and of nothing without an order", async () => {
		const sql = "select percentile_cont(0.5) within group (order by column1) as p from values (1), (2), (null), (4)";
		expect(await all(sql)).toEqual([{ P: 2 }]);
		expect((await refusal(all("select percentile_cont(0.5) from values (1)"))).code).toBe("000002");
	});

	test("a match is told by where it begins, also of a pattern from a column", async () => {
		const sql = `select regexp_instr(t.column1, t.column2, 1, 1, 0, 'i') as n from values
			('aba', 'a$'), ('data/x', '^data'), ('x', 'y'), ('\u00e9 b', '[B-C]|z'), (null, 'a') t`;
		expect((await all(sql)).map(({ N }) => N)).toEqual([3, 1, 0, 3, null]);
	});

	test("words begin behind Snowflake's delimiters or those that are given", async () => {
		const sql = `select initcap('saint-MALO o\\'neil') as a, initcap('o\\'neil-x', '\\'') as b, initcap('a]b-c', ']-') as c,
			translate('1.250,5', ',.', '.') as d, collate('x', '') as e`;
		expect(await all(sql)).toEqual([{ A: "Saint-Malo O'neil", B: "O'Neil-x", C: "A]B-C", D: "1250.5", E: "x" }]);
	});

	test("a median has three digits more, a row is an object without its nulls, a number has its scale as a time", async () => {
		const sql = `select median(p.column1) as m, max(object_construct(p.*)::varchar) as o, min(to_timestamp_ntz(p.column2, 3)) as t
			from values (1.25, 1763100000010, null), (1.26, 1763100000020, null) p`;
		const [row] = await client.rows(sql, { fetchAsString: ["Date", "Number"] });
		expect(row).toEqual({
			M: "1.25500",
			O: '{"COLUMN1":1.26,"COLUMN2":1763100000020}',
			T: "2025-11-14 06:00:00.010",
		});
	});

	test("a long chain of || is read at once", async () => {
		const chain = Array.from({ length: 40 }, () => "column1").join(" || '|' || ");
		expect((await all(`select length(${chain}) as n from values ('ab')`))[0]?.N).toBe(119);
	});

	test("dates keep their type, weeks begin on Monday, nulls are highest", async () => {
		const sql = `select dateadd(day, 1, '2024-02-28'::date) as d, date_trunc('week', '2024-01-07'::date) as w,
			datediff('month', '2024-01-31'::date, '2024-02-01'::date) as m, to_char('2024-03-05 14:07:09'::timestamp_ntz, 'YYYY-MM-DD HH24:MI:SS') as f,
			7 / 3 as q`;
		expect(await client.rows(sql, { fetchAsString: ["Date", "Number"] })).toEqual([
			{ D: "2024-02-29", W: "2024-01-01", M: "1", F: "2024-03-05 14:07:09", Q: "2.333333" },
		]);
		const nulls = await all("select column1 as n from values (1), (null), (2) order by n desc");
		expect(nulls.map(({ N }) => N)).toEqual([null, 2, 1]);
	});

	test("SHOW pages by LIMIT … FROM, and DESCRIBE prints the types as they were given", async () => {
		await all(
			"create table a (n number(10,2) not null, t varchar(5), ts timestamp_ntz)",
			"create view b as select 1 as x",
			"create transient table c (n int)",
		);
		const page = (from: string) => client.rows(`show objects in schema limit 2${from}`);
		const names = (await page("")).map(({ name, kind }) => `${name} ${kind}`);
		expect([names, (await page(" from 'B'")).map(({ name, kind }) => `${name} ${kind}`)]).toEqual([
			["A TABLE", "B VIEW"],
			["C TRANSIENT"],
		]);
		const described = await client.rows("describe table a");
		expect(described.map((row) => `${row.name} ${row.type} ${row["null?"]}`)).toEqual([
			"N NUMBER(10,2) N",
			"T VARCHAR(5) Y",
			"TS TIMESTAMP_NTZ(9) Y",
		]);
	});

	test("PUT and COPY INTO load a file, all of it or nothing", async () => {
		const folder = mkdtempSync(join(tmpdir(), "snowflake-stage-"));
		const load = async (text: string) => {
			writeFileSync(join(folder, "rows.csv"), text);
			await client.rows(`put file://${folder}/rows.csv @landing overwrite = true`);
			return client.rows(
				"copy into t from @landing file_format = (type = csv skip_header = 1 field_optionally_enclosed_by = '\"')",
			);
		};
		await all("create table t (id int, name varchar)", "create stage landing");
		expect(await load('id,name\n1,"a,b"\n2,\n')).toMatchObject([
			{ file: "rows.csv.gz", status: "LOADED", rows_loaded: "2" },
		]);
		expect((await refusal(load("id,name\n3,c\nx,d\n"))).code).toBe("100038");
		expect(await all("select * from t order by id")).toEqual([
			{ ID: 1, NAME: "a,b" },
			{ ID: 2, NAME: null },
		]);
		rmSync(folder, { recursive: true });
	});

	test("COPY takes documents apart where it is told to, and the fields in the order it is told", async () => {
		const folder = mkdtempSync(join(tmpdir(), "snowflake-stage-"));
		writeFileSync(join(folder, "rows.csv"), '1,"{""a"":[1]}"\n2,\n');
		await all("create table t (v variant, id int)", "create stage documents");
		await client.rows(`put file://${folder}/rows.csv @documents overwrite = true`);
		const format = "file_format = (type = csv field_optionally_enclosed_by = '\"')";
		await all(`copy into t (v, id) from (select parse_json($2), $1 from @documents) ${format}`);
		expect(await all("select id, v:a[0]::int as a from t order by id")).toEqual([
			{ ID: 1, A: 1 },
			{ ID: 2, A: null },
		]);
		const refused = await refusal(all(`copy into t (v, id) from (select upper($2), $1 from @documents) ${format}`));
		expect(refused.code).toBe("000002");
		rmSync(folder, { recursive: true });
	});

	test("what is passed over stands in the ledger, and in nothing else", async () => {
		await all("create table t (n int)", "grant select on table t to role reader", "alter table t set tag cost = 'x'");
		const answer = (await (await fetch(`${server.url}/ledger`)).json()) as {
			entries: { what: string; example: string }[];
		};
		const noted = answer.entries.filter(({ what }) => /grant|tag/.test(what));
		expect(noted.map(({ what, example }) => [what, example])).toEqual([
			["grant or revoke", "grant select on table t to role reader"],
			["tag", "alter table t set tag cost = 'x'"],
		]);
	});

	test("HASH is one number of equal values, whatever their type, and never null", async () => {
		const [row] = await client.rows(
			`select hash(1, 'a') = hash(1.00::number(9, 2), 'a') as numbers, hash(2::float) = hash(2) as floats,
			hash(1) = hash('1') as texts, hash(null) is null as nulls, hash(1, 2) = hash(2, 1) as turned,
			abs(hash(1)) < 9223372036854775808 as bits`,
		);
		expect(row).toEqual({ NUMBERS: true, FLOATS: true, TEXTS: false, NULLS: false, TURNED: false, BITS: true });
	});

	test("times are printed down to nanoseconds, floats without a needless point, bytes as digits", async () => {
		const [row] = await client.rows(
			`select to_char('14:07:09.25'::time, 'HH24:MI:SS.FF9') as t, 1.0::float::varchar as f, 'NaN'::float::varchar as n,
			hex_encode(to_binary('0aff')) as b`,
		);
		expect(row).toEqual({ T: "14:07:09.250000000", F: "1", N: "NaN", B: "0AFF" });
	});

	test("SYSTEM$WAIT says how long it waited", async () => {
		expect(await client.rows("select system$wait(0.01) as w")).toEqual([{ W: "waited 0.01 seconds" }]);
	});
});
