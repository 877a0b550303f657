import { expect, it } from "vitest";
import { typeLabel } from "./typeLabels.ts";

it.each([
	["smallint", "INTEGER"],
	["bigint", "LONGINTEGER"],
	["character varying", "TEXT"],
	["timestamp with time zone", "DATETIMETZ"],
	["text[]", "STRINGARRAY"],
	["integer[]", "INTEGERARRAY"],
	["inet[]", "INETARRAY"],
	["inet", "inet"],
	["uuid[]", "uuid[]"],
])("names %s as dbt's driver does: %s", (type, label) => {
	expect(typeLabel(type)).toBe(label);
});
