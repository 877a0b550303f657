import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Config } from "../core/config.ts";
import { MERGE_RULES } from "./configDefaults.ts";
import { mergeCalls, mergeConfig, mergeKeywords } from "./mergeConfig.ts";
import { ProjectConfigs } from "./projectConfig.ts";

const rules = MERGE_RULES.model;

describe("laying one configuration over another", () => {
	it("adds tags and hooks, updates mappings, replaces everything else", () => {
		const base = { tags: ["a"], "pre-hook": ["x"], meta: { a: 1, b: 1 }, materialized: "view", unique_key: ["a"] };
		const over = { tags: "b", pre_hook: ["y"], meta: { b: 2 }, materialized: "table", unique_key: "id", own: 1 };
		expect(mergeConfig(base, over, rules)).toEqual({
			tags: ["a", "b"],
			"pre-hook": ["x", "y"],
			meta: { a: 1, b: 2 },
			materialized: "table",
			unique_key: "id",
			own: 1,
		});
		expect(base.tags).toEqual(["a"]);
	});

	it("adds grantees where the privilege has a plus, and replaces them where it has none", () => {
		const base = mergeConfig({}, { grants: { select: "a", insert: ["b"] } }, rules);
		expect(mergeConfig(base, { grants: { "+select": ["c"], insert: "d" } }, rules).grants).toEqual({
			select: ["a", "c"],
			insert: ["d"],
		});
	});

	it("adds up several config() calls of one file", () => {
		expect(
			mergeCalls(
				[
					{ tags: "a", alias: "x" },
					{ tags: ["b"], meta: { a: 1 }, alias: "y" },
				],
				rules,
			),
		).toEqual({
			tags: ["a", "b"],
			meta: { a: 1 },
			alias: "y",
		});
	});

	it("keeps the `+` of grants, and adds to it with each further call", () => {
		const grants = { grants: "grants" } as const;
		const calls = [{ grants: { "+select": ["a"] } }, { grants: { "+select": "b", insert: "c" } }];
		expect(mergeCalls(calls, grants)).toEqual({ grants: { "+select": ["a", "b"], insert: ["c"] } });
	});

	it("makes a list of each keyword that adds up but the first, as dbt does for files that it does not render", () => {
		const keywords = { tags: "append" } as const;
		expect(mergeKeywords([{ alias: "x", tags: "a" }], keywords)).toEqual({ alias: "x", tags: ["a"] });
		expect(mergeKeywords([{ tags: "a" }], keywords)).toEqual({ tags: "a" });
		expect(mergeKeywords([{ tags: ["a"] }, { tags: ["b"] }], keywords)).toEqual({ tags: ["a", "b"] });
	});

	it("gives the same for three levels however they are grouped", () => {
		const level = fc.record(
			{
				tags: fc.array(fc.string(), { maxLength: 2 }),
				meta: fc.dictionary(fc.string(), fc.integer()),
				alias: fc.string(),
			},
			{ requiredKeys: [] },
		);
		fc.assert(
			fc.property(level, level, level, (a, b, c) => {
				const left = mergeConfig(mergeConfig(a, b, rules), c, rules);
				expect(left).toEqual(mergeConfig(a, mergeConfig(b, c, rules), rules));
			}),
		);
	});
});

describe("the tree of a project file", () => {
	const project = (models: object) =>
		({ project: { name: "shop", trees: { models } }, packages: [] }) as unknown as Config;

	it("is read level by level; bare mappings are folders, everything else is configuration", () => {
		const configs = new ProjectConfigs(
			project({
				"+tags": "top",
				materialized: "table",
				shop: { schema: "s", "+meta": { a: 1 }, marts: { "+tags": ["marts"], orders: { alias: "o" } } },
			}),
		);
		const base = (...fqn: string[]) => configs.base("model", "shop", ["shop", ...fqn]);
		expect(base("marts", "orders")).toMatchObject({
			materialized: "table",
			tags: ["top", "marts"],
			schema: "s",
			meta: { a: 1 },
			alias: "o",
		});
		expect(base("other")).toMatchObject({ tags: ["top"], schema: "s", alias: null });
		expect(base("other")).toBe(base("another", "deep"));
	});

	it("keeps two folders apart that one YAML anchor fills", () => {
		const shared = { "+materialized": "table" };
		const configs = new ProjectConfigs(
			project({ shop: { a: { "+schema": "a", x: shared }, b: { "+schema": "b", x: shared } } }),
		);
		const schemas = ["a", "b"].map((folder) => configs.base("model", "shop", ["shop", folder, "x", "m"]).schema);
		expect(schemas).toEqual(["a", "b"]);
	});
});
