import fc from "fast-check";
import { expect, test } from "vitest";
import { csvRecords } from "./csvBlocks.ts";

const SHAPE = { delimiter: 44, quote: 34, escape: 34 };

/** The records of a text that comes in blocks of some bytes each, with the line on which each begins. */
async function read(
	text: string,
	block = 1 << 20,
	shape = SHAPE,
): Promise<readonly (readonly [number, ...string[]])[]> {
	const bytes = Buffer.from(text);
	const blocks = async function* () {
		for (let at = 0; at < bytes.length; at += block) yield bytes.subarray(at, at + block);
		return { hash: "", bytes: bytes.length };
	};
	const found: [number, ...string[]][] = [];
	const records = csvRecords(blocks(), {
		file: "x.csv",
		shape,
		take(record) {
			const values = Array.from({ length: record.count }, (_, i) => {
				const { from, start, end } = record.at(i);
				return from.toString("utf8", start, end);
			});
			found.push([record.line, ...values]);
			return record.problem !== undefined;
		},
	});
	for (let next = await records.next(); next.done !== true; next = await records.next());
	return found;
}

test("what is written as CSV is read back, wherever its blocks are cut", async () => {
	const cell = fc.string({ unit: fc.constantFrom("a", "ö", '"', ",", "\n", "\r", " ", "\\") });
	const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
	const ends = fc.constantFrom("\n", "\r\n", "\r");
	await fc.assert(
		fc.asyncProperty(rows, ends, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (cells, end, block, closed) => {
			const text = cells.map((row) => row.map((v) => `"${v.replaceAll('"', '""')}"`).join(",")).join(end);
			const found = await read(closed ? text + end : text, block);
			expect(found.map(([, ...values]) => values)).toEqual(cells);
		}),
		{ numRuns: 300 },
	);
});

test("lines are counted through quotes, and a mark inside of a value is itself", async () => {
	expect(await read('a,"b\n\r\nc"\r\n5\'10",x"y\n\n"",\n', 2)).toEqual([
		[1, "a", "b\n\r\nc"],
		[4, "5'10\"", 'x"y'],
		[5, ""],
		[6, "", ""],
	]);
	expect(await read("1;'a\\'b';\"c\"", 3, { delimiter: 59, quote: 39, escape: 92 })).toEqual([[1, "1", "a'b", '"c"']]);
});
