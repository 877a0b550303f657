import type { Dialect } from "../core/adapter.ts";
import type { Layering } from "../core/config.ts";
import type { Manifest } from "../core/manifest.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { MadeThing, ProjectReach, ReachedSchema } from "../core/projectReach.ts";
import { storedName } from "../core/storedName.ts";
import { namedObjects } from "./namedObjects.ts";

const keyOf = ({ database, schema }: ReachedSchema): string => `${database}\0${schema}`;

const bySchema = (a: ReachedSchema, b: ReachedSchema): number => (keyOf(a) < keyOf(b) ? -1 : 1);

function madeBy({ resource_type, config }: BuildableNode): readonly MadeThing[] {
	if (resource_type === "function") return ["function"];
	switch (config.materialized) {
		case "view":
			return ["view"];
		case "dynamic_table":
			return ["dynamic table"];
		case "materialized_view":
			return ["materialized view"];
		// What is brought in row by row is tested over a view of what it will be.
		case "incremental":
		case "snapshot":
			return ["table", "view"];
		default:
			return ["table"];
	}
}

/** Where the manifest's nodes stand and what they read. */
export function projectReach(
	manifest: Manifest,
	dialect: Dialect,
	layering: Layering | null,
	native: ProjectReach["native"] = null,
): ProjectReach {
	const writes = new Map<string, ReachedSchema & { readonly makes: Set<MadeThing> }>();
	const write = ({ database, schema }: ReachedSchema, things: readonly MadeThing[]): void => {
		const known = writes.get(keyOf({ database, schema })) ?? { database, schema, makes: new Set<MadeThing>() };
		for (const thing of things) known.makes.add(thing);
		writes.set(keyOf(known), known);
	};
	const warehouses = new Set((layering?.layers ?? []).flatMap(({ warehouse }) => warehouse ?? []));
	for (const node of manifest.nodes.values()) {
		const own =
			"config" in node ? (node.config as { readonly snowflake_warehouse?: unknown }).snowflake_warehouse : null;
		if (typeof own === "string" && own !== "") warehouses.add(own);
		if (
			node.resource_type !== "model" &&
			node.resource_type !== "seed" &&
			node.resource_type !== "snapshot" &&
			node.resource_type !== "function"
		)
			continue;
		if (node.relation_name === null) continue;
		write(storedName(node, dialect), madeBy(node));
	}
	for (const source of manifest.sources.values())
		if (source.load !== null) write(storedName(source, dialect), ["table"]);
	const reads = new Map<string, ReachedSchema>();
	for (const source of manifest.sources.values()) {
		const { database, schema } = storedName(source, dialect);
		if (!writes.has(keyOf({ database, schema }))) reads.set(keyOf({ database, schema }), { database, schema });
	}
	return Object.freeze({
		writes: [...writes.values()].map((w) => ({ ...w, makes: [...w.makes].sort() })).sort(bySchema),
		reads: [...reads.values()].sort(bySchema),
		warehouses: [...warehouses].sort(),
		named: namedObjects(manifest),
		native,
		layered: layering !== null,
	});
}
