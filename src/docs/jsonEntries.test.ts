import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BrokenJson, jsonEntries } from "./jsonEntries.ts";

const folder = mkdtempSync(join(tmpdir(), "entries-"));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string) => {
	const path = join(folder, "document.json");
	writeFileSync(path, text);
	return [...jsonEntries(path, { sections: new Set(["nodes"]), whole: new Set(["metadata"]) })];
};

describe("reading a JSON document an entry at a time", () => {
	it("yields entries of sections, whole values, and steps over the rest", () => {
		const document = { skipped: { a: ['"}', 1] }, metadata: { v: 1 }, nodes: { 'a"b': [1], "c\\": "x\\" }, last: 1 };
		expect(read(JSON.stringify(document, null, 1))).toEqual([
			{ section: null, key: "metadata", value: { v: 1 } },
			{ section: "nodes", key: 'a"b', value: [1] },
			{ section: "nodes", key: "c\\", value: "x\\" },
		]);
	});

	it("reads across the borders of what it takes from the disk at once", () => {
		const long = '\\"é{'.repeat(1_500_000);
		const nodes = Object.fromEntries(["a", "b", "c"].map((key) => [key, { long: `${key}${long}`, n: -1.5e3 }]));
		const found = read(JSON.stringify({ dropped: { long }, nodes, metadata: 12 }));
		expect(found.map(({ key }) => key)).toEqual(["a", "b", "c", "metadata"]);
		expect(found[1]!.value).toEqual(nodes.b);
	});

	it.each([
		["an empty file", ""],
		["a list", "[1]"],
		["a document cut off in a string", '{"nodes": {"a": "b'],
		["a document cut off between entries", '{"nodes": {"a": 1,'],
		["a document cut off in what is stepped over", '{"other": {"a": 1'],
		["a value that is no JSON", '{"metadata": {"a": nothing}}'],
		["a key without a colon", '{"metadata" 1}'],
	])("says that %s is broken", (_, text) => {
		expect(() => read(text)).toThrow(BrokenJson);
	});
});
