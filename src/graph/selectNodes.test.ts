import { describe, expect, it } from "vitest";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { buildGraph } from "./graph.ts";
import { parseSelector } from "./parseSelector.ts";
import { type SelectionRequest, selectNodes } from "./selectNodes.ts";
import { parseSelectorDefinitions } from "./selectorDefinitions.ts";
import { type SmallNode, smallManifest } from "./testing/smallManifest.ts";

const EVERYTHING: SelectionRequest = {
	select: [],
	exclude: [],
	layers: [],
	resourceTypes: [],
	excludeResourceTypes: [],
};

const model = (name: string, more: Partial<SmallNode> = {}): SmallNode => ({
	unique_id: `model.shop.${name}`,
	resource_type: "model",
	name,
	package_name: "shop",
	original_file_path: `models/${more.layer ?? "x"}/${name}.sql`,
	fqn: ["shop", more.layer ?? "x", name],
	...more,
});
const test = (name: string, reads: readonly string[], more: Partial<SmallNode> = {}): SmallNode => ({
	...model(name, more),
	unique_id: `test.shop.${name}`,
	resource_type: "test",
	parents: reads,
	depends_on: reads,
});

const shop = smallManifest([
	model("stg_orders", { layer: "staging", tags: ["nightly"] }),
	model("stg_users", { layer: "staging" }),
	model("orders", { layer: "transform", parents: ["model.shop.stg_orders", "model.shop.stg_users"] }),
	model("hollow", { layer: "transform", empty: true }),
	test("unique_orders", ["model.shop.orders"], { layer: "transform" }),
	test("joins", ["model.shop.orders", "model.shop.stg_users"], { layer: "transform" }),
]);
const graph = buildGraph(shop);
const names = (request: Partial<SelectionRequest>): string[] =>
	selectNodes(shop, graph, { ...EVERYTHING, ...request }).ids.map((id) => id.split(".").at(-1) ?? "");

function problem(work: () => unknown): string {
	try {
		work();
	} catch (error) {
		if (error instanceof TfmError) return error.diagnostics.map(brief).join("\n");
		throw error;
	}
	throw new Error("nothing was wrong");
}
const brief = (d: Diagnostic): string => `${d.code} ${d.message}${d.hint === undefined ? "" : ` | ${d.hint}`}`;

describe("layers", () => {
	it("restrict a selection, and can be selected", () => {
		expect(names({ layers: ["staging"] })).toEqual(["stg_orders", "stg_users"]);
		expect(names({ layers: ["staging,transform"], select: ["+orders"], resourceTypes: ["model"] })).toEqual([
			"orders",
			"stg_orders",
			"stg_users",
		]);
		expect(names({ select: ["layer:trans*"], resourceTypes: ["test"] })).toEqual(["joins", "unique_orders"]);
	});

	it("are suggested when misspelt", () => {
		expect(problem(() => names({ layers: ["stagin"] }))).toBe(
			'TFM-SELECT-007 there is no layer "stagin" | did you mean "staging"?',
		);
		expect(names({ layers: ["reporting"], knownLayers: ["staging", "reporting"] })).toEqual([]);
	});
});

describe("what is left out at the end", () => {
	it("is models without SQL, unless they are to be listed", () => {
		expect(names({ select: ["hollow"] })).toEqual([]);
		expect(names({ select: ["hollow"], includeEmpty: true })).toEqual(["hollow"]);
	});

	it("is other kinds of nodes", () => {
		expect(names({ resourceTypes: ["test"] })).toEqual(["joins", "unique_orders"]);
		expect(names({ resourceTypes: ["all"], excludeResourceTypes: ["test"] })).toEqual([
			"orders",
			"stg_orders",
			"stg_users",
		]);
		expect(problem(() => names({ resourceTypes: ["modle"] }))).toBe(
			'TFM-SELECT-008 there is no resource type "modle" | did you mean "model"?',
		);
	});
});

describe("words that select nothing", () => {
	it("are warned of, with the nearest name", () => {
		const { warnings } = selectNodes(shop, graph, {
			...EVERYTHING,
			select: ["stg_order+ tag:nightl", "orders,stg_orders"],
			exclude: ["zzz"],
		});
		expect(warnings.map(brief)).toEqual([
			'TFM-SELECT-005 nothing is selected by "stg_order+" | did you mean "stg_orders"?',
			'TFM-SELECT-005 nothing is selected by "tag:nightl" | did you mean "nightly"?',
			'TFM-SELECT-005 nothing is selected by "orders,stg_orders"',
			'TFM-SELECT-005 nothing is selected by "zzz"',
		]);
		expect(warnings.every((warning) => warning.severity === "warning")).toBe(true);
	});

	it.each([
		["tagg:x", 'TFM-SELECT-001 "tagg:" in "tagg:x" is not a way to select | did you mean "tag"?'],
		[
			"@orders+1",
			'TFM-SELECT-002 "@orders+1" has both @ in front and + behind | @ already includes all that descends from the node',
		],
		[
			"resource_type:models",
			'TFM-SELECT-003 "resource_type:models" selects nothing that can exist | did you mean "model"?',
		],
		[
			"test_type:x",
			'TFM-SELECT-003 "test_type:x" selects nothing that can exist | after test_type: one of: generic, singular, data, unit, schema',
		],
		["state:modified", 'TFM-SELECT-004 "state:modified" needs an earlier run to compare with'],
		["result:error+", 'TFM-SELECT-004 "result:error+" needs an earlier run to compare with'],
		[
			"source:a.b.c.d",
			'TFM-SELECT-006 "source:a.b.c.d" has too many dots | write source, source.table or package.source.table',
		],
		["selector:x", 'TFM-SELECT-009 there is no selector "x", and no selectors.yml'],
	])("or can select nothing are errors: %s", (word, message) => {
		expect(problem(() => names({ select: [word] }))).toBe(message);
	});
});

describe("selectors.yml", () => {
	const read = (entries: Plain) =>
		parseSelectorDefinitions(entries as readonly Plain[], {
			indirect: "eager",
			at: (path) => ({ at: { file: path.join("/"), line: 1, column: 1 } }),
		});
	const where = (entries: Plain): string => {
		try {
			read(entries);
		} catch (error) {
			if (error instanceof TfmError)
				return `${error.diagnostics[0]?.at?.file} ${error.diagnostics[0]?.message}`.replace(
					/^/,
					error.diagnostics[0]?.code === "TFM-SELECT-011" ? "" : "another code: ",
				);
		}
		return "fine";
	};

	it("is used by name, or by default where nothing is selected", () => {
		const selectors = read([
			{ name: "a", definition: "tag:nightly" },
			{ name: "b", default: true, definition: { union: ["stg_users", { exclude: ["test_type:data"] }] } },
		]);
		expect(names({ selectors, selector: "a" })).toEqual(["stg_orders"]);
		expect(names({ selectors })).toEqual(["stg_users"]);
		expect(names({ selectors, select: ["orders"], resourceTypes: ["model"] })).toEqual(["orders"]);
		expect(problem(() => names({ selectors, selector: "c" }))).toBe(
			'TFM-SELECT-009 there is no selector "c" | selectors: a, b',
		);
	});

	it("may not run in a circle", () => {
		const selectors = read([
			{ name: "a", definition: "selector:b" },
			{ name: "b", definition: { method: "selector", value: "a" } },
		]);
		expect(problem(() => names({ selectors, selector: "a" }))).toBe(
			"TFM-SELECT-010 selectors refer to each other in a circle: b → a → b",
		);
	});

	it.each([
		[["x"], "0 a selector is a mapping with name and definition"],
		[[{ definition: "a" }], "0 a selector needs a name"],
		[[{ name: "a" }], '0 the selector "a" has no definition'],
		[[{ name: "a", definition: 3 }], "0/definition a definition is text or a mapping"],
		[[{ name: "a", definition: { union: "x" } }], "0/definition/union union must be a list"],
		[
			[{ name: "a", definition: { union: [], intersection: [] } }],
			"0/definition a definition holds either one union or one intersection, and nothing beside it",
		],
		[
			[{ name: "a", definition: { union: [{ exclude: ["x"] }, { exclude: ["y"] }] } }],
			"0/definition/union/1 one union can have one exclude only",
		],
		[
			[{ name: "a", definition: { method: "tag", values: 1 } }],
			"0/definition a definition has one key, or method and value; here are: method, values",
		],
		[
			[{ name: "a", definition: { method: "tag", value: "x", indirect_selection: "x" } }],
			"0/definition/indirect_selection indirect_selection is eager, cautious, buildable or empty",
		],
		[
			[{ name: "a", definition: { method: "tag", value: "x", children: true, childrens_parents: true } }],
			"0/definition childrens_parents and children do not go together: the first includes the second",
		],
		[
			[
				{ name: "a", definition: "x" },
				{ name: "a", definition: "y" },
			],
			'1/name two selectors are called "a"',
		],
	] as [Plain, string][])("is refused with the place: %j", (entries, message) => {
		expect(where(entries)).toBe(message);
	});
});

describe("the grammar", () => {
	it.each([
		["a", "fqn", "a"],
		["models/a", "path", "models/a"],
		["a.SQL", "file", "a.SQL"],
		["config.meta.a:b:c", "config", "b:c"],
		["", "fqn", ""],
		["a+b", "fqn", "a+b"],
		["é:", "fqn", ""],
	])("reads %j as %s of %j", (word, method, value) => {
		const read = () => parseSelector(`${word},x`).parts[0];
		if (word === "é:") return expect(read).toThrow("TFM-SELECT-001");
		const group = read();
		const first = group?.kind === "intersection" ? group.parts[0] : undefined;
		expect(first).toMatchObject({ method, value });
	});
});
