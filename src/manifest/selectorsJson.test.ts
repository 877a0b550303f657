import { expect, it } from "vitest";
import { selectorsJson } from "./selectorsJson.ts";

/** As dbt-core 1.12.6 wrote the same file into its manifest. */
it("writes the short forms of definitions out, as dbt does", () => {
	const set = [
		"2+tag:x+",
		{ tag: "y" },
		{ method: "fqn", value: "a", parents: true },
		{ intersection: ["a", "config.materialized:view", { exclude: ["b+", { tag: "z" }] }] },
		{ exclude: ["a.csv"] },
	];
	const entries = [
		{ name: "one", description: "x 2", default: true, definition: "@models/a.sql" },
		{ name: "two", definition: { union: set } },
		{ name: "three", definition: { method: "selector", value: "one" } },
		{ name: "four", definition: { tag: ["a", "b"] } },
	];
	const union = [
		{ children: true, method: "tag", parents: true, parents_depth: "2", value: "x" },
		{ method: "tag", value: "y" },
		{ method: "fqn", parents: true, value: "a" },
		{
			intersection: [
				{ method: "fqn", value: "a" },
				{ method: "config.materialized", value: "view" },
				{
					exclude: [
						{ children: true, method: "fqn", value: "b" },
						{ method: "tag", value: "z" },
					],
				},
			],
		},
		{ exclude: [{ method: "file", value: "a.csv" }] },
	];
	const one = { childrens_parents: true, method: "path", value: "models/a.sql" };
	const tags = [
		{ method: "fqn", value: "a" },
		{ method: "fqn", value: "b" },
	];
	expect(selectorsJson(entries)).toEqual({
		one: { default: true, definition: one, description: "x 2", name: "one" },
		two: { name: "two", definition: { union } },
		three: { name: "three", definition: { method: "selector", value: "one" } },
		four: { name: "four", definition: { method: "tag", value: tags } },
	});
});
