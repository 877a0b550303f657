import type { Adapter } from "../core/adapter.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import { type GraphNode, isStored, type NodeId } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { storedName } from "../core/storedName.ts";
import type { OpenProject } from "./openProject.ts";

/**
 * In a layered project, all that the selected nodes read must be selected too or exist already: found out with one
 * catalog query before anything runs. Sources that somebody else fills are left to the database. Throws all misses
 * together (TFM-APP-010).
 */
export async function requireInputs(
	project: OpenProject,
	selected: ReadonlySet<NodeId>,
	adapter: Adapter,
): Promise<void> {
	const { manifest, config } = project;
	if (config.project.layering === null) return;
	const isDeferred = (id: NodeId): boolean => project.facts.deferral?.reads.has(id) === true;
	const reads = new Map<NodeId, { node: GraphNode; reader: GraphNode }>();
	for (const id of selected) {
		const reader = findNode(manifest, id);
		if (reader === undefined || reader.resource_type === "unit_test") continue;
		for (const input of storedInputs(project, id))
			if (!selected.has(input.unique_id) && !reads.has(input.unique_id) && !isDeferred(input.unique_id))
				reads.set(input.unique_id, { node: input, reader });
	}
	if (reads.size === 0) return;
	const schemas = [...new Set([...reads.values()].map(({ node }) => relationOf(node, project).schema))].sort();
	const there = new Set(
		(await adapter.withSession((s) => s.listRelations(schemas))).map((r) => `${r.schema}\0${r.identifier}`),
	);
	const missing: Diagnostic[] = [];
	for (const { node, reader } of reads.values()) {
		const relation = relationOf(node, project);
		if (there.has(`${relation.schema}\0${relation.identifier}`)) continue;
		missing.push(
			diagnostic(
				"TFM-APP-010",
				{ node: reader.name, reads: node.name, relation: `${relation.schema}.${relation.identifier}` },
				{ at: reader.location },
			),
		);
	}
	if (missing.length > 0) throw new TfmError(missing);
}

/** Inputs that have a relation; ephemeral models are looked through. */
function storedInputs(project: OpenProject, id: NodeId): GraphNode[] {
	const found: GraphNode[] = [];
	const seen = new Set<NodeId>();
	const waiting = [...project.graph.parents(id)];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		if (seen.has(next)) continue;
		seen.add(next);
		const node = findNode(project.manifest, next);
		if (node === undefined || !(isStored(node) || node.resource_type === "unit_test")) continue;
		if (node.resource_type === "model" && node.config.materialized === "ephemeral")
			waiting.push(...project.graph.parents(next));
		else if (node.resource_type !== "source" || node.load !== null) found.push(node);
	}
	return found;
}

function relationOf(node: GraphNode, { engine }: OpenProject): RelationName {
	if (!isStored(node)) throw new Error(`${node.unique_id} has no relation`);
	return storedName(node, engine.dialect);
}
