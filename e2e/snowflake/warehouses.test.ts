import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const WHERE = "select current_warehouse() as wh";
const FILES = {
	"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
	"models/one.sql": `{{ config(materialized='table') }} ${WHERE}`,
	"models/two.sql": `{{ config(materialized='table', snowflake_warehouse='big_wh') }} ${WHERE}, wh as before from {{ ref('one') }}`,
	"models/three.sql": `{{ config(materialized='table', snowflake_warehouse='"Odd wh"') }} ${WHERE}, wh as before from {{ ref('two') }}`,
	"models/four.sql": `{{ config(materialized='table', snowflake_warehouse='WH') }} ${WHERE}, wh as before from {{ ref('three') }}`,
	"tests/in_big.sql": `{{ config(snowflake_warehouse='big_wh') }} -- depends_on: {{ ref('four') }}\nselect 1 as a where current_warehouse() <> 'BIG_WH'`,
	"tests/in_own.sql": "-- depends_on: {{ ref('four') }}\nselect 1 as a where current_warehouse() <> 'WH'",
};

let shop: ProjectOnSnowflake;
beforeAll(async () => {
	shop = await projectOnSnowflake(FILES);
});
afterAll(() => shop.stop());

test("a node works in the warehouse that its config names, and the next one in the profile's again", async () => {
	expect((await shop.call("build", { threads: 1 })).code).toBe(0);
	const rows = await shop.rows(
		"select 1, wh from SHOP.ONE union all select 2, wh from SHOP.TWO union all select 3, wh from SHOP.THREE union all select 4, wh from SHOP.FOUR order by 1",
	);
	expect(rows.map(([, wh]) => wh)).toEqual(["WH", "BIG_WH", "Odd wh", "WH"]);
	const used = shop.local.server.statements().flatMap(({ sql }) => (/^use warehouse/i.test(sql) ? [sql] : []));
	expect(used).toEqual([
		"use warehouse big_wh",
		'use warehouse "WH"',
		'use warehouse "Odd wh"',
		'use warehouse "WH"',
		"use warehouse big_wh",
		'use warehouse "WH"',
	]);
});

test("a layer works in the warehouse that it names, its tests and its publish as well", async () => {
	const layered = await projectOnSnowflake({
		"tfm_project.yml":
			"name: shop\nprofile: shop\nlayers: [staging, {name: marts, warehouse: mart_wh}]\nschema_naming: exact\nmodels: {+materialized: table}\n",
		"models/staging/clean.sql": WHERE,
		"models/marts/totals.sql": `${WHERE}, wh as before from {{ ref('clean') }}`,
		"models/marts/own.sql": `{{ config(snowflake_warehouse='big_wh') }} ${WHERE}, wh as before from {{ ref('totals') }}`,
		"models/marts/grown.sql": `{{ config(materialized='incremental', unique_key='wh') }} ${WHERE}`,
		"tests/in_mart.sql": "-- depends_on: {{ ref('own') }}\nselect 1 as a where current_warehouse() <> 'MART_WH'",
	});
	try {
		expect((await layered.call("run", { threads: 1 })).code).toBe(0);
		const before = layered.local.server.statements().length;
		const { code, stdout } = await layered.call("run", { threads: 1 });
		expect(code, stdout).toBe(0);
		const rows = await layered.rows(
			"select 1, wh from STAGING.CLEAN union all select 2, wh from MARTS.TOTALS union all select 3, wh from MARTS.OWN union all select 4, wh from MARTS.GROWN order by 1",
		);
		expect(rows.map(([, wh]) => wh)).toEqual(["WH", "MART_WH", "BIG_WH", "MART_WH"]);
		const sent = layered.local.server.statements().slice(before);
		const merge = sent.findIndex(({ sql }) => /^\s*merge into ANALYTICS.MARTS.GROWN/i.test(sql));
		expect(merge, "new rows are merged").toBeGreaterThan(0);
		const used = sent.slice(0, merge).findLast(({ sql }) => /^use warehouse/i.test(sql));
		expect(used?.sql).toBe("use warehouse mart_wh");
	} finally {
		await layered.stop();
	}
});
