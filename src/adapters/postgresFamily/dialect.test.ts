import { expect, test } from "vitest";
import { createPostgresDialect } from "./dialect.ts";

const dialect = createPostgresDialect();
const relation = { database: "db", schema: "My Schema", identifier: "order" };

test("names are quoted by default, and as the policy says otherwise", () => {
	expect(dialect.render(relation)).toBe('"db"."My Schema"."order"');
	expect(dialect.render(relation, { database: false, schema: true, identifier: false })).toBe('db."My Schema".order');
	expect(dialect.render({ ...relation, database: "" })).toBe('"My Schema"."order"');
	expect(dialect.render({ database: "", schema: "", identifier: "tmp" })).toBe('"tmp"');
});

test("a quote inside a name is doubled, so that no name can end early", () => {
	expect(dialect.quote('a"; drop table x; --')).toBe('"a""; drop table x; --"');
});

test.each([
	[null, "null"],
	[true, "true"],
	[42, "42"],
	[Number.POSITIVE_INFINITY, "'Infinity'::float8"],
	["it's", "'it''s'"],
	["a\\'b", "E'a\\\\''b'"],
])("%j is written as %s", (value, text) => {
	expect(dialect.literal(value)).toBe(text);
});

test("a zero byte is refused in names and texts", () => {
	expect(() => dialect.quote("a\0")).toThrow("0x00");
	expect(() => dialect.literal("a\0")).toThrow("0x00");
});

test("schemas that a server refuses to make are known", () => {
	expect(["pg_mine", "PG_mine", "mine_pg_"].map((name) => dialect.isReservedSchema(name))).toEqual([
		true,
		false,
		false,
	]);
});

test("only ASCII letters fold", () => {
	expect(dialect.fold("OrderÄ_1")).toBe("orderÄ_1");
});
