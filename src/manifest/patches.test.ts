import { describe, expect, it } from "vitest";
import { nodeId } from "../core/node.ts";
import { manifestOf, mistakesIn } from "./testing/readProject.ts";

const node = async (id: string, files: Readonly<Record<string, string>>) =>
	(await manifestOf(files)).nodes.get(nodeId(id));

describe("properties", () => {
	it("of a package's seed that is disabled go to the project's own of that name, and of two files to the enabled one (dbt)", async () => {
		const files = {
			"tfm_project.yml": "name: shop\nversion: '1.0'\nseeds: {lib: {codes: {+enabled: false}}}\n",

			"dbt_packages/lib/dbt_project.yml": "name: lib\nversion: '1.0'\n",
			"dbt_packages/lib/seeds/codes.csv": "id\n1\n",
			"dbt_packages/lib/seeds/s.yml": "seeds: [{name: codes, config: {column_types: {id: bigint}}}]",
			"seeds/codes.csv": "id\n2\n",
			"models/a/m.sql": "{{ config(enabled=false) }} select 1",
			"models/b/m.sql": "select 2",
			"models/m.yml": "models: [{name: m, description: mine}]",
		};
		const manifest = await manifestOf(files);
		expect(manifest.nodes.get(nodeId("seed.shop.codes"))?.config.column_types).toEqual({ id: "bigint" });
		const disabled = [...manifest.disabled].flatMap(([id, list]) =>
			list.map((n) => [id, "patch_path" in n && n.patch_path]),
		);
		expect(disabled).toEqual([
			["model.shop.m", null],
			["seed.lib.codes", null],
		]);
		expect(manifest.nodes.get(nodeId("model.shop.m"))?.description).toBe("mine");
	});

	it("of a group are laid over what the project file says of models, as in dbt", async () => {
		const { groups } = await manifestOf({
			"tfm_project.yml":
				"name: shop\nmodels:\n  +meta: {from: project}\n  +materialized: table\n  shop: {money: {+grants: {select: [ann]}}}\n",
			"models/money/g.yml": "groups: [{name: fin, owner: {name: Ann}, config: {meta: {own: 1}}}]",
			"models/g.yml": "groups: [{name: ops, owner: {email: a@b.c}}]",
		});
		const fin = { materialized: "table", meta: { from: "project", own: 1 }, grants: { select: ["ann"] } };
		expect(groups?.get("group.shop.fin")?.config).toEqual(fin);
		expect(groups?.get("group.shop.ops")?.config).toEqual({ materialized: "table", meta: { from: "project" } });
	});

	it("that end a file with a block of text are read without its line end, as dbt reads files", async () => {
		const found = await node("model.shop.m", {
			"models/m.sql": "select 1 as id",
			"models/m.yml": "models:\n  - name: m\n    description: |\n      one line\n",
		});
		expect(found?.description).toBe("one line");
	});

	it("give a generic test its tags twice, but for unique and not_null (dbt)", async () => {
		const manifest = await manifestOf({
			"models/m.sql": "select 1 as id",
			"models/m.yml":
				"models: [{name: m, columns: [{name: id, data_tests: [{unique: {tags: [a]}}, {relationships: {arguments: {to: ref('m'), field: id}, config: {tags: [a, b]}}}]}]}]",
		});
		const tests = [...manifest.nodes.values()].filter(({ resource_type }) => resource_type === "test");
		expect(tests.map(({ config, tags }) => [config.tags, tags])).toEqual([
			[
				["a", "b", "a", "b"],
				["a", "b"],
			],
			[["a"], ["a"]],
		]);
	});

	it("may not name a test with a space", async () => {
		const files = {
			"models/m.sql": "select 1 as id",
			"models/m.yml": "models: [{name: m, columns: [{name: id, data_tests: [{unique: {name: no double}}]}]}]",
		};
		expect(await mistakesIn(files)).toEqual([
			expect.stringContaining('the name "no double" of a test has a space in it'),
		]);
	});
});
