import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openParquet } from "./parquetFile.ts";

const folder = mkdtempSync(join(tmpdir(), "tfm-parquet-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string): string => join(import.meta.dirname, "testing", name);

async function textsOf(path: string): Promise<Record<string, readonly (string | null)[]>> {
	const parquet = await openParquet(path, "x.parquet");
	const found: Record<string, (string | null)[]> = {};
	const names = parquet.columns.map((column) => column.name);
	for await (const window of parquet.windows(names))
		for (const [c, { name, value }] of parquet.columns.entries())
			for (let i = 0; i < window[c]!.length; i++) {
				const stored = window[c]![i];
				const text = stored === null || stored === undefined ? null : value.text(stored as never);
				(found[`${name} ${value.type}`] ??= []).push(text);
			}
	await parquet.close();
	return found;
}

const TYPES = {
	"i8 integer": ["-128", null, "127"],
	"u32 bigint": ["4294967295", null, "0"],
	"i64 bigint": ["-9223372036854775808", null, "9223372036854775807"],
	"u64 numeric": ["18446744073709551615", null, "0"],
	"f16 real": ["0.5", null, "-2"],
	"f32 real": ["0.1", null, "Infinity"],
	"f64 double": ["0.1", null, "1e+300"],
	"small numeric": ["-1.05", null, "99.99"],
	"large numeric": ["-12345678901234567890123456789.000000001", null, "0.000000001"],
	"flag boolean": ["true", null, "false"],
	"word text": ["Köln\t\\", null, "🦆"],
	"kind text": ["a", null, "a"],
	"raw bytea": ["\\x00ff", null, "\\x"],
	"day date": ["1969-12-31", null, "2026-02-28"],
	"at_ms timestamp": ["1969-12-31 23:59:59.999", null, "2026-01-01 00:00:00.123"],
	"at_us timestamptz": ["1969-12-31 23:59:59.999999+00:00", null, "2026-01-01 00:00:00.123456+00:00"],
	"at_ns timestamptz": ["1969-12-31 23:59:59.999999+00:00", null, "2026-01-01 00:00:00.123456+00:00"],
	"clock time": ["23:59:59.999999", null, "00:00:00"],
	"list json": ["[1,null,3]", null, "[]"],
	"struct json": ['{"a":1.10,"b":{"c":["x","y"]}}', null, '{"a":null,"b":null}'],
	"map json": ['{"k":"2026-01-01 00:00:00+00:00"}', null, "{}"],
};

for (const name of ["types.parquet", "types-v2.parquet"])
	test(`every type of ${name} is read without loss`, async () => {
		expect(await textsOf(fixture(name))).toEqual(TYPES);
	});

test("the old timestamps of 96 bits are read", async () => {
	const found = await textsOf(fixture("int96.parquet"));
	expect(found["at_ns timestamp"]).toEqual(["1969-12-31 23:59:59.999999", null, "2026-01-01 00:00:00.123456"]);
});

for (const codec of ["snappy", "gzip", "brotli", "zstd", "lz4"])
	test(`pages packed with ${codec} are read, over several row groups`, async () => {
		const { "n bigint": n, "t text": t } = await textsOf(fixture(`${codec}.parquet`));
		expect(n).toEqual(Array.from({ length: 3000 }, (_, i) => String(i)));
		expect(t?.at(-1)).toBe("row 3");
	});

async function mistake(bytes: Buffer): Promise<string> {
	const path = join(folder, "bad.parquet");
	writeFileSync(path, bytes);
	return textsOf(path).then(
		() => "read",
		(error: Error) => error.message,
	);
}

test("a file that is cut, damaged or none at all is told as such", async () => {
	const whole = readFileSync(fixture("snappy.parquet"));
	expect(await mistake(whole.subarray(0, -10))).toMatch(/it has no footer \(PAR1 at its end\)/);
	expect(await mistake(whole.subarray(0, 8))).toMatch(/too short to have a footer/);
	expect(await mistake(Buffer.from("a text that is no Parquet file at all, PAR1"))).toMatch(/TFM|Parquet/);
	const damaged = Buffer.from(whole);
	damaged.fill(0xff, 40, 400);
	expect(await mistake(damaged)).toMatch(/cannot be read as Parquet/);
	const footer = Buffer.from(whole);
	footer.fill(0x7f, footer.length - 300, footer.length - 8);
	expect(await mistake(footer)).toMatch(/cannot be read as Parquet/);
	const length = Buffer.from(whole);
	length.writeUInt32LE(0x7fffffff, length.length - 8);
	expect(await mistake(length)).toMatch(/cannot be read as Parquet/);
});
