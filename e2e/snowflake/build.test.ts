import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const FILES = {
	"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nseed-paths: [seeds]\n",
	"seeds/orders.csv": 'id,name,amount\n1,a,1.50\n2,b,\n3,"c,d",7\n',
	"models/doubled.sql": "select id, name, amount * 2 as doubled from {{ ref('orders') }}",
	"models/totals.sql":
		"{{ config(materialized='table') }} select count(*) as n, sum(doubled) as total from {{ ref('doubled') }}",
	"models/models.yml": "models: [{name: doubled, columns: [{name: id, tests: [unique, not_null]}]}]",
};

describe("a project on the local protocol server", () => {
	let shop: ProjectOnSnowflake;
	beforeAll(async () => {
		shop = await projectOnSnowflake(FILES);
	});
	afterAll(() => shop.stop());

	test("debug says where it is", async () => {
		const said = await shop.run("debug");
		expect(said).toContain("database     Snowflake 0.0.0 local protocol server\naccount      LOCAL, LOCAL\n");
		expect(said).toContain("connection   ok\nAll checks passed. Next: tfm run\n[exit 0]");
	});

	test("seed, run, test and build, each twice: relations are replaced and nothing is left over", async () => {
		expect(await shop.run("build")).toBe(BUILT);
		for (const command of ["seed", "run", "test", "build"]) expect((await shop.call(command)).code, command).toBe(0);
		expect(await shop.rows("select n, total from SHOP.TOTALS")).toEqual([["3", 17]]);
		const left = await shop.rows("show objects in database ANALYTICS");
		const own = left.filter((row) => row[3] !== "TFM_STATE").map((row) => row[1]);
		expect(own.sort()).toEqual(["DOUBLED", "ORDERS", "TOTALS"]);
	});

	test("a refusal names the place in the model, Snowflake's code and the query", async () => {
		shop.write({ "models/broken.sql": "select id,\n  nope from {{ ref('orders') }}" });
		expect(await shop.run("run --select broken")).toContain(
			`error[TFM-RUN-001]: the database refused broken: invalid identifier 'NOPE' (SQLSTATE 42000). Snowflake 000904, query id <id>
      ┌─ target/run/shop/models/broken.sql:4:3
     4│   nope from analytics.shop.orders
      │   ^`,
		);
		shop.write({ "models/broken.sql": "select 1 as id" });
	});

	test("each statement's query id stands in the results of models and in the events of all", async () => {
		const before = shop.local.server.statements().length;
		const { stdout } = await shop.call("--log-format events --log-level debug build");
		const known = new Set(
			shop.local.server
				.statements()
				.slice(before)
				.map(({ id }) => id),
		);
		const results = JSON.parse(readFileSync(join(shop.root, "target/run_results.json"), "utf8")) as {
			readonly results: readonly {
				readonly unique_id: string;
				readonly adapter_response: { readonly query_id?: string };
			}[];
		};
		// Tests may share a statement, and a seed is several: theirs are in the events alone.
		const models = results.results.filter(({ unique_id }) => unique_id.startsWith("model."));
		expect(models.length).toBeGreaterThanOrEqual(2);
		expect(models.filter(({ adapter_response: { query_id = "" } }) => !known.has(query_id))).toEqual([]);
		const events = stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line) as { readonly event: string; readonly query_id?: string });
		const told = events.filter(({ event }) => event === "statement");
		expect(told.length).toBeGreaterThan(0);
		expect(told.filter(({ query_id = "" }) => !known.has(query_id))).toEqual([]);
	});

	test("a unit test names the query that compared its rows, as with dbt-snowflake, also where it fails", async () => {
		const unit = (name: string, id: number) =>
			`  - {name: ${name}, model: doubled, given: [{input: ref('orders'), rows: [{id: 1, amount: 2}]}], expect: {rows: [{id: ${id}}]}}\n`;
		shop.write({ "models/units.yml": `unit_tests:\n${unit("right", 1)}${unit("wrong", 2)}` });
		const { code, stdout } = await shop.call("--log-format events --log-level debug test --select test_type:unit");
		expect(code).toBe(1);
		const { results } = JSON.parse(readFileSync(join(shop.root, "target/run_results.json"), "utf8")) as {
			results: { unique_id: string; status: string; adapter_response: Record<string, unknown> }[];
		};
		const sent = new Map(shop.local.server.statements().map(({ id, sql }) => [id, sql] as const));
		expect(
			results.map(({ unique_id, status, adapter_response: { query_id, ...rest } }) => ({
				test: unique_id.split(".").at(-1),
				status,
				...rest,
				compares: sent.get(String(query_id))?.includes("actual_or_expected"),
				isTold: stdout.includes(`"query_id":"${query_id}"`),
			})),
		).toMatchInlineSnapshot(`
			[
			  {
			    "_message": "SUCCESS 2",
			    "code": "SUCCESS",
			    "compares": true,
			    "isTold": true,
			    "rows_affected": 2,
			    "status": "pass",
			    "test": "right",
			  },
			  {
			    "_message": "SUCCESS 2",
			    "code": "SUCCESS",
			    "compares": true,
			    "isTold": true,
			    "rows_affected": 2,
			    "status": "fail",
			    "test": "wrong",
			  },
			]
		`);
		rmSync(join(shop.root, "models/units.yml"));
	});

	test("rows are counted where Snowflake counts them: what creates answers one row whatever it holds, which is no count", async () => {
		shop.write({
			"models/grown.sql":
				"{{ config(materialized='incremental', unique_key='id') }} select id, amount from {{ ref('orders') }}",
			"models/fresh.sql":
				"{{ config(materialized='dynamic_table', target_lag='1 hour', snowflake_warehouse='wh') }} select id from {{ ref('orders') }}",
		});
		const responses = async (): Promise<unknown> => {
			const { code, stdout } = await shop.call("run --select grown fresh totals");
			expect([code, stdout.match(/-?\d+ rows?/g)], stdout).toEqual([0, null]);
			const text = readFileSync(join(shop.root, "target/run_results.json"), "utf8");
			const { results } = JSON.parse(text) as { results: { unique_id: string; adapter_response: object }[] };
			return Object.fromEntries(
				results.map(({ unique_id, adapter_response }) => {
					const { _message, code, rows_affected } = adapter_response as Record<string, unknown>;
					return [unique_id.split(".").at(-1), [_message, code, rows_affected]];
				}),
			);
		};
		const created = ["SUCCESS 1", "SUCCESS", 1];
		expect(await responses()).toEqual({ fresh: created, grown: created, totals: created });
		expect(await responses()).toMatchObject({ grown: ["SUCCESS", "SUCCESS", undefined], totals: created });
		rmSync(join(shop.root, "models/grown.sql"));
		rmSync(join(shop.root, "models/fresh.sql"));
	});

	test("profile has the range of each column", async () => {
		expect(await shop.run("profile orders")).toMatchInlineSnapshot(`
			"3 rows

			COLUMN  TYPE               NULLS  DISTINCT  LEAST  GREATEST
			ID      NUMBER(38,0)           0         3  1      3
			NAME    VARCHAR(16777216)      0         3  a      c,d
			AMOUNT  FLOAT                  1         2  1.5    7
			[exit 0]
			"
		`);
	});

	test("profile has the values of a column that has few", async () => {
		const { columns } = JSON.parse((await shop.call("profile orders --output json")).stdout) as {
			columns: { name: string; values: string[] }[];
		};
		expect(columns.map(({ name, values }) => [name, ...values])).toEqual([
			["ID"],
			["NAME", "a", "b", "c,d"],
			["AMOUNT"],
		]);
	});

	test("a parameter of the session that Snowflake refuses is the profile's mistake", async () => {
		expect(await shop.run("run", { session_parameters: { TIMEZONE: "Nowhere/Place" } })).toMatch(
			/^\[stderr\]\n error\[TFM-DB-029\]: Snowflake refuses the session's parameters \(TIMEZONE\): [\s\S]* {3}= next: correct `session_parameters`/,
		);
	});

	test("show --inline of what is no query says how it is sent as it is, and so it has rows", async () => {
		expect(await shop.run(["show", "--inline", "show schemas"])).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-APP-009]: the database refused the inline query: syntax error line 1 at position 0 unexpected '<EOF>'. (SQLSTATE 42000)
			   = hint: Snowflake 001003, query id <id>
			   = next: --inline takes a query, of which it asks for some rows: --inline-direct sends a statement like show as it is
			   = dbt: Database Error: syntax error line 1 at position 0 unexpected '<EOF>'.

			 1 error, nothing was run (<s>)
			[exit 2]
			"
		`);
		const direct = await shop.call(["show", "--inline-direct", "show schemas like 'SHOP'"]);
		expect([direct.code, direct.stdout], direct.stderr).toEqual([0, expect.stringContaining("| SHOP |")]);
	});

	test("a wrong password says so", async () => {
		expect(await shop.run("run", { password: "wrong" })).toBe(WRONG_PASSWORD);
	});
});

const BUILT = `tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 2 models, 1 seed, 2 tests · run <id>

 ✓ orders                                       seed          <s>   3 rows
 ✓ doubled                                      view          <s>
 ✓ not_null(doubled.id)                         test          <s>
 ✓ unique(doubled.id)                           test          <s>
 ✓ totals                                       table         <s>

 Passed  3 built     tests 2 ok      <s>
[exit 0]
`;

const WRONG_PASSWORD = `[stderr]
 error[TFM-DB-026]: Snowflake account local refuses the login of tfm: Incorrect username or password was specified (390100)
   = hint: user or password is wrong
   = next: correct \`user\` and \`password\`

 1 error, nothing was run (<s>)
[exit 2]
`;
