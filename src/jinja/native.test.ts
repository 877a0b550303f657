import { describe, expect, it } from "vitest";
import { compileTemplate, repr, type Value } from "./jinja.ts";

const render = (text: string, names: Record<string, Value> = {}): Value =>
	compileTemplate({ file: "a.yml", text }).renderNative({ get: (name) => names[name] }, { undefined: "strict" });

describe("native rendering", () => {
	it.each([
		["{{ 1 }}", "1"],
		["{{ true }}", "True"],
		["{{ [1, 'a'] }}", "[1, 'a']"],
		["{{ 'true' }}", "'true'"],
		["{{ '1' }}", "'1'"],
		[" {{ 1 }}", "' 1'"],
		["{{ 1 }}{{ 2 }}", "'12'"],
		["plain", "'plain'"],
		["", "''"],
		["{{ none }}", "None"],
		["{{ '1' | as_number }}", "1"],
		["{{ '1.5' | as_number }}", "1.5"],
		["{{ '-3' | as_number }}", "-3"],
		["{{ 'True' | as_bool }}", "True"],
		["{{ (1 == 1) | as_bool }}", "True"],
		["{{ 'prod' in ['dev', 'prod'] | as_bool }}", "True"],
		["{{ 'test' in ['dev', 'prod'] | as_bool }}", "False"],
		["{{ \"[1, {'a': (2,)}]\" | as_native }}", "[1, {'a': (2,)}]"],
		["{{ 'true' | as_native }}", "'true'"],
		["{{ 'a b' | as_native }}", "'a b'"],
		["{{ 'x()' | as_native }}", "'x()'"],
		["{{ '}} {{ 1' | as_native }}", "'}} {{ 1'"],
		["{{ 5 | as_text }}", "'5'"],
		["{% if true %}{{ 5 }}{% endif %}", "5"],
		["{% set x = 5 %}{{ x }}", "5"],
		["{% set x %}5{% endset %}{{ x }}", "'5'"],
		["{% macro m() %}a{{ 1 }}{% endmacro %}{{ m() }}", "'a1'"],
	])("%s is %s", (text, expected) => {
		expect(repr(render(text))).toBe(expected);
	});

	it.each([
		["{{ 'true' | as_bool }}", "could not convert the value 'true' into the type 'bool'"],
		["{{ 'yes' | as_bool }}", "could not convert the value 'yes' into the type 'bool'"],
		["{{ 'x' | as_number }}", "could not convert the value 'x' into the type 'number'"],
		["{{ 'True' | as_number }}", "could not convert the value 'True' into the type 'number'"],
	])("%s is refused", (text, message) => {
		expect(() => render(text)).toThrow(message);
	});

	it("leaves the filters without effect when text is rendered", () => {
		const template = compileTemplate({
			file: "a.sql",
			text: "{{ true | as_bool }}{{ '1' | as_number }}{{ 'x' | as_text }}",
		});
		expect(template.render({ get: () => undefined }, { undefined: "strict" })).toBe("True1x");
	});
});
