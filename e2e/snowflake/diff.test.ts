import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const orders = (last: number, amount: string): string =>
	`select n as order_id, 'p' || n || '@acme.test' as email, ${amount} as amount, mod(n, 2) = 0 as paid,
  '2026-11-21 06:00:00.5'::timestamp_ntz as loaded_at, parse_json('{"n": 1}') as doc
from {{ ref('numbers') }} where n <= ${last}`;
const FILES = {
	"tfm_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nlayers: [staging, marts]\n",
	"models/staging/numbers.sql": "{{ config(materialized='table') }} select column1 as n from values (1), (2), (3), (4)",
	"models/marts/orders.sql": `{{ config(materialized='table') }} ${orders(4, "(n * 10)::number(12, 2)")}`,
	"models/marts/_models.yml": `
models:
  - name: orders
    columns:
      - { name: order_id, data_tests: [unique, not_null] }
      - { name: email, tags: [pii] }
      - { name: amount, data_tests: [not_null] }
`,
};

describe("rows compared and exported, on the local protocol server", { timeout: 120_000 }, () => {
	let shop: ProjectOnSnowflake;
	beforeEach(async () => {
		shop = await projectOnSnowflake(FILES);
		expect(await shop.call("run")).toMatchObject({ code: 0, stderr: "" });
	});
	afterEach(() => shop.stop());

	test("tfm diff shows what an edit does to the rows, with personal data masked", async () => {
		expect(await shop.run("diff orders")).toMatchInlineSnapshot(`
			"marts.orders: its query beside published
			 rows      4
			 key       ORDER_ID
			 added     0
			 removed   0
			 changed   0
			 same      4
			[exit 0]
			"
		`);
		shop.write({
			"models/marts/orders.sql": `{{ config(materialized='table') }} ${orders(3, "case when n = 2 then null else n * 10 + iff(n = 3, 1, 0) end")}`,
		});
		expect(await shop.run("diff orders")).toMatchInlineSnapshot(`
			"marts.orders: its query beside published
			 rows      4 → 3
			 key       ORDER_ID
			 added     0
			 removed   1
			 changed   2 (50.0%)
			 same      1
			 ~ column  AMOUNT NUMBER(12,2) → NUMBER(38,0)

			CHANGED COLUMN  ROWS           NULLS  SUM
			AMOUNT             2  (50.0%)  0 → 1  100.00 → 41

			         ORDER_ID  AMOUNT
			changed  2         20.00 → null
			changed  3         30.00 → 31
			removed  4
			[exit 0]
			"
		`);
		expect(await shop.run("diff orders --key paid --samples 0")).toMatchInlineSnapshot(`
			"marts.orders: its query beside published
			 ! PAID is not unique: 2 rows too many before, 1 after; whole rows are compared
			 rows      4 → 3
			 added     2
			 removed   3
			 ~ column  AMOUNT NUMBER(12,2) → NUMBER(38,0)
			[exit 0]
			"
		`);
		shop.write({ "models/marts/orders.sql": "select 1 as order_id,\n  nothing as amount" });
		expect(await shop.run("diff orders")).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-APP-009]: the database refused orders: invalid identifier 'NOTHING' (SQLSTATE 42000)
			  ┌─ target/compiled/shop/models/marts/orders.sql:2:3
			 2│   nothing as amount
			  │   ^ Snowflake 000904, query id <id>
			  ┌─ models/marts/orders.sql:1:1   declared here
			 1│ select 1 as order_id,
			  │ ^
			   = dbt: Database Error: invalid identifier 'NOTHING'

			 1 error, nothing was run (<s>)
			[exit 2]
			"
		`);
	});

	test("what a closed gate holds back is compared with what is published", async () => {
		shop.write({
			"models/marts/orders.sql": `{{ config(materialized='table') }} ${orders(4, "case when n = 2 then null else n * 10 end")}`,
		});
		expect(await shop.run("diff orders --held")).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DIFF-005]: nothing of orders is held back
			   = next: tfm diff orders compares its query with what is published

			 1 error, nothing was run (<s>)
			[exit 2]
			"
		`);
		expect((await shop.call("run --select orders")).code).toBe(1);
		expect(await shop.run("diff orders --held --samples 1")).toMatchInlineSnapshot(`
			"marts.orders: held back beside published
			 rows      4
			 key       ORDER_ID
			 added     0
			 removed   0
			 changed   1 (25.0%)
			 same      3
			 ~ column  AMOUNT NUMBER(12,2) → NUMBER(38,0)

			CHANGED COLUMN  ROWS           NULLS  SUM
			AMOUNT             1  (25.0%)  0 → 1  100.00 → 80

			         ORDER_ID  AMOUNT
			changed  2         20.00 → null
			[exit 0]
			"
		`);
	});

	test("tables are exported as text, and as Parquet with their types", async () => {
		expect(await shop.run("export orders --format csv")).toMatchInlineSnapshot(`
			"ORDER_ID,EMAIL,AMOUNT,PAID,LOADED_AT,DOC
			1,p1@acme.test,10.00,false,2026-11-21T06:00:00.5,"{""n"": 1}"
			2,p2@acme.test,20.00,true,2026-11-21T06:00:00.5,"{""n"": 1}"
			3,p3@acme.test,30.00,false,2026-11-21T06:00:00.5,"{""n"": 1}"
			4,p4@acme.test,40.00,true,2026-11-21T06:00:00.5,"{""n"": 1}"
			[exit 0]
			"
		`);
		expect(await shop.run("export orders --output orders.parquet")).toMatchInlineSnapshot(`
			"[stderr]
			4 rows of orders written to orders.parquet
			[exit 0]
			"
		`);
		const bytes = await asyncBufferFromFile(join(shop.root, "orders.parquet"));
		const { schema } = await parquetMetadataAsync(bytes);
		expect(
			schema.slice(1).map((e) => `${e.name} ${e.type} ${e.logical_type?.type ?? e.converted_type ?? ""}`),
		).toMatchInlineSnapshot(`
			[
			  "ORDER_ID FIXED_LEN_BYTE_ARRAY DECIMAL",
			  "EMAIL BYTE_ARRAY UTF8",
			  "AMOUNT INT64 DECIMAL",
			  "PAID BOOLEAN ",
			  "LOADED_AT INT64 TIMESTAMP",
			  "DOC BYTE_ARRAY JSON",
			]
		`);
		const rows = await parquetReadObjects({ file: bytes });
		expect(rows.find((row) => row.ORDER_ID === 3)).toMatchInlineSnapshot(`
			{
			  "AMOUNT": 30,
			  "DOC": "{"n": 1}",
			  "EMAIL": "p3@acme.test",
			  "LOADED_AT": 2026-11-21T06:00:00.500Z,
			  "ORDER_ID": 3,
			  "PAID": false,
			}
		`);
	});
});
