/** What stands in the target, or in an environment of it, and what tfm wrote down of it: a few queries, nothing changed. */

import type { UsualDuration } from "../../core/history.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { Manifest } from "../../core/manifest.ts";
import { isStored, type NodeId } from "../../core/node.ts";
import { tablesHere } from "../../core/ofTarget.ts";
import { type RelationName, type RelationSize, relationKey } from "../../core/relation.ts";
import type { Checkout, PublishedRow, TablesHere } from "../../core/state.ts";
import { storedName } from "../../core/storedName.ts";
import { createStateStore } from "../../history/stateStore.ts";
import { requireEnvironment } from "../environments/enterEnvironment.ts";
import { placeInEnvironment } from "../environments/placeInEnvironment.ts";
import { notebookIn } from "../environments/placeProject.ts";
import { relationsOf } from "../environments/relationsElsewhere.ts";
import { openAdapter } from "../openAdapter.ts";
import type { OpenProject } from "../openProject.ts";
import { projectTarget } from "../projectTarget.ts";

const NO_SIZE: RelationSize = Object.freeze({ rows: null, bytes: null });

export interface Standing {
	/** Relations that stand, by node; sources too. In an environment: there, else where it reads them. */
	readonly sizes: ReadonlyMap<NodeId, RelationSize>;
	/** Which run published what stands, and the commit that it was made of, as far as that is written down. */
	readonly published: ReadonlyMap<NodeId, PublishedRow>;
	readonly checkouts: ReadonlyMap<string, Checkout>;
	readonly usual: ReadonlyMap<NodeId, UsualDuration>;
}

interface Place {
	readonly notebook: string;
	readonly relations: ReadonlyMap<NodeId, RelationName>;
	readonly here: TablesHere;
}

/** `environment`: its name; throws TFM-ENV-004 where there is none. */
export async function readStanding(
	invocation: Invocation,
	project: OpenProject,
	environment: string | null,
): Promise<Standing> {
	const adapter = await openAdapter(project.config, invocation);
	try {
		const outside = await outsideOf(invocation, project, environment, adapter);
		const places = environment === null ? [outside] : [placeOf(project, environment), outside];
		return await adapter.withSession(async (session) => {
			const state = await createStateStore(adapter.facts.type);
			const remembers = await state.upgrade(session);
			const sizes = new Map<NodeId, RelationSize>();
			const published = new Map<NodeId, PublishedRow>();
			for (const { notebook, relations, here } of places) {
				const found = await session.listSizes([...relations.values()]);
				const rows = remembers ? await state.listPublished(session, notebook, here) : new Map();
				for (const [id, relation] of relations) {
					const [size, row] = [found.get(relationKey(relation)), rows.get(id)];
					// The catalog lists no functions: what was written down of one has to do.
					const stands =
						size !== undefined || (row !== undefined && project.manifest.nodes.get(id)?.resource_type === "function");
					if (!stands || sizes.has(id)) continue;
					sizes.set(id, size ?? NO_SIZE);
					if (row !== undefined) published.set(id, row);
				}
			}
			const runs = [...new Set([...published.values()].map(({ runId }) => runId))].sort();
			return {
				sizes,
				published,
				checkouts: remembers ? await state.checkoutsOf(session, runs) : new Map(),
				usual: remembers ? await state.usualDurations(session, projectTarget(project)) : new Map(),
			};
		});
	} finally {
		await adapter.close();
	}
}

function placeOf(project: OpenProject, name: string): Place {
	const { manifest, engine } = placeInEnvironment(project, name);
	return {
		notebook: notebookIn(project, name),
		relations: relationsIn(manifest, project),
		here: tablesHere(manifest, engine.dialect),
	};
}

/** Where all stands that is not in the environment: in the target, or in the one that the environment reads. */
async function outsideOf(
	invocation: Invocation,
	project: OpenProject,
	environment: string | null,
	adapter: Parameters<typeof requireEnvironment>[0],
): Promise<Place> {
	const { manifest, engine } = project;
	const notebook = manifest.projectName;
	const own = relationsIn(manifest, project);
	if (environment === null) return { notebook, relations: own, here: tablesHere(manifest, engine.dialect) };
	const { defer } = await requireEnvironment(adapter, notebook, environment);
	const theirs = await relationsOf(invocation, project, defer);
	const relations = new Map([...own].map(([id, relation]) => [id, theirs.get(id) ?? relation]));
	const here = new Map(
		[...tablesHere(manifest, engine.dialect).keys()].map((id) => [id, relations.get(id)?.schema ?? ""]),
	);
	return { notebook, relations, here };
}

function relationsIn(manifest: Manifest, { engine }: OpenProject): ReadonlyMap<NodeId, RelationName> {
	const found = new Map<NodeId, RelationName>();
	for (const nodes of [manifest.nodes, manifest.sources])
		for (const node of nodes.values())
			if (isStored(node) && node.resource_type !== "test" && node.config.materialized !== "ephemeral")
				found.set(node.unique_id, storedName(node, engine.dialect));
	return found;
}
