import { fail } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { isStored, type NodeId } from "../../core/node.ts";
import type { RelationName } from "../../core/relation.ts";
import { storedName } from "../../core/storedName.ts";
import { type OpenProject, openProject } from "../openProject.ts";

/** By whose names what is not built is read: those of another target in the same database; empty for the project's own. */
export async function relationsOf(
	invocation: Invocation,
	project: OpenProject,
	target: string | null,
): Promise<ReadonlyMap<NodeId, RelationName>> {
	if (target === null || target === project.config.target.targetName) return new Map();
	const other = await openProject({ ...invocation, flags: { ...invocation.flags, target } });
	const [theirs, ours] = [other.config.target.database, project.config.target.database];
	if (theirs !== ours) fail("TFM-DIFF-004", { target, theirs, ours });
	const found = new Map<NodeId, RelationName>();
	for (const nodes of [other.manifest.nodes, other.manifest.sources])
		for (const node of nodes.values())
			if (isStored(node) && node.resource_type !== "test")
				found.set(node.unique_id, storedName(node, other.engine.dialect));
	return found;
}
