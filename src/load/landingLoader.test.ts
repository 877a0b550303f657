import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { landingBench } from "./testing/landingBench.ts";

const { home, root, put, load, query, ledger, mistakes } = landingBench();

test("gzipped JSON pages land once, as they came, with file, row and time", async () => {
	put("data/p2.json.gz", '{"data": [ {"b":1.0, "a": "x"} ]}');
	put("data/p1.json.gz", '{"data":[{"id":12345678901234567890,"s":"a\\tb\\\\"},\n{"id":2}], "more": 1}');
	const block = { files: "data/*.json.gz", records: "data" };
	expect(await load(block)).toEqual({ files: 2, skipped: 0, rows: 3, rejects: 0 });
	expect(
		await query("select _tfm_file, _tfm_row, _tfm_loaded_at at time zone 'utc', record from landing.t order by 1, 2"),
	).toEqual([
		'data/p1.json.gz|1|2026-11-21T10:00:00|{"id":12345678901234567890,"s":"a\\tb\\\\"}',
		'data/p1.json.gz|2|2026-11-21T10:00:00|{"id":2}',
		'data/p2.json.gz|1|2026-11-21T10:00:00|{"b":1.0, "a": "x"}',
	]);
	put("data/p3.json.gz", '{"data":[{}]}');
	expect(await load(block, { runId: "r2" })).toEqual({ files: 1, skipped: 2, rows: 1, rejects: 0 });
	expect(await ledger()).toEqual(["data/p1.json.gz|2|0|r1", "data/p2.json.gz|1|0|r1", "data/p3.json.gz|1|0|r2"]);
	expect(await load(block)).toEqual({ files: 0, skipped: 3, rows: 0, rejects: 0 });
});

test("a landing table that somebody dropped is filled again from the files that are there", async () => {
	const block = { files: "gone/*.csv", columns: [{ name: "id" }] };
	put("gone/a.csv", "id\n1\n");
	put("gone/b.csv", "id\n2\n");
	await load(block, { name: "gone" });
	await query("drop table landing.gone");
	rmSync(join(root, "gone/b.csv"));
	expect(await load(block, { name: "gone" })).toMatchObject({ files: 1, skipped: 0, rows: 1 });
	expect(await query("select id from landing.gone")).toEqual(["1"]);
	put("gone/b.csv", "id\n2\n");
	expect(await load(block, { name: "gone" })).toMatchObject({ files: 1, skipped: 1, rows: 1 });
});

test("trailing commas are read as blanks where the load says so, and are a mistake where it does not", async () => {
	put("data/a.json", '[\n {"id": 1, "title": "a,]",},\n {"id": "x", },\n]\n');
	const columns = [{ name: "id", type: "bigint" }, { name: "title" }];
	expect(await mistakes({ files: "data/*.json", columns })).toEqual([
		'TFM-LOAD-008 data/a.json:2:27 not JSON: unexpected "}"',
	]);
	const accept = { trailing_commas: "accept" };
	expect(await load({ files: "data/*.json", columns, ...accept })).toMatchObject({ rows: 1, rejects: 1 });
	expect(await query("select id, title from landing.t")).toEqual(["1|a,]"]);
	// A reject is kept as it came.
	expect(await query("select raw from landing.t__rejects")).toEqual(['{"id": "x", }']);

	put("lines/a.jsonl", '{"n": [1, 2, ], }\n{"n": [,]}');
	expect(await load({ files: "lines/*.jsonl", ...accept }, { name: "lines" })).toMatchObject({ rows: 1, rejects: 1 });
	expect(await query("select record from landing.lines")).toEqual(['{"n": [1, 2  ]  }']);

	const csv = { files: "data/*.csv", columns: [{ name: "id" }], ...accept };
	expect(await mistakes(csv)).toEqual([
		"TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: has trailing_commas, which is for json and jsonl",
	]);
});

test("declared columns take exact values; what does not fit is kept among the rejects with its reason", async () => {
	const lines = [
		'{"id": 9007199254740993, "at": "2026-01-01T00:00:00+02:00", "address": {"city": "Köln"}, "amount": 0.10, "raw": "x", "ok": true}',
		"",
		'{"id": "7", "amount": 1e2, "raw": {"k": [1.0]}}',
		'{"id": 1.5}',
		'{"id": 1, "at": "2026-02-30"}',
		"not json",
		'{"id": 2, "address": {"city": "a\\u0000b"}}',
		'{"id": 3, "address": {"city": "\\\\u0000"}}',
		'{"id": 4, "address": {"city": "\\ud83d"}}',
	];
	put("data/a.jsonl", `\ufeff${lines.join("\r\n")}`);
	const columns = [
		{ name: "id", type: "bigint" },
		{ name: "at", type: "timestamptz" },
		{ name: "city", path: "address.city" },
		{ name: "amount", type: "numeric" },
		{ name: "raw", type: "json" },
		{ name: "ok", type: "boolean" },
	];
	expect(await load({ files: "data/*.jsonl", columns })).toEqual({ files: 1, skipped: 0, rows: 3, rejects: 5 });
	expect(
		await query("select id, at at time zone 'utc', city, amount, raw, ok, _tfm_row from landing.t order by _tfm_row"),
	).toEqual([
		'9007199254740993|2025-12-31T22:00:00|Köln|0.10|"x"|true|1',
		'7|||100|{"k": [1.0]}||3',
		"3||\\u0000||||8",
	]);
	expect(await query("select _tfm_row, reason, raw from landing.t__rejects order by 1")).toEqual([
		'4|id: "1.5" is not a whole number of 64 bits|{"id": 1.5}',
		'5|at: "2026-02-30" is not a timestamp (YYYY-MM-DD HH:MM:SS+00:00)|{"id": 1, "at": "2026-02-30"}',
		"6|not JSON|not json",
		'7|city: holds the character NUL, which the database cannot store|{"id": 2, "address": {"city": "a\\u0000b"}}',
		'9|city: holds half of a surrogate pair, which is no character|{"id": 4, "address": {"city": "\\ud83d"}}',
	]);
});

test("a whole record that no text can hold is a reject", async () => {
	put("a.json", '[{"a":"\\u0000"},{"a":"\\\\u0000"},{"\\ud800":1},{"a":"\\ud83d\\ude00"},5,"x"]');
	expect(await load({ files: "*.json" })).toEqual({ files: 1, skipped: 0, rows: 2, rejects: 4 });
	expect(await query("select record->>'a' from landing.t order by _tfm_row")).toEqual(["\\u0000", "😀"]);
});

test("CSV files land by their headers; ragged and unfit rows are rejects", async () => {
	put("a.csv", 'id;when;note\n1;2026-01-01;"a;\nb"\n\n2;soon;x\n3;2026-01-02\n4;;\n');
	const columns = [
		{ name: "key", type: "integer", path: "id" },
		{ name: "day", type: "date", path: "when" },
		{ name: "note" },
	];
	expect(await load({ files: "*.csv", delimiter: ";", columns })).toEqual({
		files: 1,
		skipped: 0,
		rows: 2,
		rejects: 2,
	});
	expect(await query("select key, day, note, _tfm_row from landing.t order by 1")).toEqual([
		"1|2026-01-01|a;\nb|1",
		"4|||5",
	]);
	expect(await query("select _tfm_row, raw, reason from landing.t__rejects order by 1")).toEqual([
		'3|2;soon;x|day: "soon" is not a date (YYYY-MM-DD) (line 5)',
		"4|3;2026-01-02|2 values where the header has 3 (line 6)",
	]);
	put("b.csv", "id;note\n1;2\n");
	expect(await mistakes({ files: "*.csv", delimiter: ";", columns })).toEqual([
		'TFM-LOAD-011 b.csv:1:1 the file has no column "when"',
	]);
});

test("a changed file is an error, or loaded again, or everything is", async () => {
	put("a.jsonl", '{"x":1}\n{"x":2}\nbad\n');
	put("b.jsonl", '{"x":3}\n');
	await load({ files: "*.jsonl" });
	put("a.jsonl", '{"x":4}\n');
	expect(await mistakes({ files: "*.jsonl" })).toEqual([
		"TFM-LOAD-012 models/landing/_raw.yml:7:5 a.jsonl was loaded at 2026-11-21T10:00:00.000Z and has other bytes now",
	]);
	expect(await load({ files: "*.jsonl", on_change: "reload" })).toEqual({
		files: 1,
		again: 1,
		skipped: 1,
		rows: 1,
		rejects: 0,
	});
	expect(
		await query("select record->>'x', (select count(*) from landing.t__rejects) from landing.t order by 1"),
	).toEqual(["3|0", "4|0"]);
	expect(await load({ files: "*.jsonl" }, { fullRefresh: true })).toEqual({
		files: 2,
		skipped: 0,
		rows: 2,
		rejects: 0,
	});
	rmSync(join(root, "b.jsonl"));
	expect(await load({ files: "*.jsonl", mode: "replace" })).toEqual({ files: 1, skipped: 0, rows: 1, rejects: 0 });
	expect(await load({ files: "*.jsonl", mode: "replace" })).toEqual({ files: 0, skipped: 1, rows: 0, rejects: 0 });
	expect(await query("select record->>'x' from landing.t")).toEqual(["4"]);
	expect(await ledger()).toEqual(["a.jsonl|1|0|r1"]);
});

test("bad files fail the whole load with their place, and nothing is written", async () => {
	put("d/a.json.gz", '[{"x":1}]');
	const zipped = gzipSync(`[${Array.from({ length: 5000 }, (_, i) => `{"x":${i * 7}}`).join(",")}]`);
	put("d/b.json.gz", zipped.subarray(0, -20));
	expect(await mistakes({ files: "d/*.json.gz" })).toEqual([
		"TFM-LOAD-002 d/b.json.gz is cut short: the gzip stream ends too early",
	]);
	put("d/b.json.gz", '[{"x":1},\n {"x":,}]');
	expect(await mistakes({ files: "d/*.json.gz" })).toEqual(['TFM-LOAD-008 d/b.json.gz:2:7 not JSON: unexpected ","']);
	put("d/b.json.gz", '[{"x":1},\n {"x":2}');
	expect(await mistakes({ files: "d/*.json.gz" })).toEqual([
		"TFM-LOAD-008 d/b.json.gz:2:9 not JSON: the text ends too early",
	]);
	put("d/b.json.gz", gzipSync(Buffer.from('[\n{"x":"\xe9"}]', "latin1")));
	expect(await mistakes({ files: "d/*.json.gz" })).toEqual([
		"TFM-LOAD-003 d/b.json.gz:2:1 d/b.json.gz is not UTF-8: byte 0xe9 begins no character",
	]);
	expect(await mistakes({ files: "d/*.json.gz", records: "data" })).toEqual([
		'TFM-LOAD-009 d/a.json.gz:1:1 no "data" in this page, where records: data looks for it',
	]);
	expect(await query("select to_regclass('landing.t') is null")).toEqual(["true"]);
});

test("only files under the project are read", async () => {
	writeFileSync(join(home, "secret.jsonl"), '{"x":1}');
	mkdirSync(join(home, "outside"), { recursive: true });
	writeFileSync(join(home, "outside", "s.jsonl"), '{"x":1}');
	put("data/a.jsonl", '{"x":1}');
	for (const files of ["../*.jsonl", join(home, "*.jsonl"), "data/../../*.jsonl"])
		expect((await mistakes({ files }))[0]).toMatch(/^TFM-LOAD-010 .*leaves the project/);
	symlinkSync(join(home, "outside"), join(root, "linked"));
	expect((await mistakes({ files: "linked/*.jsonl" }))[0]).toMatch(
		/^TFM-LOAD-017 .*linked\/s.jsonl.*leads out of the project/,
	);
	expect((await load({ files: "**/*.jsonl" })).files).toBe(1);
	expect((await mistakes({ files: "none/*.jsonl" }))[0]).toMatch(
		/^TFM-LOAD-013 models\/landing\/_raw.yml:7:5 no file matches none/,
	);
});

test("all mistakes of a load: block are told at once", async () => {
	expect(
		await mistakes({
			file: "x",
			format: "xml",
			columns: [{ name: "a", type: "int4" }, { name: "_tfm_x" }, { name: "b" }, { name: "b" }, 3],
			mode: "upsert",
		}),
	).toEqual([
		'TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: has an unknown key "file"',
		"TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: needs files",
		'TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: format "xml" is not one of json, jsonl, csv, parquet',
		'TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: column a: type "int4" is not one of text, integer, bigint, numeric, real, double, boolean, date, time, timestamp, timestamptz, uuid, bytea, json',
		"TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: column _tfm_x: names that start with _tfm_ are tfm's own",
		"TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: column b stands there twice",
		"TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: each column needs a name",
		'TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: mode "upsert" is not one of append, replace, merge',
	]);
});

test("the table follows the block: new columns are added, a changed type needs a full refresh, a strange table is refused", async () => {
	put("a.jsonl", '{"x":"1","y":"2"}');
	await load({ files: "*.jsonl", columns: [{ name: "x" }] });
	put("b.jsonl", '{"x":"3","y":"4"}');
	await load({ files: "*.jsonl", columns: [{ name: "y" }] });
	expect(await query("select x, y from landing.t order by _tfm_file")).toEqual(["1|", "|4"]);
	const typed = { files: "*.jsonl", columns: [{ name: "x", type: "integer" }] };
	expect(await mistakes(typed)).toEqual([
		"TFM-LOAD-015 landing.t exists and its column x is text, where load: says integer",
	]);
	expect((await load(typed, { fullRefresh: true })).rows).toBe(2);
	expect(await query("select x + 1 from landing.t order by 1")).toEqual(["2", "4"]);
	await query("create table landing.other as select 1 as x");
	expect((await mistakes(typed, { name: "other" }))[0]).toMatch(
		/landing.other exists and is no landing table of tfm: it has no column _tfm_file/,
	);
});

test("a table with the longest name has rejects of its own", async () => {
	put("a.jsonl", "x\n");
	const name = "ü".repeat(31);
	expect(await load({ files: "*.jsonl" }, { name })).toEqual({ files: 1, skipped: 0, rows: 0, rejects: 1 });
	expect(
		await query(
			"select relname from pg_class where relnamespace = 'landing'::regnamespace and relkind = 'r' order by 1",
		),
	).toEqual([`${"ü".repeat(27)}__rejects`, name]);
});

test("many rejects are written while the file is read, and large files in pieces", async () => {
	const lines = Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? `{"x":${i}}` : "bad"));
	put("a.jsonl.gz", lines.join("\n"));
	expect(await load({ files: "*.jsonl.gz" })).toEqual({ files: 1, skipped: 0, rows: 20_000, rejects: 20_000 });
	expect(await query("select sum((record->>'x')::int), count(distinct _tfm_row) from landing.t")).toEqual([
		"399980000|20000",
	]);
	expect(await query("select count(distinct _tfm_row) from landing.t__rejects")).toEqual(["20000"]);
});

test("a file that changes between its hash and its rows fails the load", async () => {
	const block = { files: "*.jsonl", on_change: "reload" };
	put("a.jsonl", '{"x":1}');
	await load(block);
	put("a.jsonl", '{"x":2}');
	// The clock is read when the rows are about to be.
	const clock = () => {
		put("a.jsonl", '{"x":3}');
		return new Date("2026-11-21T10:00:00Z");
	};
	expect(await mistakes(block, { clock })).toEqual(["TFM-LOAD-016 a.jsonl changed while it was being read"]);
});

test("an aborted load leaves nothing", async () => {
	put("a.jsonl", '{"x":1}');
	await expect(load({ files: "*.jsonl" }, { signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
	expect(await ledger()).toEqual([]);
});

test("rows and rejects go when their retention is over, and their files are not taken in again", async () => {
	const block = { files: "*.jsonl", columns: [{ name: "x", type: "integer" }], retention: "30 days" };
	const on = (day: string) => ({ clock: () => new Date(`2026-${day}T10:00:00Z`) });
	put("a.jsonl", '{"x":1}\n{"x":"one"}\n');
	expect(await load(block, on("10-01"))).toEqual({ files: 1, skipped: 0, rows: 1, rejects: 1, purged: 0 });
	put("b.jsonl", '{"x":2}\n');
	expect(await load(block, on("10-31"))).toMatchObject({ rows: 1, purged: 0 });
	expect(await load(block, on("11-01"))).toEqual({ files: 0, skipped: 2, rows: 0, rejects: 0, purged: 2 });
	expect(await query("select x from landing.t")).toEqual(["2"]);
	expect(await query("select count(*) from landing.t__rejects")).toEqual(["0"]);
	expect(await mistakes({ ...block, mode: "replace", retention: "soon" })).toEqual([
		'TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: retention "soon" is no time',
		"TFM-LOAD-010 models/landing/_raw.yml:7:5 the load: block of raw.t: has retention, which is for mode append and merge",
	]);
});
