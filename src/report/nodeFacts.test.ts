import { expect, test } from "vitest";
import { facts } from "./eventFixtures.ts";
import { isMasked } from "./nodeFacts.ts";

const masked = (rest: Parameters<typeof facts>[1]) =>
	["id", "email", "value_field", "n_records"].filter((column) => isMasked(column, facts("test.shop.t.1", rest)));

const email = { piiColumns: new Set(["email"]), piiTest: true };

test("a test on a personal column shows the key, unless the key is personal itself, and masks whatever else it hands on", () => {
	expect(masked({ ...email, keyColumns: new Set(["id"]) })).toEqual(["email", "value_field"]);
	expect(masked({ ...email, keyColumns: new Set(["email"]) })).toEqual(["id", "email", "value_field"]);
});

test("a mark on the whole node holds for its key too, unless the key is said to be none", () => {
	const whole = { keyColumns: new Set(["id"]) };
	expect(masked({ ...whole, clearColumns: new Set() })).toEqual(["id", "email", "value_field"]);
	expect(masked({ ...whole, clearColumns: new Set(["id"]) })).toEqual(["email", "value_field"]);
});
