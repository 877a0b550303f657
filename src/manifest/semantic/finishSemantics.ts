/** Drafts of the semantic layer become the frozen nodes of the manifest. */
import type { MetricNode, NodeId, SavedQueryNode, SemanticModelNode } from "../../core/node.ts";
import type { PlainRecord } from "../../core/parsed.ts";
import type { Descriptions } from "../descriptions.ts";
import type { Draft } from "../draft.ts";
import { withVersionNumbers } from "../finishedNode.ts";
import { recordOr } from "../resolveConfig.ts";
import type { MetricDraft } from "./metricDrafts.ts";
import type { MetricLinks } from "./resolveMetrics.ts";
import type { SavedQueryDraft } from "./savedQueryDrafts.ts";
import { isLive, type SemanticDraft } from "./semanticDraft.ts";
import type { SemanticLayer, SemanticLinks } from "./semanticLayer.ts";
import type { Element, SemanticModelDraft } from "./semanticModelDrafts.ts";

type SemanticNode = MetricNode | SemanticModelNode | SavedQueryNode;

export interface FinishedSemantics {
	readonly metrics: ReadonlyMap<NodeId, MetricNode>;
	readonly semanticModels: ReadonlyMap<NodeId, SemanticModelNode>;
	readonly savedQueries: ReadonlyMap<NodeId, SavedQueryNode>;
	readonly disabled: readonly SemanticNode[];
}

export interface SemanticFinishing {
	readonly layer: SemanticLayer;
	readonly links: SemanticLinks;
	readonly drafts: ReadonlyMap<NodeId, Draft>;
	readonly descriptions: Descriptions;
}

export function finishSemantics({ layer, links, drafts, descriptions }: SemanticFinishing): FinishedSemantics {
	const disabled: SemanticNode[] = [];
	const kept = <D extends SemanticDraft, N extends SemanticNode>(list: readonly D[], finish: (draft: D) => N) => {
		const nodes = new Map<NodeId, N>();
		for (const draft of list) {
			const node: N = finish(draft);
			Object.freeze(node);
			if (isLive(draft)) nodes.set(node.unique_id, node);
			else disabled.push(node);
		}
		return nodes;
	};
	const describe = describer(descriptions);
	const inputsOf = ({ unique_id }: SemanticDraft): readonly NodeId[] => links.depends.get(unique_id) ?? [];
	return {
		metrics: kept(layer.metrics, (draft) => finishMetric(draft, links.metrics.get(draft.unique_id), describe)),
		semanticModels: kept(layer.semanticModels, (draft) =>
			finishSemanticModel(draft, inputsOf(draft), drafts, describe),
		),
		savedQueries: kept(layer.savedQueries, (draft) => finishSavedQuery(draft, inputsOf(draft), describe)),
		disabled,
	};
}

type Describe = (draft: SemanticDraft, text: string | null, path: Element["path"]) => string | null;

const describer =
	(descriptions: Descriptions): Describe =>
	(draft, text, path) => {
		if (text === null) return null;
		const label = `${draft.kind.replaceAll("_", " ")} "${draft.name}"`;
		const place = () => draft.entry.at([...path, "description"]);
		return descriptions.render(text, { package_name: draft.package_name, label, place }).text;
	};

const common = (draft: SemanticDraft) => ({
	unique_id: draft.unique_id as NodeId,
	name: draft.name,
	package_name: draft.package_name,
	path: draft.entry.path,
	original_file_path: draft.entry.original_file_path,
	fqn: draft.fqn,
	layer: null,
	group: draft.group,
	config: draft.config as SemanticNode["config"],
	unrendered_config: draft.unrendered,
});

function finishMetric(draft: MetricDraft, links: MetricLinks | undefined, describe: Describe): MetricNode {
	return {
		...common(draft),
		resource_type: "metric",
		get location() {
			return draft.entry.at(draft.path).at;
		},
		description: describe(draft, draft.description, draft.path),
		label: draft.label,
		type: draft.type,
		type_params: { ...draft.type_params, input_measures: links?.inputMeasures ?? [] },
		filter: draft.filter,
		time_granularity: draft.time_granularity,
		tags: draft.tags,
		meta: draft.meta,
		refs: [],
		depends_on: { macros: [], nodes: links?.depends ?? [] },
	};
}

function finishSemanticModel(
	draft: SemanticModelDraft,
	depends: readonly NodeId[],
	drafts: ReadonlyMap<NodeId, Draft>,
	describe: Describe,
): SemanticModelNode {
	const elements = (list: readonly Element[]): readonly PlainRecord[] =>
		list.map(({ fields, path }) => ({
			...fields,
			description: typeof fields.description === "string" ? describe(draft, fields.description, path) : null,
		}));
	const [model] = depends;
	const target = model === undefined ? undefined : drafts.get(model);
	return {
		...common(draft),
		resource_type: "semantic_model",
		get location() {
			return draft.entry.at(draft.path).at;
		},
		description: describe(draft, draft.description, []),
		label: draft.label,
		model: draft.model,
		node_relation: target === undefined ? null : relationOf(target),
		defaults: draft.defaults,
		primary_entity: draft.primary_entity,
		entities: elements(draft.entities),
		measures: elements(draft.measures),
		dimensions: elements(draft.dimensions),
		tags: [],
		meta: recordOr(draft.config.meta),
		refs: withVersionNumbers(draft.refs),
		depends_on: { macros: [], nodes: depends },
	};
}

const relationOf = ({ alias, schema, database, relation_name }: Draft): PlainRecord => ({
	alias,
	schema_name: schema,
	database,
	relation_name,
});

function finishSavedQuery(draft: SavedQueryDraft, depends: readonly NodeId[], describe: Describe): SavedQueryNode {
	return {
		...common(draft),
		resource_type: "saved_query",
		get location() {
			return draft.entry.at(draft.path).at;
		},
		description: describe(draft, draft.description, []),
		label: draft.label,
		query_params: draft.query_params,
		exports: draft.exports,
		tags: draft.tags,
		meta: recordOr(draft.config.meta),
		refs: [],
		depends_on: { macros: [], nodes: depends },
	};
}
