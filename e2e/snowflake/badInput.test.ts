import { generateKeyPairSync } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import type { Fault } from "../../packages/snowflake-server/src/protocol/faults.ts";
import type { ServerOptions } from "../../packages/snowflake-server/src/server.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

let shop: ProjectOnSnowflake | undefined;
afterEach(() => shop?.stop());

const PROJECT = { "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n" };

const refusal = (sql: string, code: string, sqlState: string, message: string): readonly Fault[] => [
	{ path: "query-request", sql, kind: "refuse", times: 9, code, sqlState, message },
];

const QUOTED = { "dbt_project.yml": `${PROJECT["dbt_project.yml"]}quoting: {identifier: true}\n` };
const ONE = { "models/one.sql": "select 1 as id" };
const denied = (sql: string, on: string): readonly Fault[] =>
	refusal(sql, "003001", "42501", `SQL access control error:\nInsufficient privileges to operate on ${on}.`);

interface BadInput {
	readonly files: Readonly<Record<string, string>>;
	readonly output?: object;
	readonly server?: Partial<ServerOptions>;
	readonly faults?: readonly Fault[];
}

async function run({ files, output = {}, server = {}, faults = [] }: BadInput): Promise<string> {
	shop = await projectOnSnowflake({ ...PROJECT, ...files }, server);
	shop.local.server.faults.add(faults);
	return shop.run("run", output);
}

test("a role that is not there", async () => {
	expect(await run({ files: ONE, output: { role: "nobody" }, server: { roles: ["SYSADMIN"] } })).toMatchInlineSnapshot(`
		"[stderr]
		 error[TFM-DB-026]: Snowflake account local refuses the login of tfm: Role 'NOBODY' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC (390189)
		   = hint: there is no such role, or it was not granted to the user
		   = next: correct \`role\`, or: grant role … to user …;

		 1 error, nothing was run (<s>)
		[exit 2]
		"
	`);
});

test("a key whose token comes too late, or too early, by the server's clock", async () => {
	for (const aheadMs of [180_000, -180_000]) {
		const publicKey = KEYS.publicKey.export({ format: "pem", type: "spki" }) as string;
		const private_key = KEYS.privateKey.export({ format: "pem", type: "pkcs8" });
		const server = { aheadMs, users: { tfm: { publicKey } } };
		expect(await run({ files: ONE, output: { private_key, password: null }, server })).toBe(LATE);
		await shop?.stop();
	}
	shop = undefined;
});

test("a warehouse that is not there, not for this role, or suspended for good", async () => {
	const files = { "models/one.sql": "{{ config(materialized='table') }} select i from (values (1)) as v(i)" };
	expect(await run({ files, output: { warehouse: "none" }, server: { warehouses: ["WH"] } })).toMatchInlineSnapshot(`
		"[stderr]
		 error[TFM-CLI-013]: the database refused: No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command. (Snowflake 000606, query id <id>)
		  ┌─ profiles.yml:4:5
		 4│     dev: …
		  │     ^^^ the profile's \`warehouse\` is missing, or not for this role (\`grant usage on warehouse … to role SYSADMIN\`), or suspended with AUTO_RESUME off (\`alter warehouse … resume\`), or in mixed case and without its quotes (\`warehouse: '"Big Wh"'\`)
		   = next: tfm debug

		 1 error, nothing was run (<s>)
		[exit 2]
		"
	`);
});

test("a database of models that is not there, or not for this role", async () => {
	const files = {
		"models/one.sql": "select 1 as id",
		"models/far.sql": "{{ config(database='no_such_db') }}\nselect 1 as id",
		"models/further.sql": "{{ config(database='no_such_db') }}\nselect id from {{ ref('far') }}",
	};
	expect(await run({ files })).toMatchInlineSnapshot(`
		"[stderr]
		 error[TFM-DB-030]: far, further cannot be built in the database NO_SUCH_DB: Object does not exist, or operation cannot be performed.
		  ┌─ models/far.sql:1:1
		 1│ {{ config(database='no_such_db') }}
		  │ ^ tfm makes schemas and no databases: it is missing, or the role may not use it
		   = next: correct \`database\`, or as an administrator: create database "NO_SUCH_DB"; or: grant usage, create schema on database "NO_SUCH_DB" to role …; (tfm debug --grants-sql has all grants)

		 1 error, nothing was run (<s>)
		[exit 2]
		"
	`);
	const columns = "columns: [{ name: id, type: integer }]";
	shop!.write({
		"models/far.sql": "select 1 as id",
		"models/further.sql": "select 2 as id",
		"models/raw.yml": `sources: [{ name: raw, database: no_such_db, tables: [{ name: kept, load: { files: in/*.csv, ${columns} } }] }]\n`,
		"in/a.csv": "id\n1\n",
	});
	expect(await shop!.run("load")).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 load · run <id>

		[stderr]
		 error[TFM-DB-030]: kept cannot be built in the database NO_SUCH_DB: Object does not exist, or operation cannot be performed.
		  ┌─ models/raw.yml:1:55
		 1│ …database: no_such_db, tables: [{ name: kept, load: { files: in/*.csv, columns: [{ name: id, t…
		  │                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ tfm makes schemas and no databases: it is missing, or the role may not use it
		   = next: correct \`database\`, or as an administrator: create database "NO_SUCH_DB"; or: grant usage, create schema on database "NO_SUCH_DB" to role …; (tfm debug --grants-sql has all grants)

		 1 error, nothing was run (<s>)
		[exit 2]
		"
	`);
});

test("a warehouse whose resource monitor is used up", async () => {
	const message = "Warehouse 'WH' cannot be resumed because resource monitor 'LIMIT' has exceeded its quota.";
	expect(
		await run({ files: ONE, faults: refusal("create .*view", "090073", "22000", message) }),
	).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 model · run <id>

		 ✗ one                                          view          <s>   the database refused one: Warehouse 'WH' cannot be resumed because resource monitor 'LIMIT' has exceeded its quota. (SQLSTATE 22000). Snowflake 090073, query id <id>

		 ✗ one                                                  error
		   models/one.sql:1
		     error[TFM-RUN-001]: the database refused one: Warehouse 'WH' cannot be resumed because resource monitor 'LIMIT' has exceeded its quota. (SQLSTATE 22000). Snowflake 090073, query id <id>
		      ┌─ models/one.sql:1:1
		     1│ select 1 as id
		      │ ^ the warehouse WH does not run for this role: \`grant usage, operate on warehouse WH to role SYSADMIN\`, or have its resource monitor raised
		       = next: read the SQL as executed in target/run/shop/models/one.sql
		   Reproduce     tfm run --select one
		   SQL           target/run/shop/models/one.sql

		 Failed  1 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
});

test("a role that may not make what a model is", async () => {
	expect(await run({ files: ONE, faults: denied("create .*view", "schema 'SHOP'") })).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 model · run <id>

		 ✗ one                                          view          <s>   the database refused one: Insufficient privileges to operate on schema 'SHOP'. (SQLSTATE 42501). Snowflake 003001, query id <id>

		 ✗ one                                                  error
		   models/one.sql:1
		     error[TFM-RUN-001]: the database refused one: Insufficient privileges to operate on schema 'SHOP'. (SQLSTATE 42501). Snowflake 003001, query id <id>
		      ┌─ models/one.sql:1:1
		     1│ select 1 as id
		      │ ^ the role needs more on schema SHOP: \`grant create view on schema SHOP to role SYSADMIN\`
		       = next: read the SQL as executed in target/run/shop/models/one.sql
		   Reproduce     tfm run --select one
		   SQL           target/run/shop/models/one.sql

		 Failed  1 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
});

test("each step that the role may not do names its own privilege", async () => {
	const absent = (sql: string, what: string): readonly Fault[] =>
		refusal(sql, "002003", "02000", `SQL compilation error:\n${what} does not exist or not authorized.`);
	const files = {
		"models/made.sql": "{{ config(materialized='table') }} select 1 as id",
		"models/fresh.sql":
			"{{ config(materialized='dynamic_table', target_lag='1 hour', snowflake_warehouse='WH') }} select 1 as id",
		"models/ruled.sql": "{{ config(materialized='table', row_access_policy='gov.only on (id)') }} select 1 as id",
		"models/tagged.sql": "{{ config(materialized='table', table_tag=\"gov.cost = 'bi'\") }} select 1 as id",
		"models/copied.sql":
			"{{ config(materialized='incremental', pre_hook='copy into x from @gov.inbox') }} select 1 as id",
		"models/read.sql": "{{ config(pre_hook='insert into gov.log select 1') }} select 1 as id",
	};
	const faults = [
		...denied("create .*dynamic table", "schema 'SHOP'"),
		...absent("row access policy gov.only", "Row access policy 'ANALYTICS.GOV.ONLY'"),
		...absent("tag .gov.cost", "Tag 'ANALYTICS.GOV.COST'"),
		...absent("copy into x", "Stage 'ANALYTICS.GOV.INBOX'"),
		...denied("insert into gov.log", "table 'LOG'"),
		...denied("create .*table .*made", "schema 'SHOP'"),
	];
	const said = await run({ files, faults });
	const blocks = said.split(/^ ✗ (?=\w+ +error$)/m).slice(1);
	const told = blocks.map(
		(block) => `${/^\w+/.exec(block)} ${/(?:the role needs|the [\w ]+ is missing).*/.exec(block)}`,
	);
	expect(told.sort(), said).toMatchInlineSnapshot(`
		[
		  "copied the stage is missing, or the role may not use it: \`grant usage on stage ANALYTICS.GOV.INBOX to role SYSADMIN\` (of one of Snowflake's own: read)",
		  "fresh the role needs more on schema SHOP: \`grant create dynamic table on schema SHOP to role SYSADMIN\`",
		  "made the role needs more on schema SHOP: \`grant create table on schema SHOP to role SYSADMIN\`",
		  "read the role needs more on table LOG: \`grant select, insert, update, delete on table LOG to role SYSADMIN\`",
		  "ruled the row access policy is missing, or the role may not use it: \`grant apply on row access policy ANALYTICS.GOV.ONLY to role SYSADMIN\`",
		  "tagged the tag is missing, or the role may not use it: \`grant apply on tag ANALYTICS.GOV.COST to role SYSADMIN\`",
		]
	`);
});

test("a role that may make no schema", async () => {
	const files = { "models/one.sql": "{{ config(schema='odd') }} select 1 as id" };
	expect(await run({ files, faults: denied("create schema.*odd", "database 'ANALYTICS'") })).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 model · run <id>

		[stderr]
		 error[TFM-RUN-001]: the database refused the preparation of the run: Insufficient privileges to operate on database 'ANALYTICS'. (SQLSTATE 42501). Snowflake 003001, query id <id>
		   = hint: the role needs more on database ANALYTICS: \`grant create schema on database ANALYTICS to role SYSADMIN\`

		 1 error, nothing was run (<s>)
		[exit 2]
		"
	`);
});

test("a table that is not there, or not for this role", async () => {
	expect(await run({ files: { "models/one.sql": "select id\nfrom raw.orders" } })).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 model · run <id>

		 ✗ one                                          view          <s>   the database refused one: Object 'ANALYTICS.RAW.ORDERS' does not exist or not authorized. (SQLSTATE 42S02). Snowflake 002003, query id <id>

		 ✗ one                                                  error
		   models/one.sql:1
		     error[TFM-RUN-001]: the database refused one: Object 'ANALYTICS.RAW.ORDERS' does not exist or not authorized. (SQLSTATE 42S02). Snowflake 002003, query id <id>
		      ┌─ models/one.sql:1:1
		     1│ select id
		      │ ^ it is missing, or the role may not see it: \`grant select on ANALYTICS.RAW.ORDERS to role SYSADMIN\`
		       = next: read the SQL as executed in target/run/shop/models/one.sql
		   Reproduce     tfm run --select one
		   SQL           target/run/shop/models/one.sql

		 Failed  1 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
});

test("a text that is not JSON", async () => {
	const files = { "models/one.sql": "{{ config(materialized='table') }}\nselect parse_json('{oops}') as v" };
	expect(await run({ files })).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 model · run <id>

		 ✗ one                                          table         <s>   the database refused one: Error parsing JSON (SQLSTATE 22P02). Snowflake 100069, query id <id>

		 ✗ one                                                  error
		   models/one.sql:1
		     error[TFM-RUN-001]: the database refused one: Error parsing JSON (SQLSTATE 22P02). Snowflake 100069, query id <id>
		      ┌─ models/one.sql:1:1
		     1│ {{ config(materialized='table') }}
		      │ ^ a text is not JSON: \`try_parse_json\` makes null of it, and a test on that null finds it
		       = next: read the SQL as executed in target/run/shop/models/one.sql
		   Reproduce     tfm run --select one
		   SQL           target/run/shop/models/one.sql

		 Failed  1 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
});

test("a document of a seed or a load that is not JSON is told at its place in the file", async () => {
	const rows = 'id,doc\n1,"{""a"": 1}"\n2,{oops}\n';
	const load = (name: string, more: string) =>
		`{ name: ${name}, load: { files: in/*.csv, ${more}columns: [{ name: id, type: integer }, { name: doc, type: json }] } }`;
	shop = await projectOnSnowflake({
		...PROJECT,
		"seeds/docs.csv": rows,
		"seeds/all.yml": "seeds: [{ name: docs, config: { column_types: { doc: variant } } }]\n",
		"in/a.csv": rows,
		"models/all.yml": `sources: [{ name: raw, schema: land, tables: [${load("kept", "")}, ${load("strict", "on_error: fail, ")}] }]\n`,
	});
	const said = await shop.run("build", { threads: 1 });
	expect(said.slice(said.indexOf(" ✗ docs   "), said.indexOf(" Failed"))).toMatchInlineSnapshot(`
		" ✗ docs                                         seed          <s>   a row of the seed docs cannot be stored: Error parsing JSON
		 ! raw.kept                                     load          <s>   1 new file, 1 row, 1 reject   tfm show --rejects kept
		 ✗ raw.strict                                   load          <s>   record 2 of in/a.csv does not fit: doc: "{oops}" is not JSON

		 ✗ docs                                                 error
		   seeds/docs.csv:1
		     error[TFM-LOAD-018]: a row of the seed docs cannot be stored: Error parsing JSON
		      ┌─ seeds/docs.csv:3:3
		     3│ 2,{oops}
		      │   ^^^^^^ column DOC is variant
		       = next: correct the value, or the type under \`column_types\` of the seed's config
		   Reproduce     tfm seed --select docs

		 ✗ raw.strict                                           error
		   models/all.yml:1
		     error[TFM-LOAD-021]: record 2 of in/a.csv does not fit: doc: "{oops}" is not JSON
		       = next: correct the file, or keep such records apart with on_error: reject

		"
	`);
	expect(await shop.rows("select raw, reason from LAND.KEPT__REJECTS")).toEqual([
		["2,{oops}", 'doc: "{oops}" is not JSON'],
	]);
});

test("a name of 255 characters is built, one of 256 is refused before anything is sent", async () => {
	const named = (length: number) => `{{ config(alias='${"a".repeat(length)}') }}\nselect 1 as id`;
	const said = await run({ files: { "models/fits.sql": named(255), "models/not.sql": named(256) } });
	expect(said.replace(/A{100,}|a{20,}/g, (name) => `<${name.length} × ${name[0]}>`)).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 2 models · run <id>

		 ✗ not                                          view          <s>   the relation of not cannot be called "<256 × A>": the name has 256 bytes, 255 are allowed
		 ✓ fits                                         view          <s>

		 ✗ not                                                  error
		   models/not.sql:1
		     error[TFM-APP-013]: the relation of not cannot be called "<256 × A>": the name has 256 bytes, 255 are allowed
		      ┌─ models/not.sql:1:1
		     1│ {{ config(alias='<77 × a>…
		      │ ^
		       = next: give it a shorter name by \`alias:\`
		       = dbt: Relation name '<256 × A>' is longer than 255 characters
		   Reproduce     tfm run --select not
		   SQL           target/run/shop/models/not.sql

		 Published 1  fits

		 Failed  1 built · 1 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
	expect(await shop!.rows(`select id from SHOP.${"A".repeat(255)}`)).toEqual([["1"]]);
});

test("in layers names of 255 characters are loaded, built, tested, built again and put back, one of 256 fails its node alone", {
	timeout: 60_000,
}, async () => {
	const long = (letter: string, length = 255): string => letter.repeat(length);
	const table = (name: string, letter: string, length: number) =>
		`{ name: ${name}, identifier: ${long(letter, length)}, load: { files: in/*.jsonl, columns: [{ name: id, type: integer }, { name: ${long("c")} }] } }`;
	const kept = (letter: string, length: number) =>
		`{ unique: { name: ${long(letter, 300)}, config: { store_failures: true, alias: ${long(letter, length)} } } }`;
	const config = (fields: string) => `{{ config(${fields}) }}\n`;
	shop = await projectOnSnowflake({
		"tfm_project.yml":
			"name: shop\nprofile: shop\nlayers: [{ name: landing, gate: warn }, { name: staging, keep_generations: 1, gate: warn }, marts]\nschema_naming: exact\n",
		"in/a.jsonl": '{"id": 1}\n{"id": "x"}\n',
		"models/landing/all.yml": `sources: [{ name: raw, schema: landing, tables: [${table("fits", "f", 255)}, ${table("not", "n", 256)}] }]\n`,
		"models/staging/one.sql": `${config(`materialized='table', alias='${long("t")}'`)}select id from {{ source('raw', 'fits') }}`,
		"models/staging/two.sql": `${config(`alias='${long("v")}'`)}select id from {{ ref('one') }}`,
		"models/marts/three.sql": `${config(`materialized='incremental', unique_key='id', alias='${long("i")}'`)}select id from {{ ref('one') }}`,
		"models/staging/four.sql": `${config(`materialized='table', schema='${long("s")}'`)}select 1 as ${long("k")}`,
		"models/staging/five.sql": `${config(`schema='${long("s", 256)}'`)}select 1 as id`,
		"models/staging/all.yml": `models: [{ name: one, columns: [{ name: id, data_tests: [${kept("p", 255)}, ${kept("q", 256)}] }] }]\n`,
		"snapshots/all.yml": `snapshots: [{ name: six, relation: ref('three'), config: { alias: ${long("x")}, unique_key: id, strategy: check, check_cols: all } }]\n`,
		"seeds/seven.csv": "id\n1\n",
		"seeds/all.yml": `seeds: [{ name: seven, config: { alias: ${long("y")} } }]\n`,
	});
	const told = (said: string): readonly string[] =>
		said
			.split("\n")
			.filter((line) => /^ (?:[✓✗!]|(?:Passed|Failed|Published|Held) )/.test(line) || /error\[/.test(line))
			.map((line) => line.replace(/([A-Za-z])\1{30,}/g, (name) => `<${name.length} × ${name[0]}>`).replace(/ +/g, " "));
	expect(told(await shop.run("build", { threads: 1 }))).toMatchInlineSnapshot(`
		[
		  " ✓ landing.seven seed <s> 1 row",
		  " ! landing.fits load <s> 1 new file, 1 row, 1 reject tfm show --rejects fits",
		  " ✗ landing.not load <s> the relation of not cannot be called "<256 × N>": the name has 256 bytes, 255 are allowed",
		  " ✗ staging.five view <s> the schema of five cannot be called "<256 × s>": the name has 256 bytes, 255 are allowed",
		  " ✓ staging.four table <s>",
		  " ✓ staging.one table <s>",
		  " ✓ staging.two view <s>",
		  " ✗ staging.<300 × q> test <s> the relation of <300 × q> cannot be called "<256 × Q>": the name has 256 bytes, 255 are allowed",
		  " ✓ marts.three incremental <s>",
		  " ✓ marts.six snapshot <s>",
		  " ✗ landing.not error",
		  " error[TFM-APP-013]: the relation of not cannot be called "<256 × N>": the name has 256 bytes, 255 are allowed",
		  " ✗ staging.five error",
		  " error[TFM-APP-013]: the schema of five cannot be called "<256 × s>": the name has 256 bytes, 255 are allowed",
		  " ✗ staging.<300 × q> error",
		  " error[TFM-APP-013]: the relation of <300 × q> cannot be called "<256 × Q>": the name has 256 bytes, 255 are allowed",
		  " Published 6 staging.four, staging.one, marts.three, staging.two, landing.seven, marts.six",
		  " Failed 6 built · 2 failed tests 1 ok · 1 errored <s>",
		]
	`);
	const [first] = /[0-9a-f]{8}-\S{27}/.exec(await shop.run("history")) ?? [];
	expect(told(await shop.run("build", { threads: 1 })).at(-1)).toMatchInlineSnapshot(
		`" Failed 5 built · 2 failed tests 1 ok · 1 errored <s>"`,
	);
	expect(await shop.run(`rollback staging --to ${first}`)).toContain("put back");
	expect(await shop.rows(`select id from MARTS.${long("I")}`)).toEqual([["1"]]);
	expect((await shop.call("docs generate")).code).toBe(0);
});

test("a word of SQL as a name is refused with what to do, and stands where it is quoted", async () => {
	const files = {
		"models/order.sql": 'select 1 as "select"',
		"models/after.sql": "select \"select\" from {{ ref('order') }}",
	};
	expect(await run({ files })).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 2 models · run <id>

		 ✗ order                                        view          <s>   the database refused order: syntax error line 1 at position 55 unexpected 'ORDER'. (SQLSTATE 42000). Snowflake 001003, query id <id>
		 ↷ after                                        model                Skipping: it reads model.shop.order, which failed or was held back

		 ✗ order                                                error
		   models/order.sql:1
		     error[TFM-RUN-001]: the database refused order: syntax error line 1 at position 55 unexpected 'ORDER'. (SQLSTATE 42000). Snowflake 001003, query id <id>
		      ┌─ target/run/shop/models/order.sql:1:39
		     1│ create or replace view ANALYTICS.SHOP.ORDER
		      │                                       ^ ORDER is a word of SQL: as a name it is quoted (\`quoting: {identifier: true}\` of the project file, not of a model's config), or give another \`alias\`
		      ┌─ models/order.sql:1:1   declared here
		     1│ select 1 as "select"
		      │ ^
		       = next: the marked line is of the SQL as executed; the file that it names holds all of it
		   Reproduce     tfm run --select order
		   SQL           target/run/shop/models/order.sql
		   Blocks        1 model

		 Blocked   1  after

		 Failed  1 failed · 1 blocked      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
	await shop!.stop();
	expect(await run({ files: { ...files, ...QUOTED } })).toContain(" Passed  2 built");
	expect(await shop!.rows('select "select" from SHOP."after"')).toEqual([["1"]]);
});

test("a quoted name of mixed case is itself alone: the same letters without quotes are another name", async () => {
	const files = {
		...QUOTED,
		"models/MyOrders.sql": 'select 1 as "OrderId", 2 as id',
		"models/right.sql": "select \"OrderId\", ID from {{ ref('MyOrders') }}",
		"models/wrong.sql": "select id,\n  OrderId from {{ ref('MyOrders') }}",
	};
	expect(await run({ files })).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 3 models · run <id>

		 ✓ MyOrders                                     view          <s>
		 ✗ wrong                                        view          <s>   the database refused wrong: invalid identifier 'ORDERID' (SQLSTATE 42000). Snowflake 000904, query id <id>
		 ✓ right                                        view          <s>

		 ✗ wrong                                                error
		   models/wrong.sql:1
		     error[TFM-RUN-001]: the database refused wrong: invalid identifier 'ORDERID' (SQLSTATE 42000). Snowflake 000904, query id <id>
		      ┌─ target/run/shop/models/wrong.sql:4:3
		     4│   OrderId from analytics.shop."MyOrders"
		      │   ^
		      ┌─ models/wrong.sql:1:1   declared here
		     1│ select id,
		      │ ^
		       = next: the marked line is of the SQL as executed; the file that it names holds all of it
		   Reproduce     tfm run --select wrong
		   SQL           target/run/shop/models/wrong.sql

		 Published 2  MyOrders, right

		 Failed  2 built · 1 failed      <s>
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		[exit 1]
		"
	`);
	expect(await shop!.rows('select "OrderId", ID from SHOP."right"')).toEqual([["1", "2"]]);
});

const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
const LATE = `[stderr]
 error[TFM-DB-026]: Snowflake account local refuses the login of tfm: JWT token is invalid (390144)
   = hint: the key is not the user's, or the token it signed has expired
   = next: compare the key's fingerprint with \`desc user\` (RSA_PUBLIC_KEY_FP), set it by \`alter user … set rsa_public_key\`, and look at this machine's clock

 1 error, nothing was run (<s>)
[exit 2]
`;
