import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testAdapter } from "../adapters/pglite/testing/testAdapter.ts";
import type { Adapter } from "../core/adapter.ts";
import { type ExportFormat, exportRows } from "./exportRows.ts";

const folder = mkdtempSync(join(tmpdir(), "tfm-export-"));
let adapter: Adapter;
beforeAll(async () => {
	adapter = testAdapter(join(folder, "db"));
	await adapter.open();
});
afterAll(async () => {
	await adapter.close();
	rmSync(folder, { recursive: true });
});

async function write(sql: string, format: ExportFormat, file: string | null = `out.${format}`) {
	let printed = "";
	const rows = await adapter.withSession((session) =>
		exportRows({
			session,
			sql,
			format,
			path: file === null ? null : join(folder, file),
			stdout: (text) => {
				printed += text;
			},
			dialect: adapter.dialect,
			signal: new AbortController().signal,
		}),
	);
	return { rows, text: file === null ? printed : readFileSync(join(folder, file), "latin1") };
}

const VALUES = `select * from (values
	(1::bigint, 12345678901234567890.10::numeric, 'a "b", c', true, date '2026-02-28', timestamptz '2026-01-01 00:00:00.123456+02', '{"k": [1.0]}'::json, 0.1::real),
	(-9223372036854775808, -0.005, '', false, '0001-01-01', null, null, null)) t(id, amount, note, ok, day, at, doc, r)`;

test("text keeps every digit, and tells nothing from an empty text", async () => {
	expect(await write(VALUES, "csv", null)).toEqual({
		rows: 2,
		text: [
			"id,amount,note,ok,day,at,doc,r",
			'1,12345678901234567890.10,"a ""b"", c",true,2026-02-28,2025-12-31T22:00:00.123456+00:00,"{""k"": [1.0]}",0.1',
			'-9223372036854775808,-0.005,"",false,0001-01-01,,,',
			"",
		].join("\r\n"),
	});
	const [first, second] = [
		'{"id":1,"amount":12345678901234567890.10,"note":"a \\"b\\", c","ok":true,"day":"2026-02-28","at":"2025-12-31T22:00:00.123456+00:00","doc":{"k": [1.0]},"r":0.1}',
		'{"id":-9223372036854775808,"amount":-0.005,"note":"","ok":false,"day":"0001-01-01","at":null,"doc":null,"r":null}',
	];
	expect((await write(VALUES, "jsonl")).text).toBe(`${first}\n${second}\n`);
	expect((await write(VALUES, "json")).text).toBe(`[\n${first},\n${second}\n]\n`);
	expect((await write("select 1 as a where false", "json", null)).text).toBe("[]\n");
	expect((await write("select 1 as a where false", "csv", null)).text).toBe("a\r\n");
});

test("a Parquet file has the database's types, and groups of rows of a bounded size", async () => {
	await write(
		`select *, 1.50::numeric(10,2) as price, gen_random_uuid() as u, '\\x00ff'::bytea as raw from (${VALUES}) v`,
		"parquet",
	);
	const file = await asyncBufferFromFile(join(folder, "out.parquet"));
	const { schema } = await parquetMetadataAsync(file);
	const shown = schema.slice(1).map((e) => {
		const { type, converted_type, logical_type, precision, scale } = e;
		return [e.name, type, logical_type?.type ?? converted_type, precision, scale]
			.filter((f) => f !== undefined)
			.join(" ");
	});
	expect(shown).toEqual([
		"id INT64",
		"amount FIXED_LEN_BYTE_ARRAY DECIMAL 23 3",
		"note BYTE_ARRAY UTF8",
		"ok BOOLEAN",
		"day INT32 DATE",
		"at INT64 TIMESTAMP",
		"doc BYTE_ARRAY JSON",
		"r FLOAT",
		"price INT64 DECIMAL 10 2",
		"u FIXED_LEN_BYTE_ARRAY UUID",
		"raw BYTE_ARRAY",
	]);
	const [row] = await parquetReadObjects({ file });
	expect(row).toMatchObject({ id: 1n, note: 'a "b", c', ok: true, day: new Date("2026-02-28"), price: 1.5 });
	expect((row!.at as Date).toISOString()).toBe("2025-12-31T22:00:00.123Z");

	expect(
		(await write("select i, 'x' || i as t from generate_series(1, 120000) i", "parquet", "many.parquet")).rows,
	).toBe(120_000);
	const many = await asyncBufferFromFile(join(folder, "many.parquet"));
	const { row_groups } = await parquetMetadataAsync(many);
	expect(row_groups.map((group) => Number(group.num_rows))).toEqual([50_000, 50_000, 20_000]);
	const last = await parquetReadObjects({ file: many, rowStart: 119_999 });
	expect(last).toEqual([{ i: 120_000, t: "x120000" }]);
});

test("a file is there whole or not at all", async () => {
	writeFileSync(join(folder, "kept.csv"), "before");
	await expect(write("select 1 / (3 - i) as x from generate_series(1, 5000) i", "csv", "kept.csv")).rejects.toThrow(
		/division/,
	);
	expect(readFileSync(join(folder, "kept.csv"), "utf8")).toBe("before");
	await expect(write("select 'infinity'::date as d", "parquet", "inf.parquet")).rejects.toThrow(
		/TFM-EXPORT-002.*column d \(date\)/,
	);
	expect(existsSync(join(folder, "inf.parquet"))).toBe(false);
	expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
	await expect(write("select 1 as a", "csv", "kept.csv/below.csv")).rejects.toThrow(/TFM-EXPORT-003/);
});
