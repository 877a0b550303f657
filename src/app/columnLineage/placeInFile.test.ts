import { expect, it } from "vitest";
import { placeInFile } from "./placeInFile.ts";

const place = (raw: string, sql: string, line: number, column: number, name = "x"): string => {
	const node = { raw_code: raw, code_line: 1, code_column: 1, location: { file: "m.sql", line: 1, column: 1 } };
	const found = placeInFile(node, sql, { line, column, name });
	return found === undefined ? "nowhere" : `${found.line}:${found.column}`;
};

it.each([
	["a line that stands in both", "{{ config() }}\nselect x\nfrom t", "\nselect x\nfrom t", 2, 8, "2:8"],
	["the text in front of a template", "select x from {{ ref('t') }}", 'select x from "d"."t"', 1, 8, "1:8"],
	["what a template wrote", "select x from {{ ref('t') }} as t", 'select x from "d"."t" as t', 1, 19, "1:15"],
	["the text behind a template", "from {{ ref('t') }} as t where y", 'from "d"."t" as t where y', 1, 25, "1:32"],
	["a template at the end", "select 1 {{ x }}", "select 1 + y", 1, 12, "1:10"],
	["the same line twice", "select {{ a }} a\nunion\nselect {{ a }} a", "select 1 a\nunion\nselect 1 a", 3, 10, "3:16"],
	["a line that a loop made", "{% for c in d %} {{ c }}, {% endfor %}\ny", " a,  x, \ny", 1, 6, "nowhere"],
	["a name that stands once", "{% set c = ['x'] %}\n{{ c }}", "\nx", 2, 1, "1:14"],
	["two lines that could have made it", "select {{ a }}\nselect {{ b }}", "\nselect 1", 2, 8, "nowhere"],
])("%s", (_, raw, sql, line, column, expected) => expect(place(raw, sql, line, column)).toBe(expected));
