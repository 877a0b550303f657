import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Location } from "../../core/location.ts";
import type { GraphNode, Plain } from "../../core/node.ts";
import { readYaml, type YamlDocument, type YamlPath } from "../../yaml/readYaml.ts";
import type { OpenProject } from "../openProject.ts";

/** Where a property file of the project names a column of a node, or the node itself (null). Undefined: in a package. */
export type PropertyPlaces = (node: GraphNode, column: string | null) => Location | undefined;

/** Files are read when somebody asks: for a remark, which is seldom. */
export function propertyPlaces({ config }: Pick<OpenProject, "config">): PropertyPlaces {
	const { root, name: project } = config.project;
	const documents = new Map<string, YamlDocument | null>();
	const read = (file: string): YamlDocument | null => {
		const path = join(root, file);
		const document = documents.get(file) ?? (existsSync(path) ? readYaml(readFileSync(path, "utf8"), file) : null);
		documents.set(file, document);
		return document;
	};
	return (node, column) => {
		const file = fileOf(node, project);
		const document = file === undefined ? null : read(file);
		if (document === null) return undefined;
		const found = entryOf(document.value, node);
		if (found === undefined) return undefined;
		const columns = namedIn(at(document.value, [...found, "columns"]), column ?? "");
		if (column !== null && columns === undefined) return undefined;
		const path = column === null ? found : [...found, "columns", columns!];
		return document.at([...path, "name"]).at;
	};
}

function fileOf(node: GraphNode, project: string): string | undefined {
	if (node.package_name !== project) return undefined;
	if (node.resource_type === "source") return node.original_file_path;
	const written = "patch_path" in node ? node.patch_path : null;
	const [of, path] = typeof written === "string" ? written.split("://") : [];
	return of === project ? path : undefined;
}

function entryOf(value: Plain, node: GraphNode): YamlPath | undefined {
	if (node.resource_type === "source") {
		const source = namedIn(at(value, ["sources"]), node.source_name);
		const table = source === undefined ? undefined : namedIn(at(value, ["sources", source, "tables"]), node.name);
		return table === undefined ? undefined : ["sources", source!, "tables", table];
	}
	const section = `${node.resource_type}s`;
	const entry = namedIn(at(value, [section]), node.name);
	return entry === undefined ? undefined : [section, entry];
}

const at = (value: Plain, path: YamlPath): Plain =>
	path.reduce<Plain>(
		(inner, key) =>
			typeof inner === "object" && inner !== null ? ((inner as Record<string | number, Plain>)[key] ?? null) : null,
		value,
	);

function namedIn(entries: Plain, name: string): number | undefined {
	if (!Array.isArray(entries)) return undefined;
	const index = entries.findIndex((entry: Plain) => at(entry, ["name"]) === name);
	return index < 0 ? undefined : index;
}
