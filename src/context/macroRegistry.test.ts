import { expect, it } from "vitest";
import { parse, testFacts } from "./testing/testProject.ts";

const say = (name: string, text: string): string => `{% macro ${name}() %}${text}{% endmacro %}`;

it("finds a bare name in the node's package, then in the root project, then in tfm's own", () => {
	const facts = testFacts({
		macros: { shop: say("a", "root a") + say("b", "root b"), pkg: say("a", "pkg a") + say("only", "pkg only") },
	});
	expect(parse("{{ a() }}|{{ b() }}", facts).text).toBe("root a|root b");
	expect(parse("{{ a() }}|{{ b() }}|{{ only() }}", facts, { package_name: "pkg" }).text).toBe("pkg a|root b|pkg only");
	expect(parse("{{ only is defined }}|{{ pkg.only() }}|{{ shop.b() }}", facts).text).toBe("False|pkg only|root b");
});

it("resolves names inside a macro by the node's package, not by the macro's, as dbt does", () => {
	const facts = testFacts({
		macros: { shop: say("part", "root part"), pkg: say("part", "pkg part") + say("whole", "{{ part() }}") },
	});
	expect(parse("{{ pkg.whole() }}", facts).text).toBe("root part");
	expect(parse("{{ pkg.whole() }}", facts, { package_name: "pkg" }).text).toBe("pkg part");
});

it("lets macros replace members of the context, which stay reachable as builtins", () => {
	const facts = testFacts({
		macros: { shop: "{% macro ref(name) %}{{ return('mine ' ~ builtins.ref(name)) }}{% endmacro %}" },
	});
	const { text, collector } = parse("{{ ref('x') }}", facts);
	expect(text).toBe('mine "db"."dev"."m"');
	expect(collector.refs).toHaveLength(1);
});

it("dispatches to the root project before the package, and in each to the adapter before the default", () => {
	const call = "{{ adapter.dispatch('f', 'pkg')() }}";
	const pkg = say("default__f", "pkg default") + say("postgres__f", "pkg postgres");
	expect(parse(call, testFacts({ macros: { pkg } })).text).toBe("pkg postgres");
	expect(parse(call, testFacts({ macros: { shop: say("default__f", "root default"), pkg } })).text).toBe(
		"root default",
	);
});

it("follows the search order of the project file", () => {
	const macros = { shop: say("default__f", "root"), pkg: say("default__f", "pkg"), other: say("default__f", "other") };
	const dispatch = [{ macro_namespace: "pkg", search_order: ["other", "pkg"] }];
	expect(parse("{{ adapter.dispatch('f', 'pkg')() }}", testFacts({ macros, dispatch })).text).toBe("other");
});

it("lets the root project replace what tfm's own macros dispatch to", () => {
	const facts = testFacts({
		macros: { shop: "{% macro postgres__concat(fields) %}concat({{ fields | join(', ') }}){% endmacro %}" },
	});
	expect(parse("{{ dbt.concat(['a', 'b']) }}", facts).text).toBe("concat(a, b)");
});

it("says what dispatch looked for", () => {
	const facts = testFacts({ macros: { pkg: say("default__near", "") } });
	expect(() => parse("{{ adapter.dispatch('nea', 'pkg')() }}", facts)).toThrow(
		'TFM-REF-010: no macro to dispatch "nea" to in "pkg"; looked for shop.postgres__nea, shop.default__nea, pkg.postgres__nea, pkg.default__nea',
	);
	expect(() => parse("{{ adapter.dispatch('pkg.near')() }}", facts)).toThrow('was given "pkg.near"');
});

it("reaches everything through context", () => {
	const facts = testFacts({ macros: { shop: say("a", "A") } });
	expect(
		parse("{{ context['a']() }}{{ context.get('a')() }}{{ context.get('none', 'd') }}{{ 'a' in context }}", facts).text,
	).toBe("AAdTrue");
});

it("knows which built-in macros a project replaced, under any of their names", () => {
	const { registry } = testFacts({
		macros: { shop: say("postgres__create_table_as", ""), pkg: say("get_merge_sql", "") },
	});
	expect(["create_table_as", "get_merge_sql", "create_view_as"].map((name) => registry.isOverridden(name))).toEqual([
		true,
		true,
		false,
	]);
});

it("knows for whose nodes a built-in step ends in a macro of another's", () => {
	const { registry } = testFacts({
		macros: {
			shop: say("default__reset_csv_table", ""),
			pkg: say("load_csv_rows", "") + say("default__create_csv_table", ""),
			other: "",
		},
	});
	const replaced = (from: string) =>
		["load_csv_rows", "reset_csv_table", "create_csv_table"].filter((name) => registry.isReplacedFor(name, from));
	expect(replaced("pkg")).toEqual(["load_csv_rows", "reset_csv_table"]);
	expect(replaced("shop")).toEqual(["reset_csv_table"]);
	expect(replaced("other")).toEqual(["reset_csv_table"]);
});

it("follows the project's search order when it asks what a built-in step ends in", () => {
	const dispatch = [{ macro_namespace: "dbt", search_order: ["pkg", "dbt"] }];
	const { registry } = testFacts({ macros: { pkg: say("default__load_csv_rows", "") }, dispatch });
	expect(registry.isReplacedFor("load_csv_rows", "shop")).toBe(true);
});

const materialization = (name: string, adapter: string): string =>
	`{% materialization ${name}, ${adapter === "default" ? "default" : `adapter='${adapter}'`} %}{% endmaterialization %}`;

it("finds materializations as dbt does: the adapter's before the default one, the root's before a package's and tfm's", () => {
	const { registry } = testFacts({
		macros: {
			shop: materialization("x", "default") + materialization("view", "default"),
			pkg: materialization("x", "postgres") + materialization("y", "default") + materialization("table", "postgres"),
		},
	});
	const found = (name: string, explicit = true) => registry.materialization(name, explicit)?.node.unique_id;
	expect(found("x")).toBe("macro.pkg.materialization_x_postgres");
	expect(found("y")).toBe("macro.pkg.materialization_y_default");
	expect(found("view")).toBe("macro.shop.materialization_view_default");
	expect(found("table")).toBe("macro.dbt.materialization_table_default");
	expect(found("table", false)).toBe("macro.pkg.materialization_table_postgres");
	expect(found("z")).toBe(undefined);
});

it("keeps a macro that calls itself from ending the process", () => {
	const facts = testFacts({ macros: { shop: say("loop", "{{ loop2() }}") + say("loop2", "{{ loop() }}") } });
	expect(() => parse("{{ loop2() }}", facts)).toThrow("TFM-JINJA-020");
});

it("lets a package be asked for its macros like a dict, also those whose names begin with two underscores", () => {
	const facts = testFacts({ macros: { shop: say("a", "A"), pkg: say("__b", "B") } });
	const text =
		"{{ context.get('shop', {}).get('a')() }}|{{ shop.get('b') }}|{{ context.get('none', {}).get('a') }}|{{ pkg.__b() }}|{{ pkg['__b']() }}";
	expect(parse(text, facts).text).toBe("A|None|None|B|B");
});

it("lets a template put names of its own into the context, for the rest of the render", () => {
	const facts = testFacts({
		macros: {
			shop:
				"{% macro keep() %}{% do context.update({'__kept__': {'n': 1}}) %}{% endmacro %}" +
				say("read", "{{ context.get('__kept__', {}).get('n') }}"),
		},
	});
	expect(parse("{{ read() }}|{{ keep() }}{{ read() }}", facts).text).toBe("None|1");
	expect(parse("{{ read() }}", facts).text).toBe("None");
});
