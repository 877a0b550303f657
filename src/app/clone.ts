import type { Dialect } from "../core/adapter.ts";
import type { DeferredRelation } from "../core/deferral.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { Manifest } from "../core/manifest.ts";
import type { ExecutableNode, ModelNode, NodeId } from "../core/node.ts";
import type { SettledNode } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { storedName } from "../core/storedName.ts";
import { openCommandLog } from "./commandEvents.ts";
import { readDeferred, standing } from "./deferral.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { type Refined, runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";

/**
 * `tfm clone`: for each selected model, seed and snapshot a view that reads its relation where --state has it, or, where
 * the database can, a table that shares the rows of a table there (dbt). What stands here is left alone without --full-refresh, and always what
 * --state itself names. Clones have the rows of tested tables, so they are published without gates, also in a layered
 * project.
 */
export async function cloneCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { selected, warnings } = selectFor(invocation, project, ["model", "seed", "snapshot"]);
	const isStored = (id: NodeId): boolean => project.manifest.nodes.get(id)?.config.materialized !== "ephemeral";
	return cloneNodes(invocation, project, { selected: new Set([...selected].filter(isStored)), warnings });
}

/** Of `clone` and of its retry. */
export async function cloneNodes(
	invocation: Invocation,
	project: OpenProject,
	request: Pick<Parameters<typeof runSelected>[2], "selected" | "warnings" | "nothingLeft">,
): Promise<ExitCode> {
	const relations = readDeferred(invocation, project, "tfm clone");
	// What was found is the project, and not the pointers that are run in its place.
	openCommandLog(invocation, project);
	const pointing = { ...project, manifest: pointers(project, request.selected, relations), known: null };
	return runSelected({ ...invocation, flags: { ...invocation.flags, defer: false } }, pointing, {
		...request,
		command: "clone",
		hooks: false,
		compiles: false,
		flags: { gates: false, fullRefresh: false },
		refine: async ({ adapter }): Promise<Refined> => {
			const nodes = [...request.selected].filter((id) => relations.has(id));
			const here = await standing(project, nodes, adapter);
			const settled = new Map<NodeId, SettledNode>();
			for (const id of request.selected) {
				const name = project.manifest.nodes.get(id)?.relation_name ?? id;
				const other = relations.get(id)?.relation_name ?? null;
				if (!relations.has(id)) settled.set(id, noOp(`No relation found in state manifest for ${id}`));
				else if (!here.has(id)) continue;
				else if (!invocation.flags.fullRefresh) settled.set(id, noOp(`Relation ${name} already exists`));
				// dbt would drop it and then read it.
				else if (other === name) settled.set(id, noOp(`Relation ${name} is the one that would be cloned`));
			}
			return { selected: request.selected, settled };
		},
	});
}

/** dbt's result and dbt's words. */
const noOp = (says: string): SettledNode => ({ status: "success", message: "No-op", says });

/** The manifest in which every selected node is a view or clone of its other self, and reads nothing of this environment. */
function pointers(
	{ manifest, engine }: OpenProject,
	selected: ReadonlySet<NodeId>,
	relations: ReadonlyMap<NodeId, DeferredRelation>,
): Manifest {
	const nodes = new Map(manifest.nodes);
	const parents = new Map(manifest.parents);
	for (const id of selected) {
		const node = nodes.get(id);
		if (node === undefined) continue;
		const deferred = relations.get(id);
		const name = deferred === undefined ? "" : (deferred.relation_name ?? engine.dialect.render(deferred.relation));
		const shares = deferred?.isTable === true && engine.dialect.building.sharesClones;
		nodes.set(id, pointer(node, `select * from ${name}`, shares ? storedThere(deferred, engine.dialect) : null));
		parents.set(id, []);
	}
	return { ...manifest, nodes, parents, children: new Map() };
}

const storedThere = ({ relation, relation_name }: DeferredRelation, dialect: Dialect): RelationName =>
	storedName({ ...relation, relation_name }, dialect);

function pointer(node: ExecutableNode, sql: string, cloneOf: RelationName | null): ModelNode {
	// A node's place is computed when asked, so a copy must ask for it.
	return Object.freeze({
		...MODEL,
		...node,
		location: node.location,
		resource_type: "model",
		raw_code: sql,
		depends_on: { ...node.depends_on, nodes: [] },
		...(cloneOf === null ? {} : { cloneOf }),
		config: { ...node.config, materialized: cloneOf === null ? "view" : "table", contract: { enforced: false } },
	} as ModelNode);
}

/** What a seed or snapshot lacks of a model. */
const MODEL = {
	version: null,
	latest_version: null,
	access: "protected",
	constraints: [],
	deprecation_date: null,
	primary_key: [],
} as const;
