/**
 * What expressions give with dbt-core 1.12.6 and dbt-snowflake 1.12.4, printed by a run-operation. White space and the
 * case of words are let differ, and what isDifferent names.
 */
import { expect, it } from "vitest";
import golden from "./dbtSnowflake.golden.json" with { type: "json" };
import { compile, tableAnswer } from "./testing/testManifest.ts";

const alike = (text: string): string =>
	text
		// dbt's macros begin and end a transaction around rows that they change; tfm's plans and materializations do.
		.replace(/^(?:-- back compat for old kwarg name )?begin ?;(.*);\s*commit;?$/is, "$1")
		.replace(/\s+/g, " ")
		.replace(/ ?([(),;=]) ?/g, "$1")
		.replaceAll("((", "(")
		.replaceAll("))", ")")
		.replace(/;$/, "")
		.trim()
		.toLowerCase();

const printed = (expression: string): string =>
	compile({ models: [{ name: "m", sql: `{{ ${expression} }}` }], engine: "snowflake" }, "m", () => tableAnswer([], []))
		.sql;

/** By intent: columns are named, where dbt goes by their order. */
const isDifferent = (expression: string): boolean => expression.startsWith("get_incremental_insert_overwrite_sql");

it.each(golden.filter(({ expression }) => !isDifferent(expression)))(
	"$expression is what it is in dbt",
	({ expression, dbt }) => {
		expect(alike(printed(expression))).toBe(alike(dbt));
	},
);
