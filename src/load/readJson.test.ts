import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { LandingSink } from "./landingSink.ts";
import { readLoadSpec } from "./loadSpec.ts";
import { readJsonLines } from "./readJson.ts";
import { landingSource } from "./testing/landingBench.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-json-"));
afterAll(() => rmSync(root, { recursive: true }));

test("a string's escapes stand for what JSON.parse makes of them, and what no table takes is a reject", async () => {
	const written = fc.constantFrom(
		...["a", "é", "🦆", '\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u0000", "\\ud800"],
	);
	const spec = readLoadSpec(landingSource({ files: "a.jsonl", columns: [{ name: "a", type: "text" }] }));
	const column = { name: "a", type: "text", path: "a", formats: [] } as const;
	await fc.assert(
		fc.asyncProperty(fc.array(fc.array(written, { maxLength: 6 }), { minLength: 1 }), async (values) => {
			const lines = values.map((parts) => `"${parts.join("")}"`);
			writeFileSync(join(root, "a.jsonl"), lines.map((line) => `{"a": ${line}}\n`).join(""));
			const sink = new LandingSink("a.jsonl", "now", spec, [column]);
			for await (const _ of readJsonLines({ absolute: join(root, "a.jsonl"), file: "a.jsonl" }, spec, sink));
			const texts = lines.map((line) => JSON.parse(line) as string);
			const stored = texts.filter((text) => !/\p{Cs}/u.test(text) && !text.includes("\0"));
			const found = sink.takeRows()?.data.toString().split("\n").slice(0, -1) ?? [];
			const copied = (text: string) =>
				text.replace(/[\\\n\r\t]/g, (c) => ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" })[c]!);
			expect(found.map((line) => line.split("\t")[0])).toEqual(stored.map(copied));
			expect(sink.takeRejects()).toHaveLength(texts.length - stored.length);
		}),
	);
});
