import { afterEach, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

let shop: ProjectOnSnowflake | undefined;
afterEach(() => shop?.stop());

const AUDIT = "SHOP_DBT_TEST__AUDIT";
const PROJECT = "name: shop\nversion: '1.0'\nprofile: shop\nmodels: {+materialized: table}\n";
const ORDERS = "select column1 as id from values (1), (null), (null)";
const tests = (config: string): string => `
models:
  - name: orders
    columns: [{ name: id, data_tests: [{ not_null: { name: kept, config: ${config} } }] }]
`;

const start = async (config: string, more: Readonly<Record<string, string>> = {}): Promise<ProjectOnSnowflake> => {
	shop = await projectOnSnowflake({
		"dbt_project.yml": PROJECT,
		"models/orders.sql": ORDERS,
		"models/orders.yml": tests(config),
		...more,
	});
	return shop;
};

const kept = (schema = AUDIT): Promise<readonly (readonly unknown[])[]> =>
	shop!.rows(
		`select table_schema, table_name, table_type from information_schema.tables where table_schema = '${schema}'`,
	);

test("failing rows are kept where dbt keeps them, and a second run keeps its own in their place", async () => {
	const { run, write, rows } = await start("{}");
	expect((await run("build --store-failures")).split("\n").filter((line) => /kept/i.test(line))).toMatchInlineSnapshot(`
		[
		  " ✗ kept                                         test          <s>   2 nulls",
		  " ✗ kept                                                 2 nulls",
		  "   Rows kept in  "SHOP_DBT_TEST__AUDIT"."KEPT"",
		  "   Reproduce     tfm show --failures kept",
		  "   SQL           target/run/shop/models/orders.yml/kept.sql",
		]
	`);
	expect(await rows(`select count(*) from ${AUDIT}.KEPT`)).toEqual([["2"]]);
	write({ "models/orders.sql": ORDERS.replace(", (null)", "") });
	expect(await run("build --store-failures")).toContain(`"${AUDIT}"."KEPT"`);
	expect(await rows(`select count(*) from ${AUDIT}.KEPT`)).toEqual([["1"]]);
});

test("store_failures_as makes a view or a table, also in place of the other", async () => {
	const { run, write } = await start("{ store_failures_as: view }");
	expect(await run("build")).toContain(`"${AUDIT}"."KEPT"`);
	expect(await kept()).toEqual([[AUDIT, "KEPT", "VIEW"]]);
	write({ "models/orders.yml": tests("{ store_failures_as: table }") });
	expect(await run("test")).toContain(`"${AUDIT}"."KEPT"`);
	expect(await kept()).toEqual([[AUDIT, "KEPT", "BASE TABLE"]]);
	write({ "models/orders.yml": tests("{ store_failures_as: ephemeral, store_failures: true }") });
	expect(await run("test --store-failures")).not.toContain("Rows kept in");
});

test("where the project quotes its names, the rows stand under the names as written", async () => {
	const { run, rows } = await start("{ store_failures: true, schema: Audit }", {
		"dbt_project.yml": `${PROJECT}quoting: {schema: true, identifier: true}\n`,
	});
	expect(await run("build")).toContain('"shop_Audit"."kept"');
	expect(await rows('select count(*) from "shop_Audit"."kept"')).toEqual([["2"]]);
});

test("the rows that close a layer's gate are kept, as a table for a view", async () => {
	shop = await projectOnSnowflake({
		"tfm_project.yml": "name: shop\nprofile: shop\nlayers: [staging]\nmodels: {+materialized: table}\n",
		"models/staging/orders.sql": ORDERS,
		"models/staging/orders.yml": tests("{ store_failures_as: view }"),
	});
	expect(await shop.run("run")).toContain(`"${AUDIT}"."KEPT"`);
	expect(await kept()).toEqual([[AUDIT, "KEPT", "BASE TABLE"]]);
	expect(await shop.rows(`select count(*) from ${AUDIT}.KEPT`)).toEqual([["2"]]);
});

test("an environment takes the rows that the command line kept in it with it", async () => {
	const { run, rows } = await start("{}");
	expect(await run("env create pr1")).toContain("pr1 is there");
	expect(await run("build --store-failures --env pr1")).toContain(`"${AUDIT}__PR1"."KEPT"`);
	expect(await run("env drop pr1")).toContain(`pr1 is gone: ${AUDIT}__PR1, SHOP__PR1`);
	expect((await rows("show schemas")).map(([, name]) => name)).not.toContain(`${AUDIT}__PR1`);
});
