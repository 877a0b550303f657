import { expect, test } from "vitest";
import type { Plain } from "../core/node.ts";
import { typeOfValues } from "./givenTypes.ts";

test.each<[string, readonly Plain[], string]>([
	["whole numbers", [1, null, -3], "integer"],
	["a whole number that needs more room", [1, 3_000_000_000], "bigint"],
	["numbers with a fraction among whole ones", [1, 2.5], "numeric"],
	["booleans", [true, false], "boolean"],
	["ISO dates", ["2026-01-01", null], "date"],
	["dates and times together", ["2026-01-01", "2026-01-01T10:00:00"], "timestamp"],
	["a time with its offset", ["2026-01-01 10:00:00+02:00"], "timestamp with time zone"],
	["numbers written as text, which stay text", ["1", "2"], "text"],
	["values that do not agree", [1, "x"], "text"],
	["nothing but nulls", [null], "text"],
	["mappings", [{ a: 1 }], "jsonb"],
])("the type of %s", (_what, values, type) => {
	expect(typeOfValues(values)).toBe(type);
});

test.each<[readonly string[], string]>([
	[["1", "2"], "integer"],
	[["1.50"], "numeric"],
	[["true", "False"], "boolean"],
	[["007", "x"], "text"],
])("CSV has texts only: %j is read as %s", (values, type) => {
	expect(typeOfValues(values, true)).toBe(type);
});
