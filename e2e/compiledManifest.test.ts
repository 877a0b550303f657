import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tfm } from "./runCase.ts";

/** What docs sites and lineage tools read from manifest.json after a run: the SQL, as dbt leaves it there. */
let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "tfm-manifest-"));
	mkdirSync(join(root, "models"));
	writeFileSync(join(root, "dbt_project.yml"), "name: shop\n");
	writeFileSync(join(root, "models/base.sql"), "{{ config(materialized='ephemeral') }}select 1 as id");
	writeFileSync(join(root, "models/orders.sql"), "select id from {{ ref('base') }}");
	writeFileSync(join(root, "models/_.yml"), "models: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const nodes = (): Record<string, Record<string, unknown>> =>
	JSON.parse(readFileSync(join(root, "target/manifest.json"), "utf8")).nodes;

it.each([["build"], ["compile"]])("after tfm %s manifest.json has the SQL of what was compiled", async (command) => {
	expect((await tfm([command], root)).code).toBe(0);
	expect(nodes()["model.shop.orders"]).toMatchObject({
		compiled: true,
		compiled_code: "with __dbt__cte__base as (\nselect 1 as id\n) select id from __dbt__cte__base",
		compiled_path: "target/compiled/shop/models/orders.sql",
		extra_ctes: [{ id: "model.shop.base" }],
		extra_ctes_injected: true,
	});
	const test = Object.values(nodes()).find((node) => node.resource_type === "test");
	expect(test).toMatchObject({ compiled: true, compiled_path: expect.stringContaining("unique_orders_id.sql") });
});

it("after tfm parse it has none", async () => {
	await tfm(["parse"], root);
	expect(nodes()["model.shop.orders"]).toMatchObject({ compiled_path: null });
	expect(nodes()["model.shop.orders"]).not.toHaveProperty("compiled_code");
});

it("writes foreign keys with the relation that they refer to, once their model is compiled", async () => {
	writeFileSync(
		join(root, "models/_.yml"),
		`models:
  - name: orders
    config: {materialized: table, contract: {enforced: true}}
    constraints: [{type: foreign_key, columns: [id], to: ref('base_table'), to_columns: [id]}]
    columns: [{name: id, data_type: integer, constraints: [{type: foreign_key, to: ref('base_table'), to_columns: [id]}]}]
`,
	);
	writeFileSync(join(root, "models/base_table.sql"), "{{ config(materialized='table') }}select 1 as id");
	const targets = () => {
		const { constraints, columns } = nodes()["model.shop.orders"] as {
			constraints: readonly { to: string }[];
			columns: Record<string, { constraints: readonly { to: string }[] }>;
		};
		return [constraints[0]?.to, columns.id?.constraints[0]?.to];
	};
	await tfm(["parse"], root);
	expect(targets()).toEqual(["ref('base_table')", "ref('base_table')"]);
	expect((await tfm(["compile"], root)).code).toBe(0);
	expect(targets()).toEqual(Array(2).fill('"postgres"."dev"."base_table"'));
});
