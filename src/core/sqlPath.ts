import { hash } from "node:crypto";
import { type GraphNode, versionedName } from "./node.ts";

/**
 * Where a node's SQL is written below the target folder: `run/shop/models/orders.sql`. dbt's paths: a node's own file;
 * below the file that declares it where that may declare several: a generic test's YAML file, a snapshot's file, the
 * project file of a hook; a
 * batch of a microbatch model (`2024-09-17`) below its model: `orders/orders_2024-09-17.sql`. A unit test has the folder
 * of its YAML file twice.
 */
export function sqlPath(folder: "compiled" | "run", node: GraphNode, batch?: string): string {
	const path = fullPath(folder, node, batch);
	const name = path.slice(path.lastIndexOf("/") + 1);
	if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return path;
	// A test may be called as its author likes, a file may not.
	const short = `${name.slice(0, 60)}_${hash("sha256", name, "hex").slice(0, 12)}${/\.\w+$/.exec(name)?.[0] ?? ""}`;
	return path.slice(0, -name.length) + short;
}

/** What file systems take of one name. */
const MAX_NAME_BYTES = 255;

function fullPath(folder: "compiled" | "run", node: GraphNode, batch?: string): string {
	const file = node.original_file_path;
	const place = `${folder}/${node.package_name}/${file}`;
	if (batch !== undefined) {
		const [, stem = place, extension = ""] = /^(.*?)(\.[^./]*)?$/s.exec(place) ?? [];
		return `${stem}/${stem.slice(stem.lastIndexOf("/") + 1)}_${batch}${extension}`;
	}
	// By its id: a clone of a snapshot is built as a view, and its file holds several snapshots all the same.
	if (node.unique_id.startsWith("snapshot.")) return `${place}/${node.name}.sql`;
	// `hooks/shop-on-run-start-0.sql` below dbt_project.yml.
	if (node.resource_type === "operation" && file.endsWith(".yml")) return `${place}/${node.path}`;
	if (node.resource_type === "unit_test")
		return `${place}/${file.slice(0, file.lastIndexOf("/") + 1)}${versionedName(node)}.sql`;
	if (node.resource_type !== "test" || file.endsWith(".sql")) return place;
	return `${place}/${node.path.slice(node.path.lastIndexOf("/") + 1)}`;
}
