import { expect, it } from "vitest";
import { testFacts } from "../context/testing/testProject.ts";
import { macroDependencies } from "./macroDependencies.ts";

const macro = (name: string, text = ""): string => `{% macro ${name}() %}${text}{% endmacro %}`;

/** The names that the macro `m` of the package `shop` depends on, without `macro.`. */
function read(text: string): readonly string[] {
	const facts = testFacts({
		macros: {
			shop: macro("m", text) + macro("a") + macro("default__f"),
			pkg: macro("a") + macro("only") + macro("default__f") + macro("f"),
		},
	});
	const { node } = facts.registry.find("m", "shop")!;
	return macroDependencies(node, facts.registry).map((id) => id.replace("macro.", ""));
}

it("follows a macro's own package, then the root project, then any package", () => {
	expect(read("{{ a() }} {% if pkg.a() %}{{ only() }}{% endif %} {{ pkg.only() }}")).toEqual([
		"shop.a",
		"pkg.a",
		"pkg.only",
	]);
});

it("names what dispatch is asked for, where there is such a macro, and what it finds", () => {
	expect(read("{{ return(adapter.dispatch('f', 'pkg')(a())) }}")).toEqual(["pkg.f", "shop.default__f", "shop.a"]);
	expect(read("{{ adapter.dispatch(macro_name='f', macro_namespace='pkg')() }}")).toEqual(["pkg.f", "shop.default__f"]);
});

it("takes nothing from comments, strings, raw blocks, filters, tests and long paths", () => {
	const text = "{# {{ a() }} #}{% raw %}{{ a() }}{% endraw %} a() {{ \"a(\" ~ 'only()' }}";
	expect(read(`${text}{{ x | a(1) }}{{ x is a(1) }}{{ x is not only(1) }}{{ y.z.a() }}{{ y().only() }}`)).toEqual([]);
});

it("takes a method of something else for a macro of that name, as dbt does", () => {
	expect(read("{{ relation.only() }}{{ adapter.a() }}{{ m() }}")).toEqual(["pkg.only"]);
});

it("takes the head of a generic test for no call of a macro of that name", () => {
	const facts = testFacts({
		macros: { shop: "{%- test only(model) %}{{ a() }}{% endtest %}", pkg: macro("only") + macro("a") },
	});
	const { node } = facts.registry.find("test_only", "shop")!;
	expect(macroDependencies(node, facts.registry)).toEqual(["macro.pkg.a"]);
});
