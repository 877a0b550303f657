import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const FILES = {
	"tfm_project.yml":
		"name: shop\nprofile: shop\nlayers: [staging, marts]\nschema_naming: exact\npublish_method: dml\nmodels: {+materialized: table}\n",
	"models/staging/clean.sql": "select 1 as id, 10 as amount",
	"models/staging/named.sql": "select id, 'n' as name from {{ ref('clean') }}",
	"models/marts/totals.sql": "select count(*) as n from {{ ref('named') }}",
};

describe("tables that keep their identity, on the local protocol server", { timeout: 120_000 }, () => {
	let shop: ProjectOnSnowflake;
	beforeEach(async () => {
		shop = await projectOnSnowflake(FILES);
		await run();
	});
	afterEach(() => shop.stop());

	/** What a run that passes sends to change published tables, and the ends of transactions around it. */
	async function run(): Promise<readonly string[]> {
		const before = shop.local.server.statements().length;
		const { code, stdout, stderr } = await shop.call("run");
		expect([code, stderr], stdout).toEqual([0, ""]);
		return shop.local.server
			.statements()
			.slice(before)
			.map(({ sql }) => sql.replace(/\s+/g, " ").trim());
	}
	const of = (sent: readonly string[], pattern: RegExp) => sent.filter((sql) => pattern.test(sql));

	test("all tables of a layer take their rows by INSERT OVERWRITE in one transaction, and none is moved", async () => {
		shop.write({ "models/staging/clean.sql": "select 1 as id, 10 as amount union all select 2, 20" });
		const sent = await run();
		expect(of(sent, /swap with|rename to/i)).toEqual([]);
		const overwrites = of(sent, /^insert overwrite/i);
		expect(overwrites.map((sql) => sql.replace(/TFM_C_[0-9A-F]+/, "TFM_C_<hash>"))).toEqual([
			'insert overwrite into "ANALYTICS"."STAGING"."CLEAN" ("ID", "AMOUNT") select "ID", "AMOUNT" from "ANALYTICS"."TFM_C_<hash>_STAGING"."CLEAN"',
			'insert overwrite into "ANALYTICS"."STAGING"."NAMED" ("ID", "NAME") select "ID", "NAME" from "ANALYTICS"."TFM_C_<hash>_STAGING"."NAMED"',
			'insert overwrite into "ANALYTICS"."MARTS"."TOTALS" ("N") select "N" from "ANALYTICS"."TFM_C_<hash>_MARTS"."TOTALS"',
		]);
		const [first, second] = overwrites.map((sql) => sent.indexOf(sql)) as [number, number];
		const together = sent.slice(sent.lastIndexOf("begin", first), sent.indexOf("commit", first) + 1);
		expect(together[0]).toBe("begin");
		expect(together).toContain(sent[second]);
		expect(together.at(-1)).toBe("commit");
		expect(of(together.slice(1, -1), /^(begin|commit|create|alter|drop)/i)).toEqual([]);
		expect(of(together, /tfm_state\.publishes/i).length).toBeGreaterThan(0);
		expect(await shop.rows("select n from MARTS.TOTALS")).toEqual([["2"]]);
	});

	test("rollback puts back rows of tables that stayed, incremental ones among them", async () => {
		shop.write({
			"tfm_project.yml": `${FILES["tfm_project.yml"]}keep_generations: 1\n`,
			"models/marts/grown.sql":
				"{{ config(materialized='incremental', unique_key='id', transient=false) }} select id, amount from {{ ref('clean') }}",
		});
		await run();
		shop.write({ "models/staging/clean.sql": "select 1 as id, 11 as amount union all select 2, 20" });
		const sent = await run();
		expect(of(sent, / clone /i).map((sql) => sql.replace(/TFM_G_[0-9A-F]+/g, "TFM_G_<hash>"))).toEqual([
			'create or replace transient table "ANALYTICS"."TFM_G_<hash>_STAGING"."CLEAN" clone "ANALYTICS"."STAGING"."CLEAN"',
			'create or replace transient table "ANALYTICS"."TFM_G_<hash>_STAGING"."NAMED" clone "ANALYTICS"."STAGING"."NAMED"',
			'create or replace table "ANALYTICS"."TFM_G_<hash>_MARTS"."GROWN" clone "ANALYTICS"."MARTS"."GROWN"',
			'create or replace transient table "ANALYTICS"."TFM_G_<hash>_MARTS"."TOTALS" clone "ANALYTICS"."MARTS"."TOTALS"',
		]);
		expect(await shop.rows("select * from MARTS.GROWN order by id")).toEqual([
			["1", "11"],
			["2", "20"],
		]);
		const runs = await shop.rows("select run_id from tfm_state.runs order by run_id desc limit 2");
		const rolled = await shop.call(`rollback marts --to ${runs[1]![0]}`);
		expect([rolled.code, rolled.stderr], rolled.stdout).toEqual([0, ""]);
		expect(await shop.rows("select * from MARTS.GROWN")).toEqual([["1", "10"]]);
		expect(await shop.rows("select n from MARTS.TOTALS")).toEqual([["1"]]);
		const again = await shop.call(`rollback marts --to ${runs[0]![0]}`);
		expect([again.code, again.stderr], again.stdout).toEqual([0, ""]);
		expect(await shop.rows("select * from MARTS.GROWN order by id")).toEqual([
			["1", "11"],
			["2", "20"],
		]);
	});

	test("a table with other columns is swapped all the same", async () => {
		shop.write({ "models/staging/clean.sql": "select 7 as id, 70 as amount, 'x' as more" });
		const sent = await run();
		expect(of(sent, /swap with/i).map((sql) => /table (\S+) swap/.exec(sql)?.[1])).toEqual([
			'"ANALYTICS"."STAGING"."CLEAN"',
		]);
		expect(await shop.rows("select id, more from STAGING.CLEAN")).toEqual([["7", "x"]]);
		expect(await shop.rows("select id from STAGING.NAMED")).toEqual([["7"]]);
	});
});
