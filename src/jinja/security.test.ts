/** A template must not reach JavaScript: neither by names, nor by attributes, nor by what it writes into dicts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import {
	compileMacro,
	compileTemplate,
	findBlocks,
	fromPlain,
	HostFunction,
	PyDict,
	toPlain,
	type Value,
} from "./jinja.ts";

const HOST = new HostFunction("host", () => null);

function render(text: string, names: Record<string, Value> = {}): string {
	const scope = { get: (name: string): Value => (Object.hasOwn(names, name) ? names[name] : undefined) };
	return compileTemplate({ file: "t.sql", text }).render(scope, { undefined: "strict" });
}

const DANGEROUS = [
	"constructor",
	"__proto__",
	"prototype",
	"__class__",
	"__globals__",
	"__init__",
	"toString",
	"valueOf",
	"hasOwnProperty",
	"__defineGetter__",
	"__lookupGetter__",
	"call",
	"apply",
	"bind",
	"caller",
	"name",
	"length",
	"process",
	"Function",
	"globalThis",
	"require",
];
const VALUES = [
	"''",
	"[]",
	"{}",
	"(1,)",
	"1",
	"1.5",
	"true",
	"none",
	"range(2)",
	"{}.items()",
	"namespace()",
	"host",
	"[1]|map('string')",
	"''.upper",
	"dict",
];

describe("a template", () => {
	it.each(DANGEROUS.filter((name) => name !== "name"))(
		"finds nothing of JavaScript's under .%s of any value",
		(name) => {
			for (const value of VALUES) {
				expect(render(`{% set v = ${value} %}{{ v.${name} is defined }}`, { host: HOST })).toBe("False");
				expect(render(`{% set v = ${value} %}{{ v['${name}'] is defined }}`, { host: HOST })).toBe("False");
				expect(render(`{% set v = ${value} %}{{ (v|attr('${name}')) is defined }}`, { host: HOST })).toBe("False");
			}
		},
	);

	it.each([
		"process",
		"Function",
		"globalThis",
		"require",
		"L",
		"U",
		"S",
		"c",
		"p",
		"o",
		"arguments",
		"eval",
		"this",
		"self",
	])("does not see the JavaScript name %s", (name) => {
		expect(render(`{{ ${name} is defined }}`)).toBe("False");
		expect(render(`{% set ${name} = 1 %}{{ ${name} }}`)).toBe("1");
	});

	it("can use JavaScript's reserved words as names of variables, parameters and macros", () => {
		expect(
			render("{% macro var(let, class=2) %}{{ let }}{{ class }}{% endmacro %}{{ var(1) }}{% set new = 3 %}{{ new }}"),
		).toBe("123");
		expect(render("{% for const in [1] %}{{ const }}{% endfor %}{% set __proto__ = 4 %}{{ __proto__ }}")).toBe("14");
	});

	it.each([
		"{% do {}.update({'__proto__': {'polluted': 1}}) %}",
		"{% do {}.update(__proto__={'polluted': 1}) %}",
		"{% set d = {'__proto__': {'polluted': 1}, 'constructor': {'prototype': {'polluted': 1}}} %}",
		"{% set d = dict(__proto__={'polluted': 1}) %}",
		"{% set ns = namespace(__proto__={'polluted': 1}) %}{% set ns.__proto__ = {'polluted': 1} %}",
		"{% do {}.setdefault('__proto__', {}).update({'polluted': 1}) %}",
		"{% macro m() %}{% set x = kwargs %}{% endmacro %}{{ m(__proto__={'polluted': 1}) }}",
	])("does not pollute a prototype with %s", (text) => {
		render(text);
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
		expect(Object.keys(Object.prototype)).toEqual([]);
	});

	it("keeps __proto__ an ordinary key on the way in and out", () => {
		const data = JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as unknown;
		expect(render("{{ d['__proto__'].a }}", { d: fromPlain(data) })).toBe("1");
		const out = toPlain(PyDict.fromEntries([["__proto__", new PyDict()]])) as object;
		expect(Object.getPrototypeOf(out)).toBe(Object.prototype);
		expect(Object.hasOwn(out, "__proto__")).toBe(true);
	});

	it.each(["{0.__class__}", "{0.constructor}", "{0[constructor]}", "{0.__proto__}", "{a.__init__}", "{0[__proto__]}"])(
		"gets an error for the format string %s",
		(format) => {
			expect(() => render(`{{ '${format}'.format('x', a='y') }}`)).toThrow(TfmError);
		},
	);

	it("cannot leave a string literal of the generated code", () => {
		const evil = `"];globalThis.pwned=1;//`;
		const text = `${evil}\u2028\u2029{{ ${JSON.stringify(evil)} }}{% macro m(a=${JSON.stringify(evil)}) %}{{ a }}{% endmacro %}{{ m() }}`;
		expect(render(text)).toBe(`${evil}\u2028\u2029${evil}${evil}`);
		expect((globalThis as Record<string, unknown>).pwned).toBeUndefined();
	});

	it("with any text at all gives text or a coded error, never another exception", () => {
		const piece = fc.constantFrom(
			"{{",
			"}}",
			"{%",
			"%}",
			"{#",
			"#}",
			"-",
			" ",
			"x",
			"if ",
			"endif",
			"for i in ",
			"endfor",
			"set ",
			"=",
			"'",
			'"',
			"\\",
			"(",
			")",
			"[",
			"]",
			"{",
			"}",
			"|",
			"upper",
			".",
			",",
			":",
			"1",
			"~",
			"is ",
			"not ",
			"raw",
			"endraw",
			"macro m()",
			"endmacro",
			"\n",
			"__proto__",
			"é",
			"😀",
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
				const text = pieces.join("");
				for (const run of [() => render(text), () => findBlocks({ file: "f.sql", text })]) {
					try {
						run();
					} catch (error) {
						if (!(error instanceof TfmError)) throw error;
						expect(error.diagnostics[0]?.at).toBeDefined();
					}
				}
			}),
			{ numRuns: 3000 },
		);
	});

	it("with macros of dangerous names calls those macros", () => {
		const file = {
			file: "m.sql",
			text: "{% macro constructor() %}c{% endmacro %}{% macro __proto__() %}p{% endmacro %}",
		};
		const made = findBlocks(file).map((block) =>
			compileMacro(file, block).bind({ get: () => undefined }, { undefined: "strict" }),
		);
		expect(made.map((macro) => macro.call({ positional: [], keyword: new Map() }))).toEqual(["c", "p"]);
	});
});
