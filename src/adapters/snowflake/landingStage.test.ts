import { expect, test } from "vitest";
import { LANDING_TYPES, type StageColumn, type StageRead } from "../../core/landingDialect.ts";
import type { ResultTable } from "../../core/resultTable.ts";
import { SNOWFLAKE_LANDING_STAGE as staging } from "./landingStage.ts";
import { stagedValue } from "./landingStageValue.ts";

const names = { table: '"RAW"."ORDERS"', rejects: '"RAW"."ORDERS__REJECTS"', records: '"RAW"."TFM_L_1"' };
const file = { stage: "@raw.public.inbox", below: "orders/it's.jsonl.gz" };
const JSONL: StageRead = {
	...{ format: "jsonl", page: [], delimiter: ",", quote: '"', escape: null, encoding: "utf-8" },
	...{ columns: "record", nullValues: [], fields: null, own: ["_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT"] },
};
const column = (
	sql: string,
	type: StageColumn["type"],
	path: StageColumn["path"],
	more: Partial<StageColumn> = {},
) => ({
	...{ sql: `"${sql}"`, label: sql.toLowerCase(), type, path, formats: [], isKey: false, expected: "a value" },
	...more,
});

/** What a load sends for one file, a statement a line. */
const statements = (read: StageRead): string =>
	[
		...staging.define(names, read),
		...staging.copy(names, file, read, 3),
		...(read.format === "csv" ? [staging.firstRecord(names)] : []),
		...(read.page.length > 0 ? [staging.pageFound(names, read)] : []),
		staging.misfits(names, read, 5),
		staging.insertRows(names, read),
		staging.insertRejects(names, read),
	].join(";\n");

test("what a load of lines from a stage says to Snowflake", () => {
	expect([staging.describe("@raw.public.inbox"), staging.list("@raw.public.inbox", "orders/")]).toEqual([
		"desc stage raw.public.inbox",
		"list '@raw.public.inbox/orders/'",
	]);
	expect(statements(JSONL)).toMatchInlineSnapshot(`
		"create or replace temporary table "RAW"."TFM_L_1" (line varchar(16777216), n number(38,0));
		delete from "RAW"."TFM_L_1";
		copy into "RAW"."TFM_L_1" (line, n) from (select $1, metadata$file_row_number from '@raw.public.inbox/orders/') files = ('it''s.jsonl.gz') file_format = (type = csv compression = auto field_delimiter = none field_optionally_enclosed_by = none escape = none empty_field_as_null = true escape_unenclosed_field = none null_if = () encoding = 'UTF8') on_error = abort_statement force = true;
		select n, reason from (select n, raw, record, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT', 'ARRAY') then 'not a JSON object' end as reason from (select n, line as raw, try_parse_json(line) as record from "RAW"."TFM_L_1" where trim(line) <> '')) where reason is not null order by n limit 5;
		insert into "RAW"."ORDERS" (record, _TFM_FILE, _TFM_ROW, _TFM_LOADED_AT) select record, $1, n, $2 from (select n, raw, record, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT', 'ARRAY') then 'not a JSON object' end as reason from (select n, line as raw, try_parse_json(line) as record from "RAW"."TFM_L_1" where trim(line) <> '')) where reason is null;
		insert into "RAW"."ORDERS__REJECTS" (raw, reason, _TFM_FILE, _TFM_ROW, _TFM_LOADED_AT) select raw, reason, $1, n, $2 from (select n, raw, record, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT', 'ARRAY') then 'not a JSON object' end as reason from (select n, line as raw, try_parse_json(line) as record from "RAW"."TFM_L_1" where trim(line) <> '')) where reason is not null"
	`);
});

test("a CSV comes as lists of its fields, the first of them being the header", () => {
	const columns = [
		column("ID", "bigint", [1], { isKey: true, expected: "a whole number of 64 bits" }),
		column("DAY", "date", [0], { formats: ["DD Month YYYY", "unix"] }),
		column("NOTE", "text", [2]),
	];
	const fields = { count: 3, header: true };
	const read: StageRead = { ...JSONL, format: "csv", delimiter: ";", quote: "'", escape: "\\", columns, fields };
	expect(statements({ ...read, nullValues: ["", "NA"], encoding: "latin1" })).toMatchInlineSnapshot(`
		"create or replace temporary table "RAW"."TFM_L_1" (record array, n number(38,0));
		delete from "RAW"."TFM_L_1";
		copy into "RAW"."TFM_L_1" (record, n) from (select array_construct($1, $2, $3), metadata$file_row_number from '@raw.public.inbox/orders/') files = ('it''s.jsonl.gz') file_format = (type = csv compression = auto field_delimiter = ';' field_optionally_enclosed_by = '''' escape = '\\\\' empty_field_as_null = false skip_blank_lines = true escape_unenclosed_field = none null_if = () encoding = 'ISO88591') on_error = abort_statement force = true;
		select to_json(array_compact(record)) from "RAW"."TFM_L_1" where n = 1;
		select n, reason from (select n, raw, record, v1, v2, v3, case when array_size(array_compact(record)) <> 3 then array_size(array_compact(record))::varchar || ' values where the header has 3' when t1 is null then 'id: is a key and has no value' when t1 is not null and v1 is null then 'id: "' || left(t1, 60) || '" is not a whole number of 64 bits' when t2 is not null and v2 is null then 'day: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, t2, t3, case when regexp_like(t1, '[+-]?[0-9]{1,25}([.]0+)?') then case when try_to_number(t1, 38, 0) between -9223372036854775808 and 9223372036854775807 then try_to_number(t1, 38, 0) end end as v1, coalesce(case when (try_to_timestamp_ntz(t2, 'DD MMMM YYYY')) = date_trunc('day', try_to_timestamp_ntz(t2, 'DD MMMM YYYY')) then (try_to_timestamp_ntz(t2, 'DD MMMM YYYY'))::date end, case when (case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end) = date_trunc('day', case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end) then (case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end)::date end) as v2, t3 as v3 from (select n, raw, record, case when get(record, 1)::varchar in ('', 'NA') then null else get(record, 1)::varchar end as t1, case when get(record, 0)::varchar in ('', 'NA') then null else get(record, 0)::varchar end as t2, case when get(record, 2)::varchar in ('', 'NA') then null else get(record, 2)::varchar end as t3 from (select n - 1 as n, to_json(array_compact(record)) as raw, record from "RAW"."TFM_L_1" where n > 1 and not (array_size(array_compact(record)) = 1 and trim(get(record, 0)::varchar) = ''))))) where reason is not null order by n limit 5;
		insert into "RAW"."ORDERS" ("ID", "DAY", "NOTE", _TFM_FILE, _TFM_ROW, _TFM_LOADED_AT) select v1, v2, v3, $1, n, $2 from (select n, raw, record, v1, v2, v3, case when array_size(array_compact(record)) <> 3 then array_size(array_compact(record))::varchar || ' values where the header has 3' when t1 is null then 'id: is a key and has no value' when t1 is not null and v1 is null then 'id: "' || left(t1, 60) || '" is not a whole number of 64 bits' when t2 is not null and v2 is null then 'day: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, t2, t3, case when regexp_like(t1, '[+-]?[0-9]{1,25}([.]0+)?') then case when try_to_number(t1, 38, 0) between -9223372036854775808 and 9223372036854775807 then try_to_number(t1, 38, 0) end end as v1, coalesce(case when (try_to_timestamp_ntz(t2, 'DD MMMM YYYY')) = date_trunc('day', try_to_timestamp_ntz(t2, 'DD MMMM YYYY')) then (try_to_timestamp_ntz(t2, 'DD MMMM YYYY'))::date end, case when (case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end) = date_trunc('day', case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end) then (case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end)::date end) as v2, t3 as v3 from (select n, raw, record, case when get(record, 1)::varchar in ('', 'NA') then null else get(record, 1)::varchar end as t1, case when get(record, 0)::varchar in ('', 'NA') then null else get(record, 0)::varchar end as t2, case when get(record, 2)::varchar in ('', 'NA') then null else get(record, 2)::varchar end as t3 from (select n - 1 as n, to_json(array_compact(record)) as raw, record from "RAW"."TFM_L_1" where n > 1 and not (array_size(array_compact(record)) = 1 and trim(get(record, 0)::varchar) = ''))))) where reason is null;
		insert into "RAW"."ORDERS__REJECTS" (raw, reason, _TFM_FILE, _TFM_ROW, _TFM_LOADED_AT) select raw, reason, $1, n, $2 from (select n, raw, record, v1, v2, v3, case when array_size(array_compact(record)) <> 3 then array_size(array_compact(record))::varchar || ' values where the header has 3' when t1 is null then 'id: is a key and has no value' when t1 is not null and v1 is null then 'id: "' || left(t1, 60) || '" is not a whole number of 64 bits' when t2 is not null and v2 is null then 'day: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, t2, t3, case when regexp_like(t1, '[+-]?[0-9]{1,25}([.]0+)?') then case when try_to_number(t1, 38, 0) between -9223372036854775808 and 9223372036854775807 then try_to_number(t1, 38, 0) end end as v1, coalesce(case when (try_to_timestamp_ntz(t2, 'DD MMMM YYYY')) = date_trunc('day', try_to_timestamp_ntz(t2, 'DD MMMM YYYY')) then (try_to_timestamp_ntz(t2, 'DD MMMM YYYY'))::date end, case when (case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end) = date_trunc('day', case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end) then (case when regexp_like(t2, '-?[0-9]{1,15}([.][0-9]{1,6})?') then dateadd('microsecond', try_to_number(t2, 38, 6) * 1000000, '1970-01-01'::timestamp_ntz) end)::date end) as v2, t3 as v3 from (select n, raw, record, case when get(record, 1)::varchar in ('', 'NA') then null else get(record, 1)::varchar end as t1, case when get(record, 0)::varchar in ('', 'NA') then null else get(record, 0)::varchar end as t2, case when get(record, 2)::varchar in ('', 'NA') then null else get(record, 2)::varchar end as t3 from (select n - 1 as n, to_json(array_compact(record)) as raw, record from "RAW"."TFM_L_1" where n > 1 and not (array_size(array_compact(record)) = 1 and trim(get(record, 0)::varchar) = ''))))) where reason is not null"
	`);
});

test("a page of JSON comes as one document and is taken apart", () => {
	const columns = [
		column("CITY", "text", ["address", "city"]),
		column("PRICE", "numeric", ["items", 0, "it's"]),
		column("DOC", "json", ["address"]),
	];
	expect(statements({ ...JSONL, format: "json", page: ["data", "list"], columns })).toMatchInlineSnapshot(`
		"create or replace temporary table "RAW"."TFM_L_1" (record variant, n number(38,0));
		delete from "RAW"."TFM_L_1";
		copy into "RAW"."TFM_L_1" (record, n) from (select $1, metadata$file_row_number from '@raw.public.inbox/orders/') files = ('it''s.jsonl.gz') file_format = (type = json compression = auto strip_outer_array = false) on_error = abort_statement force = true;
		select typeof(get(get(record, 'data'), 'list')) from "RAW"."TFM_L_1";
		select n, reason from (select n, raw, record, v1, v2, v3, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT') then 'not a JSON object' when t2 is not null and v2 is null then 'price: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, t2, t3, d3, t1 as v1, case when regexp_like(t2, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?') then try_to_number(t2, 38, 12) end as v2, case when is_null_value(d3) then null else d3 end as v3 from (select n, raw, record, get(get(record, 'address'), 'city')::varchar as t1, get(get(get(record, 'items'), 0), 'it''s')::varchar as t2, get(record, 'address')::varchar as t3, get(record, 'address') as d3 from (select f.index + 1 as n, to_json(f.value) as raw, f.value as record from "RAW"."TFM_L_1" as p, lateral flatten(input => case when typeof(get(get(p.record, 'data'), 'list')) = 'ARRAY' then get(get(p.record, 'data'), 'list') else array_construct(get(get(p.record, 'data'), 'list')) end) as f)))) where reason is not null order by n limit 5;
		insert into "RAW"."ORDERS" ("CITY", "PRICE", "DOC", _TFM_FILE, _TFM_ROW, _TFM_LOADED_AT) select v1, v2, v3, $1, n, $2 from (select n, raw, record, v1, v2, v3, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT') then 'not a JSON object' when t2 is not null and v2 is null then 'price: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, t2, t3, d3, t1 as v1, case when regexp_like(t2, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?') then try_to_number(t2, 38, 12) end as v2, case when is_null_value(d3) then null else d3 end as v3 from (select n, raw, record, get(get(record, 'address'), 'city')::varchar as t1, get(get(get(record, 'items'), 0), 'it''s')::varchar as t2, get(record, 'address')::varchar as t3, get(record, 'address') as d3 from (select f.index + 1 as n, to_json(f.value) as raw, f.value as record from "RAW"."TFM_L_1" as p, lateral flatten(input => case when typeof(get(get(p.record, 'data'), 'list')) = 'ARRAY' then get(get(p.record, 'data'), 'list') else array_construct(get(get(p.record, 'data'), 'list')) end) as f)))) where reason is null;
		insert into "RAW"."ORDERS__REJECTS" (raw, reason, _TFM_FILE, _TFM_ROW, _TFM_LOADED_AT) select raw, reason, $1, n, $2 from (select n, raw, record, v1, v2, v3, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT') then 'not a JSON object' when t2 is not null and v2 is null then 'price: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, t2, t3, d3, t1 as v1, case when regexp_like(t2, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?') then try_to_number(t2, 38, 12) end as v2, case when is_null_value(d3) then null else d3 end as v3 from (select n, raw, record, get(get(record, 'address'), 'city')::varchar as t1, get(get(get(record, 'items'), 0), 'it''s')::varchar as t2, get(record, 'address')::varchar as t3, get(record, 'address') as d3 from (select f.index + 1 as n, to_json(f.value) as raw, f.value as record from "RAW"."TFM_L_1" as p, lateral flatten(input => case when typeof(get(get(p.record, 'data'), 'list')) = 'ARRAY' then get(get(p.record, 'data'), 'list') else array_construct(get(get(p.record, 'data'), 'list')) end) as f)))) where reason is not null"
	`);
	expect(staging.copy(names, file, { ...JSONL, format: "json" }, 0)[1]).toContain("strip_outer_array = true");
});

test("a Parquet file comes as documents whose dates are dates", () => {
	const columns = [column("AT", "timestamp", ["at"]), column("ON", "date", ["on"], { isKey: true })];
	expect(statements({ ...JSONL, format: "parquet", columns })).toMatchInlineSnapshot(`
		"create or replace temporary table "RAW"."TFM_L_1" (record variant, n number(38,0));
		delete from "RAW"."TFM_L_1";
		copy into "RAW"."TFM_L_1" (record, n) from (select $1, metadata$file_row_number from '@raw.public.inbox/orders/') files = ('it''s.jsonl.gz') file_format = (type = parquet compression = auto use_logical_type = true) on_error = abort_statement force = true;
		select n, reason from (select n, raw, record, v1, v2, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT') then 'not a JSON object' when t1 is not null and v1 is null then 'at: "' || left(t1, 60) || '" is not a value' when t2 is null then 'on: is a key and has no value' when t2 is not null and v2 is null then 'on: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, d1, t2, d2, coalesce(as_timestamp_ntz(d1), case when regexp_like(t1, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?)?') then try_to_timestamp_ntz(t1) end) as v1, coalesce(as_date(d2), case when regexp_like(t2, '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_to_date(t2, 'YYYY-MM-DD') end) as v2 from (select n, raw, record, get(record, 'at')::varchar as t1, get(record, 'at') as d1, get(record, 'on')::varchar as t2, get(record, 'on') as d2 from (select n, to_json(record) as raw, record from "RAW"."TFM_L_1")))) where reason is not null order by n limit 5;
		insert into "RAW"."ORDERS" ("AT", "ON", _TFM_FILE, _TFM_ROW, _TFM_LOADED_AT) select v1, v2, $1, n, $2 from (select n, raw, record, v1, v2, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT') then 'not a JSON object' when t1 is not null and v1 is null then 'at: "' || left(t1, 60) || '" is not a value' when t2 is null then 'on: is a key and has no value' when t2 is not null and v2 is null then 'on: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, d1, t2, d2, coalesce(as_timestamp_ntz(d1), case when regexp_like(t1, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?)?') then try_to_timestamp_ntz(t1) end) as v1, coalesce(as_date(d2), case when regexp_like(t2, '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_to_date(t2, 'YYYY-MM-DD') end) as v2 from (select n, raw, record, get(record, 'at')::varchar as t1, get(record, 'at') as d1, get(record, 'on')::varchar as t2, get(record, 'on') as d2 from (select n, to_json(record) as raw, record from "RAW"."TFM_L_1")))) where reason is null;
		insert into "RAW"."ORDERS__REJECTS" (raw, reason, _TFM_FILE, _TFM_ROW, _TFM_LOADED_AT) select raw, reason, $1, n, $2 from (select n, raw, record, v1, v2, case when record is null then 'not JSON' when typeof(record) not in ('OBJECT') then 'not a JSON object' when t1 is not null and v1 is null then 'at: "' || left(t1, 60) || '" is not a value' when t2 is null then 'on: is a key and has no value' when t2 is not null and v2 is null then 'on: "' || left(t2, 60) || '" is not a value' end as reason from (select n, raw, record, t1, d1, t2, d2, coalesce(as_timestamp_ntz(d1), case when regexp_like(t1, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?)?') then try_to_timestamp_ntz(t1) end) as v1, coalesce(as_date(d2), case when regexp_like(t2, '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_to_date(t2, 'YYYY-MM-DD') end) as v2 from (select n, raw, record, get(record, 'at')::varchar as t1, get(record, 'at') as d1, get(record, 'on')::varchar as t2, get(record, 'on') as d2 from (select n, to_json(record) as raw, record from "RAW"."TFM_L_1")))) where reason is not null"
	`);
});

test("where columns are inferred, the first records of a file come as texts", () => {
	const asked = (format: StageRead["format"], page: readonly string[] = []) =>
		staging.firstRecords(names, { ...JSONL, format, page }, 1000);
	expect([asked("csv"), asked("jsonl"), asked("json", ["data", "list"])].join(";\n")).toMatchInlineSnapshot(`
		"select raw from (select n as n, to_json(array_compact(record)) as raw, record from "RAW"."TFM_L_1" where n > 0 and not (array_size(array_compact(record)) = 1 and trim(get(record, 0)::varchar) = '')) order by n limit 1000;
		select raw from (select n, line as raw, try_parse_json(line) as record from "RAW"."TFM_L_1" where trim(line) <> '') order by n limit 1000;
		select raw from (select f.index + 1 as n, to_json(f.value) as raw, f.value as record from "RAW"."TFM_L_1" as p, lateral flatten(input => case when typeof(get(get(p.record, 'data'), 'list')) = 'ARRAY' then get(get(p.record, 'data'), 'list') else array_construct(get(get(p.record, 'data'), 'list')) end) as f) order by n limit 1000"
	`);
});

test("each type has a shape and a function that tries to read it", () => {
	const values = LANDING_TYPES.map((type) => {
		const { value } = stagedValue(column("C", type, [0]), { ...JSONL, format: "csv" }, 0);
		return `${type}: ${value}`;
	});
	expect(values.join("\n")).toMatchInlineSnapshot(`
		"text: t1
		integer: case when regexp_like(t1, '[+-]?[0-9]{1,25}([.]0+)?') then case when try_to_number(t1, 38, 0) between -2147483648 and 2147483647 then try_to_number(t1, 38, 0) end end
		bigint: case when regexp_like(t1, '[+-]?[0-9]{1,25}([.]0+)?') then case when try_to_number(t1, 38, 0) between -9223372036854775808 and 9223372036854775807 then try_to_number(t1, 38, 0) end end
		numeric: case when regexp_like(t1, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?') then try_to_number(t1, 38, 12) end
		real: case when regexp_like(t1, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?|[+-]?([iI][nN][fF]([iI][nN][iI][tT][yY])?)|[nN][aA][nN]') then try_to_double(t1) end
		double: case when regexp_like(t1, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?|[+-]?([iI][nN][fF]([iI][nN][iI][tT][yY])?)|[nN][aA][nN]') then try_to_double(t1) end
		boolean: case when lower(t1) in ('true', 't', 'yes', '1') then true when lower(t1) in ('false', 'f', 'no', '0') then false end
		date: case when regexp_like(t1, '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_to_date(t1, 'YYYY-MM-DD') end
		time: case when regexp_like(t1, '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?') then try_to_time(t1) end
		timestamp: case when regexp_like(t1, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?)?') then try_to_timestamp_ntz(t1) end
		timestamptz: case when regexp_like(t1, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)?)?') then try_to_timestamp_tz(t1) end
		uuid: case when regexp_like(t1, '[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}') then t1 end
		bytea: case when regexp_like(t1, '\\\\\\\\[xX]([0-9a-fA-F]{2})*') then try_to_binary(substr(t1, 3), 'HEX') end
		json: try_parse_json(t1)"
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
