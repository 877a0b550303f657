/**
 * What dbt 1.12.6 (dbt-postgres 1.11) printed for each expression, white space aside: kept in dbtContext.golden.json,
 * written by a run of dbt over one model per expression.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { DbAnswer, DbRequest } from "../core/request.ts";
import { compile } from "./testing/testManifest.ts";

type Probe = readonly [kind: keyof typeof PREAMBLES, expression: string, answer: string];

const PREAMBLES = {
	plain: "",
	table: "{% set t = run_query('probe') %}",
	relation: "{% set r = api.Relation.create(database='d', schema='s', identifier='t', type='table') %}",
	column:
		"{% set c = api.Column('Name', 'character varying', 20) %}{% set n = api.Column(column='x', dtype='numeric', numeric_precision=10, numeric_scale=2) %}",
};

const COLUMNS = [
	["id", "integer", "integer"],
	["name", "text", "text"],
	["amount", "numeric(10,2)", "decimal"],
	["d", "date", "date"],
	["ts", "timestamp without time zone", "timestamp"],
	["b", "boolean", "boolean"],
	["f", "double precision", "float"],
	["big", "bigint", "integer"],
	["n", "text", "text"],
] as const;

function database(request: DbRequest): DbAnswer {
	if (request.kind !== "query") throw new Error(`no probe asks for "${request.kind}"`);
	const rows = [
		[1, "a", "1.50", "2024-01-02", "2024-01-02 03:04:05.678", true, 2.5, "10000000000", null],
		[2, "b", "20.25", "2023-12-31", "2023-12-31 00:00:00", false, 1e20, "7", "x"],
		[3, "a", null, null, null, null, null, null, null],
	];
	const columns = COLUMNS.map(([name, type, family]) => ({ name, type, family }));
	return { kind: "table", table: { columns, rows, rowCount: 3, status: "SELECT 3" } };
}

const probes = JSON.parse(readFileSync(join(import.meta.dirname, "dbtContext.golden.json"), "utf8")) as Probe[];
const bare = (text: string): string => text.replaceAll(/\s+/g, "");

it.each(["plain", "table", "relation", "column"] as const)("prints what dbt prints: %s", (kind) => {
	const mine = probes.filter(([of]) => of === kind);
	const printed = mine.map(([, expression]) => {
		const sql = `${PREAMBLES[kind]}{{ ${expression} }}`;
		return [expression, bare(compile({ models: [{ name: "m", sql }] }, "m", database).sql)];
	});
	expect(printed).toEqual(mine.map(([, expression, answer]) => [expression, answer]));
});
