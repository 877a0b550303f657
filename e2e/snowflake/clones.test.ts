import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const FILES = {
	"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
	"seeds/orders.csv": "id,amount\n1,10\n2,20\n",
	"models/named.sql": "select id, 'n' || id as name from {{ ref('orders') }}",
	"models/totals.sql": "{{ config(materialized='table') }} select count(*) as n from {{ ref('named') }}",
	"models/grown.sql":
		"{{ config(materialized='incremental', unique_key='id') }} select id, amount, '{{ 'later' if is_incremental() else 'first' }}' as run from {{ ref('orders') }} {% if is_incremental() %} where id > 2 {% endif %}",
};

const PROD = { schema: "prod" };
const DEV = { schema: "dev" };

describe("zero-copy clones on the local protocol server", { timeout: 120_000 }, () => {
	let shop: ProjectOnSnowflake;
	beforeEach(async () => {
		shop = await projectOnSnowflake(FILES);
		const built = await shop.call("build --target-path target", PROD);
		expect([built.code, built.stderr], built.stdout).toEqual([0, ""]);
		cpSync(join(shop.root, "target"), join(shop.root, "state"), { recursive: true });
	});
	afterEach(() => shop.stop());
	const sent = () => shop.local.server.statements().map(({ sql }) => sql.replace(/\s+/g, " ").trim());
	const kinds = async (schema: string) =>
		(await shop.rows(`show objects in schema ANALYTICS.${schema}`)).map((row) => `${row[1]} ${row[4]}`).sort();

	test("clone makes tables that share the rows of tables, and views of the rest; what stands is left alone", async () => {
		const before = sent().length;
		const cloned = await shop.call("clone --state state", DEV);
		expect([cloned.code, cloned.stderr], cloned.stdout).toEqual([0, ""]);
		expect(await kinds("DEV")).toEqual(["GROWN TRANSIENT", "NAMED VIEW", "ORDERS TRANSIENT", "TOTALS TRANSIENT"]);
		expect(await shop.rows("select * from DEV.ORDERS order by id")).toEqual(
			await shop.rows("select * from PROD.ORDERS order by id"),
		);
		expect(await shop.rows("select * from DEV.NAMED order by id")).toEqual(
			await shop.rows("select * from PROD.NAMED order by id"),
		);
		const clones = sent()
			.slice(before)
			.filter((sql) => / clone /.test(sql));
		expect(clones.map((sql) => sql.replace(/TFM_C_[0-9A-F]+_DEV/g, "TFM_C_<hash>_DEV")).sort()).toEqual(
			["GROWN", "ORDERS", "TOTALS"].map(
				(name) => `create or replace transient table ANALYTICS.TFM_C_<hash>_DEV.${name} clone ANALYTICS.PROD.${name}`,
			),
		);
		expect((await shop.call("clone --state state", DEV)).stdout).toContain("already exists");
		expect(sent().filter((sql) => / clone /.test(sql))).toHaveLength(clones.length);
	});

	test("--defer reads there what is not here, and here what is", async () => {
		const deferred = async () => {
			const run = await shop.call("run --select totals --defer --state state", DEV);
			expect([run.code, run.stderr], run.stdout).toEqual([0, ""]);
			return sent().findLast((sql) => /create or replace transient table .*TOTALS as/i.test(sql));
		};
		expect(await deferred()).toMatch(/from analytics\.prod\.named/i);
		await shop.rows("create view analytics.dev.named as select 1 as id");
		expect(await deferred()).toMatch(/from analytics\.dev\.named/i);
	});

	test("an incremental model goes on in an environment from a clone of the table that readers see", async () => {
		shop.write({ "seeds/orders.csv": "id,amount\n1,10\n2,20\n3,30\n" });
		const created = await shop.call("env create anna", PROD);
		expect([created.code, created.stderr], created.stdout).toEqual([0, ""]);
		const built = await shop.call("build --env anna --select orders grown", PROD);
		expect([built.code, built.stderr], built.stdout).toEqual([0, ""]);
		expect(built.stdout).toContain("grown goes on from a clone of PROD.GROWN");
		expect(sent().filter((sql) => / clone /.test(sql))).toEqual([
			'create transient table "ANALYTICS"."PROD__ANNA"."GROWN" clone "ANALYTICS"."PROD"."GROWN"',
		]);
		expect(await shop.rows("select id, run from PROD__ANNA.GROWN order by id")).toEqual([
			["1", "first"],
			["2", "first"],
			["3", "later"],
		]);
		expect(await shop.rows("select id from PROD.GROWN order by id")).toEqual([["1"], ["2"]]);
		const dropped = await shop.call("env drop anna", PROD);
		expect([dropped.code, dropped.stderr], dropped.stdout).toEqual([0, ""]);
		const schemas = await shop.rows("select schema_name from analytics.information_schema.schemata order by 1");
		expect(schemas.flat().filter((name) => String(name).includes("ANNA"))).toEqual([]);
	});
});
