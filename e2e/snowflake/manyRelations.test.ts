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
		// On a busy machine it says how far it is.
		expect([done.code, done.stderr.replace(/^ … .*\n/gm, "")], done.stdout).toEqual([0, ""]);
		return shop.local.server
			.statements()
			.slice(before)
			.map(({ sql }) => sql.replace(/\s+/g, " "))
			.filter((sql) => ASKS.test(sql));
	};

	/** By how many there are of each, texts left out: `show objects like '…' in schema "ANALYTICS"."SHOP"`. */
	const counted = (all: readonly string[]): Readonly<Record<string, number>> => {
		const counts: Record<string, number> = {};
		for (const sql of all.map((one) =>
			one
				.replace(/'[^']*'(?:, '[^']*')*/g, "'…'")
				.replace(/"M\d+"$/, '"…"')
				.replace(/TFM_C_[0-9A-F]+/, "TFM_C_<hash>"),
		))
			counts[sql] = (counts[sql] ?? 0) + 1;
		return counts;
	};

	test("they are listed by pages of 10,000", async () => {
		const adapter = shop.local.adapter();
		await adapter.open();
		const there = await adapter.withSession((session) => session.listRelations(["SHOP"])).finally(adapter.close);
		expect(there).toHaveLength(STANDING);
		expect(
			shop.local.server
				.statements()
				.map(({ sql }) => sql)
				.filter((sql) => sql.startsWith("show objects")),
		).toEqual([
			'show objects in schema "ANALYTICS"."SHOP" limit 10000',
			'show objects in schema "ANALYTICS"."SHOP" limit 10000 from \'V09999\'',
		]);
	});

	test("a run lists them once, whatever it builds; each table that is replaced is asked for its grants", async () => {
		shop.write(models(4));
		await asked("run");
		const few = counted(await asked("run"));
		const ofSchema = Object.entries(few).filter(([sql]) => sql.startsWith('show objects in schema "ANALYTICS"."SHOP"'));
		expect(ofSchema.map(([, times]) => times)).toEqual([1, 1]);
		shop.write(models(12));
		shop.write({
			"models/grows.sql": `{{ config(materialized='incremental', unique_key='id') }} select 1 as id
{% if execute and not adapter.get_relation(this.database, this.schema, 'm0') %}{{ exceptions.raise_compiler_error('m0?') }}{% endif %}`,
			"models/seen.sql": "{{ config(materialized='view') }} select 1 as id",
		});
		await asked("run");
		const many = counted(await asked("run"));
		const more = Object.entries(many).filter(([sql, times]) => times !== few[sql]);
		// The columns of an incremental model and of its new rows are compared.
		const delta = /"tfm_d_\w+"/;
		expect(
			more.map(([sql, times]) => `${few[sql] ?? 0} → ${times}: ${sql.replace(delta, '"<delta>"')}`).sort(),
		).toEqual([
			'0 → 1: describe table "ANALYTICS"."SHOP"."GROWS"',
			'0 → 1: describe table "ANALYTICS"."TFM_C_<hash>_SHOP"."<delta>"',
			'4 → 12: show grants on table "ANALYTICS"."SHOP"."…"',
		]);
	});

	test("a run of few models does not list them: each looks up its own two places", async () => {
		shop.write(models(3));
		await asked("run");
		const few = counted(await asked("run"));
		expect(Object.keys(few).filter((sql) => sql.startsWith('show objects in schema "ANALYTICS"."SHOP"'))).toEqual([]);
		expect(few['show objects like \'…\' in schema "ANALYTICS"."SHOP" limit 10000']).toBe(3);
	});
});
