import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTfmProcesses } from "../tfmProcess.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const FILES = {
	"dbt_project.yml": `name: shop
version: '1.0'
profile: shop
models: {shop: {+materialized: table, marts: {+database: marts_db, +schema: gold}}}
seeds: {shop: {+database: seeds_db}}
`,
	"seeds/countries.csv": "code,name\nde,Germany\nfr,France\n",
	"snapshots/kept.yml": `
snapshots:
  - name: kept
    relation: source('raw', 'orders')
    config: {database: archive, schema: history, unique_key: id, strategy: check, check_cols: all}
`,
	"models/raw.yml": `
sources:
  - name: raw
    database: raw
    schema: landing
    tables: [{name: orders, columns: [{name: id, data_tests: [unique, not_null]}]}]
models:
  - name: grown
    columns: [{name: id, data_tests: [unique]}]
  - name: named
    columns: [{name: code, data_tests: [{relationships: {arguments: {to: ref('countries'), field: code}}}]}]
`,
	"models/clean.sql": "select id, amount, code from {{ source('raw', 'orders') }}",
	"models/marts/named.sql":
		"{{ config(materialized='view') }} select o.id, o.amount, o.code, c.name from {{ ref('clean') }} o join {{ ref('countries') }} c using (code)",
	"models/marts/grown.sql":
		"{{ config(materialized='incremental', unique_key='id') }} select id, amount, name from {{ ref('named') }} {% if is_incremental() %} where id >= (select max(id) from {{ this }}) {% endif %}",
	"models/marts/counted.sql": "select count(*) as n from {{ ref('grown') }}",
};

const RAW = `create database raw; create schema raw.landing; create table raw.landing.orders (id int, amount int, code varchar);
insert into raw.landing.orders values (1, 10, 'de'), (2, 20, 'fr');
create database marts_db; create database seeds_db; create database archive; create schema if not exists analytics.shop`;

/** Where everything stands but tfm's own tables: `DATABASE.SCHEMA.NAME`. */
const standing = async (shop: ProjectOnSnowflake) =>
	(await shop.rows("show objects in account"))
		.map((row) => `${row[2]}.${row[3]}.${row[1]}`)
		.filter((name) => !name.startsWith("ANALYTICS.TFM_STATE."))
		.sort();

const MORE = "insert into raw.landing.orders values (3, 30, 'de')";

describe("relations in other databases, on the local protocol server", { timeout: 120_000 }, () => {
	// One project for all of them, which each test leaves built: building it is what takes long.
	let shop: ProjectOnSnowflake;
	beforeAll(async () => {
		shop = await projectOnSnowflake(FILES);
		await shop.rows(RAW);
		expect(await shop.run("build", { threads: 1 })).toBe(BUILT);
	});
	afterAll(() => shop.stop());

	test("sources are read, models, seeds and snapshots built, tested and built again where `database` says", async () => {
		expect(await standing(shop)).toEqual(BUILT_IN);
		await shop.rows(MORE);
		const again = await shop.call("build");
		expect([again.code, again.stderr], again.stdout).toEqual([0, ""]);
		expect(again.stdout).toMatch(/countries +seed .* unchanged/);
		expect(await shop.rows("select id, amount, code, name from marts_db.shop_gold.named order by id")).toEqual([
			["1", "10", "de", "Germany"],
			["2", "20", "fr", "France"],
			["3", "30", "de", "Germany"],
		]);
		expect(await shop.rows("select id, amount, name from marts_db.shop_gold.grown order by id")).toEqual([
			["1", "10", "Germany"],
			["2", "20", "France"],
			["3", "30", "Germany"],
		]);
		expect(await shop.rows("select n from marts_db.shop_gold.counted")).toEqual([["3"]]);
		expect(await shop.rows("select id, amount, code from archive.shop_history.kept order by id")).toHaveLength(3);
		expect(await standing(shop)).toEqual(BUILT_IN);
		expect((await shop.call("build --full-refresh")).code).toBe(0);
		expect(await standing(shop)).toEqual(BUILT_IN);
	});

	test("the catalog of the documentation has the columns of each, and --grants-sql names each database", async () => {
		expect((await shop.call("docs generate")).code).toBe(0);
		const { nodes, sources } = JSON.parse(readFileSync(join(shop.root, "target/catalog.json"), "utf8")) as Record<
			"nodes" | "sources",
			Record<string, { metadata: { database: string; schema: string; name: string }; columns: object }>
		>;
		const listed = Object.values({ ...nodes, ...sources }).map(({ metadata, columns }) =>
			[metadata.database, metadata.schema, metadata.name, Object.keys(columns).length].join("."),
		);
		expect(listed.sort()).toEqual([
			"ANALYTICS.SHOP.CLEAN.3",
			"ARCHIVE.SHOP_HISTORY.KEPT.7",
			"MARTS_DB.SHOP_GOLD.COUNTED.1",
			"MARTS_DB.SHOP_GOLD.GROWN.3",
			"MARTS_DB.SHOP_GOLD.NAMED.4",
			"RAW.LANDING.ORDERS.3",
			"SEEDS_DB.SHOP.COUNTRIES.2",
		]);
		const grants = await shop.run("debug --grants-sql");
		for (const name of ["ANALYTICS", "ARCHIVE", "MARTS_DB", "SEEDS_DB"])
			expect(grants).toContain(`grant usage, create schema on database "${name}" to role <role>;`);
		expect(grants).toContain('grant usage on database "RAW" to role <role>;');
	});

	test("a seed whose table is gone or empty in its database is loaded again", async () => {
		for (const loss of ["delete from", "drop table"]) {
			await shop.rows(`${loss} seeds_db.shop.countries`);
			expect((await shop.call("seed")).stdout).toMatch(/countries +seed .* 2 rows/);
			expect(await shop.rows("select code, name from seeds_db.shop.countries order by code")).toEqual([
				["de", "Germany"],
				["fr", "France"],
			]);
		}
	});

	test("an environment has all of it in the profile's database, goes on from clones of what stands elsewhere, and takes it along", async () => {
		const before = await standing(shop);
		await shop.rows("insert into raw.landing.orders values (4, 40, 'de')");
		expect((await shop.call("env create anna")).code).toBe(0);
		const built = await shop.call("build --env anna");
		expect([built.code, built.stderr.replace(/^ … .*\n/gm, "")], built.stdout).toEqual([0, ""]);
		expect(built.stdout).toContain("grown goes on from a clone of SHOP_GOLD.GROWN");
		const own = (await standing(shop)).filter((name) => !before.includes(name));
		expect(own).toEqual([
			"ANALYTICS.ARCHIVE_SHOP_HISTORY__ANNA.KEPT",
			"ANALYTICS.MARTS_DB_SHOP_GOLD__ANNA.COUNTED",
			"ANALYTICS.MARTS_DB_SHOP_GOLD__ANNA.GROWN",
			"ANALYTICS.MARTS_DB_SHOP_GOLD__ANNA.NAMED",
			"ANALYTICS.SEEDS_DB_SHOP__ANNA.COUNTRIES",
			"ANALYTICS.SHOP__ANNA.CLEAN",
		]);
		const counts =
			"select (select count(*) from analytics.marts_db_shop_gold__anna.grown), (select count(*) from marts_db.shop_gold.grown)";
		expect(await shop.rows(counts)).toEqual([["4", "3"]]);

		// Of an environment whose name begins with this one's, and of somebody who reads this one.
		await shop.rows(
			`create schema board; create view board.other as select 1 as n from (select 'shop__anna2') t; create view board.reads as select * from SHOP__ANNA.CLEAN`,
		);
		expect(await shop.run("env drop anna")).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-ENV-005]: the environment anna is not dropped: BOARD.READS outside of it reads what is in it
			   = next: drop or change those views first

			 1 error, nothing was run (<s>)
			[exit 2]
			"
		`);
		await shop.rows("drop schema board");
		expect((await shop.call("env drop anna")).code).toBe(0);
		expect(await standing(shop)).toEqual(before);
	});

	test("a landing load goes into another database, with its rejects, once for each file", async () => {
		const load = (mode: string) => `
sources:
  - name: inbox
    database: archive
    schema: inbox
    tables: [{name: mails, load: {files: "data/*.csv", ${mode}, columns: [{name: id, type: integer}, {name: who, type: text}]}}]
`;
		shop.write({
			"models/inbox.yml": load("mode: append"),
			"models/mailed.sql": "select who, count(*) as n from {{ source('inbox', 'mails') }} group by who",
			"data/1.csv": "id,who\n1,ann\nx,bob\n",
		});
		const rows = () => shop.rows("select id, who from archive.inbox.mails order by id, who");
		const loaded = async (): Promise<void> => {
			const { code, stdout, stderr } = await shop.call("load");
			expect([code, stderr], stdout).toEqual([0, ""]);
		};
		await loaded();
		shop.write({ "data/2.csv": "id,who\n2,cid\n" });
		await loaded();
		expect(await rows()).toEqual([
			["1", "ann"],
			["2", "cid"],
		]);
		expect(await shop.rows("select raw from archive.inbox.mails__rejects")).toHaveLength(1);
		expect((await shop.call("show --rejects inbox.mails")).stdout).toContain("bob");
		shop.write({ "models/inbox.yml": load("mode: merge, keys: [id]"), "data/3.csv": "id,who\n2,eve\n" });
		await loaded();
		expect((await shop.call("run --select mailed")).code).toBe(0);
		expect(await shop.rows("select who, n from analytics.shop.mailed order by who")).toEqual([
			["ann", "1"],
			["eve", "1"],
		]);
		shop.write({ "models/inbox.yml": load("mode: replace"), "data/1.csv": "id,who\n1,dan\n" });
		await loaded();
		expect(await rows()).toEqual([
			["1", "dan"],
			["2", "cid"],
			["2", "eve"],
		]);
		expect((await standing(shop)).filter((name) => /INBOX|TFM_/.test(name))).toEqual([
			"ARCHIVE.INBOX.MAILS",
			"ARCHIVE.INBOX.MAILS__REJECTS",
		]);
	});
});

const BUILT_IN = [
	"ANALYTICS.SHOP.CLEAN",
	"ARCHIVE.SHOP_HISTORY.KEPT",
	"MARTS_DB.SHOP_GOLD.COUNTED",
	"MARTS_DB.SHOP_GOLD.GROWN",
	"MARTS_DB.SHOP_GOLD.NAMED",
	"RAW.LANDING.ORDERS",
	"SEEDS_DB.SHOP.COUNTRIES",
];

const BUILT = `tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 1 thread · 4 models, 1 seed, 1 snapshot, 4 tests · run <id>

 ✓ countries                                    seed          <s>   2 rows
 ✓ not_null(raw.orders.id)                      test          <s>
 ✓ unique(raw.orders.id)                        test          <s>
 ✓ clean                                        table         <s>
 ✓ named                                        view          <s>
 ✓ kept                                         snapshot      <s>
 ✓ relationships(named.code)                    test          <s>
 ✓ grown                                        incremental   <s>
 ✓ unique(grown.id)                             test          <s>
 ✓ counted                                      table         <s>

 Passed  6 built     tests 4 ok      <s>
[exit 0]
`;

const LAYERED = {
	"tfm_project.yml":
		"name: shop\nprofile: shop\nlayers: [{name: staging}, {name: marts, database: marts_db}]\nkeep_generations: 2\nschema_naming: exact\nmodels: {+materialized: table}\n",
	"models/staging/sources.yml": "sources: [{name: raw, database: raw, schema: landing, tables: [{name: orders}]}]\n",
	"models/staging/clean.sql": "select id, amount from {{ source('raw', 'orders') }}",
	// The same schema and name as in the layer above it, in another database.
	"models/staging/far.sql":
		"{{ config(database='archive', schema='marts', alias='totals') }} select id from {{ ref('clean') }}",
	"models/marts/totals.sql": "select count(*) as n, sum(amount) as total from {{ ref('clean') }}",
	"models/marts/named.sql": "{{ config(materialized='view') }} select total, 'n' || n as name from {{ ref('totals') }}",
	"models/marts/grown.sql":
		"{{ config(materialized='incremental', unique_key='id') }} select id, amount from {{ ref('clean') }} {% if is_incremental() %} where id >= 2 {% endif %}",
	"models/marts/marts.yml":
		"models: [{name: totals, columns: [{name: total, tests: [{accepted_values: {arguments: {values: [30, 60, 100], quote: false}}}]}]}]",
};

const LAYERED_IN = [
	"ANALYTICS.STAGING.CLEAN",
	"ARCHIVE.MARTS.TOTALS",
	"MARTS_DB.MARTS.GROWN",
	"MARTS_DB.MARTS.NAMED",
	"MARTS_DB.MARTS.TOTALS",
	"RAW.LANDING.ORDERS",
];
const published = async (shop: ProjectOnSnowflake) =>
	(await standing(shop)).filter((name) => !/\.TFM_[CG]_/.test(name));

describe("layers in other databases, on the local protocol server", { timeout: 120_000 }, () => {
	// One project, which each test goes on with: building it is what takes long.
	let shop: ProjectOnSnowflake;
	beforeAll(async () => {
		shop = await projectOnSnowflake(LAYERED);
		await shop.rows(RAW);
	});
	afterAll(() => shop.stop());
	const totals = () => shop.rows("select n, total from marts_db.marts.totals");

	test("candidates stand in the database of their target, and are published there or held back", async () => {
		const first = await shop.call("build");
		expect([first.code, first.stderr], first.stdout).toEqual([0, ""]);
		expect(await standing(shop)).toEqual(LAYERED_IN);
		await shop.rows("insert into raw.landing.orders values (3, 31, 'de')");
		expect((await shop.call("build", { threads: 1 })).code).toBe(1);
		expect(await totals()).toEqual([["2", "30"]]);
		expect(await shop.rows("select id from archive.marts.totals order by id")).toEqual([["1"], ["2"], ["3"]]);
		const held = (await standing(shop)).filter((name) => /\.TFM_C_/.test(name));
		expect(held.map((name) => name.replace(/_[0-9A-F]{10}_/, "_<hash>_"))).toEqual([
			"MARTS_DB.TFM_C_<hash>_MARTS.NAMED",
			"MARTS_DB.TFM_C_<hash>_MARTS.TOTALS",
		]);
		shop.write({ "models/marts/marts.yml": "models: [{name: totals}]" });
		const retried = await shop.call("retry");
		expect([retried.code, retried.stderr], retried.stdout).toEqual([0, ""]);
		expect(await totals()).toEqual([["3", "61"]]);
		expect(await shop.rows("select total, name from marts_db.marts.named")).toEqual([["61", "n3"]]);
		expect(await shop.rows("select id, amount from marts_db.marts.grown order by id")).toEqual([
			["1", "10"],
			["2", "20"],
			["3", "31"],
		]);
		expect(await published(shop)).toEqual(LAYERED_IN);
	});

	test("a publish whose process is killed between two moves is finished by the next run", async () => {
		await shop.rows("insert into raw.landing.orders values (4, 39, 'de')");
		const processes = await openTfmProcesses();
		await shop.killAt("create or replace +view .*MARTS.NAMED", ["build"], processes);
		const next = processes.start(["build", "-q"], shop.root);
		expect(await next.ended, next.said()).toBe(0);
		expect(await totals()).toEqual([["4", "100"]]);
		expect(await shop.rows("select total, name from marts_db.marts.named")).toEqual([["100", "n4"]]);
		expect(await published(shop)).toEqual(LAYERED_IN);
		expect(await shop.rows("select * from tfm_state.publish_journal")).toEqual([]);
		processes.dispose();
	});

	test("rollback puts back what stood before in its database", async () => {
		shop.write({ "models/marts/grown.sql": "{{ config(enabled=false) }} select 1 as id" });
		const runs = async () => (await shop.rows("select run_id from tfm_state.runs")).map(([id]) => String(id));
		const before = await runs();
		expect((await shop.call("build")).code).toBe(0);
		const [run] = (await runs()).filter((id) => !before.includes(id));
		await shop.rows("insert into raw.landing.orders values (5, 1, 'de')");
		expect((await shop.call("build")).code).toBe(0);
		expect(await totals()).toEqual([["5", "101"]]);
		const rolled = await shop.call(`rollback marts --to ${run}`);
		expect([rolled.code, rolled.stderr], rolled.stdout).toEqual([0, ""]);
		expect(await totals()).toEqual([["4", "100"]]);
		expect(await shop.rows("select total, name from marts_db.marts.named")).toEqual([["100", "n4"]]);
		expect(await published(shop)).toEqual(LAYERED_IN);
	});
});
