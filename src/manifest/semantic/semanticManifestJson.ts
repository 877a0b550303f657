/**
 * semantic_manifest.json as dbt 1.12 writes it: what MetricFlow reads. Metrics, semantic models and saved queries with
 * the fields that its protocol knows, and the time spines.
 */
import type { Manifest } from "../../core/manifest.ts";
import type { MetricNode, ModelNode, Plain, SavedQueryNode, SemanticModelNode, SemanticNode } from "../../core/node.ts";
import type { PlainRecord } from "../../core/parsed.ts";
import { isRecord } from "../configDefaults.ts";
import { listOf, textOf } from "../patches.ts";
import { recordOr } from "../resolveConfig.ts";
import { sortedText } from "../sortedJson.ts";

/** The version of the protocol's package that dbt 1.12.6 comes with. */
const PROTOCOL = { major_version: "0", minor_version: "213", patch_version: "0" };

export const toSemanticManifestJson = (manifest: Manifest): string => {
	const { metrics, semanticModels, savedQueries } = manifest;
	const document = {
		semantic_models: [...semanticModels.values()].map(semanticModel),
		metrics: [...metrics.values()].map(metric),
		project_configuration: {
			time_spine_table_configurations: oldSpines(manifest),
			metadata: null,
			dsi_package_version: PROTOCOL,
			time_spines: modelsOf(manifest).flatMap(timeSpine),
		},
		saved_queries: [...savedQueries.values()].map(savedQuery),
	};
	return `${sortedText(document)}\n`;
};

const named = ({ name, description, label, config }: SemanticNode) => ({
	name,
	description,
	label,
	metadata: null,
	config: { meta: recordOr(config.meta as Plain) },
});

const semanticModel = (node: SemanticModelNode) => ({
	...named(node),
	defaults: node.defaults,
	node_relation: node.node_relation,
	primary_entity: node.primary_entity,
	entities: node.entities.map(element),
	measures: node.measures.map(element),
	dimensions: node.dimensions.map(element),
});

const element = (fields: PlainRecord): PlainRecord => ({ metadata: null, ...fields });

const metric = (node: MetricNode) => ({
	...named(node),
	type: node.type,
	datatype: null,
	type_params: node.type_params,
	filter: node.filter,
	time_granularity: node.time_granularity,
});

function savedQuery(node: SavedQueryNode) {
	const { config: _config, ...rest } = named(node);
	const exports = node.exports.map(({ name, config }) => {
		const { export_as, schema_name, alias } = recordOr(config);
		return { name, config: { export_as, schema_name, alias } };
	});
	return { ...rest, query_params: node.query_params, exports, tags: node.tags };
}

const modelsOf = ({ nodes }: Manifest): readonly ModelNode[] =>
	[...nodes.values()].filter((node): node is ModelNode => node.resource_type === "model");

function timeSpine(model: ModelNode) {
	const spine = model.time_spine ?? null;
	if (!isRecord(spine)) return [];
	const column = textOf(spine.standard_granularity_column);
	const { alias, schema, database, relation_name } = model;
	return [
		{
			node_relation: { alias, schema_name: schema, database, relation_name },
			primary_column: { name: column, time_granularity: model.columns[column]?.granularity ?? null },
			custom_granularities: listOf(spine.custom_granularities),
		},
	];
}

/** The calendar of projects from before spines were declared, known by its name. */
function oldSpines(manifest: Manifest) {
	if (manifest.semanticModels.size === 0) return [];
	const found = modelsOf(manifest).find(({ name }) => name === "metricflow_time_spine");
	if (found === undefined || (found.time_spine ?? null) !== null) return [];
	return [{ location: found.relation_name, column_name: "date_day", grain: "day" }];
}
