import { describe, expect, it } from "vitest";
import { readSize, sizeText } from "./byteSize.ts";

describe("a size in bytes", () => {
	it.each([
		["0", 0],
		["512", 512],
		["2kB", 2000],
		["1.5 GB", 1_500_000_000],
		["500mb", 500_000_000],
	])("is read from %s", (text, bytes) => expect(readSize(text)).toBe(bytes));

	it.each(["", "much", "-1GB", "1 GiB", "GB"])("is not %j", (text) => expect(readSize(text)).toBeUndefined());

	it("is written in thousands", () =>
		expect([0, 999, 8200, 1_500_000_000, 999_600].map(sizeText)).toEqual([
			"0 B",
			"999 B",
			"8.2 kB",
			"1.5 GB",
			"1.0 MB",
		]));
});
