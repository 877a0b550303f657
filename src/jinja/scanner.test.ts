import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileTemplate, HostFunction, scanLiterals, toPlain, type Value } from "./jinja.ts";
import type { LiteralCalls } from "./scanner.ts";

/** What a parse of the text really calls, by rendering it. */
function rendered(text: string): Record<string, { args: unknown[]; kwargs: Record<string, unknown> }[]> {
	const calls: Record<string, { args: unknown[]; kwargs: Record<string, unknown> }[]> = {
		refs: [],
		sources: [],
		configs: [],
		vars: [],
		envVars: [],
	};
	const record = (name: string, list: string): [string, Value] => [
		name,
		new HostFunction(name, ({ positional, keyword }) => {
			calls[list]!.push({
				args: positional.map(toPlain),
				kwargs: Object.fromEntries([...keyword].map(([k, v]) => [k, toPlain(v)])),
			});
			return "";
		}),
	];
	const names = new Map<string, Value>([
		record("ref", "refs"),
		record("source", "sources"),
		record("config", "configs"),
		record("var", "vars"),
		record("env_var", "envVars"),
		["is_incremental", new HostFunction("is_incremental", () => false)],
		["execute", false],
	]);
	compileTemplate({ file: "a.sql", text }).render({ get: (name) => names.get(name) }, { undefined: "chainable" });
	return calls;
}

const withoutPlaces = (found: LiteralCalls) =>
	Object.fromEntries(
		(["refs", "sources", "configs", "vars", "envVars"] as const).map((list) => [
			list,
			found[list].map(({ args, kwargs }) => ({ args, kwargs })),
		]),
	);

describe("the scanner", () => {
	it("finds literal calls with their places", () => {
		const text =
			"{{ config(materialized='table', tags=['a', \"b\"], meta={'x': 1, 'y': none}) }}\nselect * from {{ ref('a') }}\n  join {{ source('s', 't') }}, {{- ref('p', 'b', v=2) -}} where {{ var('x', -1.5) }}{{ env_var('E') }}";
		expect(scanLiterals(text)).toEqual({
			configs: [
				{ args: [], kwargs: { materialized: "table", tags: ["a", "b"], meta: { x: 1, y: null } }, line: 1, column: 4 },
			],
			refs: [
				{ args: ["a"], kwargs: {}, line: 2, column: 18 },
				{ args: ["p", "b"], kwargs: { v: 2 }, line: 3, column: 36 },
			],
			sources: [{ args: ["s", "t"], kwargs: {}, line: 3, column: 11 }],
			vars: [{ args: ["x", -1.5], kwargs: {}, line: 3, column: 68 }],
			envVars: [{ args: ["E"], kwargs: {}, line: 3, column: 88 }],
			macros: [],
		});
	});

	it("leaves out what a parse does not reach, and knows that is_incremental was asked", () => {
		const text =
			"{{ ref('a') }}{% if is_incremental() and true %}{{ ref('b') }}{{ this }}{% elif not execute %}{{ ref('c') }}{% else %}{{ ref('d') }}{% endif %}";
		const found = scanLiterals(text)!;
		expect(found.refs.map((call) => call.args[0])).toEqual(["a", "c"]);
		expect(found.macros).toEqual(["is_incremental"]);
	});

	it.each([
		"{{ ref(x) }}",
		"{{ ref('a' ~ 'b') }}",
		"{{ ref('a').schema }}",
		"{{ ref('a') | upper }}",
		"{{ my_macro() }}",
		"{{ config.get('x') }}",
		"{{ config({'a': 1}) }}",
		"{{ ref('a\\'b') }}",
		"{{ ref('a' 'b') }}",
		"{{ ref('a', 'b', 'c') }}",
		"{{ source('a') }}",
		"{{ ref() }}",
		"{{ config(x=1.0) }}",
		"{{ config(a=1, a=2) }}",
		"{{ config(x=('a')) }}",
		"{% if target.name == 'prod' %}{% endif %}",
		"{% if var('x') %}{{ ref('a') }}{% endif %}",
		"{% if true %}",
		"{% if true %}{% endfor %}",
		"{% if true %}{% else %}{% elif true %}{% endif %}",
		"{% endif %}",
		"{% else %}",
		"{% for x in [1] %}{{ ref('a') }}{% endfor %}",
		"{% set x = 1 %}",
		"{% raw %}{{ ref('a') }}{% endraw %}",
		"{{ ref('a') ",
		"{# {{ ref('a') }}",
		"{{ ref('a' }}",
		"{{ ref('a',,) }}",
	])("leaves %s to rendering", (text) => {
		expect(scanLiterals(text)).toBeNull();
	});

	it("is not misled by comments, text in braces and names that begin alike", () => {
		expect(scanLiterals("{# {{ ref('x') }} #} select '{' || '}' -- {{ ref('y') }}")?.refs).toHaveLength(1);
		expect(scanLiterals("{{ reference('a') }}")).toBeNull();
		expect(scanLiterals("select 1")).toEqual({ refs: [], sources: [], configs: [], vars: [], envVars: [], macros: [] });
	});

	it("keeps __proto__ an own key", () => {
		const [call] = scanLiterals("{{ config(meta={'__proto__': {'a': 1}}) }}")!.configs;
		expect(Object.hasOwn(call!.kwargs.meta as object, "__proto__")).toBe(true);
	});

	it("agrees with rendering whenever it answers", () => {
		const text = fc.constantFrom("'a'", '"b"', "'it''s'", "'x y'", "'{{'", "'%}'");
		const literal: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
			value: fc.oneof(
				{ depthSize: "small" },
				text,
				fc.constantFrom("1", "-2", "1.5", "true", "False", "none", "x", "1.0"),
				fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
				fc.array(tie("value"), { maxLength: 3 }).map((items) => `(${items.map((i) => `${i},`).join("")})`),
				fc
					.array(fc.tuple(text, tie("value")), { maxLength: 2 })
					.map((pairs) => `{${pairs.map(([k, v]) => `${k}: ${v}`).join(",")}}`),
			),
		})).value;
		const argument = fc.oneof(
			literal,
			fc.tuple(fc.constantFrom("v", "version", "tags", "x"), literal).map(([k, v]) => `${k}=${v}`),
		);
		const call = fc
			.tuple(
				fc.constantFrom("ref", "source", "config", "var", "env_var", "other"),
				fc.array(argument, { maxLength: 3 }),
			)
			.map(([name, args]) => `${name}(${args.join(", ")})`);
		const condition = fc.constantFrom(
			"true",
			"not true",
			"is_incremental()",
			"not is_incremental()",
			"execute and x",
			"false or true",
			"(true and not false)",
			"var('q')",
			"not (false or is_incremental())",
		);
		const part: fc.Arbitrary<string> = fc.letrec<{ part: string }>((tie) => ({
			part: fc.oneof(
				{ depthSize: "small" },
				fc.constantFrom("select 1\n", "{# c #}", "{{ this }}", " { } ", "{%- if", "{{ this.schema }}", "{#- -#}"),
				call.map((c) => `{{ ${c} }}`),
				call.map((c) => `{{- ${c} -}}`),
				fc
					.tuple(condition, tie("part"), condition, tie("part"), tie("part"))
					.map(([c1, a, c2, b, c]) => `{% if ${c1} %}${a}{%- elif ${c2} -%}${b}{% else %}${c}{% endif %}`),
				fc.tuple(tie("part"), tie("part")).map(([a, b]) => a + b),
			),
		})).part;
		let answered = 0;
		fc.assert(
			fc.property(part, (source) => {
				const found = scanLiterals(source);
				if (found === null) return;
				answered++;
				expect(withoutPlaces(found)).toEqual(rendered(source));
			}),
			{ numRuns: 2000 },
		);
		expect(answered).toBeGreaterThan(200);
	});
});
