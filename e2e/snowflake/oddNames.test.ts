import { afterEach, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

let shop: ProjectOnSnowflake | undefined;
afterEach(() => shop?.stop());

const PROJECT = "name: shop\nversion: '1.0'\nprofile: shop\n";
const FILES = {
	"dbt_project.yml": PROJECT,
	"models/odd.sql": "{{ config(alias='a\"b') }}\nselect 1 as id",
	"models/dotted.sql": "{{ config(alias='v1.orders') }}\nselect 1 as id",
	"models/one.sql": "select 1 as id",
};

const start = async (files: Readonly<Record<string, string>>): Promise<ProjectOnSnowflake> => {
	shop = await projectOnSnowflake(files);
	return shop;
};

test("an alias that only quotes would make a name fails its model alone, and is built where it is quoted", async () => {
	const { run, write, rows } = await start(FILES);
	expect(await run("run")).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 3 models · run <id>

		 ✗ dotted                                       view          <s>   the relation of dotted cannot be called "V1.ORDERS": the name holds a quotation mark or a dot, and is written without quotes
		 ✗ odd                                          view          <s>   the relation of odd cannot be called "A"B": the name holds a quotation mark or a dot, and is written without quotes
		 ✓ one                                          view          <s>

		 ✗ dotted                                               error
		   models/dotted.sql:1
		     error[TFM-APP-013]: the relation of dotted cannot be called "V1.ORDERS": the name holds a quotation mark or a dot, and is written without quotes
		      ┌─ models/dotted.sql:1:1
		     1│ {{ config(alias='v1.orders') }}
		      │ ^
		       = next: give another \`alias:\`, or set \`quoting: {identifier: true}\` in the project file
		   Reproduce     tfm run --select dotted
		   SQL           target/run/shop/models/dotted.sql

		 ✗ odd                                                  error
		   models/odd.sql:1
		     error[TFM-APP-013]: the relation of odd cannot be called "A"B": the name holds a quotation mark or a dot, and is written without quotes
		      ┌─ models/odd.sql:1:1
		     1│ {{ config(alias='a"b') }}
		      │ ^
		       = next: give another \`alias:\`, or set \`quoting: {identifier: true}\` in the project file
		   Reproduce     tfm run --select odd
		   SQL           target/run/shop/models/odd.sql

		 Published 1  one

		 Failed  1 built · 2 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
	expect(await rows("select id from SHOP.ONE")).toEqual([["1"]]);
	write({ "dbt_project.yml": `${PROJECT}quoting: {identifier: true}\n` });
	expect(await run("run")).toContain(" Passed  3 built");
	expect(await rows('select a.id, b.id from SHOP."a""b" a, SHOP."v1.orders" b')).toEqual([["1", "1"]]);
});

test("in layers, too, such a model fails alone", async () => {
	const { run, rows } = await start({
		"tfm_project.yml": "name: shop\nprofile: shop\nlayers: [staging]\nschema_naming: exact\n",
		"models/staging/odd.sql": FILES["models/odd.sql"],
		"models/staging/one.sql": FILES["models/one.sql"],
	});
	const said = await run("run");
	expect(said).toContain('the relation of odd cannot be called "A"B"');
	expect(said).toContain("Published 1  staging.one");
	expect(await rows("select id from STAGING.ONE")).toEqual([["1"]]);
});

test("the profile's schema with a quotation mark is told at each model", async () => {
	const { run } = await start({ "dbt_project.yml": PROJECT, "models/one.sql": "select 1 as id" });
	expect(await run("run", { schema: 'nä"mes; drop' })).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 model · run <id>

		 ✗ one                                          view          <s>   the schema of one cannot be called "Nä"MES; DROP": the name holds a quotation mark or a dot, and is written without quotes

		 ✗ one                                                  error
		   models/one.sql:1
		     error[TFM-APP-013]: the schema of one cannot be called "Nä"MES; DROP": the name holds a quotation mark or a dot, and is written without quotes
		      ┌─ models/one.sql:1:1
		     1│ select 1 as id
		      │ ^
		       = next: give another \`schema:\`, or set \`quoting: {schema: true}\` in the project file
		   Reproduce     tfm run --select one
		   SQL           target/run/shop/models/one.sql

		 Failed  1 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
});

test("a seed's header with a space says what helps", async () => {
	const { run, write, rows } = await start({ "dbt_project.yml": PROJECT, "seeds/people.csv": "id,Mixed Name\n1,a\n" });
	expect(await run("seed")).toContain("correct `delimiter` or the header, or set `quote_columns: true`");
	write({ "dbt_project.yml": `${PROJECT}seeds: {+quote_columns: true}\n` });
	expect(await run("seed")).toContain("1 row");
	expect(await rows('select "Mixed Name" from SHOP.PEOPLE')).toEqual([["a"]]);
});

test("a name with a hyphen or a blank is told before anything is sent, of a model, a load and a test's kept rows", async () => {
	const { run } = await start({
		"dbt_project.yml": PROJECT,
		"models/one.sql": "{{ config(alias='my-orders') }}\nselect 1 as id",
		"models/two.sql": "{{ config(schema='1st') }}\nselect 1 as id",
		"models/three.sql": "select 1 as id",
		"models/all.yml": `sources: [{ name: raw, schema: land, tables: [{ name: lines, identifier: Order Lines, load: { files: "in/*.jsonl" } }] }]
models: [{ name: three, columns: [{ name: id, data_tests: [{ unique: { config: { store_failures: true, alias: kept rows } } }] }] }]
`,
	});
	const said = await run("build");
	expect(said.split("\n").filter((line) => /error\[|next: give/.test(line))).toMatchInlineSnapshot(`
		[
		  "     error[TFM-APP-013]: the relation of one cannot be called "MY-ORDERS": the name holds "-", and is written without quotes",
		  "       = next: give another \`alias:\`, or set \`quoting: {identifier: true}\` in the project file",
		  "     error[TFM-APP-013]: the relation of lines cannot be called "ORDER LINES": the name holds a blank, and is written without quotes",
		  "       = next: give another \`identifier:\`, or set \`quoting: {identifier: true}\` at the source",
		  "     error[TFM-APP-013]: the relation of unique_three_id cannot be called "KEPT ROWS": the name holds a blank, and is written without quotes",
		  "       = next: give another \`alias:\`, or set \`quoting: {identifier: true}\` in the project file",
		]
	`);
});

const WHOLE = {
	"tfm_project.yml": `name: shop
profile: shop
layers: [landing, staging, { name: marts, schema: Data Marts, database: Other db, keep_generations: 1 }]
schema_naming: exact
quoting: { database: true, schema: true, identifier: true }
snapshots: { +schema: Snap Shots }
seeds: { +quote_columns: true }
`,
	"in/a.jsonl": '{"Order Id": 1, "select": "a"}\n{"Order Id": "x"}\n',
	"seeds/Countries.csv": "Code,Full Name\nDE,Germany\n",
	"models/landing/all.yml": `sources:
  - name: raw
    schema: Land Ing
    quoting: { database: true, schema: true, identifier: true }
    tables:
      - name: Lines
        identifier: Order Lines
        load: { files: in/*.jsonl, columns: [{ name: Order Id, type: integer }, { name: select }] }
        columns: [{ name: '"ORDER ID"', data_tests: [not_null] }]
seeds:
  - name: Countries
    columns: [{ name: Code, quote: true, data_tests: [unique] }]
`,
	"models/staging/Orders.sql": `select "ORDER ID" as "Order Id", "SELECT" as "select" from {{ source('raw', 'Lines') }}`,
	"models/staging/Table.sql": `{{ config(materialized='incremental', unique_key='"Order Id"') }}\nselect * from {{ ref('Orders') }}`,
	"models/marts/Group.sql": `{{ config(materialized='table', snowflake_warehouse='Big Wh') }}\nselect count(*) as "Count", 1 as "from" from {{ ref('Table') }} cross join {{ ref('Countries') }}`,
	"models/marts/all.yml":
		"models: [{ name: Group, columns: [{ name: from, quote: true, data_tests: [{ accepted_values: { arguments: { values: [1, 2], quote: false } } }] }] }]\n",
	"snapshots/snap.yml": `snapshots: [{ name: OrderSnap, relation: ref('Orders'), config: { unique_key: '"Order Id"', strategy: check, check_cols: ['"select"'] } }]\n`,
};
const PLACES = {
	database: "Sales Db",
	schema: "My Schema",
	role: '"Etl Role"',
	warehouse: '"Main Wh"',
};
const MIXED_ACCOUNT = {
	databases: ["Sales Db", "Other db"],
	roles: ["Etl Role"],
	warehouses: ["Main Wh", "Big Wh"],
};

test("names of mixed case with blanks and words of SQL, of everything that has a name: loaded, built, tested, put back, in an environment", {
	timeout: 120_000,
}, async () => {
	shop = await projectOnSnowflake(WHOLE, MIXED_ACCOUNT);
	const { call, write } = shop;
	const did = async (command: string): Promise<string> => {
		const { code, stdout, stderr } = await call(command, PLACES);
		expect([code, stderr.replace(/.*TFM-PARSE-032.*\n.*\n/, "")], stdout + stderr).toEqual([0, ""]);
		return stdout;
	};
	const adapter = () => shop!.local.adapter({ fields: { ...PLACES, database: '"Sales Db"', schema: '"My Schema"' } });
	const rows = async (sql: string) => {
		const open = adapter();
		await open.open();
		return open.withSession(async (session) => (await session.query(sql)).rows).finally(() => open.close());
	};
	expect(await did("build")).toContain("Passed  5 built     tests 3 ok");
	const group = `select * from "Other db"."Data Marts"."Group"`;
	expect(await rows(group)).toEqual([["1", "1"]]);
	expect(await rows(`select "ORDER ID", "SELECT" from "Land Ing"."Order Lines"`)).toEqual([["1", "a"]]);
	expect(await rows(`select raw from "Land Ing"."Order Lines__REJECTS"`)).toEqual([['{"Order Id": "x"}']]);
	const [first] = /[0-9a-f]{8}-\S{27}/.exec(await did("history")) ?? [];
	write({ "models/marts/Group.sql": WHOLE["models/marts/Group.sql"].replace('1 as "from"', '2 as "from"') });
	expect(await did("build")).toContain("Passed  4 built     tests 3 ok");
	expect(await rows(group)).toEqual([["1", "2"]]);
	await did(`rollback marts --to ${first}`);
	expect(await rows(group)).toEqual([["1", "1"]]);
	expect(await did("test")).toContain("Passed  tests 3 ok");
	await did("docs generate");
	await did("env create anna");
	await did("build --env anna");
	expect(await did("env list")).toContain("My Schema__anna, Other db_Data Marts__ANNA, Snap Shots__ANNA");
	expect(await did("env drop anna")).toContain("anna is gone: My Schema__anna,");
	expect((await did("debug --grants-sql")).split("\n").slice(1, 4)).toMatchInlineSnapshot(`
		[
		  "grant usage on warehouse "Main Wh" to role "Etl Role";",
		  "grant usage on warehouse "Big Wh" to role "Etl Role";",
		  "grant usage, create schema on database "Other db" to role "Etl Role";",
		]
	`);
	const used = shop.local.server.statements().flatMap(({ sql }) => (/^use warehouse/i.test(sql) ? [sql] : []));
	expect([...new Set(used)].sort()).toEqual(['use warehouse "Big Wh"', 'use warehouse "Main Wh"']);
});

test("such a name without its quotes is told with what was looked for, and how to write it", async () => {
	shop = await projectOnSnowflake({ "dbt_project.yml": PROJECT, "models/one.sql": "select 1 as id" }, MIXED_ACCOUNT);
	const told = async (output: object) =>
		(await shop!.run("run", { ...PLACES, ...output })).split("\n").filter((line) => /error|= |\^/.test(line));
	expect([
		await told({ database: "Sales Db" }),
		await told({ role: "Etl Role" }),
		await told({ database: '"Sales Db"', warehouse: "Main Wh" }),
	]).toMatchInlineSnapshot(`
		[
		  [
		    " error[TFM-DB-027]: the database Sales Db does not exist, or Etl Role may not use it",
		    "   = hint: without quotes it is looked for as SALES DB: \`quoting: {database: true}\` in the project file takes it as it is written",
		    "   = next: correct \`database\`, or as its owner: grant usage on database "Sales Db" to role "Etl Role";",
		    " 1 error, nothing was run (<s>)",
		  ],
		  [
		    " error[TFM-DB-026]: Snowflake account local refuses the login of tfm: Role 'ETL ROLE' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC (390189)",
		    "   = hint: there is no such role, or it was not granted to the user",
		    "   = next: correct \`role\` (in quotes, where its case is mixed: \`role: '"Etl Role"'\`), or: grant role … to user …;",
		    " 1 error, nothing was run (<s>)",
		  ],
		  [
		    " error[TFM-CLI-013]: the database refused: No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command. (Snowflake 000606, query id <id>)",
		    "  │     ^^^ the profile's \`warehouse\` is missing, or not for this role (\`grant usage on warehouse … to role "Etl Role"\`), or suspended with AUTO_RESUME off (\`alter warehouse … resume\`), or in mixed case and without its quotes (\`warehouse: '"Big Wh"'\`)",
		    "   = next: tfm debug",
		    " 1 error, nothing was run (<s>)",
		  ],
		]
	`);
});
