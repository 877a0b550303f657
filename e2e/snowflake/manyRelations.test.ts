import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const STANDING = 10_000;
const ASKS = /^\s*(?:show|describe|desc)\b|information_schema/i;

describe("a schema of many relations, on the local protocol server", { timeout: 120_000 }, () => {
	let shop: ProjectOnSnowflake;
	beforeEach(async () => {
		shop = await projectOnSnowflake({ "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n" });
		const { catalog } = shop.local.server;
		catalog.addDatabase("ANALYTICS");
		const { relations } = catalog.addSchema("ANALYTICS", "SHOP");
		for (let i = 0; i < STANDING; i++) {
			const name = `V${String(i).padStart(5, "0")}`;
			const query = { sql: "select 1 as x", database: "ANALYTICS", schema: "SHOP" };
			const about = { columns: [], comment: "", createdOn: new Date(0), owner: "PUBLIC", secure: false };
			relations.set(name, { kind: "VIEW", name, query, temporary: false, ...about });
		}
	});
	afterEach(() => shop.stop());

	const models = (n: number): Record<string, string> =>
		Object.fromEntries(
			Array.from({ length: n }, (_, i) => [`models/m${i}.sql`, `{{ config(materialized='table') }} select ${i} as id`]),
		);
	/** What a run asks the catalog. */
	const asked = async (command: string): Promise<readonly string[]> => {
		const before = shop.local.server.statements().length;
		const done = await shop.call(command, { threads: 4 });
		expect([done.code, done.stderr], done.stdout).toEqual([0, ""]);
		return shop.local.server
			.statements()
			.slice(before)
			.map(({ sql }) => sql.replace(/\s+/g, " "))
			.filter((sql) => ASKS.test(sql));
	};

	test("they are listed by pages of 10,000, as often for two models as for twelve, and nobody asks about one model", async () => {
		shop.write(models(2));
		await asked("run");
		const few = await asked("run");
		const listed = few.filter((sql) => sql.startsWith('show objects in schema "ANALYTICS"."SHOP"'));
		expect([...new Set(listed)].sort()).toEqual([
			'show objects in schema "ANALYTICS"."SHOP" limit 10000',
			'show objects in schema "ANALYTICS"."SHOP" limit 10000 from \'V09997\'',
		]);
		shop.write(models(12));
		await asked("run");
		const kinds = (all: readonly string[]): readonly string[] =>
			[...new Set(all.map((sql) => sql.replace(/'[^']*'/g, "'…'")))].sort();
		const many = await asked("run");
		expect(kinds(many)).toEqual(kinds(few));
		expect(many.length).toBe(few.length);
	});
});
