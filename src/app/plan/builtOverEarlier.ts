/** Nodes that are as the files have them, over rows of inputs that were built otherwise since. */
import { type NodeId, nodeId } from "../../core/node.ts";
import type { ProjectState } from "../../core/projectState.ts";
import type { OpenProject } from "../openProject.ts";
import type { Standing } from "./readStanding.ts";

/**
 * By id, why. A run of some nodes leaves those below them with what their inputs gave before: what a commit has of an
 * input is told apart by its `code`. What reads such a node is in it, too.
 */
export function builtOverEarlier(
	{ manifest, graph }: Pick<OpenProject, "manifest" | "graph">,
	{ published, checkouts }: Pick<Standing, "published" | "checkouts">,
	states: ReadonlyMap<string, ProjectState>,
): ReadonlyMap<NodeId, string> {
	const stateFor = (id: NodeId): ProjectState | undefined => {
		const commit = checkouts.get(published.get(id)?.runId ?? "")?.commit;
		return commit === undefined ? undefined : states.get(commit);
	};
	const nameOf = (id: NodeId): string => manifest.nodes.get(id)?.name ?? id;
	const found = new Map<NodeId, string>();
	for (const [id, { publishedAt, runId }] of published) {
		const made = stateFor(id);
		const earlier = storedInputs(manifest, id).find((input) => {
			const now = published.get(input);
			const code = stateFor(input)?.nodes[input]?.code;
			if (now === undefined || now.runId === runId || now.publishedAt < publishedAt) return false;
			return made !== undefined && code !== undefined && made.nodes[input]?.code !== code;
		});
		if (earlier !== undefined) found.set(id, `${nameOf(earlier)} was built in another way since`);
	}
	for (const id of found.keys())
		for (const reader of graph.children(id)) {
			const node = manifest.nodes.get(nodeId(reader));
			const known = found.has(reader) || node === undefined || node.resource_type === "test";
			// The loop comes to what is added: all below is found.
			if (!known) found.set(reader, `it reads ${nameOf(id)}, which is built again`);
		}
	for (const id of found.keys()) if (!published.has(id)) found.delete(id);
	return found;
}

/** What a node reads, and behind ephemeral models what those read. */
function storedInputs({ nodes, parents }: OpenProject["manifest"], id: NodeId): readonly NodeId[] {
	const found = new Set<NodeId>();
	const seen = new Set<NodeId>();
	const waiting = [...(parents.get(id) ?? [])];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		if (seen.has(next)) continue;
		seen.add(next);
		if (nodes.get(next)?.config.materialized === "ephemeral") waiting.push(...(parents.get(next) ?? []));
		else found.add(next);
	}
	return [...found].sort();
}
