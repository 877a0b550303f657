import { expect, test } from "vitest";
import { catalogKey, toCatalogJson } from "./catalogJson.ts";

const META = {
	generatedAt: "2026-01-02T03:04:05.000Z",
	invocationId: "run",
	invocationStartedAt: "2026-01-02T03:04:00.000Z",
	env: {},
};
const column = (name: string, index: number, more: object = {}) => ({
	table_database: "shop",
	table_schema: "Main",
	table_name: "orders",
	table_type: "BASE TABLE",
	table_comment: null,
	table_owner: "ada",
	column_name: name,
	column_index: String(index),
	column_type: "integer",
	column_comment: name === "id" ? "the key" : null,
	...more,
});
const KEY = catalogKey({ database: "shop", schema: "main", identifier: "ORDERS" });
const targets = { nodes: new Map([[KEY, "model.shop.orders"]]), sources: new Map([[KEY, ["source.shop.raw.orders"]]]) };
const catalog = (rows: Parameters<typeof toCatalogJson>[0], errors: readonly string[] = []) =>
	JSON.parse(toCatalogJson(rows, targets, META, errors));

test("a relation is found without regard to case, for the node and for each source that means it", () => {
	const { nodes, sources, errors } = catalog([column("id", 1), column("day", 3)]);
	expect(nodes["model.shop.orders"]).toEqual({
		metadata: { type: "BASE TABLE", schema: "Main", name: "orders", database: "shop", comment: null, owner: "ada" },
		columns: {
			id: { type: "integer", index: 1, name: "id", comment: "the key" },
			day: { type: "integer", index: 3, name: "day", comment: null },
		},
		stats: {
			has_stats: {
				id: "has_stats",
				label: "Has Stats?",
				value: false,
				include: false,
				description: "Indicates whether there are statistics for this table",
			},
		},
		unique_id: "model.shop.orders",
	});
	expect(sources["source.shop.raw.orders"].columns).toEqual(nodes["model.shop.orders"].columns);
	expect(errors).toBeNull();
});

test("relations of nobody are left out, and what a database answered instead of rows is said", () => {
	const { nodes, errors } = catalog([column("id", 1, { table_name: "other" })], ["no such database"]);
	expect(nodes).toEqual({});
	expect(errors).toEqual(["no such database"]);
});

test("figures that an adapter's macro brings are kept when they are to be shown", () => {
	const figure = (name: string, include: boolean) => ({
		[`stats:${name}:label`]: name.toUpperCase(),
		[`stats:${name}:value`]: 7,
		[`stats:${name}:description`]: "in all",
		[`stats:${name}:include`]: include,
	});
	const { stats } = catalog([column("id", 1, { ...figure("rows", true), ...figure("none", false) })]).nodes[
		"model.shop.orders"
	];
	expect(stats.rows).toEqual({ id: "rows", label: "ROWS", value: 7, include: true, description: "in all" });
	expect(stats.none).toBeUndefined();
	expect(stats.has_stats.value).toBe(true);
});
