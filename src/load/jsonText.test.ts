import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonMistake } from "./jsonMistake.ts";
import { jsonRecords, numberedLines } from "./jsonRecords.ts";
import { pathReader } from "./jsonText.ts";

const spaced = fc.constantFrom<string | number | undefined>(undefined, 1, "\t");

test("records cut out of any page parse to what the page holds", () => {
	fc.assert(
		fc.property(fc.array(fc.jsonValue()), spaced, (items, space) => {
			const page = JSON.stringify({ 'a"}': 1, data: { items } }, null, space);
			expect(jsonRecords(page, "data.items", "p.json").map((r) => JSON.parse(page.slice(...r)))).toEqual(
				JSON.parse(JSON.stringify(items)),
			);
		}),
	);
});

test("a value is read by its path as JSON.parse would find it", () => {
	fc.assert(
		fc.property(fc.dictionary(fc.string(), fc.jsonValue()), spaced, (object, space) => {
			const text = JSON.stringify({ outer: object }, null, space);
			const parsed = JSON.parse(text) as { outer: Record<string, unknown> };
			const read = pathReader(text);
			for (const [key, value] of Object.entries(parsed.outer)) {
				const found = read(["outer", key]);
				if (value === null) expect(found).toBeNull();
				else expect(found!.isString ? found!.text : JSON.parse(found!.text)).toEqual(value);
			}
			expect(read(["outer", "no such key", "deeper"])).toBeNull();
		}),
	);
});

test("numbers keep every digit and the last of two equal keys counts", () => {
	const read = pathReader(' { "n" : 1.00000000000000000001e+5 , "n2": {"x": 1}, "n2": 7 } ');
	expect(read(["n"])?.text).toBe("1.00000000000000000001e+5");
	expect(read(["n2"])?.text).toBe("7");
});

for (const [text, offset, problem] of [
	["", 0, "the text ends too early"],
	['{"a":1,}', 7, 'unexpected "}"'],
	["[1,]", 3, 'unexpected "]"'],
	["[1 2]", 3, 'unexpected "2"'],
	['{"a" 1}', 5, 'unexpected "1"'],
	["{a:1}", 1, 'unexpected "a"'],
	['["a\nb"]', 1, "a string that does not end or holds a bad escape or control character"],
	["[01]", 2, 'unexpected "1"'],
	["{} {}", 3, 'unexpected "{"'],
	["[[[", 3, "the text ends too early"],
	["nul", 0, 'unexpected "n"'],
] as const)
	test(`the mistake in ${JSON.stringify(text)} is found`, () => {
		expect(() => JSON.parse(text) as unknown).toThrow();
		expect(jsonMistake(text)).toEqual({ offset, problem });
	});

test("text is a mistake exactly where JSON.parse refuses it", () => {
	const near = fc
		.tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "}", "]", '"', "\\", "x", "\n"))
		.map(([json, at, c]) => {
			const i = at % (json.length + 1);
			return json.slice(0, i) + c + json.slice(i + 1);
		});
	fc.assert(
		fc.property(near, (text) => {
			let good = true;
			try {
				JSON.parse(text);
			} catch {
				good = false;
			}
			// For good text the walk reaches the end and finds nothing better to say.
			expect(jsonMistake(text).problem === "it is not valid").toBe(good);
		}),
		{ numRuns: 500 },
	);
});

test("lines keep their numbers however the text is cut", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom("a", "\n", "é") })), async (pieces) => {
			const found: { line: number; text: string }[] = [];
			for await (const lines of numberedLines(
				(async function* () {
					yield* pieces;
				})(),
			))
				found.push(...lines);
			expect(found).toEqual(
				pieces
					.join("")
					.split("\n")
					.map((text, i) => ({ line: i + 1, text }))
					.filter((l) => l.text !== ""),
			);
		}),
	);
});
