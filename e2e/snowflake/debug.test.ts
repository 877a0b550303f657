import { afterEach, expect, test } from "vitest";
import type { ScriptedGrant } from "../../packages/snowflake-server/src/scriptedGrant.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const FILES = {
	"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
	"models/one.sql": "{{ config(materialized='table') }} select 1 as id",
	"models/two.sql": "{{ config(snowflake_warehouse='big', schema='odd') }} select * from {{ source('raw', 'orders') }}",
	"models/sources.yml": "sources: [{name: raw, database: landing, tables: [{name: orders}]}]",
};

let shop: ProjectOnSnowflake | undefined;
afterEach(() => shop?.stop());

const START = `tfm          0.1.0 (dbt 1.12.6 compatible)
project      shop (dbt_project.yml)
layers       none: runs as dbt does
profile      shop (profiles.yml)
target       dev: snowflake, schema shop, 2 threads
database     Snowflake 0.0.0 local protocol server
`;

test("debug looks at each privilege that the project needs, by the role's own grants and those of its roles", async () => {
	const held: Readonly<Record<string, readonly ScriptedGrant[]>> = {
		SYSADMIN: [
			{ privilege: "USAGE", on: "WAREHOUSE", name: "WH" },
			{ privilege: "USAGE", on: "ROLE", name: "WRITER" },
			{ privilege: "USAGE", on: "DATABASE", name: "LANDING" },
		],
		WRITER: [
			{ privilege: "USAGE", on: "DATABASE", name: "ANALYTICS" },
			{ privilege: "USAGE", on: "SCHEMA", name: "ANALYTICS.SHOP" },
		],
	};
	shop = await projectOnSnowflake(FILES, { grants: held });
	await shop.rows("create schema analytics.shop");
	expect(await shop.run("debug")).toBe(`${START}account      LOCAL, LOCAL
user         TFM, working as SYSADMIN
warehouse    WH: usage
warehouse    failed: BIG: SYSADMIN lacks usage
database     failed: ANALYTICS: SYSADMIN lacks create schema
database     LANDING: usage
schema       failed: ANALYTICS.SHOP: SYSADMIN lacks create table
schema       ANALYTICS.SHOP_ODD is not there yet, and will be made
connection   ok
3 checks failed. Next:
  grant usage on warehouse "BIG" to role "SYSADMIN";
  grant create schema on database "ANALYTICS" to role "SYSADMIN";
  grant create table on schema "ANALYTICS"."SHOP" to role "SYSADMIN";
[exit 1]
`);
});

test("a role that owns what it works with lacks nothing, and future grants that new tables do not get are told; --connection looks at nothing but the connection", async () => {
	const columns = ["privilege", "grant_on", "name", "grant_to", "grantee_name"];
	const rows = [
		["SELECT", "TABLE", "ANALYTICS.SHOP.<TABLE>", "ROLE", "ANALYST"],
		["SELECT", "VIEW", "ANALYTICS.SHOP.<VIEW>", "ROLE", "ANALYST"],
	];
	const script = (sql: string) => (sql.startsWith("show future grants in schema") ? { columns, rows } : undefined);
	const files = { ...FILES, "models/two.sql": "select 2 as id", "models/sources.yml": "" };
	shop = await projectOnSnowflake(files, { script });
	await shop.rows("create schema analytics.shop");
	const said = await shop.run("debug");
	expect(said).toContain("All checks passed. Next: tfm run\n[exit 0]");
	expect(said).toContain(
		"grants       future grants of ANALYTICS.SHOP do not reach new tables of tfm (select to ANALYST): name them in `grants:` of the models\n",
	);
	expect(await shop.run("debug --connection")).toBe(
		`${START}connection   ok\nAll checks passed. Next: tfm run\n[exit 0]\n`,
	);
});

test("of a project with mistakes debug says that only the profile's schema was looked at, and where they are told; a package is read", async () => {
	const files = { ...FILES, "models/two.sql": "select * from {{ ref('nowhere') }}", "models/sources.yml": "" };
	shop = await projectOnSnowflake(files);
	await shop.rows("create schema analytics.shop");
	const said = await shop.run("debug");
	expect(said).toContain(
		"models       not read: the project has a mistake, so only the profile's schema was looked at\n",
	);
	expect(said).toContain("All checks passed. Next: tfm parse\n[exit 0]");
	shop.write({
		"models/two.sql": "{{ config(schema=lib.odd()) }} select 2 as id",
		"packages.yml": "packages: [{local: lib}]\n",
		"lib/dbt_project.yml": "name: lib\nversion: '1.0'\n",
		"lib/macros/odd.sql": "{% macro odd() %}odd{% endmacro %}",
	});
	expect((await shop.call("deps")).code).toBe(0);
	const read = await shop.run("debug");
	expect(read).toContain("schema       ANALYTICS.SHOP_ODD is not there yet, and will be made\n");
	expect(read).toContain("All checks passed. Next: tfm run\n[exit 0]");
});

test("secondary roles are named; what they may do counts, what they may make does not", async () => {
	const held: Readonly<Record<string, readonly ScriptedGrant[]>> = {
		SYSADMIN: [{ privilege: "USAGE", on: "DATABASE", name: "ANALYTICS" }],
		READER: [
			{ privilege: "USAGE", on: "WAREHOUSE", name: "WH" },
			{ privilege: "CREATE SCHEMA", on: "DATABASE", name: "ANALYTICS" },
		],
	};
	const files = { ...FILES, "models/two.sql": "select 2 as id", "models/sources.yml": "" };
	shop = await projectOnSnowflake(files, { grants: held, secondaryRoles: ["READER"] });
	expect(
		await shop.run("debug"),
	).toContain(`roles        beside SYSADMIN: READER, whose privileges count for all but what makes something
warehouse    WH: usage
database     failed: ANALYTICS: SYSADMIN lacks create schema
`);
});

test("--grants-sql says all that the role needs, and connects to nothing", async () => {
	shop = await projectOnSnowflake(FILES);
	const before = shop.local.server.requests().length;
	expect(
		await shop.run("debug --grants-sql", { role: "transformer" }),
	).toBe(`-- What shop needs on target dev; each statement may be run again.
grant usage on warehouse "WH" to role "TRANSFORMER";
grant usage on warehouse "BIG" to role "TRANSFORMER";
grant usage, create schema on database "ANALYTICS" to role "TRANSFORMER";
grant usage on database "LANDING" to role "TRANSFORMER";
create schema if not exists "ANALYTICS"."SHOP";
grant usage, create table on schema "ANALYTICS"."SHOP" to role "TRANSFORMER";
create schema if not exists "ANALYTICS"."SHOP_ODD";
grant usage, create view on schema "ANALYTICS"."SHOP_ODD" to role "TRANSFORMER";
grant usage on schema "LANDING"."RAW" to role "TRANSFORMER";
grant select on all tables in schema "LANDING"."RAW" to role "TRANSFORMER";
grant select on all views in schema "LANDING"."RAW" to role "TRANSFORMER";
grant select on future tables in schema "LANDING"."RAW" to role "TRANSFORMER";
grant select on future views in schema "LANDING"."RAW" to role "TRANSFORMER";
[exit 0]
`);
	expect(shop.local.server.requests().length).toBe(before);
	expect(await shop.run("debug --grants-sql")).toContain("-- the profile names no `role`");
});

const GOVERNED = {
	"tfm_project.yml": "name: shop\nprofile: shop\nlayers: [landing, marts]\nschema_naming: exact\n",
	"models/landing/sources.yml": `
sources: [{name: raw, schema: landing, tables: [{name: orders, load: {stage: '@"Lake".public.inbox/orders'}}]}]
`,
	"models/marts/ruled.sql":
		"{{ config(materialized='table', row_access_policy='gov.only on (id)', table_tag=\"gov.cost = 'a = b', rules.tags.owner = 'bi'\") }} select 1 as id, 'a' as name",
	"models/marts/free.sql": "select 1 as id",
	"models/marts/models.yml": `
models:
  - name: ruled
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: int}
      - {name: name, data_type: varchar, constraints: [{type: custom, expression: with masking policy rules.masks.hide using (name)}]}
  - name: free
    columns: [{name: id, constraints: [{type: custom, expression: masking policy rules.masks.of_a_view}]}]
`,
};

test("policies, tags and stages that configs name are in --grants-sql, each with its schema", async () => {
	shop = await projectOnSnowflake(GOVERNED);
	const said = await shop.run("debug --grants-sql", { role: "transformer" });
	expect(
		said.slice(said.indexOf("grant usage on database")),
	).toBe(`grant usage on database "RULES" to role "TRANSFORMER";
grant usage on database "Lake" to role "TRANSFORMER";
create schema if not exists "ANALYTICS"."LANDING";
grant usage, create table on schema "ANALYTICS"."LANDING" to role "TRANSFORMER";
create schema if not exists "ANALYTICS"."MARTS";
grant usage, create table, create view on schema "ANALYTICS"."MARTS" to role "TRANSFORMER";
grant usage on schema "RULES"."MASKS" to role "TRANSFORMER";
grant usage on schema "ANALYTICS"."GOV" to role "TRANSFORMER";
grant usage on schema "RULES"."TAGS" to role "TRANSFORMER";
grant usage on schema "Lake"."PUBLIC" to role "TRANSFORMER";
grant apply on masking policy "RULES"."MASKS"."HIDE" to role "TRANSFORMER";
grant apply on row access policy "ANALYTICS"."GOV"."ONLY" to role "TRANSFORMER";
grant apply on tag "ANALYTICS"."GOV"."COST" to role "TRANSFORMER";
grant apply on tag "RULES"."TAGS"."OWNER" to role "TRANSFORMER";
grant usage on stage "Lake"."PUBLIC"."INBOX" to role "TRANSFORMER";
-- if the stage is one of Snowflake's own: grant read on stage "Lake"."PUBLIC"."INBOX" to role "TRANSFORMER";
[exit 0]
`);
});

test("debug looks for policies, tags and stages among the role's grants, on each of them or on the account", async () => {
	const schema = (name: string): ScriptedGrant => ({ privilege: "USAGE", on: "SCHEMA", name });
	const held: readonly ScriptedGrant[] = [
		...["ANALYTICS.GOV", "RULES.MASKS", "RULES.TAGS"].map(schema),
		{ privilege: "APPLY", on: "MASKING_POLICY", name: "RULES.MASKS.HIDE" },
		{ privilege: "APPLY TAG", on: "ACCOUNT", name: "LOCAL" },
	];
	shop = await projectOnSnowflake(GOVERNED, { grants: { SYSADMIN: held } });
	const lines = (said: string) =>
		said.split("\n").filter((line) => /^ *(policy|tag|stage|grant .*(Lake|ONLY))/.test(line));
	expect(lines(await shop.run("debug"))).toMatchInlineSnapshot(`
		[
		  "policy       RULES.MASKS.HIDE: apply",
		  "policy       failed: ANALYTICS.GOV.ONLY: SYSADMIN lacks apply",
		  "tag          ANALYTICS.GOV.COST: apply",
		  "tag          RULES.TAGS.OWNER: apply",
		  "stage        failed: "Lake".PUBLIC.INBOX: SYSADMIN lacks usage or read",
		  "  grant usage on database "Lake" to role "SYSADMIN";",
		  "  grant usage on schema "Lake"."PUBLIC" to role "SYSADMIN";",
		  "  grant apply on row access policy "ANALYTICS"."GOV"."ONLY" to role "SYSADMIN";",
		  "  grant usage on stage "Lake"."PUBLIC"."INBOX" to role "SYSADMIN"; -- if the stage is one of Snowflake's own: grant read on stage "Lake"."PUBLIC"."INBOX" to role "SYSADMIN";",
		]
	`);
	const read: ScriptedGrant = { privilege: "READ", on: "STAGE", name: '"Lake".PUBLIC.INBOX' };
	await shop.stop();
	shop = await projectOnSnowflake(GOVERNED, { grants: { SYSADMIN: [read] } });
	expect(await shop.run("debug")).toContain('stage        "Lake".PUBLIC.INBOX: usage or read\n');
});
