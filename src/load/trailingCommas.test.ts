import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutTrailingCommas } from "./trailingCommas.ts";

/** JSON text with `extra` before every closing bracket that follows a value. */
function spoiled(value: unknown, extra: string): string {
	if (Array.isArray(value)) return `[${value.map((v) => spoiled(v, extra)).join(",")}${value.length > 0 ? extra : ""}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const members = Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}: ${spoiled(v, extra)}`);
	return `{${members.join(",")}${members.length > 0 ? extra : ""}}`;
}

test("any value is read as if its trailing commas were not there, and nothing else moves", () => {
	fc.assert(
		fc.property(fc.jsonValue(), fc.constantFrom(",", " ,", ",\n\t", "\r\n, "), (value, extra) => {
			const text = spoiled(value, extra);
			const clean = withoutTrailingCommas(text);
			expect(clean).toHaveLength(text.length);
			expect(JSON.parse(clean)).toEqual(JSON.parse(JSON.stringify(value)));
		}),
	);
});

test("text that is JSON already stays as it is, commas in strings too", () => {
	fc.assert(fc.property(fc.json(), (text) => withoutTrailingCommas(text) === text));
	const strings = '{"a,]": "x,}", "b": "\\",]", "c": ",\\\\"}';
	expect(withoutTrailingCommas(strings)).toBe(strings);
});

for (const text of ["[,]", "{,}", "[1,,]", '{"a":,}', ",", "[1],", '["a,]', '{"a":1,]'])
	test(`${text} is no more JSON than before`, () => {
		expect(() => JSON.parse(withoutTrailingCommas(text)) as unknown).toThrow();
	});
