import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonScanner, parseJsonPath } from "./jsonScanner.ts";

/** What the scanner finds at paths; undefined: the text is no JSON. */
function find(text: string, ...paths: readonly string[]): readonly (string | null)[] | undefined {
	const scanner = new JsonScanner(paths.map((path) => parseJsonPath(path)!));
	// Bytes around it must not be read.
	const bytes = Buffer.from(`"]}${text}"]},1`);
	const end = bytes.length - 5;
	if (!scanner.scan(bytes, 3, end)) return undefined;
	return paths.map((_, i) =>
		scanner.starts[i] === -1 ? null : bytes.toString("utf8", scanner.starts[i], scanner.ends[i]),
	);
}

const isJson = (text: string): boolean => {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
};

test("it takes what JSON.parse takes, and nothing else", () => {
	const spaces = fc.constantFrom(undefined, 1, "\t");
	fc.assert(
		fc.property(
			fc.jsonValue(),
			spaces,
			fc.nat(),
			fc.constantFrom("", ...'{}[],:"\\u0e-+.1nt\u0001 \n'),
			(value, space, at, put) => {
				const text = JSON.stringify(value, null, space);
				expect(find(text)).toEqual([]);
				const spot = at % (text.length + 1);
				for (const broken of [
					text.slice(0, spot) + put + text.slice(spot),
					text.slice(0, spot) + put + text.slice(spot + 1),
				])
					expect([broken, find(broken, "a.b") !== undefined]).toEqual([broken, isJson(broken)]);
			},
		),
		{ numRuns: 300 },
	);
});

test("values stand where JSON.parse has them, whatever stands around", () => {
	const object = fc.dictionary(fc.string(), fc.jsonValue());
	fc.assert(
		fc.property(object, fc.jsonValue(), fc.array(fc.jsonValue()), object, (before, value, list, after) => {
			const text = JSON.stringify(
				{ ...before, wanted: { deep: value, list }, "ö\n": value, ...after, last: 1 },
				null,
				1,
			);
			const parsed = JSON.parse(text) as Record<string, never> & { wanted: { deep: unknown; list: unknown[] } };
			const found = find(text, "wanted.deep", "wanted.list[1]", '["ö\\n"]', "last", "wanted.none");
			const expected = [parsed.wanted.deep, parsed.wanted.list[1], parsed["ö\n"], parsed.last, undefined];
			expect(found!.map((at) => (at === null ? undefined : JSON.parse(at)))).toEqual(
				expected.map((v) => (v === undefined ? undefined : JSON.parse(JSON.stringify(v)))),
			);
		}),
	);
});

test("of two equal keys the last counts, also for what stood below the first", () => {
	expect(find('{"a": {"b": 1, "c": 2}, "a": {"b": 3}}', "a.b", "a.c")).toEqual(["3", null]);
	expect(find('{"\\u0061": 1.0, "b": [5, {"c": null}]}', "a", "b[1].c", "b[7]")).toEqual(["1.0", "null", null]);
});

test("a path is keys and positions", () => {
	expect(parseJsonPath('$.a["b.c"][0].d e')).toEqual(["a", "b.c", 0, "d e"]);
	for (const bad of ["", "$", "a[", "a[x]", "a]"]) expect(parseJsonPath(bad)).toBeUndefined();
});

test("keys are found in any order, prefixes of others too, and those that JSON writes with an escape", () => {
	const paths = ["a", "ab", '["b\\"c"]', '["d\\\\e"]'];
	expect(find('{"a":1,"ab":2,"b\\"c":3,"d\\\\e":4}', ...paths)).toEqual(["1", "2", "3", "4"]);
	expect(find('{"d\\\\e":4,"ab":2,"\\u0061":1}', ...paths)).toEqual(["1", "2", null, "4"]);
	expect(find('{"b"c":3}', '["b\\"c"]')).toBeUndefined();
	expect(find('{"d\\e":3}', '["d\\\\e"]')).toBeUndefined();
	expect(find('{"a', "a")).toBeUndefined();
});
