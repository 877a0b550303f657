import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import type { GraphNode } from "../core/node.ts";
import { openEvents } from "./commandEvents.ts";
import { openProject } from "./openProject.ts";
import { selectIds } from "./selectFor.ts";

/** Fields of `--output json` as dbt chooses them, and tfm's `layer`. */
const KEYS = [
	"alias",
	"name",
	"package_name",
	"depends_on",
	"tags",
	"config",
	"resource_type",
	"source_name",
	"original_file_path",
	"unique_id",
	"layer",
];

/** `tfm ls`: what a selection picks, one a line: as selector, name, path or JSON. Nothing selected is no failure. */
export async function listNodes(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { ids, warnings } = selectIds(invocation, project);
	const events = openEvents(invocation, project);
	for (const remark of warnings) events({ event: "diagnostic", diagnostic: remark }, "warn");
	events.close();
	const { output = "selector", outputKeys } = invocation.flags.extra;
	const keys =
		Array.isArray(outputKeys) && outputKeys.length > 0 ? outputKeys.flatMap((k) => String(k).split(/[\s,]+/)) : KEYS;
	for (const id of ids) {
		const node = findNode(project.manifest, id);
		if (node === undefined || node.resource_type === "operation") continue;
		invocation.stdout.write(`${lineOf(node, String(output), keys)}\n`);
	}
	return 0;
}

function lineOf(node: GraphNode, output: string, keys: readonly string[]): string {
	switch (output) {
		case "name":
			return node.resource_type === "source" ? `${node.source_name}.${node.name}` : node.name;
		case "path":
			return node.original_file_path;
		case "json":
			return JSON.stringify(
				Object.fromEntries(
					keys.flatMap((key) => {
						const value = valueAt(node, key);
						return value === undefined || (value === null && key.includes(".")) ? [] : [[key, value]];
					}),
				),
			);
		default:
			return selectorOf(node);
	}
}

/** A field, or with dots one inside it (`config.materialized`), as dbt's --output-keys takes them. */
function valueAt(node: GraphNode, key: string): unknown {
	let value: unknown = node;
	for (const step of key.split(".")) {
		if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
		value = Reflect.get(value, step);
	}
	return value;
}

function selectorOf(node: GraphNode): string {
	if (node.resource_type === "source") return `source:${node.package_name}.${node.source_name}.${node.name}`;
	if (node.resource_type === "exposure") return `exposure:${node.package_name}.${node.name}`;
	return node.fqn.join(".");
}
