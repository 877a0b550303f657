import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../src/adapters/postgres/testing/testDatabase.ts";
import { openTfmProcesses, type TfmProcesses } from "./tfmProcess.ts";

const MEBIBYTE = 1 << 20;
/** Beside a server, so that the memory is that of the load. Without any file it takes about 130 MiB. */
const MOST = 300 * MEBIBYTE;

const FILES = {
	wide: "wide.csv",
	line: "line.jsonl",
	latin: "latin.csv",
	short: "short.jsonl.gz",
	footless: "footless.parquet",
	zeros: "zeros.jsonl.gz",
	quote: "quote.csv",
	page: "page.json",
};
/** What each file is told to be, in the summary of one load of them all. */
const TOLD: Readonly<Record<keyof typeof FILES, string | RegExp>> = {
	wide: "data/wide.csv has 10000 columns; a table has 1597 at most",
	line: /landing\.line .*2 rows.*1 reject/,
	latin: "data/latin.csv is not UTF-8: byte 0xf6 begins no character",
	short: "data/short.jsonl.gz is cut short: the gzip stream ends too early",
	footless: "data/footless.parquet cannot be read as Parquet: it has no footer (PAR1 at its end)",
	zeros: "data/zeros.jsonl.gz unpacks to more than 250 times its size: it looks like a bomb",
	quote: "cannot be read as CSV: a quote that opens here is not closed within 16 MiB",
	page: "data/page.json is larger than 256 MiB, and a JSON page is read whole",
};

function writeFiles(root: string): void {
	const put = (name: string, content: string | Buffer): void => writeFileSync(join(root, "data", name), content);
	/** `middle` fills so many MiB between two texts. */
	function large(name: string, [before, after]: readonly [string, string], mebibytes: number): void {
		const file = openSync(join(root, "data", name), "w");
		writeSync(file, before);
		for (let i = 0; i < mebibytes; i++) writeSync(file, Buffer.alloc(MEBIBYTE, "y"));
		writeSync(file, after);
		closeSync(file);
	}
	const columns = Array.from({ length: 10_000 }, (_, i) => `c${i}`).join();
	put("wide.csv", `${columns}\n${columns}\n`);
	large("line.jsonl", ['{"a": 1}\n{"x":"', '"}\n{"a": 2}\n'], 100);
	put("latin.csv", Buffer.from("x\nK\xf6ln\n", "latin1"));
	put("short.jsonl.gz", gzipSync('{"a": 1}\n'.repeat(1000)).subarray(0, -10));
	put("footless.parquet", Buffer.concat([Buffer.from("PAR1"), Buffer.alloc(5000, 1)]));
	// 1 GiB of zeros in 1 MiB, as members that unpack one after the other.
	put("zeros.jsonl.gz", Buffer.concat(Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * MEBIBYTE)))));
	large("quote.csv", ['x\n1\n"', "\n"], 100);
	large("page.json", ['[{"x":"', '"}]\n'], 257);
}

describeOnPostgres("files that no load can take", () => {
	const root = mkdtempSync(join(tmpdir(), "tfm-hostile-"));
	let processes: TfmProcesses;
	let database: TestDatabase;
	beforeAll(async () => {
		database = await createTestDatabase();
		processes = await openTfmProcesses();
		for (const folder of ["data", "models/landing"]) mkdirSync(join(root, folder), { recursive: true });
		writeFiles(root);
		const { host, port, user, password, database: name } = database;
		const dev = { type: "postgres", host, port, user, password, database: name, schema: "dev", threads: 2 };
		writeFileSync(join(root, "profiles.yml"), JSON.stringify({ shop: { target: "dev", outputs: { dev } } }));
		writeFileSync(
			join(root, "tfm_project.yml"),
			"name: shop\nprofile: shop\nlayers: [landing]\nschema_naming: exact\n",
		);
		const inferred = new Set(["wide", "latin", "quote"]);
		const tables = (Object.keys(FILES) as (keyof typeof FILES)[]).map((name) => ({
			name,
			load: { files: `data/${FILES[name]}`, ...(inferred.has(name) ? { columns: "infer" } : {}) },
		}));
		writeFileSync(
			join(root, "models/landing/_raw.yml"),
			JSON.stringify({ sources: [{ name: "raw", schema: "landing", tables }] }),
		);
		writeFileSync(
			join(root, "memory.mjs"),
			`import { writeFileSync } from "node:fs";
			process.on("exit", () => writeFileSync("memory.txt", String(process.resourceUsage().maxRSS * 1024)));`,
		);
	});
	afterAll(async () => {
		processes.dispose();
		await database.drop();
		rmSync(root, { recursive: true, force: true });
	});

	it("are told or turned away, one by one, in bounded memory", async () => {
		const load = processes.start(["load"], root, { NODE_OPTIONS: `--import=${join(root, "memory.mjs")}` });
		expect(await load.ended).toBe(1);
		for (const words of Object.values(TOLD))
			if (typeof words === "string") expect(load.said()).toContain(words);
			else expect(load.said()).toMatch(words);
		expect(Number(readFileSync(join(root, "memory.txt"), "utf8"))).toBeLessThan(MOST);
		expect(load.said()).toContain(`${Object.keys(TOLD).length - 1} failed`);
	});
});
