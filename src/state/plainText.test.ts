import { describe, expect, it } from "vitest";
import { plainText } from "./plainText.ts";

describe("a text without its layout", () => {
	it.each([
		["space and case of words", "SELECT  a,\n\tb FROM t", "select a, b from t"],
		["comments of SQL", "select 1 -- one\n/* two\nlines */ as a", "select 1 as a"],
		["comments of the template", "select {# why #} 1", "select 1"],
		["space at the edges of tags", "{%- if  x -%}a{%+ endif %}", "{% if x %} a {% endif %}"],
		["space around operators", "a>=b+1", "a >= b + 1"],
	])("does not see %s", (_, one, other) => expect(plainText(one)).toBe(plainText(other)));

	it.each([
		["space in strings", "select 'a  b'", "select 'a b'"],
		["the case of strings", "select 'A'", "select 'a'"],
		["the case of quoted names", 'select "A"', 'select "a"'],
		["what looks like a comment in a string", "select '--a'", "select '--b'"],
		["strings between dollar signs", "select $x$ a $x$", "select $x$  a $x$"],
		["one word and two", "select a b", "select ab"],
		["another operator", "a <= b", "a < b"],
		["two operators and one", "a < = b", "a <= b"],
	])("sees %s", (_, one, other) => expect(plainText(one)).not.toBe(plainText(other)));

	it("ends with a text that is not closed", () => expect(plainText("select 'a /* {#")).toBe("select 'a /* {#"));
});
