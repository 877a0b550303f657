import type { Adapter } from "../core/adapter.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import { type GraphNode, isStored, type NodeId } from "../core/node.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import { relationsAround } from "../core/relationsAround.ts";
import { storedName } from "../core/storedName.ts";
import type { OpenProject } from "./openProject.ts";

export interface Runnable {
	/** The selection without the tests that cannot run. */
	readonly selected: ReadonlySet<NodeId>;
	/** One remark for each of those tests. */
	readonly warnings: readonly Diagnostic[];
}

/**
 * In a layered project, all that the selected nodes read must be selected too or exist already: found out with one
 * catalog query before anything runs. Sources that somebody else fills are left to the database. A test that came along
 * with what it judges (indirect selection) and reads something else that is not there is left out, with a remark. All
 * other misses are thrown together (TFM-APP-010).
 */
export async function requireInputs(
	project: OpenProject,
	selected: ReadonlySet<NodeId>,
	adapter: Adapter,
): Promise<Runnable> {
	const { manifest, config } = project;
	if (config.project.layering === null) return { selected, warnings: [] };
	const isDeferred = (id: NodeId): boolean => project.facts.deferral?.reads.has(id) === true;
	const reads: { node: GraphNode; reader: GraphNode; relation: RelationName; cameAlong: boolean }[] = [];
	for (const id of selected) {
		const reader = findNode(manifest, id);
		if (reader === undefined || reader.resource_type === "unit_test") continue;
		const inputs = storedInputs(project, id);
		const cameAlong = reader.resource_type === "test" && inputs.some((input) => selected.has(input.unique_id));
		for (const node of inputs)
			if (!selected.has(node.unique_id) && !isDeferred(node.unique_id))
				reads.push({ node, reader, relation: relationOf(node, project), cameAlong });
	}
	if (reads.length === 0) return { selected, warnings: [] };
	const found = await adapter.withSession((session) =>
		relationsAround(
			session,
			reads.map(({ relation }) => relation),
		),
	);
	const there = new Set(found.map(relationKey));
	const missing = new Map<NodeId, Diagnostic>();
	const leftOut = new Map<NodeId, Diagnostic>();
	for (const { node, reader, relation, cameAlong } of reads) {
		if (there.has(relationKey(relation))) continue;
		const facts = { node: reader.name, reads: node.name, relation: `${relation.schema}.${relation.identifier}` };
		const at = reader.location;
		if (cameAlong && !leftOut.has(reader.unique_id))
			leftOut.set(reader.unique_id, diagnostic("TFM-APP-019", facts, { at, severity: "warning" }));
		if (!cameAlong && !missing.has(node.unique_id))
			missing.set(node.unique_id, diagnostic("TFM-APP-010", facts, { at }));
	}
	if (missing.size > 0) throw new TfmError([...missing.values()]);
	return {
		selected: leftOut.size === 0 ? selected : new Set([...selected].filter((id) => !leftOut.has(id))),
		warnings: [...leftOut.values()],
	};
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
