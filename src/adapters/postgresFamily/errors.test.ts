import { expect, test } from "vitest";
import { toDatabaseError } from "./errors.ts";

test.each([
	["42703", "column does not exist", "sql", false],
	["40001", "could not serialize access", "sql", true],
	["40P01", "deadlock detected", "sql", true],
	["55P03", "could not obtain lock on row", "sql", true],
	["55P03", "canceling statement due to lock timeout", "timeout", true],
	["57014", "canceling statement due to user request", "cancelled", false],
	["57014", "canceling statement due to statement timeout", "timeout", false],
	["57P01", "terminating connection due to administrator command", "connection", false],
	["08006", "connection failure", "connection", false],
	["08001", "connection refused", "connection", true],
	["53300", "too many connections", "sql", true],
	["XX000", "cache lookup failed", "unknown", false],
	["XX000", "could not open relation with OID 16432", "unknown", true],
	["XX000", "cache lookup failed for relation 16432", "unknown", true],
	["23505", 'duplicate key value violates unique constraint "pg_namespace_nspname_index"', "sql", true],
	["23505", 'duplicate key value violates unique constraint "orders_pkey"', "sql", false],
])("SQLSTATE %s (%s) is of kind %s, retryable: %s", (code, message, kind, retryable) => {
	expect(toDatabaseError({ code, message }, "select 1")).toMatchObject({
		sqlstate: code,
		message,
		kind,
		retryable,
		sql: "select 1",
	});
});

test("a refusal without a hint of the server's gets one where a person can do something", () => {
	const hintOf = (code: string, hint?: string) => toDatabaseError({ code, message: "no", hint }, undefined).hint;
	expect(["53100", "53400", "25006", "42501"].map((code) => hintOf(code)?.split(":")[0])).toEqual([
		"the server's disk is full",
		"a limit of the server or the role was reached",
		"this server takes no changes",
		"the role that tfm works as needs `create` on the database, `usage` and `create` on the schemas, and to own what it replaces",
	]);
	expect(hintOf("42501", "ask Ada")).toBe("ask Ada");
	expect(hintOf("42703")).toBeUndefined();
});

test("the server counts characters, the error counts the units of a JavaScript string", () => {
	const sql = "select '🦆🦆é', nope";
	const at = [...sql].join("|").split("|").indexOf("n") + 1;
	const { position } = toDatabaseError({ message: "x", position: String(at) }, sql);
	expect(sql.slice((position ?? 0) - 1)).toBe("nope");
	expect(position).not.toBe(at);
});

test("detail and context stand together; what is not there is undefined", () => {
	expect(toDatabaseError({ message: "x", detail: "d", where: "line 1", hint: "h" }, undefined)).toMatchObject({
		detail: "d\nContext: line 1",
		hint: "h",
		position: undefined,
	});
	expect(toDatabaseError({ message: "x" }, undefined).detail).toBeUndefined();
});
