import { fail } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import { type GraphNode, nodeId } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import type { OpenProject } from "./openProject.ts";

/** The nearest name; of a source table called without its source, the whole name. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
	const names = [...known];
	return names.find((name) => name.endsWith(`.${written}`)) ?? suggestName(written, names);
}

/** By name, `source.table` or unique id (TFM-HIST-003). */
export function nodeNamed({ manifest }: OpenProject, written: string): GraphNode {
	const known = findNode(manifest, nodeId(written));
	if (known !== undefined) return known;
	const named = new Map<string, GraphNode>();
	for (const source of manifest.sources.values()) named.set(`${source.source_name}.${source.name}`, source);
	for (const test of manifest.unitTests.values()) named.set(test.name, test);
	for (const node of manifest.nodes.values()) named.set(node.name, node);
	return named.get(written) ?? fail("TFM-HIST-003", { name: written, suggestion: nearestName(written, named.keys()) });
}
