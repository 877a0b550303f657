import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const TYPED = `columns:
            - { name: id, type: integer }
            - { name: big, type: bigint }
            - { name: amount, type: numeric, path: "Amount EUR" }
            - { name: ratio, type: double }
            - { name: flag, type: boolean }
            - { name: day, type: date, formats: ["DD/MM/YYYY", "YYYY-MM-DD"] }
            - { name: clock, type: time }
            - { name: at, type: timestamp }
            - { name: zoned, type: timestamptz }
            - { name: uid, type: uuid }
            - { name: raw_bytes, type: bytea }
            - { name: doc, type: json }
            - { name: Order, type: text }`;
const DEEP = `columns: [{ name: id, type: integer }, { name: city, path: address.city }, { name: first, type: numeric, path: "items[0].price" }, { name: doc, type: json, path: address }, { name: seen, type: timestamp, formats: unix }]`;

/** Each loaded twice, out of the project's folder and out of a stage: what is said of the files, and the columns compared. */
const LOADS = {
	typed: [
		`format: csv, null_values: ["", "NA"]`,
		TYPED,
		'id, big, amount, ratio, flag, day, clock, at, zoned, uid, raw_bytes, doc, "ORDER"',
	],
	plain: [
		"format: csv, delimiter: ';', header: false",
		"columns: [{ name: id, type: integer }, { name: note }]",
		"id, note",
	],
	latin: ["format: csv, encoding: latin1, quote: none", "columns: [{ name: word }]", "word"],
	pages: ["format: json, records: data.list", DEEP, "id, city, first, doc, seen"],
	list: ["format: json", DEEP, "id, city, first, doc, seen"],
	lines: ["format: jsonl", DEEP, "id, city, first, doc, seen"],
	whole: ["format: json", "mode: append", "record"],
	guessed_csv: ["format: csv", "columns: infer", 'id, code, amount, day, seen, flag, "FULL NAME"'],
	guessed_lines: ["format: jsonl", "columns: infer", "id, address, items, seen, more"],
	guessed_pages: ["format: json, records: data.list", "columns: infer", "id, address, items, seen, more"],
	packed: [
		"format: parquet",
		`columns: [{ name: id, type: bigint }, { name: amount, type: numeric }, { name: ratio, type: double }, { name: day, type: date }, { name: at, type: timestamp }, { name: zoned, type: timestamptz }, { name: flag, type: boolean }, { name: town, path: city }, { name: doc, type: json }]`,
		"id, amount, ratio, day, at, zoned, flag, town, doc",
	],
} as const;

const UID = "00000000-0000-0000-0000-00000000000a";
const HEADER = "id,big,Amount EUR,ratio,flag,day,clock,at,zoned,uid,raw_bytes,doc,Order,unused\n";
const GOOD = `1,9223372036854775807,1.25,1e-3,yes,31/12/2025,10:00,2026-01-01 10:00:00.123456,2026-01-01T10:00:00+02:00,${UID},\\x00ff,"{""a"": [1]}","a ""b"",\nc",x\n`;
// Without blanks: the local server keeps a document's text as it came.
const record = (id: string, more = ""): string =>
	`{"id":${id},"address":{"city":"Köln","n":null},"items":[{"price":1.5}],"seen":1767225600${more}}`;
const RECORDS = [record("1"), record('"x"'), '"no record"', record("2", ',"more":1'), '{"id":null}'];
const FILES = {
	"typed/1.csv": `${HEADER}${GOOD}2,NA,,,,2026-02-28,,,,,,,,\nx,1,,,,,,,,,,,,\n3,1,,,,30/02/2026,,,,,,,,\n4,5\n5,,,,,,,,,,,,,,,\n6,,zero,,,,,,,,,,,\n\n`,
	"typed/2.csv.gz": gzipSync(
		`Order,unused,id,big,Amount EUR,ratio,flag,day,clock,at,zoned,uid,raw_bytes,doc\nlast,,7,,,,maybe,,,,,,,\nkept,,8,,,,f,,23:59:59,,,,,[]\n`,
	),
	"plain/1.csv": "1;one\n2;two;three\nx;four\n",
	"latin/1.csv": Buffer.from('word\nKöln "am" Rhein\n', "latin1"),
	"pages/1.json": `{"data": {"list": [${RECORDS.join(", ")}]}}`,
	"list/1.json": `[${RECORDS.join(", ")}]`,
	"list/2.json": record("9"),
	"lines/1.jsonl": `${RECORDS.join("\n")}\nno JSON\n\n`,
	"guessed_csv/1.csv":
		"id,code,amount,day,seen,flag,Full Name\n1,007,1.5,2026-01-31,2026-01-31T10:00:00Z,true,Ann\n2,008,2,,,false,\n3,4\n",
	"guessed_csv/2.csv": "flag,Full Name,id,code,amount,day,seen\ntrue,Bob,x,1,1,,\nfalse,Eve,4,1,1,,\n",
	"guessed_lines/1.jsonl": `${RECORDS.join("\n")}\n{broken\n`,
	"guessed_pages/1.json": `{"data": {"list": [${record("1")}, ${record("2", ',"more":1')}, 3]}}`,
	"whole/1.json": `[${record("1")},[1,2], 3]`,
};

/** The same record in a Parquet file, as another engine writes it. */
const PARQUET = `select 1::bigint as id, 1.25::decimal(9, 2) as amount, 0.1::double as ratio, date '2026-01-31' as day, timestamp '2026-01-01 10:00:00.123456' as at, timestamptz '2026-01-01 10:00:00+00' as zoned, true as flag, 'Köln' as city, {'n': [1, 2]} as doc union all select null, null, null, null, null, null, null, 'x', null`;

const table = (name: string, files: string, [how, columns]: readonly string[]): string => `
      - name: ${name}
        load:
          ${files}
          ${how!.replace(/, (?=\w+:)/g, "\n          ")}
          ${columns}`;
const SOURCES = `sources:\n  - name: raw\n    schema: landing\n    tables:${Object.entries(LOADS)
	.map(
		([name, load]) =>
			table(`${name}_files`, `files: in/${name}/*`, load) +
			table(`${name}_stage`, `stage: "@analytics.public.inbox/${name}"`, load),
	)
	.join("")}\n`;

describe("what files of the project can be, files of a stage can be", { timeout: 120_000 }, () => {
	let store: string;
	let shop: ProjectOnSnowflake;
	beforeAll(async () => {
		store = mkdtempSync(join(tmpdir(), "tfm-store-"));
		for (const [name, bytes] of Object.entries(FILES)) {
			mkdirSync(join(store, "in", name, ".."), { recursive: true });
			writeFileSync(join(store, "in", name), bytes);
		}
		mkdirSync(join(store, "in/packed"));
		const duck = await (await DuckDBInstance.create()).connect();
		await duck.run(`copy (${PARQUET}) to '${join(store, "in/packed/1.parquet")}' (format parquet)`);
		duck.closeSync();
		shop = await projectOnSnowflake(
			{
				"tfm_project.yml": "name: shop\nprofile: shop\nlayers: [landing]\nschema_naming: exact\n",
				"models/landing/sources.yml": SOURCES,
			},
			{ stores: { "s3://shop/": store } },
		);
		cpSync(join(store, "in"), join(shop.root, "in"), { recursive: true });
		await shop.rows("create stage analytics.public.inbox url = 's3://shop/in/'");
	});
	afterAll(async () => {
		await shop.stop();
		rmSync(store, { recursive: true });
	});
	// Where records have line ends inside, Snowflake does not tell their lines.
	const reason = "regexp_replace(reason, ' [(]line [0-9]+[)]$', '')";
	const file = "regexp_replace(_tfm_file, '^(@analytics.public.inbox|in)/', '')";

	test("rows and rejects are those of the same files in the project", async () => {
		const loaded = await shop.call("load");
		expect([loaded.code, loaded.stderr], loaded.stdout).toEqual([0, ""]);
		for (const [name, [, , columns]] of Object.entries(LOADS)) {
			const rows = (where: string) =>
				shop.rows(`select ${file}, _tfm_row, ${columns} from landing.${name}_${where} order by 1, 2`);
			const rejects = (where: string) =>
				shop.rows(`select ${file}, _tfm_row, ${reason} from landing.${name}_${where}__rejects order by 1, 2`);
			expect.soft(await rows("stage"), name).toEqual(await rows("files"));
			expect.soft(await rejects("stage"), name).toEqual(await rejects("files"));
		}
		expect(await shop.run("load --select source:raw.guessed_csv_stage")).toContain("0 new files, 2 known");
		writeFileSync(join(store, "in/guessed_csv/3.csv"), "code,id,amount,day,seen,flag,Full Name\n9,9,9,,,true,Zoe\n");
		expect(await shop.run("load --select source:raw.guessed_csv_stage")).toContain("1 new file, 2 known, 1 row");
		const types = (where: string) =>
			shop.rows(
				`select replace(table_name, '_${where}', ''), column_name, data_type from information_schema.columns where table_schema = 'LANDING' and table_name like 'GUESSED_%_${where}' order by 1, ordinal_position`,
			);
		const guessed = await types("STAGE");
		expect(guessed).toEqual(await types("FILES"));
		expect(
			guessed.filter(([table, name]) => table === "GUESSED_CSV" && !/^_TFM/.test(String(name))),
		).toMatchInlineSnapshot(`
			[
			  [
			    "GUESSED_CSV",
			    "ID",
			    "NUMBER",
			  ],
			  [
			    "GUESSED_CSV",
			    "CODE",
			    "TEXT",
			  ],
			  [
			    "GUESSED_CSV",
			    "AMOUNT",
			    "NUMBER",
			  ],
			  [
			    "GUESSED_CSV",
			    "DAY",
			    "DATE",
			  ],
			  [
			    "GUESSED_CSV",
			    "SEEN",
			    "TIMESTAMP_TZ",
			  ],
			  [
			    "GUESSED_CSV",
			    "FLAG",
			    "BOOLEAN",
			  ],
			  [
			    "GUESSED_CSV",
			    "FULL NAME",
			    "TEXT",
			  ],
			]
		`);
		expect(
			await shop.rows("select * exclude (_tfm_file, _tfm_loaded_at) from landing.typed_stage order by id"),
		).toMatchInlineSnapshot(`
			[
			  [
			    "1",
			    "9223372036854775807",
			    "1.250000000000",
			    0.001,
			    true,
			    "2025-12-31",
			    "10:00:00",
			    "2026-01-01T10:00:00.123456",
			    "2026-01-01T08:00:00+00:00",
			    "00000000-0000-0000-0000-00000000000a",
			    "00FF",
			    "{"a": [1]}",
			    "a "b",
			c",
			    "1",
			  ],
			  [
			    "2",
			    null,
			    null,
			    null,
			    null,
			    "2026-02-28",
			    null,
			    null,
			    null,
			    null,
			    null,
			    null,
			    null,
			    "2",
			  ],
			  [
			    "8",
			    null,
			    null,
			    null,
			    false,
			    null,
			    "23:59:59",
			    null,
			    null,
			    null,
			    null,
			    "[]",
			    "kept",
			    "2",
			  ],
			]
		`);
		expect(
			await shop.rows(`select ${file}, _tfm_row, reason, raw from landing.typed_stage__rejects order by 1, 2`),
		).toMatchInlineSnapshot(`
			[
			  [
			    "typed/1.csv",
			    "3",
			    "id: "x" is not a whole number of 32 bits",
			    "["x","1","","","","","","","","","","","",""]",
			  ],
			  [
			    "typed/1.csv",
			    "4",
			    "day: "30/02/2026" is not a date as DD/MM/YYYY or YYYY-MM-DD",
			    "["3","1","","","","30/02/2026","","","","","","","",""]",
			  ],
			  [
			    "typed/1.csv",
			    "5",
			    "2 values where the header has 14",
			    "["4","5"]",
			  ],
			  [
			    "typed/1.csv",
			    "6",
			    "16 values where the header has 14",
			    "["5","","","","","","","","","","","","","","",""]",
			  ],
			  [
			    "typed/1.csv",
			    "7",
			    "amount: "zero" is not a number",
			    "["6","","zero","","","","","","","","","","",""]",
			  ],
			  [
			    "typed/2.csv.gz",
			    "1",
			    "flag: "maybe" is not true or false",
			    "["last","","7","","","","maybe","","","","","","",""]",
			  ],
			]
		`);
	});

	const merged = (more = "") => `sources:
  - name: raw
    schema: landing
    tables:
      - name: merged
        load: { stage: "@analytics.public.inbox/merged", format: csv, mode: merge, keys: [id], on_change: reload, columns: [{ name: id, type: integer }, { name: note }]${more} }
`;

	test("rows with a key are merged in whatever order files come, and a changed file gives keys back", async () => {
		mkdirSync(join(store, "in/merged"));
		const deliver = (name: string, ...rows: readonly string[]): void =>
			writeFileSync(join(store, "in/merged", name), `id,note\n${rows.join("\n")}\n`);
		shop.write({ "models/landing/sources.yml": merged() });
		const rows = async () =>
			(await shop.rows("select id, note, _tfm_file, _tfm_row from landing.merged order by id")).map((row) =>
				row.join(" ").replace("@analytics.public.inbox/merged/", ""),
			);
		const load = async (command = "load") => {
			const ran = await shop.call(command);
			expect([ran.code, ran.stderr], ran.stdout).toEqual([0, ""]);
			return rows();
		};
		deliver("2.csv", "1,second", "2,second", "2,again", ",nobody");
		deliver("4.csv", "1,fourth");
		expect(await load()).toEqual(["1 fourth 4.csv 1", "2 again 2.csv 3"]);
		deliver("3.csv", "1,third", "3,third");
		expect(await load()).toEqual(["1 fourth 4.csv 1", "2 again 2.csv 3", "3 third 3.csv 2"]);
		deliver("4.csv", "5,fourth");
		const last = ["1 third 3.csv 1", "2 again 2.csv 3", "3 third 3.csv 2", "5 fourth 4.csv 1"];
		expect(await load()).toEqual(last);
		expect(await load("load --select source:raw.merged --full-refresh")).toEqual(last);
		expect(await shop.rows("select reason, raw from landing.merged__rejects")).toEqual([
			["id: is a key and has no value", '["","nobody"]'],
		]);
		// A refused load leaves rows, rejects and ledger as they were.
		const ledger = () =>
			shop.rows("select path, content_hash, rows, rejects from tfm_state.loaded_files order by path");
		const before = await ledger();
		shop.write({ "models/landing/sources.yml": merged(", max_rejects: 0") });
		deliver("5.csv", "1,fifth", "y,fifth");
		const refused = await shop.run("load");
		expect(refused).toContain("TFM-LOAD-022");
		expect([await rows(), await ledger()]).toEqual([last, before]);
	});

	test("a page that is no JSON, has no such list, or a CSV without a declared column stops the load at its file", async () => {
		mkdirSync(join(store, "in/wrong"));
		const told = async (name: string, text: string, load: string) => {
			writeFileSync(join(store, "in/wrong", name), text);
			shop.write({
				"models/landing/sources.yml": `sources: [{ name: raw, schema: landing, tables: [{ name: wrong, load: { stage: "@analytics.public.inbox/wrong", pattern: "${name}", ${load} } }] }]\n`,
			});
			return /error\[.*\n.*/.exec(await shop.run("load"))?.[0];
		};
		expect([
			await told("1.json", '[{"id": 1}, {', "mode: append"),
			await told("2.json", '{"data": []}', "records: result"),
			await told("3.csv", "ID,note\n1,a\n", "columns: [{ name: id }]"),
			await told("4.csv", "", "columns: [{ name: id }]"),
		]).toMatchInlineSnapshot(`
			[
			  "error[TFM-LOAD-008]: not JSON: unexpected character, pos 14
			      ┌─ @analytics.public.inbox/wrong/1.json:1:1",
			  "error[TFM-LOAD-009]: no "result" in this page, where records: result looks for it
			      ┌─ @analytics.public.inbox/wrong/2.json:1:1",
			  "error[TFM-LOAD-011]: the file has no column "id"
			      ┌─ @analytics.public.inbox/wrong/3.csv:1:1",
			  "error[TFM-LOAD-006]: @analytics.public.inbox/wrong/4.csv has no header
			      ┌─ @analytics.public.inbox/wrong/4.csv:1:1",
			]
		`);
	});
});
