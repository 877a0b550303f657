/**
 * The semantic layer of the project: metrics, semantic models and saved queries, read, resolved and kept in the
 * manifest as dbt 1.12 keeps them. Nothing in tfm answers queries about them.
 */
import { diagnostic } from "../../core/diagnostic.ts";
import type { NodeId } from "../../core/node.ts";
import { nodeId } from "../../core/node.ts";
import type { YamlEntry } from "../../core/parsed.ts";
import { suggestName } from "../../core/suggestName.ts";
import type { Draft } from "../draft.ts";
import { isEnabled } from "../draft.ts";
import type { ManifestWork } from "../manifestWork.ts";
import type { NodeIndex } from "../nodeIndex.ts";
import { listOf, textOf } from "../patches.ts";
import { recordOr } from "../resolveConfig.ts";
import { resolveReader } from "../resolveRefs.ts";
import { type MetricDraft, makeMetric } from "./metricDrafts.ts";
import { MetricIndex } from "./metricIndex.ts";
import { findMetric, type MetricLinks, resolveMetrics } from "./resolveMetrics.ts";
import { makeSavedQuery, type SavedQueryDraft } from "./savedQueryDrafts.ts";
import { isLive, type SemanticDraft } from "./semanticDraft.ts";
import {
	createdMetrics,
	makeModelSemantics,
	makeSemanticModel,
	type SemanticModelDraft,
	semanticName,
} from "./semanticModelDrafts.ts";

export interface SemanticLayer {
	readonly metrics: readonly MetricDraft[];
	readonly semanticModels: readonly SemanticModelDraft[];
	readonly savedQueries: readonly SavedQueryDraft[];
	readonly index: MetricIndex;
}

export interface SemanticLinks {
	readonly metrics: ReadonlyMap<string, MetricLinks>;
	/** Inputs of semantic models and saved queries, by unique id. */
	readonly depends: ReadonlyMap<string, readonly NodeId[]>;
}

export function makeSemanticLayer(drafts: readonly Draft[], work: ManifestWork): SemanticLayer {
	const { parsed, projects, problems, config } = work;
	const described = describedModels(drafts);
	const models = [
		...described.flatMap(
			({ entry, draft }) => makeModelSemantics(entry, draft.patch?.columns ?? [], projects, problems) ?? [],
		),
		...parsed.semanticModels.map((entry) => makeSemanticModel(entry, projects, problems)),
	];
	const sources = [
		...described.flatMap(({ entry }) => metricsOfModel(entry)),
		...parsed.metrics.map((entry) => ({ entry, path: [], record: entry.value, home: null })),
		...models.flatMap(createdMetrics),
	];
	const metrics = sources.map((source) => makeMetric(source, projects, problems));
	const savedQueries = parsed.savedQueries.map((entry) => makeSavedQuery(entry, config.target, projects, problems));
	return {
		metrics,
		semanticModels: models,
		savedQueries,
		index: new MetricIndex(metrics, models, config.project.name),
	};
}

interface DescribedModel {
	readonly entry: YamlEntry;
	readonly draft: Draft;
}

/** Entries that make their model a semantic model; of a versioned model the first version stands for all. */
function describedModels(drafts: readonly Draft[]): readonly DescribedModel[] {
	const seen = new Set<YamlEntry>();
	return drafts.flatMap((draft): readonly DescribedModel[] => {
		const entry = draft.patch?.entry;
		if (draft.kind !== "model" || entry === undefined || !isEnabled(draft) || seen.has(entry)) return [];
		const own = entry.value.semantic_model ?? false;
		if (own === false || recordOr(own).enabled === false) return [];
		seen.add(entry);
		return [{ entry, draft }];
	});
}

/** A simple metric aggregates the model that it stands beside; the others are made of metrics. */
function metricsOfModel(entry: YamlEntry) {
	return listOf(entry.value.metrics).map((item, i) => {
		const record = recordOr(item);
		const isSimple = (record.type ?? "simple") === "simple";
		const aggTimeDimension = isSimple ? textOf(entry.value.agg_time_dimension) || null : null;
		return { entry, path: ["metrics", i], record, home: { semanticModel: semanticName(entry), aggTimeDimension } };
	});
}

export const allSemanticDrafts = ({
	metrics,
	semanticModels,
	savedQueries,
}: SemanticLayer): readonly SemanticDraft[] => [...metrics, ...semanticModels, ...savedQueries];

/** Edges of everything that is enabled; what is named and does not exist is reported. */
export function resolveSemanticLayer(
	layer: SemanticLayer,
	index: NodeIndex,
	work: ManifestWork,
	restricted: ReadonlySet<string>,
): SemanticLinks {
	const depends = new Map<string, readonly NodeId[]>();
	for (const model of layer.semanticModels) {
		if (!isLive(model)) continue;
		const place = () => model.entry.at(model.path);
		const reader = { ...model, sources: [], findRef: place, findSource: place };
		depends.set(model.unique_id, resolveReader(reader, index, work, restricted).depends);
	}
	for (const query of layer.savedQueries) {
		if (!isLive(query)) continue;
		const reader = { ...query, placeOf: () => query.entry.at(["query_params", "metrics"]) };
		const found = query.metrics.flatMap((name) => findMetric([name], reader, layer.index, work.problems) ?? []);
		depends.set(query.unique_id, [...new Set(found.map(({ unique_id }) => nodeId(unique_id)))]);
	}
	checkGroups(layer, work);
	return { metrics: resolveMetrics(layer.metrics, layer.index, work.problems), depends };
}

function checkGroups(layer: SemanticLayer, { parsed, problems }: ManifestWork): void {
	const known = parsed.groups.map(({ name }) => name).sort();
	for (const draft of allSemanticDrafts(layer)) {
		if (draft.group === null || known.includes(draft.group)) continue;
		const node = `${draft.kind.replaceAll("_", " ")} "${draft.name}"`;
		const facts = { node, group: draft.group, known, suggestion: suggestName(draft.group, known) };
		problems.push(diagnostic("TFM-PARSE-024", facts, draft.entry.at(draft.path)));
	}
}
