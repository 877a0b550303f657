import type { GraphNode } from "./node.ts";

/**
 * Where a node's SQL is written below the target folder: `run/shop/models/orders.sql`. dbt's paths: a node's own file,
 * a generic test's below the YAML file that declares it, and so a snapshot's that has no other file.
 */
export function sqlPath(folder: "compiled" | "run", node: GraphNode): string {
	const file = node.original_file_path;
	const declared = (node.resource_type === "test" || node.resource_type === "snapshot") && !file.endsWith(".sql");
	const tail = declared ? `${file}/${node.path.slice(node.path.lastIndexOf("/") + 1)}` : file;
	return `${folder}/${node.package_name}/${tail}`;
}
