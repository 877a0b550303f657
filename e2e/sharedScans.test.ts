import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../src/adapters/postgres/testing/testDatabase.ts";
import { tfm } from "./runCase.ts";

const ORDERS = `{{ config(materialized='table') }}
select n as id, case when n % 2 = 0 then 'open' else 'paid' end as status, nullif(n, 3) as amount
from generate_series(1, 20) as n`;
const PROPERTIES = `models:
  - name: orders
    data_tests:
      - expression_is_true: {arguments: {expression: "id > 0"}}
    columns:
      - name: id
        data_tests: [not_null, unique]
      - name: status
        data_tests:
          - accepted_values: {arguments: {values: [open, paid]}}
      - name: amount
        data_tests:
          - not_null: {config: {severity: warn}}
`;
const POSITIVE = `{% test expression_is_true(model, expression) %}
select 1 from {{ model }} where not({{ expression }})
{% endtest %}`;

function write(root: string, { host, port, user, password, database }: TestDatabase, shared: boolean): void {
	const dev = { type: "postgres", host, port, user, password, dbname: database, schema: "dev", threads: 4 };
	const files = {
		"dbt_project.yml": `name: shop\nprofile: shop\nflags: {shared_test_scans: ${shared}}\n`,
		"profiles.yml": JSON.stringify({ shop: { target: "dev", outputs: { dev } } }),
		"macros/positive.sql": POSITIVE,
		"models/orders.sql": ORDERS,
		"models/orders.yml": PROPERTIES,
	};
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
}

/** How often the table was read; what a session did is counted when it has ended. */
async function scansOf(client: pg.Client): Promise<number> {
	const others = async (): Promise<number> => {
		const sessions = "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
		return (await client.query(`${sessions} and backend_type = 'client backend'`)).rows.length;
	};
	await expect.poll(others, { timeout: 60_000 }).toBe(0);
	const { rows } = await client.query("select seq_scan::int as n from pg_stat_user_tables where relname = 'orders'");
	return rows[0]?.n ?? 0;
}

describeOnPostgres("five tests of one table", () => {
	it("cost one scan, a second one to show failing rows, and have the results of single tests", {
		timeout: 180_000,
	}, async () => {
		const database = await createTestDatabase();
		const client = new pg.Client({ connectionString: database.url });
		const root = mkdtempSync(join(tmpdir(), "tfm-scans-"));
		const test = async (shared: boolean) => {
			write(root, database, shared);
			const before = await scansOf(client);
			await tfm(["test", "-q"], root);
			const { results } = JSON.parse(readFileSync(join(root, "target/run_results.json"), "utf8"));
			const facts = results.map((r: Record<string, unknown>) =>
				[r.unique_id, r.status, r.failures, r.message, r.compiled_code, r.adapter_response].map(String).join("\n"),
			);
			return { results: facts.sort(), scans: (await scansOf(client)) - before };
		};
		try {
			await client.connect();
			write(root, database, true);
			await tfm(["run", "-q"], root);
			const [together, single] = [await test(true), await test(false)];
			expect(together.results).toEqual(single.results);
			expect(together.results.filter((facts: string) => facts.includes("\nwarn\n1\n"))).toHaveLength(1);
			expect([together.scans, single.scans]).toEqual([2, 6]);
		} finally {
			await client.end();
			await database.drop();
			rmSync(root, { recursive: true, force: true });
		}
	});
});
