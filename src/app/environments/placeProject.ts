import type { ProjectFacts } from "../../context/context.ts";
import type { Adapter } from "../../core/adapter.ts";
import type { Config } from "../../core/config.ts";
import { notebookOf } from "../../core/isolatedEnvironment.ts";
import type { Manifest } from "../../core/manifest.ts";
import { isStored, type NodeId } from "../../core/node.ts";
import type { RelationName } from "../../core/relation.ts";
import { storedName } from "../../core/storedName.ts";
import { environmentSchema, placeNodes } from "../../env/env.ts";
import type { Engine } from "../openAdapter.ts";

/** What of an open project placing it changes, and what it needs for that. */
export interface Placeable {
	readonly config: Config;
	readonly engine: Engine;
	readonly facts: ProjectFacts;
	readonly manifest: Manifest;
}

export interface PlacedIn {
	/** Of the environment, or of a set of schemas in it. */
	readonly name: string;
	readonly built: ReadonlySet<NodeId>;
	/** Where all else is read, where that is not by the project's own names. */
	readonly elsewhere: ReadonlyMap<NodeId, RelationName>;
}

/** The same project, whose built nodes stand in the environment's schemas (ADR 0050). */
export function placeProject<P extends Placeable>(project: P, { name, built, elsewhere }: PlacedIn): P {
	const { dialect } = project.engine;
	const written = environmentSchema(project.config.target.schema, name, dialect.maxIdentifierBytes);
	// Of a schema as it is stored; what is written bare must mean the same one.
	const schemaOf = (schema: string): string =>
		environmentSchema(schema, dialect.fold(name), dialect.maxIdentifierBytes);
	const { target, project: settings } = project.config;
	const { layering } = settings;
	const config = {
		...project.config,
		target: { ...target, schema: written },
		// Replaced generations are kept where somebody may want to go back.
		project: {
			...settings,
			layering:
				layering === null
					? null
					: { ...layering, layers: layering.layers.map(({ keepGenerations: _, ...layer }) => layer) },
		},
	};
	const quoting = { ...dialect.defaultQuoting, ...settings.quoting };
	const database = quoting.database ? target.database : dialect.storedDatabase(target.database);
	const manifest = placeNodes(project.manifest, { built, database, schemaOf, elsewhere, dialect, quoting });
	return Object.freeze({ ...project, config, manifest, facts: { ...project.facts, config } });
}

/** The schema of the target as it is stored. */
export const targetSchema = ({ config, engine: { dialect } }: Pick<Placeable, "config" | "engine">): string =>
	(config.project.quoting.schema ?? dialect.defaultQuoting.schema)
		? config.target.schema
		: dialect.fold(config.target.schema);

/** Every schema that building these nodes of a placed project may make; sorted. */
export function schemasOf(
	{ manifest, config, engine }: Placeable,
	{
		built,
		adapter,
		notebook,
		keepsFailures = false,
	}: {
		/** Tests among them may keep the rows that fail. */
		readonly built: ReadonlySet<NodeId>;
		readonly adapter: Adapter;
		readonly notebook: string;
		/** `--store-failures` */
		readonly keepsFailures?: boolean;
	},
): readonly string[] {
	// What templates call target.schema: hooks may make it.
	const found = new Set([targetSchema({ config, engine })]);
	for (const node of manifest.nodes.values()) {
		if (!isStored(node) || !built.has(node.unique_id)) continue;
		const isTest = node.resource_type === "test";
		if (isTest && (node.config.store_failures ?? keepsFailures) !== true) continue;
		const stands = storedName(node, engine.dialect);
		found.add(stands.schema);
		if (!isTest) found.add(adapter.publisher.candidateOf(notebook, stands).schema);
	}
	return [...found].sort();
}

/** Schemas that a person looks into; those in which candidates wait are tfm's own. */
export const shownSchemas = (schemas: readonly string[]): string =>
	schemas.filter((schema) => !/^tfm_c_[0-9a-f]{10}_/i.test(schema)).join(", ");

/** The notebook of a set of schemas of an environment. */
export const notebookIn = (project: Pick<Placeable, "manifest">, name: string): string =>
	notebookOf({ project: project.manifest.projectName, name });
