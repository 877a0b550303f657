import { describe, expect, it } from "vitest";
import answers from "./fnmatch.golden.json" with { type: "json" };
import { fnmatcher } from "./fnmatch.ts";

describe("patterns match as Python's fnmatchcase says", () => {
	for (const [text, pattern, expected] of answers as [string, string, boolean][]) {
		it(`${JSON.stringify(pattern)} ${expected ? "matches" : "does not match"} ${JSON.stringify(text)}`, () => {
			expect(fnmatcher(pattern)(text)).toBe(expected);
		});
	}

	it("however many stars stand against a long text", () => {
		const matches = fnmatcher(`${"*a".repeat(40)}*b`);
		expect(matches("a".repeat(5000))).toBe(false);
		expect(matches(`${"a".repeat(5000)}b`)).toBe(true);
	});
});
