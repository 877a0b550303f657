import { describe, expect, it } from "vitest";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import { compileMacro, compileTemplate, findBlocks, type Value } from "./jinja.ts";

const NOTHING = { get: (): Value => undefined };

function errorOf(text: string, names: Record<string, Value> = {}): Diagnostic {
	try {
		const scope = { get: (name: string) => names[name] };
		compileTemplate({ file: "models/a.sql", text }).render(scope, { undefined: "strict" });
	} catch (error) {
		if (error instanceof TfmError) return error.diagnostics[0]!;
		throw error;
	}
	throw new Error("nothing was thrown");
}

/** The error as one line: code, place, message. */
const line = (text: string): string => {
	const { code, at, message } = errorOf(text);
	return `${code.slice(-3)} ${at?.line}:${at?.column} ${message}`;
};

describe("an error in a template", () => {
	it.each([
		["select 1,\n  {{ 1 + }}", "001 2:10 unexpected the end of the expression"],
		["{{ a b }}", "001 1:6 expected '}}', got 'b'"],
		["x\n{{ f(a=1, 2) }}", "001 2:11 invalid order of arguments in a call"],
		["{% set 1 = 2 %}", "001 1:8 can't assign to this expression"],
		["{{ a ? b }}", '001 1:6 unexpected character "?"'],
		["{{ (1] }}", "001 1:6 unexpected ']', expected ')'"],
		["{% break %}", "001 1:4 'break' outside a loop"],
		["a\n {% if x %}\nb", "002 2:5 {% if %} is never closed"],
		["{% for a in b %}\n{% endif %}", "002 2:4 {% for %} is still open where {% endif %} stands"],
		["a {{ 'x }}", "002 1:6 the string is never closed"],
		["a {{ x ", "002 1:3 the expression {{ is never closed"],
		["a {{ x\nas y\nfrom z", "002 1:3 the expression {{ is never closed"],
		["a {# x ", "002 1:3 the comment {# is never closed"],
		["{% raw %}", "002 1:1 {% raw %} is never closed"],
		["{% iff x %}", '003 1:4 unknown tag "iff"'],
		["\n{{ 1|uper }}", '004 2:6 no filter named "uper"'],
		["{{ 1 is evn }}", '005 1:9 no test named "evn"'],
		["{% include 'x.sql' %}", '006 1:4 the tag "include" is not available in a project\'s templates'],
		["{{ x.y.z }}", "010 1:4 'x' is undefined"],
		["{{ {}.a.b }}", "010 1:4 an undefined value was used"],
		["{% set d = {} %}{{ d.a.b }}", "010 1:20 'd.a' is undefined"],
		["{{ missing_macro('a') }}", "010 1:4 'missing_macro' is undefined"],
		["{% set d = {} %}{{ d.run() }}", "010 1:20 'd.run' is undefined"],
		["{{ 1 + nope }}", "010 1:4 'nope' is undefined"],
		["{{ nope|int }}", "010 1:9 'nope' is undefined"],
		["{% macro m(a) %}{% endmacro %}\n{{ m(1, 2) }}", "011 2:4 m() takes not more than 1 argument(s)"],
		["{{ 'a'.split(1, 2, 3) }}", "011 1:4 split() takes at most 2 arguments (3 given)"],
		["{{ 'a' + 1 }}", '012 1:4 can only concatenate str (not "int") to str'],
		["{{ none < 1 }}", "012 1:9 '<' not supported between instances of 'NoneType' and 'int'"],
		["{% set s = 'x' %}{{ s() }}", "013 1:21 'str' object is not callable: s"],
		["{% set a, b = [1] %}", "014 1:8 not enough values to unpack (expected 2, got 1)"],
		["{{ {}.pop('k') }}", "015 1:4 KeyError: 'k'"],
		["{{\n1 / 0 }}", "016 2:1 division by zero"],
		["{{ [1]|dictsort }}", "017 1:8 'list' object has no attribute 'items'"],
		["{{ 1|round(1, 'up') }}", "018 1:6 method must be common, ceil or floor"],
		[
			"{% set d = {} %}{% set d.a = 1 %}",
			"019 1:24 cannot assign attribute 'a' on non-namespace object of type 'dict'",
		],
		["{{ return(1) }}", "022 1:4 return() outside a macro"],
		["{{ range(100001) }}", "025 1:4 Range too big. The limit is 100000 items."],
	])("%j says what and where", (text, expected) => {
		expect(line(text)).toBe(expected);
	});

	it("carries the line it stands in", () => {
		expect(errorOf("select 1\n  {{ x.y }} from t\n").source).toBe("  {{ x.y }} from t");
	});

	it.each([
		["{{ 1|uper }}", 'did you mean "upper"?'],
		["{{ 1 is evn }}", 'did you mean "even"?'],
		["{% iff x %}", 'did you mean "if"?'],
		["{% if a %}{% endfor %}", "add {% endif %}"],
	])("%j has the hint %j", (text, hint) => {
		expect(errorOf(text).hint).toBe(hint);
	});

	it("points to the opening tag when another block ends first", () => {
		expect(errorOf("{% for a in b %}\n{% endif %}").related).toEqual([
			{ label: "{% for %} opened here", at: { file: "models/a.sql", line: 1, column: 4 }, source: "{% for a in b %}" },
		]);
	});

	it("suggests a name of the scope for one that does not exist", () => {
		const scope = { get: (): Value => undefined, names: () => ["ref", "generate_surrogate_key"] };
		const template = compileTemplate({ file: "a.sql", text: "{{ generate_surogate_key() }}" });
		expect(() => template.render(scope, { undefined: "strict" })).toThrow(
			expect.objectContaining({
				diagnostics: [expect.objectContaining({ hint: 'did you mean "generate_surrogate_key"?' })],
			}),
		);
	});

	it("inside a macro names the macro's place first, then each caller's", () => {
		const file = {
			file: "macros/m.sql",
			text: "-- macros\n{% macro inner(x) %}\n  {{ x.y.z }}\n{% endmacro %}\n{% macro outer() %}{{ inner({}) }}{% endmacro %}",
		};
		const names = new Map<string, Value>();
		const scope = { get: (name: string) => names.get(name) };
		for (const block of findBlocks(file))
			names.set(block.macroName, compileMacro(file, block).bind(scope, { undefined: "strict" }));
		const found = errorOf("select\n{{ outer() }}", Object.fromEntries(names));
		expect(found.at).toEqual({ file: "macros/m.sql", line: 3, column: 6 });
		expect(found.source).toBe("  {{ x.y.z }}");
		expect(found.related).toEqual([
			{
				label: "called from macro outer",
				at: { file: "macros/m.sql", line: 5, column: 23 },
				source: "{% macro outer() %}{{ inner({}) }}{% endmacro %}",
			},
			{
				label: "called from the top of the file",
				at: { file: "models/a.sql", line: 2, column: 4 },
				source: "{{ outer() }}",
			},
		]);
	});

	it("in a part of a file has the file's line and column", () => {
		const template = compileTemplate({ file: "a.yml", text: "{{ x.y }}", line: 7, column: 12 });
		expect(() => template.render(NOTHING, { undefined: "strict" })).toThrow(
			expect.objectContaining({
				diagnostics: [expect.objectContaining({ at: { file: "a.yml", line: 7, column: 15 } })],
			}),
		);
	});

	it("is found only when the branch with the unknown filter is reached", () => {
		const template = compileTemplate({ file: "a.sql", text: "{% if false %}{{ 1|nope }}{% endif %}ok" });
		expect(template.render(NOTHING, { undefined: "strict" })).toBe("ok");
	});

	it("of ours, not of the template, keeps its stack and its class", () => {
		const broken = {
			get: (): Value => {
				throw new TypeError("a bug");
			},
		};
		expect(() => compileTemplate({ file: "a.sql", text: "{{ x }}" }).render(broken, { undefined: "strict" })).toThrow(
			TypeError,
		);
	});
});
