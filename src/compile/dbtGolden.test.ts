/**
 * Templates compiled by dbt-core 1.12.6 with dbt-postgres 1.11.0 (`dbt compile` without a database), and what it wrote.
 * Only white space is let differ. The project of the comparison is PROJECT below.
 */
import { expect, it } from "vitest";
import { parse, testFacts } from "../context/testing/testProject.ts";
import golden from "./dbt.golden.json" with { type: "json" };
import { compile, type TestWorld } from "./testing/testManifest.ts";

const PROJECT = {
	macros: {
		shop: `{% macro twice(x) %}{{ return([x, x]) }}{% endmacro %}
{% macro default__shout(x) %}{{ x | upper }}{% endmacro %}
{% macro shout(x) %}{{ return(adapter.dispatch('shout', 'shop')(x)) }}{% endmacro %}
{% macro postgres__length(expression) %}char_length({{ expression }}){% endmacro %}`,
	},
	dispatch: [{ macro_namespace: "dbt", search_order: ["shop", "dbt"] }],
	vars: { a: 1, list: [1, 2], text: "x", shop: { scoped: true } },
	env: { DBT_ENV_CUSTOM_ENV_X: "1", SOME_ENV: "env value" },
	flags: { FULL_REFRESH: false, WHICH: "compile", STORE_FAILURES: false },
};

const withoutSpace = (text: string): string =>
	text
		.replace(/\s+/g, " ")
		.replace(/ ?([(),;]) ?/g, "$1")
		.trim();

function compiled(template: string, name: string): string {
	const { collector } = parse(template, testFacts(PROJECT), { name, unique_id: `model.shop.${name}` });
	const world: TestWorld = {
		...PROJECT,
		models: [
			{ name: "orders", sql: "select 1 as id" },
			{ name: "eph", sql: "select 2 as id", config: { materialized: "ephemeral" } },
			{ name, sql: template, config: Object.assign({}, ...collector.configs), reads: ["orders", "eph", "raw.t"] },
		],
		sources: ["raw.t"],
	};
	return compile(world, name).sql;
}

it("covers what templates can reach", () => {
	expect(golden.length).toBeGreaterThan(290);
});

it.each(golden)("compiles to what dbt compiles: $template", ({ template, dbt }) => {
	expect(withoutSpace(compiled(template, "c000"))).toBe(withoutSpace(dbt));
});
