import type { Config, Layer } from "../core/config.ts";
import type { GroupNode, Manifest } from "../core/manifest.ts";
import {
	type Dependencies,
	type ExecutableNode,
	type ExposureNode,
	type GraphNode,
	type NodeId,
	nodeId,
	type SourceNode,
} from "../core/node.ts";
import type { YamlEntry } from "../core/parsed.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { checkFreshness } from "./checkSourceTimes.ts";
import { deprecatedUses } from "./deprecatedUses.ts";
import { describeMacros } from "./describeMacros.ts";
import { AS_WRITTEN, Descriptions } from "./descriptions.ts";
import { type Draft, isEnabled } from "./draft.ts";
import type { ExposureDraft } from "./exposures.ts";
import { finishExposure, finishNode, finishSource, type SourceNames } from "./finishNodes.ts";
import type { ManifestWork } from "./manifestWork.ts";
import { missingFeatures, requireKnownLanguages } from "./missingFeatures.ts";
import type { Namer } from "./names.ts";
import { textOf } from "./patches.ts";
import { inferPrimaryKey } from "./primaryKey.ts";
import type { ProjectConfigs } from "./projectConfig.ts";
import { recordOr, resolveConfig } from "./resolveConfig.ts";
import { finishSemantics } from "./semantic/finishSemantics.ts";
import type { SemanticLayer, SemanticLinks } from "./semantic/semanticLayer.ts";
import type { SourceDraft } from "./sourceDrafts.ts";
import type { UnitTests } from "./unitTests.ts";

const byId = <T extends { readonly unique_id: string }>(a: T, b: T): number =>
	a.unique_id < b.unique_id ? -1 : a.unique_id > b.unique_id ? 1 : 0;

export interface Finishing {
	readonly work: ManifestWork;
	readonly drafts: readonly Draft[];
	/** Those of them that are enabled, by their ids. */
	readonly enabled: ReadonlyMap<NodeId, Draft>;
	readonly sources: readonly SourceDraft[];
	readonly exposures: readonly ExposureDraft[];
	readonly exposureInputs: ReadonlyMap<string, readonly NodeId[]>;
	readonly semantics: SemanticLayer;
	readonly semanticLinks: SemanticLinks;
	readonly sourceLayers: ReadonlyMap<NodeId, Layer>;
	readonly namer: Namer;
	readonly unitTests: UnitTests;
}

/** Nodes and sources sorted by id, exposures as they are written, with their parents and children. */
export function finishManifest({
	work,
	drafts,
	enabled,
	sources,
	exposures,
	exposureInputs,
	semantics,
	semanticLinks,
	sourceLayers,
	namer,
	unitTests,
}: Finishing): Manifest {
	const { parsed, config, ports, problems, warnings } = work;
	const descriptions = new Descriptions(parsed.docs, config.project.name, ports, problems);
	const keys = inferPrimaryKey(drafts);
	const disabled = new Map<string, GraphNode[]>();
	const disable = (node: GraphNode): void => {
		const list = disabled.get(node.unique_id);
		if (list === undefined) disabled.set(node.unique_id, [node]);
		else list.push(node);
	};

	const nodes = new Map<NodeId, ExecutableNode>();
	const unresolved = new Map<NodeId, ExecutableNode>();
	for (const draft of [...drafts].sort(byId)) {
		const isOn = isEnabled(draft);
		const shown = isOn || draft.unresolved ? descriptions : AS_WRITTEN;
		const node = finishNode(draft, shown, isOn ? (keys.get(draft.unique_id) ?? []) : []);
		if (isOn) nodes.set(node.unique_id, node);
		else if (draft.unresolved) unresolved.set(node.unique_id, node);
		else disable(node);
	}
	const sourceNodes = new Map<NodeId, SourceNode>();
	for (const source of [...sources].sort(byId)) {
		const names = nameSource(source, sourceLayers.get(nodeId(source.unique_id)) ?? null, namer, config);
		const node = finishSource(source, names, source.config.enabled === false ? AS_WRITTEN : descriptions);
		if (source.config.enabled !== false) sourceNodes.set(node.unique_id, node);
		else disable(node);
		// dbt says it of disabled ones, too.
		warnings.push(...checkFreshness(node, ports.dialect));
	}
	const exposureNodes = new Map<NodeId, ExposureNode>();
	for (const exposure of exposures) {
		const shown = exposure.config.enabled === false ? AS_WRITTEN : descriptions;
		const node = finishExposure(exposure, exposureInputs.get(exposure.unique_id) ?? [], shown);
		if (exposure.config.enabled !== false) exposureNodes.set(node.unique_id, node);
		else disable(node);
	}

	const unitTestNodes = new Map([...unitTests.enabled].sort(byId).map((test) => [test.unique_id, test]));
	for (const test of unitTests.disabled) disable(test);

	const { metrics, semanticModels, savedQueries, ...rest } = finishSemantics({
		layer: semantics,
		links: semanticLinks,
		drafts: enabled,
		descriptions,
	});
	for (const node of rest.disabled) disable(node);

	const readers = new Map<NodeId, { readonly depends_on: Dependencies }>([
		...exposureNodes,
		...unitTestNodes,
		...metrics,
		...semanticModels,
		...savedQueries,
	]);
	const described = describeMacros(parsed, descriptions, { config, warnings });
	const macros = new Map(described.map((macro) => [macro.unique_id, macro]));
	requireKnownLanguages(nodes.values());
	warnings.push(...missingFeatures({ nodes: [...nodes.values()], macros, config }));
	warnings.push(...deprecatedUses({ nodes: [...nodes.values()], macros, exposures, config }));
	const { parents, children } = edges(nodes, sourceNodes, readers);
	return Object.freeze({
		projectName: config.project.name,
		nodes,
		sources: sourceNodes,
		exposures: exposureNodes,
		unitTests: unitTestNodes,
		metrics,
		semanticModels,
		savedQueries,
		macros,
		docs: new Map(parsed.docs.map((doc) => [doc.unique_id, doc])),
		groups: new Map(
			parsed.groups.map((entry) => makeGroup(entry, work.projects)).map((group) => [group.unique_id, group]),
		),
		unresolved,
		disabled: new Map([...disabled].sort(([a], [b]) => (a < b ? -1 : 1))),
		parents,
		children,
		warnings: sortDiagnostics([...config.warnings, ...warnings]),
	});
}

/** dbt: a source's schema is its name unless set. One that tfm fills itself lands in its layer's schema. */
function nameSource(draft: SourceDraft, layer: Layer | null, namer: Namer, config: Config): SourceNames {
	const { source, table, name, package_name, source_name } = draft;
	const subject = {
		name,
		package_name,
		version: null,
		locate: () => draft.entry.at(draft.path).at,
		node: () => ({
			unique_id: draft.unique_id,
			name,
			package_name,
			resource_type: "source",
			source_name,
			fqn: draft.fqn,
			config: draft.config,
		}),
	};
	const explicit = textOf(source.schema);
	const landed = explicit === "" && draft.load !== null && layer !== null;
	const schema = landed ? namer.sourceSchema(subject, layer) : explicit || source_name;
	const own = textOf(source.database) || textOf(source.dbname);
	const database = own || (landed ? layer.database : null) || config.target.database;
	const identifier = textOf(table.identifier) || name;
	const quoting = { ...recordOr(source.quoting), ...recordOr(table.quoting) };
	const relation_name = namer.render({ database, schema, identifier }, quoting);
	return { database, schema, identifier, relation_name, layer: layer?.name ?? null };
}

const NO_IDS: readonly NodeId[] = Object.freeze([]);

function edges(
	nodes: ReadonlyMap<NodeId, ExecutableNode>,
	sources: ReadonlyMap<NodeId, SourceNode>,
	readers: ReadonlyMap<NodeId, { readonly depends_on: Dependencies }>,
): { readonly parents: Map<NodeId, readonly NodeId[]>; readonly children: Map<NodeId, readonly NodeId[]> } {
	const parents = new Map<NodeId, readonly NodeId[]>();
	const children = new Map<NodeId, readonly NodeId[]>();
	const all = [...nodes.keys(), ...sources.keys(), ...readers.keys()].sort();
	// Tests have no children: one list serves them all.
	for (const id of all) children.set(id, NO_IDS);
	for (const id of all) {
		const inputs = (nodes.get(id) ?? readers.get(id))?.depends_on.nodes ?? NO_IDS;
		const sorted = inputs.length < 2 ? inputs : [...inputs].sort();
		parents.set(id, sorted);
		// Ids come sorted, so each list of children is sorted as it grows.
		for (const input of sorted) {
			const known = children.get(input) as NodeId[] | undefined;
			if (known === NO_IDS) children.set(input, [id]);
			else known?.push(id);
		}
	}
	return { parents, children };
}

const makeGroup = (entry: YamlEntry, projects: ProjectConfigs): GroupNode => ({
	unique_id: `group.${entry.package_name}.${entry.name}`,
	name: entry.name,
	resource_type: "group",
	package_name: entry.package_name,
	path: entry.path,
	original_file_path: entry.original_file_path,
	owner: { email: null, name: null, ...recordOr(entry.value.owner) },
	description: textOf(entry.value.description) || null,
	config: resolveConfig(
		{
			kind: "group",
			package_name: entry.package_name,
			fqn: [entry.package_name, ...entry.folders, entry.name],
			yaml: recordOr(entry.value.config),
			calls: [],
		},
		projects,
	),
});
