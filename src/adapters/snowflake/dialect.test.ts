import { expect, test } from "vitest";
import { createSnowflakeDialect } from "./dialect.ts";

const dialect = createSnowflakeDialect();
const relation = { database: "DB", schema: "My Schema", identifier: "ORDER" };

test("a stored name is quoted, and one under a policy as the policy says", () => {
	expect(dialect.render(relation)).toBe('"DB"."My Schema"."ORDER"');
	expect(dialect.render(relation, dialect.defaultQuoting)).toBe("DB.My Schema.ORDER");
	expect(dialect.render({ ...relation, database: "" })).toBe('"My Schema"."ORDER"');
});

test("a quote inside a name is doubled, so that no name can end early", () => {
	expect(dialect.quote('a"; drop table x; --')).toBe('"a""; drop table x; --"');
});

test("bare names are stored in upper case, and only ASCII letters fold", () => {
	expect([dialect.fold("Orders_1"), dialect.fold("straße")]).toEqual(["ORDERS_1", "STRAßE"]);
});

test.each([
	[null, "null"],
	[true, "true"],
	[42, "42"],
	[Number.NaN, "'NaN'::float"],
	[Number.NEGATIVE_INFINITY, "'-inf'::float"],
	["it's", "'it''s'"],
	["a\\'b", "'a\\\\''b'"],
])("%j is written as %s", (value, text) => {
	expect(dialect.literal(value)).toBe(text);
});

test("types that the driver calls alike have one label in a contract", () => {
	const types = ["NUMBER(38,0)", "integer", "char varying", "VARCHAR(20)", "double precision", "TIMESTAMP_NTZ(9)"];
	expect(types.map((type) => dialect.typeLabel(type))).toEqual([
		"FIXED",
		"FIXED",
		"TEXT",
		"TEXT",
		"REAL",
		"TIMESTAMP_NTZ",
	]);
	expect(dialect.typeLabel("ARRAY(NUMBER)")).toBe("ARRAY");
});

test("nobody can make the schema of the catalog's views", () => {
	expect(["information_schema", "INFORMATION_SCHEMA", "INFO"].map((name) => dialect.isReservedSchema(name))).toEqual([
		true,
		true,
		false,
	]);
});
