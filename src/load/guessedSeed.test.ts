import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { guessSeed, WrongGuess } from "./guessedSeed.ts";
import { readSeed, type SeedOptions } from "./readSeed.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-guess-"));
afterAll(() => rmSync(root, { recursive: true }));
const absolute = join(root, "s.csv");
const OPTIONS: SeedOptions = { delimiter: ",", columnTypes: {} };
const SAMPLE = { least: 0, rows: 2, end: 24 };

/** Columns and COPY's text; null: nothing was guessed, "wrong": it was, and other rows said otherwise. */
async function guessed(options = OPTIONS) {
	const seed = await guessSeed({ absolute, file: "s.csv" }, options, SAMPLE);
	if (seed === null) return null;
	let text = "";
	try {
		for await (const { data } of seed.copies()) text += Buffer.from(data).toString();
	} catch (error) {
		expect(error).toBeInstanceOf(WrongGuess);
		return "wrong";
	}
	return { types: seed.columns.map((column) => column.ddl), text };
}

async function read(options = OPTIONS) {
	const seed = await readSeed(absolute, "s.csv", options);
	let text = "";
	for await (const piece of seed.copies()) {
		if (!("data" in piece)) return null;
		text += Buffer.from(piece.data).toString();
	}
	return { types: seed.columns.map((column) => column.ddl), text };
}

test("the types of the first rows and the last are those of all: the rows are the same as of a file that is read twice", async () => {
	writeFileSync(absolute, 'id,day,note\n1,2020-01-01,"a\tb"\n2,,x\n3,2020-01-31,null\n4,2020-02-01,y\n');
	expect(await guessed()).toEqual({
		types: ["integer", "date", "text"],
		text: "1\t2020-01-01\ta\\tb\n2\t\\N\tx\n3\t2020-01-31\t\\N\n4\t2020-02-01\ty\n",
	});
	expect(await guessed()).toEqual(await read());
});

for (const [what, value] of [
	["a text among numbers", "x"],
	["a fraction", "1.5"],
	["a number of 64 bits", "3000000000"],
])
	test(`${what} that the sample has not seen is found, and the guess is given up`, async () => {
		const rows = ["1", "2", "3", value, ...Array.from({ length: 20 }, () => "4")];
		writeFileSync(absolute, `id\n${rows.join("\n")}\n`);
		expect(await guessed()).toBe("wrong");
	});

test("a column whose type the project gives is not guessed", async () => {
	writeFileSync(absolute, `zip\n00501\n2\n3\nx\n${"4\n".repeat(20)}`);
	const options = { ...OPTIONS, columnTypes: { zip: "varchar(5)" } };
	expect(await guessed(options)).toEqual(await read(options));
});

test("whatever a file holds, a guess that stands gives the types and rows of a file that is read twice", async () => {
	const value = fc.constantFrom(
		...["", "null", "12", "-0.0", "007", "1.50", "3000000000", "1e3", "inf", "2020-01-05", "2020-1-5"],
		...[
			"2020-01-05 10:00:00",
			"2020-01-05T10:00:00",
			"20200105T1000",
			"true",
			"TRUE",
			"x",
			"é",
			" ",
			'"q"',
			'"x\ny"',
			"\0",
			"1,5",
		],
	);
	const column = fc.tuple(fc.uniqueArray(value, { minLength: 1, maxLength: 3 }), fc.infiniteStream(fc.nat(2)));
	const counts = { stood: 0, wrong: 0 };
	await fc.assert(
		fc.asyncProperty(
			fc.array(column, { minLength: 1, maxLength: 3 }),
			fc.integer({ min: 1, max: 14 }),
			fc.constantFrom("\n", "\r\n"),
			async (columns, height, end) => {
				const rows = Array.from({ length: height }, () =>
					columns.map(([values, picks]) => values[picks.next().value! % values.length]).join(","),
				);
				writeFileSync(absolute, [columns.map((_, i) => `c${i}`).join(","), ...rows, ""].join(end));
				const found = await guessed();
				if (found === null || found === "wrong") counts.wrong++;
				else {
					counts.stood++;
					expect(found).toEqual(await read());
				}
			},
		),
		{ numRuns: 200 },
	);
	expect(Math.min(counts.stood, counts.wrong)).toBeGreaterThan(10);
});
