import { expect, it } from "vitest";
import { baseType, writtenType } from "./types.ts";

it.each([
	["INT", "integer"],
	["VARCHAR (20)", "character varying(20)"],
	["character  varying", "character varying"],
	["Numeric(10, 2)", "numeric(10,2)"],
	["timestamp", "timestamp without time zone"],
	["timestamptz", "timestamp with time zone"],
	["timestamp(3) with time zone", "timestamp with time zone(3)"],
	["double precision", "double precision"],
	["text[]", "text[]"],
	["int4[3]", "integer[]"],
	["my_enum", "my_enum"],
])("the written type %s is %s", (written, expected) => {
	expect(writtenType(written)).toBe(expected);
});

it("a type without its precision keeps that it is an array", () => {
	expect([baseType("numeric(10,2)"), baseType("numeric(10,2)[]"), baseType("text")]).toEqual([
		"numeric",
		"numeric[]",
		"text",
	]);
});
