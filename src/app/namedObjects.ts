import type { Manifest } from "../core/manifest.ts";
import type { ModelNode } from "../core/node.ts";
import type { NamedObjects } from "../core/projectReach.ts";

/** Constraints go into a table with a contract only, as in dbt; a view has none. */
const CONSTRAINED: ReadonlySet<unknown> = new Set(["table", "incremental"]);

const texts = (values: readonly unknown[]): readonly string[] => [
	...new Set(values.filter((value): value is string => typeof value === "string" && value.trim() !== "")),
];

function constraintsOf({ config, columns, constraints }: ModelNode): readonly unknown[] {
	const { contract, materialized } = config as { readonly contract?: { readonly enforced?: unknown } | null } & {
		readonly materialized?: unknown;
	};
	if (contract?.enforced !== true || !CONSTRAINED.has(materialized)) return [];
	const all = [...constraints, ...Object.values(columns).flatMap((column) => column.constraints)];
	return all.map((one) => (one as { readonly expression?: unknown } | null)?.expression);
}

/** The policies, tags and stages that configs of the manifest's nodes name: `row_access_policy`, `table_tag`, `load.stage`. */
export function namedObjects(manifest: Manifest): NamedObjects {
	const made = [...manifest.nodes.values()].flatMap((node) =>
		(node.resource_type === "model" || node.resource_type === "snapshot") && node.relation_name !== null ? [node] : [],
	);
	const configs = made.map(
		({ config }) => config as { readonly row_access_policy?: unknown; readonly table_tag?: unknown },
	);
	const loads = [...manifest.sources.values()].map(({ load }) => load as { readonly stage?: unknown } | null);
	return Object.freeze({
		rowAccessPolicies: [...texts(configs.map((config) => config.row_access_policy))].sort(),
		tags: [...texts(configs.map((config) => config.table_tag))].sort(),
		constraints: [...texts(made.flatMap((node) => (node.resource_type === "model" ? constraintsOf(node) : [])))].sort(),
		stages: [...texts(loads.map((load) => load?.stage))].sort(),
	});
}
