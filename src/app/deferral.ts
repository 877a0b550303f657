import type { Adapter } from "../core/adapter.ts";
import type { DeferredRelation } from "../core/deferral.ts";
import { fail } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import { relationKey } from "../core/relation.ts";
import { relationsAround } from "../core/relationsAround.ts";
import { storedName } from "../core/storedName.ts";
import { chooseDeferred, deferredRelations } from "../state/deferral.ts";
import { readManifestOf } from "./earlierRuns.ts";
import { enterEnvironment } from "./environments/enterEnvironment.ts";
import type { OpenProject } from "./openProject.ts";

/** Where the environment of --defer-state, or else of --state, has the nodes. Throws TFM-STATE-001 … 003 and 008. */
export function readDeferred(
	invocation: Invocation,
	project: OpenProject,
	what: string,
): ReadonlyMap<NodeId, DeferredRelation> {
	const { deferState, state } = invocation.flags;
	const dir = deferState ?? state ?? fail("TFM-STATE-008", { what });
	return deferredRelations(readManifestOf(project, dir, `${what} reads another environment`), project.manifest);
}

export interface DeferredWork {
	/** Empty: whatever the command turns to. */
	readonly selected: ReadonlySet<NodeId>;
	/** What is selected will stand here before anything reads it. */
	readonly builds: boolean;
	readonly adapter: Adapter;
	/** Told what a run in an environment begins with; absent: the command runs no models. */
	readonly say?: (line: string) => void;
}

/**
 * With --defer, and in an isolated environment, the same project, in whose templates references to what is not here mean the other environment's
 * relations; one catalog query says what is here. Without, the project as it is.
 */
export async function withDeferral(
	invocation: Invocation,
	project: OpenProject,
	about: DeferredWork,
): Promise<OpenProject> {
	const { defer, favorState } = invocation.flags;
	const { selected, builds, adapter } = about;
	const within = project.environment !== undefined;
	if (!defer && !within) return project;
	const relations = within
		? await enterEnvironment(invocation, project, about)
		: readDeferred(invocation, project, "--defer");
	const referred = [...referredBy(project, selected)].filter((id) => relations.has(id));
	const built = builds ? selected : new Set<NodeId>();
	const asked = referred.filter((id) => !built.has(id) && !(favorState && !selected.has(id)));
	const here = await standing(project, asked, adapter);
	const deferral = chooseDeferred({ relations, referred, selected, built, favorState, exists: (id) => here.has(id) });
	return Object.freeze({ ...project, facts: { ...project.facts, deferral } });
}

/** All that the selected nodes read, with what ephemeral models between them read; everything where nothing is selected. */
function referredBy({ graph, manifest }: OpenProject, selected: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
	if (selected.size === 0) return new Set(manifest.nodes.keys());
	const found = new Set<NodeId>();
	const waiting = [...selected];
	for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
		for (const parent of graph.parents(id)) {
			if (found.has(parent)) continue;
			found.add(parent);
			const node = findNode(manifest, parent);
			if (node?.resource_type === "model" && node.config.materialized === "ephemeral") waiting.push(parent);
		}
	return found;
}

/** Which of these nodes have their relation here. Of a function nobody asks: dbt finds none among its relations either. */
export async function standing(
	{ manifest, engine }: OpenProject,
	ids: readonly NodeId[],
	adapter: Pick<Adapter, "withSession">,
): Promise<ReadonlySet<NodeId>> {
	const nodes = ids.flatMap((id) => manifest.nodes.get(id) ?? []).filter((node) => node.resource_type !== "function");
	if (nodes.length === 0) return new Set();
	const stored = nodes.map((node) => ({ id: node.unique_id, ...storedName(node, engine.dialect) }));
	const found = await adapter.withSession((session) => relationsAround(session, stored));
	const there = new Set(found.map(relationKey));
	return new Set(stored.flatMap((r) => (there.has(relationKey(r)) ? [r.id] : [])));
}
