import { expect, test } from "vitest";
import { suggestName } from "./suggestName.ts";

test.each([
	["modle", ["model", "source"], "model"],
	["Orders", ["orders"], "orders"],
	["tset", ["run", "test"], "test"],
	["--ful-refresh", ["--full-refresh", "--select"], "--full-refresh"],
	["custmers", ["orders", "customers"], "customers"],
])("%s was probably meant to be %j's nearest", (wrong, known, meant) => {
	expect(suggestName(wrong, known)).toBe(meant);
});

test.each([
	["orders", ["customers"]],
	["a", ["b"]],
	["name", ["date"]],
	["orders", ["orders"]],
	["", ["a"]],
	["orders", []],
])("nothing is suggested for %j among %j", (wrong, known) => {
	expect(suggestName(wrong, known)).toBeUndefined();
});

test("of names equally near the first by alphabet is suggested, however they come", () => {
	expect(suggestName("stg_x", ["stg_b", "stg_a"])).toBe("stg_a");
});
