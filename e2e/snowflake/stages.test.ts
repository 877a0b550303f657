import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const load = (more = "", stage = "@analytics.public.inbox/orders") => `
sources:
  - name: raw
    schema: landing
    tables:
      - name: orders
        load: { stage: "${stage}"${more} }
`;

const FILES = {
	"tfm_project.yml":
		"name: shop\nprofile: shop\nlayers: [landing, staging]\nschema_naming: exact\nmodels: {+materialized: table}\n",
	"models/landing/sources.yml": load(),
	"models/staging/amounts.sql":
		"select record:id::int as id, record:amount::number(9, 2) as amount, _tfm_row from {{ source('raw', 'orders') }}",
};
const ONE = '{"id":1,"amount":1.25,"note":"a,\\"b\\""}\nno JSON\n\n{"id":2}\n';

describe("landing loads from an external stage of the local protocol server", { timeout: 120_000 }, () => {
	let store: string;
	let shop: ProjectOnSnowflake;
	const deliver = (name: string, bytes: string | Buffer): void => writeFileSync(join(store, "in/orders", name), bytes);
	const loaded = () => shop.rows("select path, rows, rejects from tfm_state.loaded_files order by path");
	beforeEach(async () => {
		store = mkdtempSync(join(tmpdir(), "tfm-store-"));
		mkdirSync(join(store, "in/orders"), { recursive: true });
		deliver("1.jsonl", ONE);
		deliver("2.jsonl.gz", gzipSync('{"id":3,"amount":7}\n'));
		shop = await projectOnSnowflake(FILES, { stores: { "s3://shop/": store } });
		await shop.rows("create stage analytics.public.inbox url = 's3://shop/in/'");
	});
	afterEach(async () => {
		await shop.stop();
		rmSync(store, { recursive: true });
	});

	test("each file once, packed or not, what is no record among the rejects; a second run loads nothing", async () => {
		const first = await shop.call("run");
		expect([first.code, first.stderr], first.stdout).toEqual([0, ""]);
		expect(await shop.rows("select * from STAGING.AMOUNTS order by id")).toEqual([
			["1", "1.25", "1"],
			["2", null, "4"],
			["3", "7.00", "1"],
		]);
		expect(await shop.rows("select raw, reason, _tfm_file, _tfm_row from LANDING.ORDERS__REJECTS")).toEqual([
			["no JSON", "not JSON", "@analytics.public.inbox/orders/1.jsonl", "2"],
		]);
		expect((await shop.call("run")).stdout).toContain("0 new files, 2 known");
		deliver("3.jsonl", '{"id":4}\n');
		expect((await shop.call("load")).stdout).toContain("1 row");
		expect(await shop.rows("select count(*) from LANDING.ORDERS")).toEqual([["4"]]);
	});

	test("a changed file stops the load, or takes the place of its rows; a refused load leaves nothing", async () => {
		await shop.call("load");
		deliver("1.jsonl", '{"id":9}\n');
		expect(await shop.run("load")).toContain("TFM-LOAD-012");
		shop.write({ "models/landing/sources.yml": load(", on_change: reload") });
		expect((await shop.call("load")).code).toBe(0);
		const ids = () => shop.rows("select record:id::int as id from LANDING.ORDERS order by id");
		expect(await ids()).toEqual([["3"], ["9"]]);
		expect(await shop.rows("select count(*) from LANDING.ORDERS__REJECTS")).toEqual([["0"]]);
		const before = await loaded();
		deliver("4.jsonl", '{"id":10}\n');
		deliver("5.jsonl", '{"id":11}\n"a text"\n');
		shop.write({ "models/landing/sources.yml": load(", on_error: fail") });
		expect(await shop.run("load")).toContain("not a JSON object");
		expect([await ids(), await loaded()]).toEqual([[["3"], ["9"]], before]);
	});

	test("replace takes what the stage has now, and a pattern chooses among its files", async () => {
		shop.write({ "models/landing/sources.yml": load(", mode: replace, pattern: '[0-9]+[.]jsonl'") });
		await shop.call("load");
		expect(await loaded()).toEqual([["@analytics.public.inbox/orders/1.jsonl", "2", "1"]]);
		rmSync(join(store, "in/orders/1.jsonl"));
		deliver("6.jsonl", '{"id":6}\n');
		expect((await shop.call("load --dry-run")).stdout).toContain("@analytics.public.inbox/orders/6.jsonl");
		expect((await shop.call("load")).code).toBe(0);
		expect(await loaded()).toEqual([["@analytics.public.inbox/orders/6.jsonl", "1", "0"]]);
		expect(await shop.rows("select record:id::int from LANDING.ORDERS")).toEqual([["6"]]);
	});

	test("files within a stage of Snowflake's own are taken as well", async () => {
		await shop.rows("create stage analytics.public.own");
		await shop.rows(`put file://${join(store, "in/orders/1.jsonl")} @analytics.public.own/a/b`);
		shop.write({ "models/landing/sources.yml": load("", "@analytics.public.own/a") });
		expect((await shop.call("load")).code).toBe(0);
		expect(await loaded()).toEqual([["@analytics.public.own/a/b/1.jsonl.gz", "2", "1"]]);
	});

	test("a stage that is not there, or that is empty, is told with its place", async () => {
		shop.write({ "models/landing/sources.yml": load("", "@analytics.public.nowhere") });
		expect(await shop.run("load")).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 load · run <id>

			 landing  1 node
			 ✗ landing.orders                               load          <s>   the stage @analytics.public.nowhere, from which raw.orders is loaded, is not there: Stage 'ANALYTICS.PUBLIC.NOWHERE' does not exist or not authorized.
			 landing   ✗ 0/1     1 failed                   <s>

			 ✗ landing.orders                                       error
			   models/landing/sources.yml:6
			     error[TFM-LOAD-034]: the stage @analytics.public.nowhere, from which raw.orders is loaded, is not there: Stage 'ANALYTICS.PUBLIC.NOWHERE' does not exist or not authorized.
			      ┌─ models/landing/sources.yml:6:9
			     6│       - name: orders
			      │         ^ Snowflake says the same of a stage that the role may not use
			       = next: correct stage: in the load: block, make it (create stage analytics.public.nowhere …), or have it granted: usage on an external stage, read on one of Snowflake's own

			 Failed  1 failed      <s>
			 Next    fix, then  tfm retry        (only what failed and was skipped)
			[exit 1]
			"
		`);
		shop.write({ "models/landing/sources.yml": load(", pattern: '.*[.]ndjson'") });
		expect(await shop.run("load")).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (Snowflake 0.0.0 local protocol server) · 2 threads · 1 load · run <id>

			 landing  1 node
			 ✗ landing.orders                               load          <s>   no file matches @analytics.public.inbox/orders/ with pattern .*[.]ndjson, from which raw.orders is loaded
			 landing   ✗ 0/1     1 failed                   <s>

			 ✗ landing.orders                                       error
			   models/landing/sources.yml:6
			     error[TFM-LOAD-013]: no file matches @analytics.public.inbox/orders/ with pattern .*[.]ndjson, from which raw.orders is loaded
			      ┌─ models/landing/sources.yml:6:9
			     6│       - name: orders
			      │         ^
			       = next: put the files there, or correct stage: and pattern: in the load: block; LIST @analytics.public.inbox/orders/ shows what is there

			 Failed  1 failed      <s>
			 Next    fix, then  tfm retry        (only what failed and was skipped)
			[exit 1]
			"
		`);
	});
});
