import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeIfOther } from "./writeIfOther.ts";

const folder = mkdtempSync(join(tmpdir(), "tfm-write-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stampOf = (path: string): bigint => statSync(path, { bigint: true }).mtimeNs;

test("a text that stands is left as it is", async () => {
	const path = join(folder, "a/b/same.sql");
	writeIfOther(path, "select 'ä'\n");
	const written = stampOf(path);
	await new Promise((resolve) => setTimeout(resolve, 20));
	writeIfOther(path, "select 'ä'\n");
	expect(stampOf(path)).toBe(written);
	writeIfOther(path, "select 'ö'\n");
	expect(stampOf(path)).not.toBe(written);
	expect(readFileSync(path, "utf8")).toBe("select 'ö'\n");
});

test.each([["longer than before"], ["short"], [""], ["again"]])("nothing of an earlier text is left: %j", (text) => {
	const path = join(folder, "other.sql");
	writeIfOther(path, text);
	expect(readFileSync(path, "utf8")).toBe(text);
});

test("a folder in the file's place is what the disk says of it", () => {
	expect(() => writeIfOther(folder, "x")).toThrow(/EISDIR/);
});
