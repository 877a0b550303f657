import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const model = (config: string, columns = "id, amount"): string =>
	`{{ config(materialized='dynamic_table', snowflake_warehouse='wh', ${config}) }} select ${columns} from {{ ref('orders') }}`;
const FILES = {
	"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
	"seeds/orders.csv": "id,amount\n1,10\n",
	"models/kept.sql": model("target_lag='1 hour'"),
};
const CREATED =
	"create or replace dynamic table analytics.shop.kept target_lag = '1 hour' warehouse = wh as ( select id, amount from analytics.shop.orders )";

describe("dynamic tables on the local protocol server", () => {
	let shop: ProjectOnSnowflake;
	beforeEach(async () => {
		shop = await projectOnSnowflake(FILES);
		expect(await sent("build")).toEqual([CREATED]);
	});
	afterEach(() => shop.stop());

	/** What a command that passes sends about dynamic tables, but for questions. */
	async function sent(command: string): Promise<readonly string[]> {
		const before = shop.local.server.statements().length;
		const { code, stdout, stderr } = await shop.call(command);
		expect([code, stderr.replace(/^ … .*\n/gm, "")], stdout).toEqual([0, ""]);
		const statements = shop.local.server.statements().slice(before);
		return statements
			.map(({ sql }) => sql.replace(/\s+/g, " ").trim())
			.filter((sql) => /dynamic table/i.test(sql) && !/^show/i.test(sql));
	}

	test("one that is as its config says is left alone, or refreshed where nobody else does it", async () => {
		expect(await sent("run")).toEqual([]);
		shop.write({ "models/kept.sql": model("scheduler='DISABLE'") });
		await sent("run --full-refresh");
		shop.write({ "seeds/orders.csv": "id,amount\n1,10\n2,20\n" });
		await sent("seed");
		expect(await shop.rows("select count(*) from SHOP.KEPT")).toEqual([["1"]]);
		expect(await sent("run")).toEqual(["alter dynamic table analytics.shop.kept refresh"]);
		expect(await shop.rows("select count(*) from SHOP.KEPT")).toEqual([["2"]]);
	});

	test("another lag alters it, another query and --full-refresh make it anew, and a table takes its place", async () => {
		shop.write({ "models/kept.sql": model("target_lag='60 minutes'") });
		expect(await sent("run")).toEqual([]);
		shop.write({ "models/kept.sql": model("target_lag='2 hours'") });
		expect(await sent("run")).toEqual(["alter dynamic table analytics.shop.kept set target_lag = '2 hours'"]);
		shop.write({ "models/kept.sql": FILES["models/kept.sql"] });
		expect(await sent("run --full-refresh")).toEqual([CREATED]);
		shop.write({ "models/kept.sql": model("target_lag='1 hour'", "id") });
		expect(await sent("run")).toEqual([CREATED.replace("id, amount", "id")]);
		shop.write({ "models/kept.sql": "{{ config(materialized='table') }} select 7 as id" });
		expect(await sent("run")).toEqual(['drop dynamic table if exists "ANALYTICS"."SHOP"."KEPT"']);
		expect(await shop.rows("select id from SHOP.KEPT")).toEqual([["7"]]);
		shop.write({ "models/kept.sql": FILES["models/kept.sql"] });
		expect((await sent("run")).at(-1)).toContain("create or replace dynamic table");
	});

	test("a change that on_configuration_change does not allow is told, or fails", async () => {
		shop.write({ "models/kept.sql": model("target_lag='2 hours', on_configuration_change='continue'") });
		expect(await sent("run")).toEqual([]);
		shop.write({ "models/kept.sql": model("target_lag='2 hours', on_configuration_change='fail'") });
		const failed = await shop.call("run");
		expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("on_configuration_change is fail")]);
	});
});
