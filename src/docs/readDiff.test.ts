import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readDiff } from "./readDiff.ts";

const work = mkdtempSync(join(tmpdir(), "tfm-diff-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
function read(text: string) {
	writeFileSync(join(work, "diff.json"), text);
	return readDiff(work);
}
const of = (fields: object) => JSON.stringify({ metadata: { schema_version: "tfm.diff/1" }, ...fields });

it("answers nothing where nothing was compared", () => expect(readDiff(join(work, "nowhere"))).toBe(null));

it.each([
	["{}", "no version"],
	['{"metadata": {"schema_version": "tfm.diff/2"}}', "tfm.diff/2"],
	['{"metadata": {"sch', "cannot be read"],
])("refuses %s", (text, says) => expect(() => read(text)).toThrow(says));

it("takes what is not counted for unknown, not for zero, and links to the web alone", () => {
	const diff = read(
		of({
			head: { name: "#1", url: "javascript:alert(1)" },
			nodes: [{ id: "model.shop.a", change: "rewritten", rows: { base: 3, changed: -1 }, columns: [{ name: "x" }] }, 7],
		}),
	)!;
	expect(diff.head).toEqual({ name: "#1", commit: "", url: "" });
	expect(diff.nodes[0]).toMatchObject({
		change: "modified",
		category: null,
		rows: { base: 3, now: null, changed: null },
	});
	expect(diff.nodes[0]!.columns[0]).toMatchObject({ name: "x", rows: null, breaks: [] });
});
