/**
 * The unit tests of one project beside what dbt-core 1.12.6 with dbt-postgres 1.11 made of them on Postgres: the same
 * verdicts, messages and SQL, of which only white space may differ.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import golden from "../src/manifest/golden/unitTests.json" with { type: "json" };
import { tfm } from "./runCase.ts";

const MORE = `unit_tests:
  - name: given_for_nothing
    model: reads_v
    given: [{input: ref('gone'), rows: []}]
    expect: {rows: []}
  - name: of_unknown_columns
    model: reads_nobody
    given: [{input: "source('nobody', 'things')", rows: []}]
    expect: {rows: []}
`;
const FILES = {
	"profiles.yml": "shop: {target: dev, outputs: {dev: {type: pglite, schema: main}}}",
	...golden.files,
	"macros/make_events.sql": `{% macro make_events() %}{% do run_query("create schema main_raw; create table main_raw.ev (id int, at timestamp)") %}{% endmacro %}`,
	"models/nobody.yml": "sources: [{name: nobody, tables: [{name: things}]}]",
	"models/reads_nobody.sql": "select * from {{ source('nobody', 'things') }}",
	"models/more.yml": MORE,
};

interface Result {
	readonly unique_id: string;
	readonly status: string;
	readonly failures: number | null;
	readonly message: string | null;
	readonly compiled_code: string | null;
}

const project = mkdtempSync(join(tmpdir(), "tfm-unit-"));
const results = new Map<string, Result>();
const withoutSpace = (text: string): string => text.replace(/\s+/g, "");

beforeAll(async () => {
	for (const [path, text] of Object.entries(FILES)) {
		mkdirSync(dirname(join(project, path)), { recursive: true });
		writeFileSync(join(project, path), text);
	}
	for (const command of [["run-operation", "make_events"], ["seed"], ["run", "--exclude", "reads_nobody"]])
		expect(await tfm(command, project)).toMatchObject({ code: 0 });
	expect(await tfm(["test"], project)).toMatchObject({ code: 1 });
	const { results: found } = JSON.parse(readFileSync(join(project, "target/run_results.json"), "utf8"));
	for (const result of found as Result[]) results.set(result.unique_id, result);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** An ephemeral model as input, rows not written as SQL: dbt finds no columns, tfm asks the model's SQL on the embedded database. */
const OURS = "unit_test.shop.from_eph.eph_dict";

it.each(Object.entries(golden.results).filter(([id]) => id !== OURS))("%s has dbt's verdict and SQL", (id, dbt) => {
	const ours = results.get(id);
	expect({ status: ours?.status, failures: ours?.failures }).toEqual({ status: dbt.status, failures: dbt.failures });
	if (dbt.compiled_code !== null) expect(withoutSpace(ours?.compiled_code ?? "")).toBe(withoutSpace(dbt.compiled_code));
	// daff writes a decimal that stands in a row of its own as Python spells the object.
	if (dbt.status === "fail") expect(ours?.message).toBe(dbt.message?.replaceAll(/Decimal\('(.*?)'\)/g, "$1"));
});

it.each(Object.entries(golden.executed))("%s is executed as dbt executes it", (name, dbt) => {
	const path = join(project, "target/run/shop/models/marts/schema.yml/models/marts", `${name}.sql`);
	expect(withoutSpace(readFileSync(path, "utf8"))).toBe(withoutSpace(dbt));
});

it.each([
	["unit_test.shop.orders.unknown_column", "Invalid column name: 'idd' in unit test fixture for 'stg_orders'."],
	["unit_test.shop.orders.unknown_expected", "Invalid column name: 'idd' in unit test fixture for expected output."],
	["unit_test.shop.orders.missing_input", `unit test "missing_input" gives no rows for ref('countries')`],
	["unit_test.shop.reads_v.given_for_nothing", `gives rows for ref('gone'), which does not exist`],
	["unit_test.shop.reads_nobody.of_unknown_columns", "nothing tells the columns of source('nobody', 'things')"],
])("%s says what is wrong", (id, message) => {
	expect(results.get(id)?.status).toBe("error");
	expect(results.get(id)?.message).toContain(message);
});

it("codes are shown with their places", async () => {
	const { stdout } = await tfm(
		["test", "--select", "missing_input", "given_for_nothing", "of_unknown_columns"],
		project,
	);
	expect(stdout).toMatch(/error\[TFM-UNIT-014\][\s\S]*models\/marts\/orders\.sql:6/);
	expect(stdout).toMatch(/error\[TFM-UNIT-013\][\s\S]*models\/more\.yml:4/);
	expect(stdout).toMatch(/error\[TFM-UNIT-015\][\s\S]*models\/more\.yml:8/);
});

it("an ephemeral model needs no query for its rows", () => {
	expect(results.get(OURS)?.status).toBe("pass");
});
