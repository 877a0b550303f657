import { afterEach, expect, test } from "vitest";
import { initFiles } from "../../src/app/initFiles.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

let shop: ProjectOnSnowflake;
afterEach(() => shop.stop());

test("the first project of tfm init keeps the cents of its orders", async () => {
	const files = initFiles({ name: "shop", engine: "snowflake", naming: "prefix" });
	shop = await projectOnSnowflake(Object.fromEntries(files));
	const path = "seeds/raw_orders.csv";
	shop.write({ [path]: files.get(path)!.replace("2026-11-17,\n", "2026-11-17,1.00\n") });
	const { code, stdout, stderr } = await shop.call("build");
	expect([code, stderr], stdout).toEqual([0, ""]);
	expect(stdout).not.toContain("TFM-LOAD-035");
	expect(await shop.rows("select sum(amount) from SHOP_LANDING.RAW_ORDERS")).toEqual([["530.65"]]);
});

test("a type without a scale that rounds values of the file is told at the first of them", async () => {
	shop = await projectOnSnowflake({
		"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
		"seeds/prices.csv": "id,price,paid,n\n1,7,1.5,1\n2,120.05,2.25,2.0\n3,-0.5,,3\n",
		"seeds/_seeds.yml":
			"seeds: [{name: prices, config: {column_types: {id: integer, price: numeric, paid: 'numeric(12,2)', n: integer}}}]",
	});
	expect(await shop.run("seed")).toMatchInlineSnapshot(`
		"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 seed · run <id>

		 ✓ prices                                       seed          <s>   3 rows

		 Passed  1 built      <s>
		[stderr]
		 warning[TFM-LOAD-035]: the seed prices loses digits: 2 values of price have digits behind the point, and here numeric keeps none
		  ┌─ seeds/prices.csv:3:3
		 3│ 2,120.05,2.25,2.0
		  │   ^^^^^^ on Snowflake a number without a scale is NUMBER(38,0), and what is stored in it is rounded
		   = next: say how many digits it keeps, under column_types of the seed's config: price: "numeric(38, 2)"
		[exit 0]
		"
	`);
	expect(await shop.rows("select sum(price), sum(paid) from SHOP.PRICES")).toEqual([["126", "3.75"]]);
});
