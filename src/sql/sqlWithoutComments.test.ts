import fc from "fast-check";
import { expect, it } from "vitest";
import { sqlWithoutComments } from "./sqlWithoutComments.ts";

it.each([
	["select 1 -- one\nfrom t", "select /* one */ 1\n\n\tfrom t\n"],
	["select a,b", "select a,b -- the end"],
	["select 'it''s -- no comment' as \"a /* b\"", "select   'it''s -- no comment' as\n\"a /* b\""],
	["-- first\nselect 1", "select 1"],
	["select 1/2", "select 1/2/* half */"],
])("%j is the same query as %j", (one, other) => {
	expect(sqlWithoutComments(one)).toBe(sqlWithoutComments(other));
});

it.each([
	["select 'a  b'", "select 'a b'"],
	["select '-- a'", "select '-- b'"],
	["select a b", "select ab"],
	["select 1 -- ' \n, 'x'", "select 1 -- ' \n, 'y'"],
	["select /* /* */ ' */ '-- a'", "select /* /* */ ' */ '-- b'"],
	["select 'it\\'s -- a'", "select 'it\\'s -- b'"],
	["select $a1$ -- x $a1$", "select $a1$ -- y $a1$"],
	["select 'a'\n'b'", "select 'a''b'"],
	["select 1 /* open", "select 1 /* other"],
	["select 'open -- a", "select 'open -- b"],
])("%j is another query than %j", (one, other) => {
	expect(sqlWithoutComments(one)).not.toBe(sqlWithoutComments(other));
});

it("keeps every literal and every word, whatever stands between them", () => {
	const sign = fc.oneof(
		fc.constantFrom("a", "b", "1", ",", "(", ")", "-", "/", "*"),
		fc.string({ unit: fc.constantFrom("x", " ", "-", "*", "''", "\n", '"') }).map((text) => `'${text}'`),
	);
	const gap = fc.constantFrom(" ", "\n", " -- it's\n", ' /* " */ ', "\t-- /*\n");
	fc.assert(
		fc.property(fc.array(sign), fc.array(gap), fc.array(gap), (signs, some, others) => {
			const write = (gaps: readonly string[]) =>
				signs.map((one, i) => `${one}${gaps[i % gaps.length] ?? " "}`).join("");
			expect(sqlWithoutComments(write(some))).toBe(signs.join(" "));
			expect(sqlWithoutComments(write(others))).toBe(signs.join(" "));
		}),
		{ seed: 1 },
	);
});
