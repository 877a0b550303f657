import { expect, test } from "vitest";
import type { ResultTable } from "../../core/resultTable.ts";
import { SNOWFLAKE_LANDING_STAGE as staging } from "./landingStage.ts";

const names = { table: '"RAW"."ORDERS"', rejects: '"RAW"."ORDERS__REJECTS"', lines: '"RAW"."TFM_L_1"' };

test("what a load from a stage says to Snowflake", () => {
	const statements = [
		...staging.define(names),
		staging.describe("@raw.public.inbox"),
		staging.list("@raw.public.inbox", "orders/"),
		...staging.copy(names, "@raw.public.inbox", "orders/it's.jsonl.gz"),
		staging.misfits(names, 5),
		staging.insertRows(names),
		staging.insertRejects(names),
	];
	expect(`${statements.join(";\n")}\n`).toMatchInlineSnapshot(`
		"create or replace temporary table "RAW"."TFM_L_1" (line varchar(16777216), n number(38,0));
		desc stage raw.public.inbox;
		list '@raw.public.inbox/orders/';
		delete from "RAW"."TFM_L_1";
		copy into "RAW"."TFM_L_1" (line, n) from (select $1, metadata$file_row_number from '@raw.public.inbox/orders/') files = ('it''s.jsonl.gz') file_format = (type = csv compression = auto field_delimiter = none field_optionally_enclosed_by = none escape = none escape_unenclosed_field = none empty_field_as_null = true null_if = () encoding = 'UTF8') on_error = abort_statement force = true;
		select n, case when try_parse_json(line) is null then 'not JSON' else 'not a JSON object' end from "RAW"."TFM_L_1" where trim(line) <> '' and coalesce(typeof(try_parse_json(line)), '') not in ('OBJECT', 'ARRAY') order by n limit 5;
		insert into "RAW"."ORDERS" (record, _tfm_file, _tfm_row, _tfm_loaded_at) select parse_json(line), $1, n, $2 from "RAW"."TFM_L_1" where typeof(try_parse_json(line)) in ('OBJECT', 'ARRAY');
		insert into "RAW"."ORDERS__REJECTS" (raw, reason, _tfm_file, _tfm_row, _tfm_loaded_at) select line, case when try_parse_json(line) is null then 'not JSON' else 'not a JSON object' end, $1, n, $2 from "RAW"."TFM_L_1" where trim(line) <> '' and coalesce(typeof(try_parse_json(line)), '') not in ('OBJECT', 'ARRAY')
		"
	`);
});

const table = (columns: readonly string[], rows: ResultTable["rows"]): ResultTable => ({
	columns: columns.map((name) => ({ name, type: "VARCHAR", family: "text" })),
	rows,
	rowCount: rows.length,
	status: "",
});
const PROPERTIES = ["parent_property", "property", "property_type", "property_value", "property_default"];
const LISTED = ["name", "size", "md5", "last_modified"];

test("a file of a store is named from where the stage stands, one within Snowflake from behind the stage's name", () => {
	const url = table(PROPERTIES, [["STAGE_LOCATION", "URL", "String", '["s3://shop/in/"]', ""]]);
	const listed = table(LISTED, [
		["s3://shop/in/in/", 0, "d4", "t0"],
		["s3://shop/in/in/a.jsonl", 7, "e5", "t1"],
		["s3://shop/in/b.jsonl", "8", null, "t2"],
	]);
	expect(staging.readFiles(url, listed)).toEqual([
		{ path: "in/a.jsonl", bytes: 7, tag: "e5" },
		{ path: "b.jsonl", bytes: 8, tag: "t2" },
	]);
	expect(staging.readFiles(table(PROPERTIES, []), table(LISTED, [["own/a/b.jsonl", 9, "f6", "t3"]]))).toEqual([
		{ path: "a/b.jsonl", bytes: 9, tag: "f6" },
	]);
});
