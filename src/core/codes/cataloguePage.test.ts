import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { cataloguePage } from "./cataloguePage.ts";
import type { CodeEntry } from "./entry.ts";
import { CODES } from "./table.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const PAGE = join(ROOT, "docs/errors.md");
const table = CODES as unknown as Readonly<Record<string, CodeEntry<never>>>;

function textsUnder(folder: string, wanted: (path: string) => boolean): string {
	if (!existsSync(folder)) return "";
	return readdirSync(folder)
		.map((name) => join(folder, name))
		.map((path) =>
			statSync(path).isDirectory() ? textsUnder(path, wanted) : wanted(path) ? readFileSync(path, "utf8") : "",
		)
		.join("\n");
}

describe("the error catalogue", () => {
	it("explains every code in docs/errors.md", () => {
		const page = cataloguePage(table);
		if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, page);
		expect(readFileSync(PAGE, "utf8")).toBe(page);
	});

	it("holds no code that nothing raises", () => {
		const sources = textsUnder(
			join(ROOT, "src"),
			(p) => p.endsWith(".ts") && !p.includes("/core/codes/") && !p.endsWith(".test.ts"),
		);
		expect(Object.keys(table).filter((code) => !sources.includes(`"${code}"`))).toEqual([]);
	});

	it("has a case or a test that shows each code", () => {
		const shown =
			textsUnder(join(ROOT, "e2e"), (p) => p.endsWith(".txt") || p.endsWith(".test.ts")) +
			textsUnder(join(ROOT, "src"), (p) => p.endsWith(".test.ts") || p.endsWith(".golden.json"));
		expect(Object.keys(table).filter((code) => !shown.includes(code))).toEqual([]);
	});
});
