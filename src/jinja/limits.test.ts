import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import { compileMacro, compileTemplate, findBlocks, type Value } from "./jinja.ts";

function codeOf(text: string, maxLoop?: number): string {
	try {
		const options = { undefined: "strict" as const, ...(maxLoop === undefined ? {} : { maxLoop }) };
		compileTemplate({ file: "t.sql", text }).render({ get: () => undefined }, options);
		return "no error";
	} catch (error) {
		if (error instanceof TfmError) return error.diagnostics[0]!.code;
		throw error;
	}
}

describe("a runaway template ends in a coded error", () => {
	it.each([
		["{{ range(10 ** 12) }}", "TFM-JINJA-025"],
		["{{ 'x' * 10 ** 12 }}", "TFM-JINJA-021"],
		["{{ [0] * 10 ** 9 }}", "TFM-JINJA-021"],
		["{{ 2 ** (10 ** 10) }}", "TFM-JINJA-021"],
		["{{ 10 ** (10 ** 6) }}", "TFM-JINJA-021"],
		["{{ 'x'.center(10 ** 12) }}", "TFM-JINJA-021"],
		["{{ 'x'.zfill(10 ** 12) }}", "TFM-JINJA-021"],
		["{{ 'x'|indent(10 ** 12) }}", "TFM-JINJA-021"],
		["{{ '%999999999999d' % 1 }}", "TFM-JINJA-021"],
		["{{ '%.999999999f' % 1 }}", "TFM-JINJA-021"],
		["{{ '{:999999999999}'.format(1) }}", "TFM-JINJA-021"],
		["{{ '{:.999999999f}'.format(1.5) }}", "TFM-JINJA-021"],
		["{{ ('x' * 10000000).replace('x', 'yyyyyyyyyy') }}", "TFM-JINJA-021"],
		["{{ ','.join(['x' * 10000000] * 100) }}", "TFM-JINJA-021"],
		["{{ (['x' * 10000000] * 100)|join }}", "TFM-JINJA-021"],
		["{% set ns = namespace(l=[0]) %}{% for i in range(99) %}{% do ns.l.extend(ns.l) %}{% endfor %}", "TFM-JINJA-021"],
		[
			"{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
			"TFM-JINJA-021",
		],
		["{% set l = [1] %}{% for i in l %}{% do l.append(i) %}{% endfor %}", "TFM-JINJA-021"],
		["{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "TFM-JINJA-020"],
		["{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}", "TFM-JINJA-020"],
		["{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "TFM-JINJA-020"],
		["{{ [1]|slice(10 ** 9)|list }}", "TFM-JINJA-021"],
		["{{ ('a ' * 2000000)|wordwrap(2)|length }}", "TFM-JINJA-021"],
		["{% for i in range(100000) %}{% set x = ('a' * 1000000)|upper %}{% endfor %}", "TFM-JINJA-021"],
		["{% for i in range(100000) %}{% set x = [0] * 5000000 %}{% endfor %}", "TFM-JINJA-021"],
		[
			"{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = ns.l + [i] %}{% endfor %}",
			"TFM-JINJA-021",
		],
		[
			"{% set d = {} %}{% for i in range(99) %}{% do d.update({}.fromkeys(range(i * 50000, i * 50000 + 50000))) %}{% endfor %}",
			"TFM-JINJA-021",
		],
	])("%s", (text, code) => {
		expect(codeOf(text)).toBe(code);
	});

	it("for expressions nested deeper than the stack", () => {
		expect(codeOf(`{{ ${"(".repeat(50_000)}1${")".repeat(50_000)} }}`)).toBe("TFM-JINJA-021");
		expect(codeOf(`{{ ${"[".repeat(50_000)}${"]".repeat(50_000)} }}`)).toBe("TFM-JINJA-021");
		expect(codeOf(`{{ 1${" + 1".repeat(100_000)} }}`)).toBe("TFM-JINJA-021");
	});

	it("for more loop turns than allowed, counted over all loops together", () => {
		const text = "{% for i in range(100) %}{% for j in range(100) %}{% endfor %}{% endfor %}";
		expect(codeOf(text, 10_100)).toBe("no error");
		expect(codeOf(text, 10_099)).toBe("TFM-JINJA-021");
	});

	it("not for a large value that is looked at again and again", () => {
		const text =
			"{% set d = {'t': 'x' * 40000000, 'l': range(100000)|list} %}{% for i in range(1000) %}{% set n = d.get('t')|default('')|length + d.get('l')|first %}{% endfor %}";
		expect(codeOf(text)).toBe("no error");
	});

	it("for a macro that calls itself twice, which would end after 2^60 calls", () => {
		const text = "{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}";
		expect(codeOf(text, 100_000)).toBe("TFM-JINJA-021");
	});

	it("for macros that call each other through the context, with few of the calls listed", () => {
		const file = { file: "m.sql", text: "{% macro m() %}{{ m() }}{% endmacro %}" };
		const macro = compileMacro(file, findBlocks(file)[0]!).bind({ get: (): Value => macro }, { undefined: "strict" });
		expect(() => macro.call({ positional: [], keyword: new Map() })).toThrow(
			expect.objectContaining({ diagnostics: [expect.objectContaining({ code: "TFM-JINJA-020" })] }),
		);
	});

	it.each(["{{ ns.s }}", "{{ ns.s|tojson }}"])("for lists that hold each other twice: %s", (shown) => {
		const doubled = "{% set ns = namespace(s=[1]) %}{% for i in range(40) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}";
		expect(codeOf(doubled + shown)).toBe("TFM-JINJA-021");
	});

	it("not for a dict of some hundred entries that is copied two thousand times", () => {
		const text =
			"{% set d = {} %}{% for i in range(500) %}{% do d.update({i: i}) %}{% endfor %}{% for i in range(2000) %}{% set e = dict(d, k=i) %}{% endfor %}";
		expect(codeOf(text)).toBe("no error");
	});

	it("not for a list that contains itself, which prints as in Python", () => {
		const text = "{% set l = [1] %}{% do l.append(l) %}{{ l }}{% set d = {} %}{% do d.update(d=d) %}{{ d }}";
		const rendered = compileTemplate({ file: "t.sql", text }).render({ get: () => undefined }, { undefined: "strict" });
		expect(rendered).toBe("[1, [...]]{'d': {...}}");
	});
});
