import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const load = (more: string) => `
sources:
  - name: raw
    schema: landing
    tables:
      - name: orders
        freshness: { warn_after: { count: 1, period: hour } }
        load:
          files: data/orders/*.jsonl
          ${more}
          columns:
            - { name: id, type: integer }
            - { name: amount, type: numeric }
            - { name: at, type: timestamptz }
            - { name: items, type: json }
`;

const FILES = {
	"tfm_project.yml":
		"name: shop\nprofile: shop\nlayers: [landing, staging]\nschema_naming: exact\nmodels: {+materialized: table}\n",
	"models/landing/sources.yml": load("mode: append"),
	"data/orders/1.jsonl":
		'{"id":1,"amount":1.25,"at":"2026-01-01T10:00:00+02:00","items":[{"sku":"a"},{"sku":"b\\\\c"}]}\n{"id":"x"}\n',
	"models/staging/read.sql": "{{ config(materialized='ephemeral') }} select * from {{ source('raw', 'orders') }}",
	"models/staging/skus.sql":
		"select o.id, o.amount, f.value:sku::varchar as sku, o._tfm_file from {{ ref('read') }} o, lateral flatten(input => o.items) f",
};

describe("landing loads on the local protocol server", { timeout: 120_000 }, () => {
	let shop: ProjectOnSnowflake;
	beforeEach(async () => {
		shop = await projectOnSnowflake(FILES);
	});
	afterEach(() => shop.stop());

	test("each file once, rejects beside, documents as documents; a file that is refused leaves nothing", async () => {
		const first = await shop.call("run");
		expect([first.code, first.stderr], first.stdout).toEqual([0, ""]);
		expect(await shop.rows("select * from STAGING.SKUS order by sku")).toEqual([
			["1", "1.250000000000", "a", "data/orders/1.jsonl"],
			["1", "1.250000000000", "b\\c", "data/orders/1.jsonl"],
		]);
		expect(await shop.rows("select raw, _tfm_row from LANDING.ORDERS__REJECTS")).toEqual([['{"id":"x"}', "2"]]);
		const shown = await shop.call("show --rejects raw.orders --limit 1");
		expect([shown.code, shown.stderr], shown.stdout).toEqual([0, ""]);
		expect(shown.stdout).toContain('{"id":"x"}');

		shop.write({ "data/orders/2.jsonl": '{"id":2,"amount":7,"items":[{"sku":"d"}]}\n' });
		expect((await shop.call("run")).stdout).toContain("1 row");
		expect(await shop.rows("select id, _tfm_file from LANDING.ORDERS order by id")).toEqual([
			["1", "data/orders/1.jsonl"],
			["2", "data/orders/2.jsonl"],
		]);

		shop.write({
			"models/landing/sources.yml": load("on_error: fail"),
			"data/orders/3.jsonl": '{"id":3,"items":[]}\n{"id":"y"}\n',
		});
		expect((await shop.call("run")).code).toBe(1);
		expect(await shop.rows("select count(*) from LANDING.ORDERS")).toEqual([["2"]]);
		expect(await shop.rows("select path from tfm_state.loaded_files order by path")).toEqual([
			["data/orders/1.jsonl"],
			["data/orders/2.jsonl"],
		]);
	});

	test("a load that replaces takes the rows and the ledger of before away, also where a type changed", async () => {
		expect((await shop.call("run")).code).toBe(0);
		shop.write({
			"models/landing/sources.yml": load("mode: replace").replace("type: numeric", "type: text"),
			"data/orders/1.jsonl": '{"id":9,"amount":"many","items":[{"sku":"z"}]}\n',
		});
		const replaced = await shop.call("run");
		expect([replaced.code, replaced.stderr], replaced.stdout).toEqual([0, ""]);
		expect(await shop.rows("select id, amount from LANDING.ORDERS")).toEqual([["9", "many"]]);
		expect(await shop.rows("select count(*) from LANDING.ORDERS__REJECTS")).toEqual([["0"]]);
	});
});
