import { expect, it } from "vitest";
import { arrayCell, jsonCell, rangeCell, timedeltaText } from "./pythonCell.ts";

it.each([
	["1 day 02:00:00", "1 day, 2:00:00"],
	["-1 mons +3 days", "-27 days, 0:00:00"],
	["00:00:01.5", "0:00:01.500000"],
	["-00:00:01", "-1 day, 23:59:59"],
	["1 year 2 mons", "425 days, 0:00:00"],
])("an interval %s is told as Python tells a timedelta", (interval, told) => {
	expect(timedeltaText(interval)).toBe(told);
});

it("writes JSON and arrays as json.dumps does", () => {
	expect(jsonCell('{"a":1,"b":[1.0,"x:,y"]}')).toBe('{"a": 1, "b": [1.0, "x:,y"]}');
	expect([jsonCell('"lone"'), jsonCell("null"), jsonCell('["é"]')]).toEqual(["lone", null, '["\\u00e9"]']);
	expect(jsonCell("[2.50,1e3,-7]")).toBe("[2.5, 1000.0, -7]");
	expect(arrayCell("{1,2}", "integer[]")).toBe("[1, 2]");
	expect(arrayCell("{1.50,2}", "numeric[]")).toBe("[1.5, 2.0]");
	expect(arrayCell('{a,"b \\"c\\"",NULL}', "text[]")).toBe('["a", "b \\"c\\"", null]');
	expect(arrayCell("{{t,f},{NULL,t}}", "boolean[]")).toBe("[[true, false], [null, true]]");
});

it.each([
	["int4range", "[1,3)", "[1, 3)"],
	["int4range", "(,3)", "(None, 3)"],
	["numrange", "empty", "empty"],
	["daterange", "[2020-01-01,)", "[2020-01-01, None)"],
	["tsrange", '["2020-01-01 00:00:00","2020-02-01 10:00:00.5")', "[2020-01-01 00:00:00, 2020-02-01 10:00:00.500000)"],
	["tstzrange", '["2020-01-01 00:00:00+00",)', "[2020-01-01 00:00:00+00:00, None)"],
])("writes a %s as psycopg2's ranges print", (type, written, told) => {
	expect(rangeCell(written, type)).toBe(told);
});
