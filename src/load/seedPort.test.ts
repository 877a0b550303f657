import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testAdapter } from "../adapters/pglite/testing/testAdapter.ts";
import type { Adapter } from "../core/adapter.ts";
import type { TfmError } from "../core/diagnostic.ts";
import type { SeedNode } from "../core/node.ts";
import type { SeedPort } from "../core/ports.ts";
import { createSeedPort } from "./seedPort.ts";

const home = mkdtempSync(join(tmpdir(), "tfm-seedport-"));
let adapter: Adapter;
let seeds: SeedPort;
/** Begins with types that it guesses from one row and the last bytes. */
let guessing: SeedPort;
beforeAll(async () => {
	adapter = testAdapter(join(home, "db"));
	await adapter.open();
	seeds = createSeedPort(adapter.dialect, { empty: false });
	guessing = createSeedPort(adapter.dialect, { empty: false, sample: { least: 0, rows: 1, end: 8 } });
	mkdirSync(join(home, "seeds"));
});
afterAll(async () => {
	await adapter.close();
	rmSync(home, { recursive: true });
});

const node = (content: string, config: Readonly<Record<string, unknown>> = {}): SeedNode => {
	writeFileSync(join(home, "seeds", "s.csv"), content);
	return {
		name: "s",
		root_path: home,
		original_file_path: "seeds/s.csv",
		config,
		location: { file: "seeds/s.csv", line: 1, column: 1 },
	} as unknown as SeedNode;
};

/** [columns with their types, rows] as they stand in the database. */
const loadedBy = (port: SeedPort, seed: SeedNode): Promise<readonly (readonly string[])[]> =>
	adapter.withSession(async (session) => {
		await session.execute("drop table if exists public.s");
		const relation = { database: "", schema: "public", identifier: "s" };
		const { rows } = await port.load({ node: seed, session, relation, signal: new AbortController().signal });
		const columns = [...(await session.listColumns([relation])).values()][0]!.map((c) => `${c.name} ${c.type}`);
		const found = (await session.query("select * from public.s")).rows.map((r) =>
			r.map((c) => (c === null ? "∅" : String(c))).join("|"),
		);
		expect(found.length).toBe(rows);
		return [columns, found];
	});

/** The same whether types are guessed first or not. */
async function loaded(seed: SeedNode): Promise<readonly (readonly string[])[]> {
	const told = (port: SeedPort) => loadedBy(port, seed).catch((e: unknown) => (e as TfmError).diagnostics ?? e);
	expect(await told(guessing)).toEqual(await told(seeds));
	return loadedBy(seeds, seed);
}

test("a seed becomes a table with dbt's types and values", async () => {
	const csv = `id,Name,price,day,at,ok,none
1,"a, ""b""
c\\n",1.50,2020-1-5,2020-01-05T10:00:00.25+02:00,TRUE,
007,tab\there,"$1,000",null,,false,NULL
-3, x ,1e-3,2020-02-29,20200229T101112,,
`;
	expect(await loaded(node(csv))).toEqual([
		[
			"id integer",
			"Name text",
			"price double precision",
			"day date",
			"at timestamp without time zone",
			"ok boolean",
			"none integer",
		],
		[
			'1|a, "b"\nc\\n|1.5|2020-01-05|2020-01-05T08:00:00.25|true|∅',
			"7|tab\there|1000|∅|∅|false|∅",
			"-3| x |0.001|2020-02-29|2020-02-29T10:11:12|∅|∅",
		],
	]);
});

test("numbers that dbt's types cannot hold get a wider one", async () => {
	expect(await loaded(node("a,b,c,d\n2147483648,9223372036854775808,inf,1e30\n1,1e3,1.5,1\n"))).toEqual([
		["a bigint", "b numeric", "c double precision", "d double precision"],
		["2147483648|9223372036854775808|Infinity|1e+30", "1|1000|1.5|1"],
	]);
});

test.each([
	["what the database refuses for the type of the first row", "3000000000", "bigint"],
	["a text among numbers", "x", "text"],
	["a fraction", "0.5", "double precision"],
	["nothing", "", "integer"],
])("a guess that a later row proves wrong is made good: %s", async (_, value, type) => {
	const rows = ["1", "2", value, "4", "5", "6", "7"];
	const csv = `n,t\n${rows.map((row) => `${row},y`).join("\n")}\n`;
	expect(await loaded(node(csv))).toEqual([[`n ${type}`, "t text"], rows.map((row) => `${row === "" ? "∅" : row}|y`)]);
});

test("column types, delimiter and quoting follow the config", async () => {
	const seed = node("Zip;N\n00501;1\n", { delimiter: ";", column_types: { Zip: "varchar(5)" }, quote_columns: false });
	expect(await loaded(seed)).toEqual([["zip character varying(5)", "n integer"], ["00501|1"]]);
	expect(await loaded(node("a\n"))).toEqual([["a integer"], []]);
});

test("without quoting, a header that brings quotes of its own keeps its case and its signs", async () => {
	const seed = node('Id,"""from""","""a-B"""\n1,x,y\n', { quote_columns: false });
	expect(await loaded(seed)).toEqual([["id integer", "from text", "a-B text"], ["1|x|y"]]);
});

test("the hash changes with the bytes and with every config that shapes the table, and with nothing else", async () => {
	const base = await seeds.hash(node("a\n1\n"));
	expect(await seeds.hash(node("a\n1\n", { tags: ["x"], delimiter: ",", quote_columns: true }))).toBe(base);
	const others = [
		node("a\n1\n", { delimiter: ";" }),
		node("a\n1\n", { column_types: { a: "text" } }),
		node("a\n1\n", { quote_columns: false }),
	];
	const hashes = [base];
	for (const other of others) hashes.push(await seeds.hash(other));
	hashes.push(await seeds.hash(node("a\n1\n\n")));
	expect(new Set(hashes).size).toBe(5);
});

test("a seed that cannot be read creates nothing", async () => {
	await adapter.withSession((s) => s.execute("drop table if exists public.s"));
	await expect(
		adapter.withSession((session) =>
			seeds.load({
				node: node("a,b\n1,2,3\n"),
				session,
				relation: { database: "", schema: "public", identifier: "s" },
				signal: new AbortController().signal,
			}),
		),
	).rejects.toThrow(/^TFM-LOAD-004/);
	await adapter.withSession(async (s) =>
		expect((await s.query("select to_regclass('public.s') is null")).rows).toEqual([[true]]),
	);
});

test.each([
	["id,day\n1,2026-01-01\n\n2,2026-01-32\n", { day: "date" }, { line: 4, column: 3, endColumn: 13 }, "2,2026-01-32"],
	['id,n\n"a\nb",1\nc,x\n', { n: "int" }, { line: 4, column: 3, endColumn: 4 }, "c,x"],
	['id,n\n"a, b",x\n', { n: "int" }, { line: 2, column: 1 }, '"a, b",x'],
])("a value that its type does not take is told at its place in the file: %j", async (csv, types, place, source) => {
	const error = await loaded(node(csv, { column_types: types })).catch((e: unknown) => e);
	expect(error).toMatchObject({
		diagnostics: [{ code: "TFM-LOAD-018", at: { file: "seeds/s.csv", ...place }, source }],
	});
});

test("--empty makes the table with its types and no rows, and another run fills it", async () => {
	const empty = createSeedPort(adapter.dialect, { empty: true });
	const seed = node("id,price\n1,1.5\n");
	await adapter.withSession(async (session) => {
		await session.execute("drop table if exists public.s");
		const relation = { database: "", schema: "public", identifier: "s" };
		const { rows } = await empty.load({ node: seed, session, relation, signal: new AbortController().signal });
		expect(rows).toBe(0);
		const columns = [...(await session.listColumns([relation])).values()][0]!.map((c) => `${c.name} ${c.type}`);
		expect(columns).toEqual(["id integer", "price double precision"]);
		expect((await session.query("select * from public.s")).rows).toEqual([]);
	});
	expect(await empty.hash(seed)).not.toBe(await seeds.hash(seed));
});

test.each([
	["TFM-LOAD-019", "a|b\n1|2\n", { delimiter: "" }],
	["TFM-LOAD-019", "a|b\n1|2\n", { delimiter: "||" }],
	["TFM-LOAD-020", "a|b\n1|2\n", { delimiter: ";", quote_columns: false }],
])("a config with which dbt fails is refused: %s of %j with %j", async (code, csv, config) => {
	await expect(loaded(node(csv, config))).rejects.toMatchObject({ diagnostics: [{ code }] });
});

test("types for columns that the header does not have are a remark, with the name that was meant", async () => {
	const stray = (csv: string, config: object) => seeds.strayTypes(node(csv, { ...config }));
	const found = await stray("\uFEFFid;amount\n1;2\n", {
		delimiter: ";",
		column_types: { id: "int", Amount: "numeric" },
	});
	expect(found).toMatchObject({
		code: "TFM-LOAD-036",
		message: "column_types of the seed s name columns that its file does not have: Amount",
		hint: 'did you mean "amount"?',
		source: "id;amount",
	});
	expect(await stray("id,amount\n", { column_types: { id: "int", amount: "numeric" } })).toBeNull();
	expect(await stray("", { column_types: { id: "int" } })).toBeNull();
});
