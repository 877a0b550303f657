import type { GraphNode } from "./node.ts";

/**
 * Where a node's SQL is written below the target folder: `run/shop/models/orders.sql`. dbt's paths: a node's own file;
 * below the file that declares it where that may declare several: a generic test's YAML file, a snapshot's file.
 */
export function sqlPath(folder: "compiled" | "run", node: GraphNode): string {
	const file = node.original_file_path;
	const place = `${folder}/${node.package_name}/${file}`;
	if (node.resource_type === "snapshot") return `${place}/${node.name}.sql`;
	if (node.resource_type !== "test" || file.endsWith(".sql")) return place;
	return `${place}/${node.path.slice(node.path.lastIndexOf("/") + 1)}`;
}
