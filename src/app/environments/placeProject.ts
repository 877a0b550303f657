import type { Adapter } from "../../core/adapter.ts";
import { fail } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { notebookOf } from "../../core/isolatedEnvironment.ts";
import { isStored, type NodeId } from "../../core/node.ts";
import type { RelationName } from "../../core/relation.ts";
import { storedName } from "../../core/storedName.ts";
import { environmentSchema, placeNodes } from "../../env/env.ts";
import { type OpenProject, openProject } from "../openProject.ts";

export interface PlacedIn {
	/** Of the environment, or of a set of schemas in it. */
	readonly name: string;
	readonly built: ReadonlySet<NodeId>;
	/** Where all else is read, where that is not by the project's own names. */
	readonly elsewhere: ReadonlyMap<NodeId, RelationName>;
}

/** The same project, whose built nodes stand in the environment's schemas (ADR 0050). */
export function placeProject(project: OpenProject, { name, built, elsewhere }: PlacedIn): OpenProject {
	const { dialect } = project.engine;
	const schemaOf = (schema: string): string => environmentSchema(schema, name, dialect.maxIdentifierBytes);
	const { target, project: settings } = project.config;
	const { layering } = settings;
	const config = {
		...project.config,
		target: { ...target, schema: schemaOf(target.schema) },
		// Replaced generations are kept where somebody may want to go back.
		project: {
			...settings,
			layering:
				layering === null
					? null
					: { ...layering, layers: layering.layers.map(({ keepGenerations: _, ...layer }) => layer) },
		},
	};
	const manifest = placeNodes(project.manifest, { built, schemaOf, elsewhere, dialect });
	return Object.freeze({ ...project, config, manifest, facts: { ...project.facts, config } });
}

/** Every schema that building these nodes of a placed project may make; sorted. */
export function schemasOf(
	{ manifest, config, engine }: OpenProject,
	{
		built,
		adapter,
		notebook,
	}: { readonly built: ReadonlySet<NodeId>; readonly adapter: Adapter; readonly notebook: string },
): readonly string[] {
	// What templates call target.schema: hooks may make it.
	const found = new Set([config.target.schema]);
	for (const node of manifest.nodes.values()) {
		const keepsRows = node.resource_type === "test" && node.relation_name !== null;
		if (!isStored(node) || !(built.has(node.unique_id) || keepsRows)) continue;
		const stands = storedName(node, engine.dialect);
		found.add(stands.schema);
		if (!keepsRows) found.add(adapter.publisher.candidateOf(notebook, stands).schema);
	}
	return [...found].sort();
}

/** The notebook of a set of schemas of an environment. */
export const notebookIn = (project: OpenProject, name: string): string =>
	notebookOf({ project: project.manifest.projectName, name });

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
