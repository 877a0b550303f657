import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { WHOLE_LOAD } from "../core/ports.ts";
import { type LoadMore, landingBench } from "./testing/landingBench.ts";

const { root, put, load, query, ledger, mistakes } = landingBench();

const fixture = (name: string): string => join(import.meta.dirname, "testing", name);

test("merged rows take the place of those with the same key, the last of a file first", async () => {
	const columns = [{ name: "id", type: "bigint" }, { name: "day" }, { name: "v" }];
	const block = { files: "*.csv", mode: "merge", keys: ["id", "day"], columns };
	put("1.csv", "id,day,v\n1,mon,a\n1,mon,b\n2,mon,c\n,mon,d\n");
	expect(await load(block)).toEqual({ files: 1, skipped: 0, rows: 3, rejects: 1 });
	put("2.csv", "id,day,v\n2,mon,new\n3,tue,e\n");
	expect(await load(block, { runId: "r2" })).toEqual({ files: 1, skipped: 1, rows: 2, rejects: 0 });
	expect(await query("select id, v, _tfm_file, _tfm_row from landing.t order by id")).toEqual([
		"1|b|1.csv|2",
		"2|new|2.csv|1",
		"3|e|2.csv|2",
	]);
	expect(await query("select reason from landing.t__rejects")).toEqual(["id: is a key and has no value"]);
	expect(await ledger()).toEqual(["1.csv|3|1|r1", "2.csv|2|0|r2"]);
});

test("of all rows with a key the last by file name stays, also when a file comes late, comes again or loses a key", async () => {
	const columns = [{ name: "id", type: "bigint" }, { name: "v" }];
	const block = { files: "*.csv", mode: "merge", keys: ["id"], columns, on_change: "reload" };
	const rows = () => query("select id, v, _tfm_file, _tfm_row from landing.t order by id");
	const loaded = async (more: LoadMore = {}): Promise<readonly string[]> => {
		await load(block, more);
		const found = await rows();
		// Loading all of it anew gives the same, on a table beside it.
		await load(block, { name: "afresh", fullRefresh: true });
		expect(found).toEqual(await query("select id, v, _tfm_file, _tfm_row from landing.afresh order by id"));
		return found;
	};
	put("2.csv", "id,v\n1,a2\n2,b2\n3,c2\nx,?\n");
	put("4.csv", "id,v\n1,a4\n3,c4\n");
	expect(await loaded()).toEqual(["1|a4|4.csv|1", "2|b2|2.csv|2", "3|c4|4.csv|2"]);
	put("1.csv", "id,v\n2,b1\n3,c1\n4,d1\n");
	put("3.csv", "id,v\n1,a3\n2,b3\n");
	expect(await loaded()).toEqual(["1|a4|4.csv|1", "2|b3|3.csv|2", "3|c4|4.csv|2", "4|d1|1.csv|3"]);
	put("2.csv", "id,v\n1,a2 again\n2,b2 again\n3,c2\nx,?\n");
	expect((await loaded())[0]).toBe("1|a4|4.csv|1");
	put("4.csv", "id,v\n5,e4\n");
	expect(await loaded()).toEqual(["1|a3|3.csv|1", "2|b3|3.csv|2", "3|c2|2.csv|3", "4|d1|1.csv|3", "5|e4|4.csv|1"]);
	put("3.csv", "id,v\n9,i3\n");
	const window = { ...WHOLE_LOAD, files: ["3.csv"], reload: true };
	expect((await loaded({ window })).slice(0, 2)).toEqual(["1|a2 again|2.csv|1", "2|b2 again|2.csv|2"]);
	expect(await query("select count(*) from landing.t__rejects")).toEqual(["1"]);
});

test("all files that changed after they were loaded are told together", async () => {
	const block = { files: "*.csv", columns: [{ name: "id" }] };
	for (const name of ["1.csv", "2.csv", "3.csv"]) put(name, `id\n${name}\n`);
	await load(block);
	for (const name of ["1.csv", "3.csv"]) put(name, `id\n${name} changed\n`);
	expect((await mistakes(block)).map((line) => line.slice(0, 58))).toEqual([
		"TFM-LOAD-012 models/landing/_raw.yml:7:5 1.csv was loaded ",
		"TFM-LOAD-012 models/landing/_raw.yml:7:5 3.csv was loaded ",
	]);
});

test("columns are found in the first file and stay: what a later one has otherwise is turned away", async () => {
	put("1.csv", "id,zip,amount,on,at,ok,note\n1,01067,1.50,2026-01-01,2026-01-01 10:00:00,true,\n2,,,,,false,x\n");
	const block = { files: "*.csv", columns: "infer" };
	expect(await load(block)).toMatchObject({ rows: 2, rejects: 0 });
	const types = `select string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position)
		from information_schema.columns where table_schema = 'landing' and table_name = 't' and column_name not like '\\_tfm%'`;
	expect(await query(types)).toEqual([
		"id bigint, zip text, amount numeric, on date, at timestamp without time zone, ok boolean, note text",
	]);
	put("2.csv", "note,ok,at,on,amount,zip,id\nx,true,,,7,1,3\ny,maybe,,,1,1,4\n");
	expect(await load(block)).toMatchObject({ rows: 1, rejects: 1 });
	put("3.csv", "id,zip\n5,1\n");
	put("4.csv", "id,zip,amount,on,at,ok,note,more\n6,1,1,,,,,z\n");
	expect(await load(block)).toMatchObject({ files: 2, rows: 0, rejects: 2 });
	expect(await query("select _tfm_file, reason from landing.t__rejects order by 1")).toEqual([
		'2.csv|ok: "maybe" is not true or false',
		"3.csv|the file has no amount, on, at, ok, note, which the table has from an earlier one",
		"4.csv|the file has more, which the table has not",
	]);

	put("1.jsonl", '{"id": 1, "tags": ["a"], "n": "1"}\n{"id": 2.5, "n": null}\n');
	put("2.jsonl", '{"id": 3}\n{"id": 4, "new": 1}\n');
	expect(await load({ files: "*.jsonl", columns: "infer" }, { name: "j" })).toMatchObject({ rows: 3, rejects: 1 });
	expect(await query("select id, tags, n from landing.j order by id")).toEqual(['1|["a"]|1', "2.5||", "3||"]);
});

test("a record that is no object is turned away; a list is one where it is kept whole or a column says a place in it", async () => {
	put("1.jsonl", '{"id": 1}\n"x"\n7\nnull\n [1, 2]\n');
	for (const [name, columns] of [
		["declared", [{ name: "id", type: "bigint" }]],
		["inferred", "infer"],
	] as const) {
		expect(await load({ files: "*.jsonl", columns }, { name })).toMatchObject({ rows: 1, rejects: 4 });
		expect(await query(`select distinct reason from landing.${name}__rejects`)).toEqual(["not a JSON object"]);
	}
	expect(await load({ files: "*.jsonl" }, { name: "whole" })).toMatchObject({ rows: 2, rejects: 3 });
	const columns = [{ name: "second", type: "bigint", path: "$[1]" }];
	expect(await load({ files: "*.jsonl", columns }, { name: "places" })).toMatchObject({ rows: 2, rejects: 3 });
	expect(await query("select second from landing.places where second is not null")).toEqual(["2"]);
	put("page.json", '{"data": [{"id": 1}, "x", null, 7, [1, 2]]}');
	const page = { files: "page.json", records: "data", columns: "infer" };
	expect(await load(page, { name: "page" })).toMatchObject({ rows: 1, rejects: 4 });
});

test("a Parquet file brings its columns and their types; declared ones are picked from it", async () => {
	copyFileSync(fixture("types.parquet"), join(root, "1.parquet"));
	expect(await load({ files: "*.parquet" })).toEqual({ files: 1, skipped: 0, rows: 3, rejects: 0 });
	expect(
		await query(`select i64, u64, f32, large, word, "raw", day, at_us at time zone 'utc', clock, list, struct
			from landing.t where _tfm_row <> 2 order by _tfm_row`),
	).toEqual([
		'-9223372036854775808|18446744073709551615|0.1|-12345678901234567890123456789.000000001|Köln\t\\|\\x00ff|1969-12-31|1969-12-31T23:59:59.999999|23:59:59.999999|[1,null,3]|{"a":1.10,"b":{"c":["x","y"]}}',
		'9223372036854775807|0|Infinity|0.000000001|🦆|\\x|2026-02-28|2026-01-01T00:00:00.123456|00:00:00|[]|{"a":null,"b":null}',
	]);
	const columns = [
		{ name: "n", type: "integer", path: "i64" },
		{ name: "day", type: "text" },
	];
	expect(await load({ files: "*.parquet", columns }, { name: "p" })).toMatchObject({ rows: 1, rejects: 2 });
	expect(await query("select reason, raw from landing.p__rejects order by _tfm_row limit 1")).toEqual([
		'n: "-9223372036854775808" is not a whole number of 32 bits|{"i64":-9223372036854775808,"day":"1969-12-31"}',
	]);
	expect(await mistakes({ files: "*.parquet", columns: [{ name: "gone" }] }, { name: "q" })).toEqual([
		'TFM-LOAD-011 1.parquet:1:1 the file has no column "gone"',
	]);
	put("2.parquet", readFileSync(fixture("snappy.parquet")).subarray(0, -7));
	expect((await mistakes({ files: "*.parquet" }))[0]).toMatch(
		/TFM-LOAD-023 2.parquet cannot be read as Parquet: it has no/,
	);
});

test("dates are read as the templates say, and in no other way", async () => {
	put("a.csv", "d,at\n1 January 2020,31/12/2025 11:05 pm\n25/05/2020,\n2020-01-01,2026-01-01\n31/02/2020,\n");
	const columns = [
		{ name: "d", type: "date", formats: ["DD Month YYYY", "DD/MM/YYYY", "YYYY-MM-DD"] },
		{ name: "at", type: "timestamp", formats: "DD/MM/YYYY HH12:MI AM" },
	];
	expect(await load({ files: "a.csv", columns })).toMatchObject({ rows: 2, rejects: 2 });
	expect(await query("select d, at from landing.t order by d")).toEqual([
		"2020-01-01|2025-12-31T23:05:00",
		"2020-05-25|",
	]);
	expect(await query("select reason from landing.t__rejects order by _tfm_row")).toEqual([
		'at: "2026-01-01" is not a timestamp as DD/MM/YYYY HH12:MI AM',
		'd: "31/02/2020" is not a date as DD Month YYYY or DD/MM/YYYY or YYYY-MM-DD',
	]);
	put("b.jsonl", '{"at": 1767225600.5}\n{"at": "2026-01-01T00:00:00Z"}\n');
	const unix = { files: "b.jsonl", date_formats: ["unix"], columns: [{ name: "at", type: "timestamptz" }] };
	expect(await load(unix, { name: "u" })).toMatchObject({ rows: 1, rejects: 1 });
	expect(await query("select at at time zone 'utc' from landing.u")).toEqual(["2026-01-01T00:00:00.5"]);
	expect(await mistakes({ ...unix, date_formats: ["%d.%m.%Y"] }, { name: "w" })).toEqual([
		'TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.w: date_formats: "%d.%m.%Y" is no date format',
	]);
});

test("quotes, escapes, null markers, no header, other encodings", async () => {
	const columns = [{ name: "id", type: "integer" }, { name: "t" }];
	put("a.csv", "id;t\n1;'it\\'s; here'\n2;NA\nNA;x\"y\n");
	const block = { files: "a.csv", delimiter: ";", quote: "'", escape: "\\", null_values: ["NA"], columns };
	expect(await load(block)).toMatchObject({ rows: 3, rejects: 0 });
	expect(await query("select id, t from landing.t order by _tfm_row")).toEqual(["1|it's; here", "2|", '|x"y']);

	put("b.tsv", "1\tx\n2\ty\tz\n");
	const plain = { files: "b.tsv", delimiter: "\t", quote: "none", header: false, columns };
	expect(await load(plain, { name: "b" })).toMatchObject({ rows: 1, rejects: 1 });

	for (const [encoding, bytes] of [
		["utf-16", Buffer.from("\ufeffid,t\n1,Köln €\n", "utf16le")],
		["windows-1252", Buffer.from("id,t\n1,K\xf6ln \x80\n", "latin1")],
		["utf-8", Buffer.from("\ufeffid,t\r\n1,Köln €\r\n")],
	] as const) {
		put("c.csv", bytes);
		const name = encoding.replaceAll("-", "_");
		await load({ files: "c.csv", encoding, columns }, { name });
		expect(await query(`select id, t from landing.${name}`)).toEqual(["1|Köln €"]);
	}
	put("d.csv", Buffer.from("id,t\n1,K\xf6ln\n", "latin1"));
	await load({ files: "d.csv", encoding: "latin1", columns }, { name: "d" });
	expect(await query("select t from landing.d")).toEqual(["Köln"]);
});

test("bad records stop the load where it says so, or when there are too many", async () => {
	const columns = [{ name: "x", type: "integer" }];
	put("a.jsonl", '{"x": 1}\n{"x": "no"}\n{"x": 3}\n');
	expect(await mistakes({ files: "a.jsonl", columns, on_error: "fail" })).toEqual([
		'TFM-LOAD-021 record 2 of a.jsonl does not fit: x: "no" is not a whole number of 32 bits',
	]);
	expect(await mistakes({ files: "a.jsonl", columns, max_rejects: "1%" })).toEqual([
		'TFM-LOAD-022 models/landing/_raw.yml:7:5 1 of 3 records for raw.t do not fit, and max_rejects is 1%\n  a.jsonl, record 2: x: "no" is not a whole number of 32 bits',
	]);
	expect((await mistakes({ files: "a.jsonl", columns, max_rejects: 0 }))[0]).toMatch(/max_rejects is 0/);
	expect(await query("select to_regclass('landing.t') is null")).toEqual(["true"]);
	expect(await load({ files: "a.jsonl", columns, max_rejects: "50%" })).toMatchObject({ rows: 2, rejects: 1 });
});

test("a file that came twice under two names is told, but for files without rows", async () => {
	const columns = [{ name: "x" }];
	put("a.csv", "x\n1\n");
	put("b.csv", "x\n1\n");
	expect(await mistakes({ files: "*.csv", columns })).toEqual([
		"TFM-LOAD-027 models/landing/_raw.yml:7:5 b.csv has the same bytes as a.csv, which was loaded at 2026-11-21T10:00:00.000Z",
	]);
	expect(await load({ files: "*.csv", columns, duplicate_files: "load" })).toMatchObject({ rows: 2 });
	put("empty/a.csv", "x\n");
	put("empty/b.csv", "x\n");
	expect(await load({ files: "empty/*.csv", columns }, { name: "e" })).toMatchObject({ files: 2, rows: 0 });
});

test("a window takes the files of its days, and loads again what it is told to", async () => {
	for (const day of ["2026-01-01", "2026-01-02", "2026-01-03"]) put(`d/${day}.jsonl`, `{"d": "${day}"}`);
	put("d/undated.jsonl", '{"d": null}');
	const block = { files: "d/*.jsonl" };
	const days = { ...WHOLE_LOAD, from: "2026-01-02", to: "2026-01-03" };
	expect(await load(block, { window: days })).toMatchObject({ files: 1, rows: 1 });
	expect(await load(block)).toMatchObject({ files: 3, skipped: 1 });
	const again = { ...WHOLE_LOAD, files: ["d/2026-01-0[12]*"], reload: true };
	expect(await load(block, { window: again, runId: "r9" })).toEqual({
		files: 2,
		again: 2,
		skipped: 0,
		rows: 2,
		rejects: 0,
	});
	expect(await query("select count(*), count(distinct _tfm_file) from landing.t")).toEqual(["4|4"]);
	expect((await mistakes({ ...block, mode: "replace" }, { window: days }))[0]).toMatch(/TFM-LOAD-028/);
});

test("what no load can take is told or turned away, and memory stays bounded", async () => {
	const columns = [{ name: "x" }];
	const wide = Array.from({ length: 10_000 }, (_, i) => `c${i}`).join();
	put("wide.csv", `${wide},x\n${wide},1\n`);
	expect(await load({ files: "wide.csv", columns })).toMatchObject({ rows: 1 });
	expect((await mistakes({ files: "wide.csv", columns: "infer" }, { name: "w" }))[0]).toMatch(
		/TFM-LOAD-026 wide.csv has 10001 columns; a table has 1597 at most/,
	);
	put("long.jsonl.gz", `{"x": "a"}\n{"x": "${"y".repeat(17 << 20)}"}\n{"x": "b"}\n`);
	expect(await load({ files: "long.jsonl.gz", columns }, { name: "l" })).toMatchObject({ rows: 2, rejects: 1 });
	expect(await query("select _tfm_row, reason, length(raw) < 2000 from landing.l__rejects")).toEqual([
		"2|the line is longer than 16 MiB|true",
	]);
	put("twice.csv", "x,x\n1,2\n");
	expect((await mistakes({ files: "twice.csv", columns }, { name: "h" }))[0]).toMatch(
		/TFM-LOAD-005 twice.csv:1:1 column "x"/,
	);
	put("quote.csv", 'x\n"a"b\n"c\n');
	expect((await mistakes({ files: "quote.csv", columns }, { name: "q" }))[0]).toMatch(
		/TFM-LOAD-007 quote.csv:3:1 .*not closed/,
	);
	put("nul.csv", 'x\na\0b\n"it ""is"""\n"a"b\n');
	expect(await load({ files: "nul.csv", columns }, { name: "n" })).toMatchObject({ rows: 1, rejects: 2 });
	expect(await query("select x from landing.n")).toEqual(['it "is"']);
	expect(await query("select reason, raw from landing.n__rejects order by _tfm_row")).toEqual([
		"x: holds the character NUL, which the database cannot store|a\\0b",
		'text follows the closing quote of field 1|"a"b',
	]);
	put("deep.jsonl", `{"x": ${"[".repeat(5000)}${"]".repeat(5000)}}\n`);
	expect(await load({ files: "deep.jsonl", columns }, { name: "deep" })).toMatchObject({ rows: 0, rejects: 1 });
});

test("a file that unpacks without end is refused before it fills the disk", async () => {
	put("bomb.jsonl.gz", gzipSync(Buffer.alloc(80 << 20, "x")));
	expect((await mistakes({ files: "bomb.jsonl.gz" }))[0]).toMatch(
		/TFM-LOAD-024 bomb.jsonl.gz:1:1 bomb.jsonl.gz unpacks to more than \d+ times its size/,
	);
	put("small.csv.gz", gzipSync(`x\n${`${"0".repeat(99)}\n`.repeat(1000)}`));
	const small = { files: "small.csv.gz", columns: [{ name: "x" }] };
	expect((await mistakes({ ...small, max_uncompressed: "50kB" }, { name: "s" }))[0]).toMatch(
		/TFM-LOAD-024 .* unpacks to more than the 50000 bytes of max_uncompressed/,
	);
	expect(await load({ ...small, max_uncompressed: "1 MiB" }, { name: "s" })).toMatchObject({ rows: 1000 });
});
