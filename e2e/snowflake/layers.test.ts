import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTfmProcesses, type TfmProcesses } from "../tfmProcess.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const ALLOWED = (list: string) =>
	`models: [{name: clean, columns: [{name: amount, tests: [{accepted_values: {arguments: {values: ${list}, quote: false}}}]}]}]`;

const FILES = {
	"tfm_project.yml":
		"name: shop\nprofile: shop\nlayers: [staging, marts]\nkeep_generations: 2\nschema_naming: exact\nmodels: {+materialized: table}\n",
	"seeds/orders.csv": "id,amount\n1,10\n2,20\n",
	"models/staging/clean.sql": "select id, amount from {{ ref('orders') }}",
	"models/staging/named.sql":
		"{{ config(materialized='view') }} select id, amount, 'n' || id as name from {{ ref('clean') }}",
	"models/staging/staging.yml": ALLOWED("[10, 20, 30]"),
	"models/marts/totals.sql": "select count(*) as n, sum(amount) as total from {{ ref('named') }}",
	"models/marts/grown.sql":
		"{{ config(materialized='incremental', unique_key='id') }} select id, amount from {{ ref('clean') }} {% if is_incremental() %} where id >= 2 {% endif %}",
};

/** What stands in all schemas but tfm's own tables: `SCHEMA.NAME`. */
const standing = async (shop: ProjectOnSnowflake) =>
	(await shop.rows("show objects in database ANALYTICS"))
		.map((row) => `${row[3]}.${row[1]}`)
		.filter((name) => !name.startsWith("TFM_STATE."))
		.sort();

const OF_THE_PROJECT = ["MARTS.GROWN", "MARTS.TOTALS", "STAGING.CLEAN", "STAGING.NAMED", "STAGING.ORDERS"];
const isPublished = (name: string) => !name.startsWith("TFM_");

describe("layers on the local protocol server", { timeout: 120_000 }, () => {
	let shop: ProjectOnSnowflake;
	beforeEach(async () => {
		shop = await projectOnSnowflake(FILES);
	});
	afterEach(() => shop.stop());

	test("a layer whose test fails is not published, and readers keep what they had", async () => {
		// One thread: what is independent ends in the order of the graph.
		expect(await shop.run("build", { threads: 1 })).toBe(BUILT);
		expect(await standing(shop)).toEqual(OF_THE_PROJECT);
		shop.write({ "seeds/orders.csv": "id,amount\n1,10\n2,30\n3,999\n" });
		const closed = await shop.call("build");
		expect([closed.code, closed.stdout]).toEqual([
			1,
			expect.stringContaining("Held      2  staging.clean, staging.named\n"),
		]);
		expect(await shop.rows("select id, amount from STAGING.CLEAN order by id")).toEqual([
			["1", "10"],
			["2", "20"],
		]);
		expect(await shop.rows("select n, total from MARTS.TOTALS")).toEqual([["2", "30"]]);
		expect(await shop.rows("select id, amount from STAGING.NAMED order by id")).toEqual([
			["1", "10"],
			["2", "20"],
		]);

		shop.write({ "models/staging/staging.yml": ALLOWED("[10, 20, 30, 999]") });
		expect((await shop.call("retry")).code).toBe(0);
		expect(await shop.rows("select n, total from MARTS.TOTALS")).toEqual([["3", "1039"]]);
		expect(await shop.rows("select id, amount from MARTS.GROWN order by id")).toEqual([
			["1", "10"],
			["2", "30"],
			["3", "999"],
		]);
		expect((await standing(shop)).filter(isPublished)).toEqual(OF_THE_PROJECT);
	});

	test("rollback puts back what stood before, and history and status know of it", async () => {
		expect((await shop.call("build")).code).toBe(0);
		shop.write({ "seeds/orders.csv": "id,amount\n1,10\n2,20\n3,30\n" });
		expect((await shop.call("build")).code).toBe(0);
		expect(await shop.rows("select n, total from MARTS.TOTALS")).toEqual([["3", "60"]]);
		const [[first]] = (await shop.rows("select run_id from tfm_state.runs order by run_id")) as [[string]];
		const rolled = await shop.call(`rollback staging --to ${first}`);
		expect([rolled.code, rolled.stderr], rolled.stdout).toEqual([0, ""]);
		for (const name of ["ORDERS", "CLEAN", "NAMED"])
			expect(await shop.rows(`select id, amount from STAGING.${name} order by id`), name).toEqual([
				["1", "10"],
				["2", "20"],
			]);
		const history = await shop.call("history");
		expect(history.stdout.match(/ (?:build|rollback) +passed .* published staging/g)).toHaveLength(3);
	});
});

const BUILT = `tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 1 thread · 4 models, 1 seed, 1 test · run <id>

 staging  3 nodes, 1 test
 ✓ staging.orders                               seed          <s>   2 rows
 ✓ staging.clean                                table         <s>
 ✓ staging.named                                view          <s>
 staging   ✓ 3/3                                <s>   tests 1/1
 marts  2 nodes
 ✓ marts.grown                                  incremental   <s>
 ✓ marts.totals                                 table         <s>
 marts     ✓ 2/2                                <s>

 Passed  5 built     tests 1 ok      <s>
[exit 0]
`;

describe("a publish whose process is killed", { timeout: 180_000 }, () => {
	let processes: TfmProcesses;
	beforeAll(async () => {
		processes = await openTfmProcesses();
	});
	afterAll(() => processes.dispose());

	// Of two swapped tables and a view in `staging` the statements say where the process is.
	test.each([
		["before the first move", "insert into tfm_state.publish_journal"],
		["after the first of several moves", 'swap with "ANALYTICS"."TFM_C_'],
		["when all is moved and nothing is written down", "create or replace +view .*STAGING.NAMED"],
		["while it tidies up", "drop table if exists .*CLEAN"],
	])("%s: the next run finishes it", async (_, sql) => {
		const shop = await projectOnSnowflake(FILES);
		expect((await shop.call("build")).code).toBe(0);
		shop.write({ "seeds/orders.csv": "id,amount\n1,10\n2,20\n3,30\n" });
		await shop.killAt(sql, ["build", "--select", "orders", "clean", "named"], processes);

		// On the machine on which the other one was: its process is known to be gone.
		const next = processes.start(["build", "-q"], shop.root);
		expect(await next.ended, next.said()).toBe(0);
		expect(await shop.rows("select n, total from MARTS.TOTALS")).toEqual([["3", "60"]]);
		expect((await standing(shop)).filter(isPublished)).toEqual(OF_THE_PROJECT);
		expect(await shop.rows("select * from tfm_state.publish_journal")).toEqual([]);
		expect(await shop.rows("select * from tfm_state.leases")).toEqual([]);
		await shop.stop();
	});

	test("within the transaction that brings new rows in: the next run ends it, and brings them in once", async () => {
		const shop = await projectOnSnowflake(FILES);
		expect((await shop.call("build")).code).toBe(0);
		shop.write({ "seeds/orders.csv": "id,amount\n1,10\n2,20\n3,30\n" });
		await shop.killAt("merge into .*GROWN", ["build"], processes);
		const next = processes.start(["build", "-q"], shop.root);
		expect(await next.ended, next.said()).toBe(0);
		expect(await shop.rows("select id, amount from MARTS.GROWN order by id")).toEqual([
			["1", "10"],
			["2", "20"],
			["3", "30"],
		]);
		expect((await standing(shop)).filter(isPublished)).toEqual(OF_THE_PROJECT);
		expect(await shop.rows("show transactions")).toEqual([]);
		const aborted = shop.local.server.statements().filter(({ sql }) => /system\$abort_transaction/.test(sql));
		expect(aborted).toHaveLength(1);
		await shop.stop();
	});
});
