import { expect, it } from "vitest";
import { parse, testFacts } from "./testing/testProject.ts";

it("collects references and answers with the node's own relation", () => {
	const { text, collector } = parse(
		"select * from {{ ref('a') }}, {{ ref('pkg', 'b', v=2) }}, {{ source('raw', 't') }}",
	);
	expect(text).toBe('select * from "db"."dev"."m", "db"."dev"."m", "db"."dev"."m"');
	expect(collector.refs).toEqual([
		{ name: "a", package: null, version: null },
		{ name: "b", package: "pkg", version: 2 },
	]);
	expect(collector.sources).toEqual([["raw", "t"]]);
});

it("collects config calls with hooks under their dashed names", () => {
	const { collector } = parse(
		"{{ config(materialized='table', post_hook=['analyze'], tags=['x']) }}{{ config({'meta': {'a': 1}}) }}",
	);
	expect(collector.configs).toEqual([
		{ materialized: "table", tags: ["x"], "post-hook": ["analyze"] },
		{ meta: { a: 1 } },
	]);
});

it("reads no database: execute is false, is_incremental() is false, run_query gives nothing to loop over", () => {
	const template =
		"{{ execute }} {{ is_incremental() }}{% set rows = run_query('select 1') %}{% for r in rows.columns[0].values() %}x{% endfor %}{{ adapter.get_relation('a', 'b', 'c') is none }}";
	expect(parse(template).text).toBe("False FalseTrue");
});

it("does not see references behind execute, as in dbt", () => {
	const { collector } = parse("{% if execute %}{{ ref('late') }}{% endif %}{{ ref('early') }}");
	expect(collector.refs.map((r) => r.name)).toEqual(["early"]);
});

it("records the macros that the template calls, not those that macros call", () => {
	const facts = testFacts({
		macros: { shop: "{% macro outer() %}{{ inner() }}{% endmacro %}{% macro inner() %}x{% endmacro %}" },
	});
	const { text, collector } = parse("{{ outer() }}{{ is_incremental() }}", facts);
	expect(text).toBe("xFalse");
	expect([...collector.macros]).toEqual(["macro.shop.outer", "macro.dbt.is_incremental"]);
});

it("lets variables be missing while parsing, and prefers the command line, then the root project, then the package", () => {
	const facts = testFacts({
		macros: { shop: "", pkg: "" },
		vars: { a: "root", b: "root", pkg: { b: "root for pkg" } },
		packageVars: { pkg: { a: "pkg", b: "pkg", c: "pkg", pkg: { c: "pkg for itself" } } },
		cliVars: { a: "cli" },
	});
	const template = "{{ var('a') }}|{{ var('b') }}|{{ var('c') }}|{{ var('nowhere') }}|{{ var('d', 'default') }}";
	expect(parse(template, facts, { package_name: "pkg" }).text).toBe("cli|root for pkg|pkg for itself|None|default");
	expect(parse("{{ var('b') }}|{{ var.has_var('c') }}", facts).text).toBe("root|False");
});

it("refuses secrets outside profiles", () => {
	const facts = testFacts({ env: { DBT_ENV_SECRET_KEY: "s3cret", PLAIN: "ok" } });
	expect(parse("{{ env_var('PLAIN') }}", facts).text).toBe("ok");
	expect(() => parse("{{ env_var('DBT_ENV_SECRET_KEY') }}", facts)).toThrow("TFM-REF-009");
	expect(() => parse("{{ env_var('MISSING') }}", facts)).toThrow("TFM-REF-008");
	expect(parse("{{ env_var('MISSING', 'd') }}", facts).text).toBe("d");
	const settings = {
		...facts,
		invocation: { ...facts.invocation, env: { DBT_PRINT: "old", DBT_ENGINE_PRINT: "new" } },
	};
	expect(parse("{{ env_var('DBT_PRINT') }} {{ env_var('DBT_ENGINE_PRINT') }}", settings).text).toBe("new new");
});

it("shows no password in target", () => {
	expect(parse("{{ target }}{{ target.password }}").text).not.toContain("hunter2");
	expect(parse("{{ target.host }} {{ target.name }} {{ target.type }}").text).toBe("localhost dev postgres");
});

it("renders the arguments of a generic test", () => {
	const kwargs = { column_name: "1", field: "id", to: "ref('b')", model: "{{ get_where_subquery(ref('a')) }}" };
	const { text, collector } = parse("{{ test_relationships(**_dbt_generic_test_kwargs) }}", testFacts(), {
		unique_id: "test.shop.t",
		resource_type: "test",
		test_metadata: { name: "relationships", namespace: null, kwargs },
	});
	expect(collector.refs.map((r) => r.name).sort()).toEqual(["a", "b"]);
	expect([...collector.macros].sort()).toEqual(["macro.dbt.get_where_subquery", "macro.dbt.test_relationships"]);
	expect(text).toContain("select 1 as from_field");
});

it("says what ref and config take", () => {
	expect(() => parse("{{ ref() }}")).toThrow("TFM-REF-006: ref() takes one or two names");
	expect(() => parse("{{ ref(3) }}")).toThrow("TFM-REF-006: ref() needs a name as text, not 3");
	expect(() => parse("{{ config('x', 'y') }}")).toThrow("TFM-REF-006: config()");
	expect(() => parse("{{ source('one') }}")).toThrow("TFM-REF-006: source() takes two names");
});
