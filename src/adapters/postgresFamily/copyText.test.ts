import fc from "fast-check";
import { expect, test } from "vitest";
import { copyField, copyLine, copyStatement, shiftCopyLine } from "./copyText.ts";
import { createPostgresDialect } from "./dialect.ts";

/** COPY's reader as its documentation describes it, for the escapes that the writer uses. */
function readLine(line: string): (string | null)[] {
	const plain: Record<string, string> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };
	return line
		.replace(/\n$/, "")
		.split("\t")
		.map((field) => (field === "\\N" ? null : field.replace(/\\(.)/gs, (_, c: string) => plain[c] ?? c)));
}

test("any row is one line and reads back as it was", () => {
	const cell = fc.option(fc.string({ unit: "binary" }), { nil: null });
	fc.assert(
		fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (row) => {
			const line = copyLine(row);
			expect(line.indexOf("\n")).toBe(line.length - 1);
			expect(line).not.toContain("\r");
			expect(readLine(line)).toEqual(row);
		}),
	);
});

test("null, the text \\N, the end mark and the empty text are four things", () => {
	expect([null, "\\N", "\\.", ""].map(copyField)).toEqual(["\\N", "\\\\N", "\\\\.", ""]);
});

test("the statement quotes its names; no columns means all", () => {
	const dialect = createPostgresDialect();
	const relation = { database: "", schema: "s", identifier: 'a"b' };
	expect(copyStatement(dialect, relation, ["x", "Y"])).toBe('copy "s"."a""b" ("x", "Y") from stdin');
	expect(copyStatement(dialect, relation, [])).toBe('copy "s"."a""b" from stdin');
});

test("a line of one message becomes a row of the load", () => {
	expect(shiftCopyLine('COPY t, line 3, column a: "line 9"', 1000)).toBe('COPY t, line 1003, column a: "line 9"');
	expect(shiftCopyLine(undefined, 5)).toBeUndefined();
});
