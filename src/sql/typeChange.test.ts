import { expect, it } from "vitest";
import { typeChange } from "./typeChange.ts";

it.each([
	["integer", "INT", "same"],
	["text", "varchar", "same"],
	["varchar", "text", "same"],
	["smallint", "bigint", "widened"],
	["bigint", "integer", "narrowed"],
	["integer", "numeric", "widened"],
	["integer", "numeric(12,2)", "widened"],
	["integer", "numeric(10,2)", "narrowed"],
	["numeric", "bigint", "narrowed"],
	["numeric(10,2)", "numeric(12,2)", "widened"],
	["numeric(10,2)", "numeric(10,4)", "narrowed"],
	["numeric(10,2)", "numeric", "widened"],
	["numeric", "numeric(10,2)", "narrowed"],
	["varchar(10)", "varchar(20)", "widened"],
	["varchar(20)", "varchar(10)", "narrowed"],
	["varchar(20)", "text", "widened"],
	["text", "varchar(20)", "narrowed"],
	["real", "double precision", "widened"],
	["numeric", "double precision", "other"],
	["date", "timestamp", "other"],
	["timestamp", "timestamptz", "other"],
	["integer[]", "bigint[]", "other"],
	["my_enum", "text", "other"],
])("%s to %s is %s", (before, after, expected) => {
	expect(typeChange(before, after)).toBe(expected);
});
