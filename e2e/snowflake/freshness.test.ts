import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const FILES = {
	"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
	"models/sources.yml": `
sources:
  - name: raw
    freshness: { warn_after: { count: 1, period: day } }
    tables:
      - { name: orders }
      - { name: items, freshness: { filter: "id > 0" } }
      - { name: timed, loaded_at_field: at }
      - { name: quiet, freshness: null }
  - name: other
    database: elsewhere
    freshness: { error_after: { count: 1, period: hour } }
    tables: [{ name: Mixed, quoting: { identifier: true } }, { name: missing }]
`,
};

interface Entry {
	readonly unique_id: string;
	readonly status: string;
	readonly max_loaded_at?: string;
	readonly snapshotted_at?: string;
	readonly max_loaded_at_time_ago_in_s?: number;
	readonly adapter_response?: object;
	readonly error?: string;
}

describe("freshness by the catalog, on the local protocol server", () => {
	let shop: ProjectOnSnowflake;
	beforeAll(async () => {
		shop = await projectOnSnowflake(FILES);
		await shop.rows(
			`create schema analytics.raw; create database elsewhere; create schema elsewhere.other; create schema if not exists analytics.raw;
			create table analytics.raw.orders (id int); create table analytics.raw.items (id int); create table analytics.raw.quiet (id int);
			create table analytics.raw.timed as select current_timestamp() as at; create table elsewhere.other."Mixed" (id int);
			insert into analytics.raw.orders values (1)`,
		);
	});
	afterAll(() => shop.stop());

	test("one question for each database says when every table without a column for it was changed", async () => {
		const before = shop.local.server.statements().length;
		const { code, stdout } = await shop.call("source freshness");
		const asked = shop.local.server
			.statements()
			.slice(before)
			.filter(({ sql }) => sql.includes("last_altered"));
		expect(asked.map(({ sql }) => /from (\S+?)\.information_schema.tables/i.exec(sql)?.[1]).sort()).toEqual([
			"analytics",
			"elsewhere",
		]);
		expect(code).toBe(1);
		expect(stdout).toContain("Pulling freshness from warehouse metadata tables for 4 sources");
		expect(stdout).toContain("TFM-FRESH-007");

		const { results } = JSON.parse(readFileSync(join(shop.root, "target/sources.json"), "utf8")) as {
			results: readonly Entry[];
		};
		expect(Object.fromEntries(results.map(({ unique_id, status }) => [unique_id, status]))).toEqual({
			"source.shop.raw.orders": "pass",
			"source.shop.raw.items": "pass",
			"source.shop.raw.timed": "pass",
			"source.shop.other.Mixed": "pass",
		});
		const orders = results.find(({ unique_id }) => unique_id === "source.shop.raw.orders")!;
		expect(orders.adapter_response).toEqual({});
		const seconds = (Date.parse(orders.snapshotted_at!) - Date.parse(orders.max_loaded_at!)) / 1000;
		expect(orders.max_loaded_at_time_ago_in_s).toBeCloseTo(seconds, 2);
		const [[altered]] = (await shop.rows(
			"select last_altered from analytics.information_schema.tables where table_name = 'ORDERS'",
		)) as [[string]];
		expect(Date.parse(orders.max_loaded_at!)).toBe(Date.parse(altered));
	});

	test("a filter that cannot be applied is told, a question that is refused for all is asked for each", async () => {
		shop.local.server.faults.add([
			{ path: "query-request", sql: "last_altered", kind: "status", status: 400, times: 1 },
		]);
		const { stdout, stderr } = await shop.call("source freshness --select source:raw");
		expect(stdout + stderr).toContain("TFM-FRESH-009");
		expect(stdout).toContain("Metadata freshness could not be computed in batch");
	});
});
