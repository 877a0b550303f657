import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const STANDING = 10_000;
const ASKS = /^\s*(?:show|describe|desc)\b|information_schema/i;

describe("a schema of many relations, on the local protocol server", { timeout: 240_000 }, () => {
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

	/** Apart from the grants of each table that another one takes the place of, which are asked for one by one. */
	const apartFromGrants = (all: readonly string[]): readonly string[] =>
		all
			.filter((sql) => !sql.startsWith("show grants on table"))
			.map((sql) => sql.replace(/'[^']*'(?:, '[^']*')*/g, "'…'"))
			.sort();

	test("they are listed by pages of 10,000, and twelve models are no more questions than four but for their grants", async () => {
		shop.write(models(4));
		await asked("run");
		const few = await asked("run");
		const listed = few.filter((sql) => sql.startsWith('show objects in schema "ANALYTICS"."SHOP"'));
		expect([...new Set(listed)].sort()).toEqual([
			'show objects in schema "ANALYTICS"."SHOP" limit 10000',
			'show objects in schema "ANALYTICS"."SHOP" limit 10000 from \'V09995\'',
		]);
		shop.write(models(12));
		await asked("run");
		const many = await asked("run");
		expect([...new Set(apartFromGrants(many))]).toEqual([...new Set(apartFromGrants(few))]);
		const grants = (all: readonly string[]): number => all.length - apartFromGrants(all).length;
		expect([grants(few), grants(many)]).toEqual([4, 12]);
	});
});
