import { expect, it } from "vitest";
import { createNameGenerator } from "./nameGenerator.ts";
import { type TestProject, testFacts } from "./testing/testProject.ts";

const NODE = { unique_id: "model.shop.m", package_name: "shop", name: "m", version: null };

const schemaOf = (custom: string | null, project: TestProject = {}, node = NODE): string =>
	createNameGenerator(testFacts(project))("schema", custom, node);

it("prefixes a custom schema with the target's, as dbt does", () => {
	expect(schemaOf(null)).toBe("dev");
	expect(schemaOf(" sales ")).toBe("dev_sales");
});

it("takes a schema as it is where the project says so", () => {
	expect(schemaOf("sales", { schemaNaming: "exact" })).toBe("sales");
	expect(schemaOf("sales", { schemaNaming: "exact_in_prod" })).toBe("dev_sales");
	expect(schemaOf("sales", { schemaNaming: "exact_in_prod", targetName: "prod" })).toBe("sales");
	expect(schemaOf(null, { schemaNaming: "exact" })).toBe("dev");
});

it("asks the node's own package first, then the root project", () => {
	const macro = (text: string) => `{% macro generate_schema_name(custom, node) %}${text}{% endmacro %}`;
	const inPackage = { ...NODE, unique_id: "model.pkg.m", package_name: "pkg" };
	expect(schemaOf("x", { macros: { shop: macro("root_{{ custom }}_{{ node.name }}"), pkg: "" } }, inPackage)).toBe(
		"root_x_m",
	);
	expect(schemaOf("x", { macros: { shop: macro("root"), pkg: macro("pkg") } }, inPackage)).toBe("pkg");
	expect(schemaOf("x", { macros: { shop: macro("root"), pkg: macro("pkg") } })).toBe("root");
});

it("obeys a macro that only dispatch reaches", () => {
	const shop =
		"{% macro default__generate_schema_name(custom, node) %}d_{{ custom }}_{{ node.fqn | last }}{% endmacro %}";
	expect(schemaOf("x", { macros: { shop } }, { ...NODE, fqn: ["shop", "m"] } as never)).toBe("d_x_m");
});

it("gives an alias its version, and a custom alias as it is", () => {
	const generate = createNameGenerator(testFacts());
	expect(generate("alias", null, NODE)).toBe("m");
	expect(generate("alias", null, { ...NODE, version: 2 })).toBe("m_v2");
	expect(generate("alias", null, { ...NODE, version: 1.5 })).toBe("m_v1_5");
	expect(generate("alias", " other ", { ...NODE, version: 2 })).toBe("other");
	expect(generate("database", null, NODE)).toBe("db");
	expect(generate("database", "elsewhere", NODE)).toBe("elsewhere");
});

it("refuses a macro that gives no name", () => {
	const shop = "{% macro generate_schema_name(custom, node) %}{{ return(none) }}{% endmacro %}";
	expect(() => schemaOf("x", { macros: { shop } })).toThrow(
		"TFM-REF-006: generate_schema_name() gave no name for model.shop.m",
	);
});
