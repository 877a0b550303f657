import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { CopyText } from "../core/adapter.ts";
import type { CsvRecord } from "../core/csvScanner.ts";
import { TfmError } from "../core/diagnostic.ts";
import answers from "./agateAnswers.json" with { type: "json" };
import { csvPieces } from "./csvRecords.ts";
import { inferFromText, readSeed } from "./readSeed.ts";
import { inferFromBytes } from "./seedBytes.ts";
import { readText } from "./textFile.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-seed-"));
afterAll(() => rmSync(root, { recursive: true }));

const seed = async (content: string | Buffer, more: Partial<Parameters<typeof readSeed>[2]> = {}, name = "s.csv") => {
	writeFileSync(join(root, name), content);
	const table = await readSeed(join(root, name), `seeds/${name}`, { delimiter: ",", columnTypes: {}, ...more });
	const rows: (readonly (string | null)[])[] = [];
	for await (const batch of table.batches()) rows.push(...batch);
	expect(rows.length).toBe(table.rowCount);
	// What is sent to the database: in a float, `1.50` is the same as `1.5`.
	const value = (cell: string | null, i: number) =>
		cell !== null && table.columns[i]!.ddl === "float8" ? Number(cell) : cell?.replace("T", " ");
	const sent: (readonly (string | null)[])[] = [];
	for await (const piece of table.copies()) sent.push(...("data" in piece ? rowsOf(piece) : piece));
	if (!Object.hasOwn(more, "columnTypes"))
		expect(sent.map((row) => row.map(value))).toEqual(rows.map((row) => row.map(value)));
	else expect(sent).toEqual(rows);
	return { columns: table.columns, rows };
};

const LETTERS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };
const rowsOf = ({ data, rows }: CopyText): readonly (readonly (string | null)[])[] => {
	const lines = new TextDecoder().decode(data).split("\n");
	expect(lines.pop()).toBe("");
	expect(lines.length).toBe(rows);
	return lines.map((line) =>
		line.split("\t").map((field) => (field === "\\N" ? null : field.replace(/\\(.)/g, (_, c: string) => LETTERS[c]!))),
	);
};
/** `code file:line message` of every mistake. */
const mistakes = async (content: string | Buffer, more = {}, name = "s.csv") => {
	const error: unknown = await seed(content, more, name).then(
		() => undefined,
		(e: unknown) => e,
	);
	expect(error).toBeInstanceOf(TfmError);
	return (error as TfmError).diagnostics.map(
		(d) => `${d.code} ${d.at === undefined ? "" : `${d.at.file}:${d.at.line} `}${d.message}`,
	);
};

/** What dbt takes and silently spoils, or fails on with a stack trace: each is a told mistake here. */
const STRICTER: Readonly<Record<string, string>> = {
	long: "TFM-LOAD-004",
	"space quote": "TFM-LOAD-004",
	empty: "TFM-LOAD-006",
	"newline only": "TFM-LOAD-006",
	"quote after": "TFM-LOAD-007",
	unclosed: "TFM-LOAD-007",
	backslash: "TFM-LOAD-007",
	nul: "TFM-LOAD-014",
};

for (const file of answers.files as readonly {
	name: string;
	text: string;
	columns?: string[];
	rows?: (string | null)[][];
}[])
	test(`a CSV file with ${file.name} is read as by agate, or refused`, async () => {
		const stricter = STRICTER[file.name];
		if (stricter !== undefined) {
			expect((await mistakes(file.text))[0]).toMatch(new RegExp(`^${stricter} seeds/s.csv:[0-9]`));
			return;
		}
		const table = await seed(file.text);
		expect(table.columns.map((c) => c.name)).toEqual(file.columns);
		expect(table.rows).toEqual(file.rows);
	});

test("column types are taken as given, and such columns read as text", async () => {
	const table = await seed("zip,n\n00501,1\nnull,2\n,3\n", { columnTypes: { zip: "varchar(5)", other: "int" } });
	expect(table.columns).toEqual([
		{ name: "zip", ddl: "varchar(5)", fractions: false },
		{ name: "n", ddl: "integer", fractions: false },
	]);
	expect(table.rows.map((row) => row[0])).toEqual(["00501", null, null]);
});

test("every row with too many values is told with its line, also behind a value of several lines", async () => {
	expect(await mistakes('a,b\n1,2,3\n"x\ny",2\n1,2,3\n')).toEqual([
		"TFM-LOAD-004 seeds/s.csv:2 this row has 3 values, the header has 2",
		"TFM-LOAD-004 seeds/s.csv:5 this row has 3 values, the header has 2",
	]);
});

test("quotes that do not pair up are told where they open", async () => {
	expect(await mistakes('a,b\n1,2\n"x\ny","z\n3,4\n')).toEqual([
		"TFM-LOAD-007 seeds/s.csv:4 cannot be read as CSV: a quote that opens here is not closed before the end of the file",
	]);
	expect(await mistakes('a,b\n1,2\n"x\n"y,2\n')).toEqual([
		"TFM-LOAD-007 seeds/s.csv:4 cannot be read as CSV: text follows a closing quote: y",
	]);
});

test("headers that the database spells alike are one column", async () => {
	expect(await mistakes("a,b,A\n1,2,3\n", { nameOf: (n: string) => n.toLowerCase() })).toEqual([
		'TFM-LOAD-005 seeds/s.csv:1 column "A" stands twice in the header, at positions 1 and 3',
	]);
});

test("a wrong encoding is told with byte and line, wherever the file is cut into pieces", async () => {
	expect(await mistakes(Buffer.from("a\nx\ncaf\xe9\n", "latin1"))).toEqual([
		"TFM-LOAD-003 seeds/s.csv:3 seeds/s.csv is not UTF-8: byte 0xe9 begins no character",
	]);
	expect(await mistakes(Buffer.from("\ufeffa\nb\n", "utf16le"))).toEqual([
		"TFM-LOAD-003 seeds/s.csv:1 seeds/s.csv is not UTF-8: byte 0xff begins no character",
	]);
	const long = Buffer.concat([Buffer.from(`a\n${"é\n".repeat(100_000)}`), Buffer.from([0xc3])]);
	expect(await mistakes(long)).toEqual([
		"TFM-LOAD-003 seeds/s.csv:100002 seeds/s.csv is not UTF-8: byte 0xc3 begins no character",
	]);
	for (const shift of [0, 1, 2, 3])
		expect(
			await mistakes(
				Buffer.concat([
					Buffer.from(`a\n${"x".repeat(256 * 1024 - 5 + shift)}😀`),
					Buffer.from([0x80]),
					Buffer.from("\n"),
				]),
			),
		).toEqual(["TFM-LOAD-003 seeds/s.csv:2 seeds/s.csv is not UTF-8: byte 0x80 begins no character"]);
});

test("a missing file, and a gzip file that is cut short, damaged or empty", async () => {
	await expect(readSeed(join(root, "none.csv"), "seeds/none.csv", { delimiter: ",", columnTypes: {} })).rejects.toThrow(
		"TFM-LOAD-001: cannot read seeds/none.csv (ENOENT)",
	);
	const zipped = gzipSync(`a\n${Array.from({ length: 50_000 }, (_, i) => `${i * 7919}\n`).join("")}`);
	expect((await seed(zipped, {}, "s.csv.gz")).rows.length).toBe(50_000);
	expect(await mistakes(zipped.subarray(0, -9), {}, "s.csv.gz")).toEqual([
		"TFM-LOAD-002 seeds/s.csv.gz is cut short: the gzip stream ends too early",
	]);
	expect(await mistakes(Buffer.alloc(0), {}, "s.csv.gz")).toEqual([
		"TFM-LOAD-002 seeds/s.csv.gz is cut short: the gzip stream ends too early",
	]);
	zipped[5000]! ^= 255;
	expect(await mistakes(zipped, {}, "s.csv.gz")).toEqual(["TFM-LOAD-002 seeds/s.csv.gz is not a sound gzip file"]);
	expect(await mistakes("a\n1\n", {}, "s.csv.gz")).toEqual(["TFM-LOAD-002 seeds/s.csv.gz is not a sound gzip file"]);
});

test("what is quoted as RFC 4180 says comes back as it was", async () => {
	const value = fc
		.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", ";", "é", " ", "\t", "'", "\\") })
		.filter((v) => v.trim() !== "");
	await fc.assert(
		fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 1 }), async (lines) => {
			const quote = (v: string) => `"${v.replaceAll('"', '""')}"`;
			const table = await seed(`x,y\n${lines.map((l) => l.map(quote).join(",")).join("\r\n")}`, {
				columnTypes: { x: "text", y: "text" },
			});
			expect(table.rows).toEqual(lines);
		}),
	);
});

test("records are the same however the text is cut into pieces", async () => {
	const text = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", "é"), maxLength: 40 });
	const all = async (content: string) => {
		writeFileSync(join(root, "c.csv"), content);
		const records: unknown[] = [];
		try {
			for await (const piece of csvPieces({ absolute: join(root, "c.csv"), file: "c.csv", delimiter: "," }))
				for (const r of piece) records.push(r);
		} catch (error) {
			records.push(String(error));
		}
		return records;
	};
	await fc.assert(
		fc.asyncProperty(text, fc.integer({ min: 1, max: 45 }), async (content, back) => {
			// The stretch under test lies across the border between two pieces of 256 KiB; records before it are alike.
			const pad = `${"x".repeat(256 * 1024 - back)}
`;
			const shift = 1;
			const moved = (await all(content)).map((r) =>
				typeof r === "string" ? r : { ...(r as CsvRecord), line: (r as CsvRecord).line + shift },
			);
			expect((await all(pad + content)).slice(shift)).toEqual(moved);
		}),
		{ numRuns: 60 },
	);
});

test("text is the same however it is cut into pieces, and its byte order mark is gone", async () => {
	const text = `é€😀\n`.repeat(100_000);
	writeFileSync(join(root, "t.txt"), `\ufeff${text}`);
	let read = "";
	for await (const piece of readText(join(root, "t.txt"), "t.txt")) read += piece;
	expect(read === text).toBe(true);
});

test("a file that changes between its two readings fails the load", async () => {
	const path = join(root, "changing.csv");
	writeFileSync(path, "a\n1\n");
	const table = await readSeed(path, "seeds/changing.csv", { delimiter: ",", columnTypes: {} });
	writeFileSync(path, "a\n2\n");
	const read = async () => {
		for await (const batch of table.batches()) expect(batch).toHaveLength(1);
	};
	await expect(read()).rejects.toThrow("TFM-LOAD-016");
});

test("bytes and text of a file give the same types and rows", async () => {
	const word = fc.constantFrom(
		"",
		"null",
		" null",
		"12",
		"-3",
		"0",
		"-0.0",
		"007",
		"1.50",
		"-0.5",
		"2.0",
		"123456789012",
		"1e3",
	);
	const other = fc.constantFrom(
		"2020-01-05",
		"2020-1-5",
		"2020-02-30",
		"2020-01-05 10:00:00",
		"2020-01-05T10:00:00",
		"true",
	);
	const text = fc.constantFrom(
		"x",
		"TRUE",
		"a b",
		"é",
		" ",
		'"q"',
		'"a""b"',
		'"x\ny"',
		"a\\b",
		"\t",
		'5"',
		"1,5",
		"\0",
	);
	const column = fc.oneof(
		fc.array(word, { minLength: 1 }),
		fc.array(other, { minLength: 1 }),
		fc.array(text),
		fc.array(fc.oneof(word, other, text)),
	);
	await fc.assert(
		fc.asyncProperty(
			fc.array(column, { minLength: 1, maxLength: 4 }),
			fc.constantFrom("\n", "\r\n", "\r"),
			async (columns, end) => {
				const height = Math.max(...columns.map(({ length }) => length));
				const rows = Array.from({ length: height }, (_, row) => columns.map((values) => values[row] ?? "").join(","));
				const content = [columns.map((_, i) => `c${i}`).join(","), ...rows].join(end);
				writeFileSync(join(root, "s.csv"), content);
				const options = { delimiter: ",", columnTypes: {} };
				const text = await inferFromText(join(root, "s.csv"), "s.csv", options).catch((error: unknown) => {
					expect(error).toBeInstanceOf(TfmError);
					return null;
				});
				const bytes = await inferFromBytes({ absolute: join(root, "s.csv"), file: "s.csv" }, ",", (names) => names);
				if (text === null) expect(bytes).toBe(null);
				else if (bytes !== null) {
					expect(bytes.guesses.map((guess) => guess.column().ddl)).toEqual(
						text.guesses.map((guess) => guess.column().ddl),
					);
					expect([bytes.names, bytes.rowCount, bytes.digest.hash]).toEqual([
						text.names,
						text.rowCount,
						text.digest.hash,
					]);
					await seed(content);
				}
			},
		),
		{ numRuns: 300 },
	);
});
