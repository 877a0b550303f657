import { describe, expect, it } from "vitest";
import { parseBound, satisfies } from "./versionRange.ts";

const bounds = (...texts: string[]) => texts.map((text) => parseBound(text)!);

describe("version bounds", () => {
	it.each([
		["1.12.6", [">=1.5.0", "<2.0.0"], true],
		["2.0.0", ["<2.0.0"], false],
		["1.1.1", ["1.1.1"], true],
		["1.1.1", ["=1.1.2"], false],
		["1.0.0-rc2", [">1.0.0-rc1"], true],
		["1.0.0-rc1", [">=1.0.0"], false],
		// dbt: an upper bound keeps the candidates of its own release out.
		["2.0.0-rc1", ["<2.0.0"], false],
		["1.0.0-b.10", [">1.0.0-b.9"], true],
	])("%s against %j: %s", (version, texts, expected) => {
		expect(satisfies(version, bounds(...texts))).toBe(expected);
	});

	it("reads nothing but an operator and three numbers", () => {
		expect(["1.0", "~1.0.0", ">=1.x", "", "latest"].map(parseBound)).toEqual(Array(5).fill(undefined));
	});
});
