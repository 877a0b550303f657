import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import {
	compileMacro,
	compileTemplate,
	findBlocks,
	type HostFunction,
	PyDict,
	type Scope,
	toText,
	type Value,
} from "./jinja.ts";
import { argumentsOf } from "./values.ts";

const FILE = "macros/m.sql";

/** All macros of a text, each seeing the others and `names`. */
function bind(text: string, names: Record<string, Value> = {}): Map<string, Value> {
	const all = new Map<string, Value>(Object.entries(names));
	const scope: Scope = { get: (name) => all.get(name) };
	for (const block of findBlocks({ file: FILE, text }))
		all.set(block.macroName, compileMacro({ file: FILE, text }, block).bind(scope, { undefined: "strict" }));
	return all;
}

const callIn = (text: string, call: string): string => {
	const all = bind(text);
	return compileTemplate({ file: "a.sql", text: `{{ ${call} }}` }).render(
		{ get: (name) => all.get(name) },
		{ undefined: "strict" },
	);
};

describe("the blocks of a file", () => {
	it("are found with names, parameters, texts and places", () => {
		const text =
			"-- top\n{% macro a(x, y=1) -%}\n  {{ x }}\n{%- endmacro %}\n\n  {% test not_null(model) %}t{% endtest %}";
		expect(findBlocks({ file: FILE, text })).toEqual([
			{
				kind: "macro",
				name: "a",
				macroName: "a",
				parameters: ["x", "y"],
				text: "{% macro a(x, y=1) -%}\n  {{ x }}\n{%- endmacro %}",
				spaced: "{% macro a(x, y=1) -%}\n  {{ x }}\n{%- endmacro %}",
				body: { file: FILE, text: "{{ x }}", line: 3, column: 3 },
				line: 2,
				column: 1,
				endLine: 4,
			},
			{
				kind: "test",
				name: "not_null",
				macroName: "test_not_null",
				parameters: ["model"],
				text: "{% test not_null(model) %}t{% endtest %}",
				spaced: "{% test not_null(model) %}t{% endtest %}",
				body: { file: FILE, text: "t", line: 6, column: 29 },
				line: 6,
				column: 3,
				endLine: 6,
			},
		]);
	});

	it("take the white space that their outer tags take away, each piece once, as dbt's macro_sql does", () => {
		const text = "x\n\n{%- macro a() %} 1 {% endmacro -%}\n\n{%- macro b() -%} 2 {%- endmacro -%}\n";
		expect(findBlocks({ file: FILE, text }).map(({ spaced, body }) => [spaced, body.text])).toEqual([
			["\n\n{%- macro a() %} 1 {% endmacro -%}\n\n", " 1 "],
			["{%- macro b() -%} 2 {%- endmacro -%}", "2"],
		]);
	});

	it.each([
		["{% materialization view, default %}{% endmaterialization %}", "materialization_view_default", "default", ["sql"]],
		[
			"{% materialization view, adapter='snowflake' %}{% endmaterialization %}",
			"materialization_view_snowflake",
			"snowflake",
			["sql"],
		],
		[
			"{% materialization t, adapter='x', supported_languages=['sql', 'python'] %}{% endmaterialization %}",
			"materialization_t_x",
			"x",
			["sql", "python"],
		],
	])("of a materialization carry its adapter and languages: %s", (text, macroName, adapter, supportedLanguages) => {
		expect(findBlocks({ file: FILE, text })).toMatchObject([
			{ macroName, adapter, supportedLanguages, parameters: [] },
		]);
	});

	it("are not closed by what only looks like an end tag", () => {
		const text =
			"{% macro a() %}{{ '{% endmacro %}' }}{# {% endmacro %} #}{% raw %}{% endmacro %}{% endraw %}x{% endmacro %}";
		expect(findBlocks({ file: FILE, text })).toHaveLength(1);
		expect(callIn(text, "a()")).toBe("{% endmacro %}{% endmacro %}x");
	});

	it("can be asked for by kind", () => {
		const text = "{% docs d %}a{% enddocs %}{% snapshot s %}b{% endsnapshot %}{% macro m() %}{% endmacro %}";
		expect(findBlocks({ file: FILE, text }, ["docs"]).map((b) => [b.name, b.body.text])).toEqual([["d", "a"]]);
		expect(findBlocks({ file: FILE, text }, ["snapshot"]).map((b) => [b.name, b.body.text])).toEqual([["s", "b"]]);
	});

	it("that are not closed, or begin inside another, are errors with both places", () => {
		const problem = (text: string) => {
			try {
				findBlocks({ file: FILE, text });
			} catch (error) {
				if (error instanceof TfmError) return error.diagnostics[0]!;
			}
			throw new Error("no error");
		};
		expect(problem("x\n{% macro a() %}")).toMatchObject({ code: "TFM-JINJA-002", at: { line: 2, column: 1 } });
		expect(problem("{% macro a() %}\n{% macro b() %}{% endmacro %}")).toMatchObject({
			message: "{% macro %} is still open where {% macro %} stands",
			at: { line: 2 },
			related: [{ at: { line: 1 } }],
		});
		expect(problem("{% macro a( %}{% endmacro %}")).toMatchObject({ code: "TFM-JINJA-002", at: { line: 1 } });
		expect(problem("a\n{% macro 1() %}{% endmacro %}")).toMatchObject({
			code: "TFM-JINJA-001",
			at: { line: 2, column: 10 },
		});
	});
});

describe("a macro", () => {
	it("returns a value of any type with return()", () => {
		const all = bind("{% macro m() %}text{{ return({'a': [1]}) }}more{% endmacro %}");
		const value = (all.get("m") as HostFunction).call(argumentsOf([]));
		expect(value).toBeInstanceOf(PyDict);
		expect(toText(value)).toBe("{'a': [1]}");
	});

	it.each([
		["{% macro m() %}{% do return(1) %}{% endmacro %}", "m() + 1", "2"],
		[
			"{% macro m() %}{% for i in [1, 2] %}{% if i == 2 %}{{ return(i) }}{% endif %}{% endfor %}{% endmacro %}",
			"m()",
			"2",
		],
		["{% macro m() %}{% set x %}a{{ return('r') }}{% endset %}{% endmacro %}", "m()", "r"],
		["{% macro m() %}{{ return(1) if true else return(2) }}{% endmacro %}", "m()", "1"],
		["{% macro m() %}{% set x = return(5) %}{% endmacro %}", "m()", "5"],
		[
			"{% macro m() %}{% for i in [[1]] recursive %}{{ return('deep') if i == 1 else loop(i) }}{% endfor %}{% endmacro %}",
			"m()",
			"deep",
		],
		["{% macro in_() %}{{ return(1) }}{% endmacro %}{% macro m() %}a{{ in_() }}b{% endmacro %}", "m()", "a1b"],
		["{% macro m() %}{% set f = return %}{{ f('passed on') }}{% endmacro %}", "m()", "passed on"],
		[
			"{% macro m(return) %}{{ return('mine') }}{% endmacro %}{% macro id(x) %}<{{ x }}>{% endmacro %}",
			"m(id)",
			"<mine>",
		],
	])("ends where return() is reached: %s", (text, call, expected) => {
		expect(callIn(text, call)).toBe(expected);
	});

	it("that is called with a block ends when the block returns, and its caller goes on", () => {
		const text =
			"{% macro m() %}before{{ caller() }}after{% endmacro %}{% macro outer() %}[{% call m() %}{{ return('r') }}{% endcall %}]{% endmacro %}";
		expect(callIn(text, "outer()")).toBe("[r]");
	});

	it("looks its own name up in the context, where an override may stand", () => {
		const all = bind("{% macro m(n) %}{{ m(n) if n else 'own' }}{% endmacro %}");
		const own = all.get("m") as HostFunction;
		all.set("m", "overridden");
		expect(() => own.call(argumentsOf([1]))).toThrow("'str' object is not callable");
		expect(own.call(argumentsOf([0]))).toBe("own");
	});

	it("sees the names of a scope that is asked for at each call", () => {
		const text = "{% macro m() %}{{ x }}{% endmacro %}";
		let x = 1;
		const scope = () => ({ get: () => x });
		const macro = compileMacro({ file: FILE, text }, findBlocks({ file: FILE, text })[0]!).bind(scope, {
			undefined: "strict",
		});
		expect(macro.call(argumentsOf([]))).toBe("1");
		x = 2;
		expect(macro.call(argumentsOf([]))).toBe("2");
	});

	it("of a materialization knows its supported languages", () => {
		const text =
			"{% materialization t, adapter='x', supported_languages=['sql', 'python'] %}{{ supported_languages }}{% endmaterialization %}";
		expect(callIn(text, "materialization_t_x()")).toBe("['sql', 'python']");
	});

	it("gets a call block from a host function's arguments", () => {
		const text = "{% macro m() %}{{ caller(2) }}{% endmacro %}";
		expect(callIn(text, "m(caller=dict)".replace("dict", "range"))).toBe("range(0, 2)");
	});

	it("compiles only when it is called, and tells its errors then with the file's places", () => {
		const text = "\n{% macro m() %}\n{{ 1 + }}{% endmacro %}";
		const macro = compileMacro({ file: FILE, text }, findBlocks({ file: FILE, text })[0]!);
		expect(() => macro.bind({ get: () => undefined }, { undefined: "strict" }).call(argumentsOf([]))).toThrow(
			expect.objectContaining({
				diagnostics: [
					expect.objectContaining({ at: { file: FILE, line: 3, column: 8 }, source: "{{ 1 + }}{% endmacro %}" }),
				],
			}),
		);
	});
});

describe("chainable Undefined", () => {
	const render = (text: string): string =>
		compileTemplate({ file: "a.sql", text }).render({ get: () => undefined }, { undefined: "chainable" });

	it("gives Undefined for attributes, items, slices and calls", () => {
		expect(render("{{ a.b.c }}{{ a['x'][0] }}{{ a() }}{{ a.b().c[1:2] }}{{ {}.x.y() }}|{{ a.b is defined }}")).toBe(
			"|False",
		);
	});

	it("loops over nothing and prints nothing", () => {
		expect(
			render("{% for x in a.b() %}{{ x }}{% endfor %}{% if a.b %}T{% endif %}{{ a ~ 'x' }}{{ a.b|join(',') }}"),
		).toBe("x");
	});

	it("is still an error in arithmetic", () => {
		expect(() => render("{{ a.b + 1 }}")).toThrow("'a.b' is undefined");
	});
});
