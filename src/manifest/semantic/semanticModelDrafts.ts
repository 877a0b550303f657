/** Semantic models: entries of `semantic_models:`, and models that say `semantic_model:` themselves. */
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Plain, RefArgs } from "../../core/node.ts";
import type { PlainRecord, YamlEntry } from "../../core/parsed.ts";
import { isSourceCall, readCall } from "../../core/referenceText.ts";
import { isRecord } from "../configDefaults.ts";
import type { ColumnSource } from "../draft.ts";
import { listOf, textOf } from "../patches.ts";
import type { ProjectConfigs } from "../projectConfig.ts";
import { recordOr } from "../resolveConfig.ts";
import { type MetricSource, nonAdditive } from "./metricDrafts.ts";
import { draftOf, type SemanticDraft } from "./semanticDraft.ts";
import {
	AGGREGATIONS,
	type EntryPath,
	GRANULARITIES,
	pythonText,
	SemanticReader,
	textOrNull,
} from "./semanticReader.ts";

const ENTITIES = ["foreign", "natural", "primary", "unique"];
const DIMENSIONS = ["categorical", "time"];

/** An entity, dimension or measure: its description may quote docs blocks, so it is rendered when the node is made. */
export interface Element {
	readonly fields: PlainRecord;
	readonly path: EntryPath;
}

export interface SemanticModelDraft extends SemanticDraft {
	readonly kind: "semantic_model";
	readonly model: string;
	readonly refs: readonly RefArgs[];
	readonly description: string | null;
	readonly label: string | null;
	readonly defaults: PlainRecord | null;
	readonly primary_entity: string | null;
	readonly entities: readonly Element[];
	readonly measures: readonly Element[];
	readonly dimensions: readonly Element[];
}

interface Making {
	readonly entry: YamlEntry;
	readonly reader: SemanticReader;
	/** `meta` of the semantic model, which its elements get as well. */
	readonly meta: PlainRecord;
}

export function makeSemanticModel(
	entry: YamlEntry,
	projects: ProjectConfigs,
	problems: Diagnostic[],
): SemanticModelDraft {
	const { value, name } = entry;
	const reader = new SemanticReader(entry, `semantic model "${name}"`, problems);
	const draft = draftOf({ kind: "semantic_model", entry, path: [], name, config: value.config }, projects);
	const making = { entry, reader, meta: recordOr(draft.config.meta) };
	const model = textOf(value.model);
	return {
		...draft,
		kind: "semantic_model",
		model,
		refs: readModel(model, reader, ["model"]),
		description: textOrNull(value.description),
		label: textOrNull(value.label),
		defaults: isRecord(value.defaults) ? { agg_time_dimension: textOrNull(value.defaults.agg_time_dimension) } : null,
		primary_entity: textOrNull(value.primary_entity),
		entities: elements(value, "entities", making, entity),
		measures: elements(value, "measures", making, measure),
		dimensions: elements(value, "dimensions", making, dimension),
	};
}

function readModel(text: string, reader: SemanticReader, path: EntryPath): readonly RefArgs[] {
	const call = readCall(text);
	if (call !== undefined && !isSourceCall(call)) return [call];
	reader.report(path, `stands on \`${text}\`, which is not ref(…)`, "write model: ref('name')");
	return [];
}

type Make = (record: PlainRecord, making: Making, path: EntryPath) => PlainRecord;

function elements(value: PlainRecord, key: string, making: Making, make: Make): readonly Element[] {
	return listOf(value[key]).map((item, i) => {
		const path = [key, i];
		return { fields: make(recordOr(item), making, path), path };
	});
}

const metaOf = (record: PlainRecord): PlainRecord => recordOr(recordOr(record.config).meta);

const common = (record: PlainRecord, { meta }: Making) => ({
	name: textOrNull(record.name),
	description: textOrNull(record.description),
	label: textOrNull(record.label),
	config: { meta: { ...meta, ...metaOf(record) } },
});

const entity: Make = (record, making, path) => ({
	...common(record, making),
	type: making.reader.word(record.type, ENTITIES, [...path, "type"]),
	role: textOrNull(record.role),
	expr: textOrNull(record.expr),
});

const measure: Make = (record, making, path) => ({
	...common(record, making),
	agg: making.reader.word(record.agg, AGGREGATIONS, [...path, "agg"]),
	create_metric: false,
	expr: pythonText(record.expr),
	agg_params: isRecord(record.agg_params)
		? {
				percentile: record.agg_params.percentile ?? null,
				use_discrete_percentile: record.agg_params.use_discrete_percentile === true,
				use_approximate_percentile: record.agg_params.use_approximate_percentile === true,
			}
		: null,
	non_additive_dimension: nonAdditive(
		record.non_additive_dimension,
		"window_choice",
		"window_groupings",
		making.reader,
		[...path, "non_additive_dimension"],
	),
	agg_time_dimension: textOrNull(record.agg_time_dimension),
});

const dimension: Make = (record, making, path) => ({
	...common(record, making),
	type: making.reader.word(record.type, DIMENSIONS, [...path, "type"]),
	is_partition: record.is_partition === true,
	type_params: isRecord(record.type_params) ? timeParams(record.type_params, making, [...path, "type_params"]) : null,
	expr: textOrNull(record.expr),
	metadata: null,
	datatype: null,
});

const timeParams = (record: PlainRecord, { reader }: Making, path: EntryPath): PlainRecord => ({
	time_granularity: reader.word(record.time_granularity, GRANULARITIES, [...path, "time_granularity"]),
	validity_params: validityOf(record.validity_params),
});

const validityOf = (written: Plain | undefined): Plain =>
	isRecord(written) ? { is_start: written.is_start === true, is_end: written.is_end === true } : null;

/** Metrics that `create_metric: true` makes of measures; they are switched off with their semantic model. */
export function createdMetrics({ entry, config, measures }: SemanticModelDraft): readonly MetricSource[] {
	return measures.flatMap(({ path }): readonly MetricSource[] => {
		const [key = "", index = 0] = path as [string, number];
		const written = recordOr(listOf(entry.value[key])[index]);
		if (written.create_metric !== true) return [];
		const name = textOf(written.name);
		const record = {
			name,
			label: textOf(written.label) || name,
			type: "simple",
			description: textOf(written.description) || `Metric created from measure ${name}`,
			type_params: { measure: name, expr: written.expr || name },
			config: { enabled: config.enabled !== false, meta: config.meta ?? {} },
		};
		return [{ entry, path, record, home: null }];
	});
}

/** A model entry as its own semantic model (1.12's newer spelling); null where it is none. */
export function makeModelSemantics(
	entry: YamlEntry,
	columns: readonly ColumnSource[],
	projects: ProjectConfigs,
	problems: Diagnostic[],
): SemanticModelDraft | null {
	const { value } = entry;
	const own = value.semantic_model;
	if (own === null || own === undefined || own === false || (isRecord(own) && own.enabled === false)) return null;
	const settings = recordOr(own);
	const name = semanticName(entry);
	const path = ["semantic_model"];
	const reader = new SemanticReader(entry, `semantic model "${name}"`, problems);
	const config: { [key: string]: Plain } = {};
	if (isRecord(settings.config)) {
		config.meta = recordOr(settings.config.meta);
		config.enabled = true;
		if (settings.group != null) config.group = settings.group;
	}
	const draft = draftOf({ kind: "semantic_model", entry, path, name, config }, projects);
	const making = { entry, reader, meta: recordOr(draft.config.meta) };
	const derived = recordOr(value.derived_semantics);
	const under = (items: readonly Element[]): readonly Element[] =>
		items.map((item) => ({ ...item, path: ["derived_semantics", ...item.path] }));
	return {
		...draft,
		kind: "semantic_model",
		model: `ref('${entry.name}')`,
		refs: [{ name: entry.name, package: null, version: null }],
		description: textOf(value.description),
		label: null,
		defaults: { agg_time_dimension: textOrNull(value.agg_time_dimension) },
		primary_entity: textOrNull(value.primary_entity),
		entities: [
			...columns.flatMap((column) => columnEntity(column, making)),
			...under(elements(derived, "entities", making, entity)),
		],
		measures: [],
		dimensions: [
			...columns.flatMap((column) => columnDimension(column, making)),
			...under(elements(derived, "dimensions", making, derivedDimension)),
		],
	};
}

export const semanticName = ({ name, value }: YamlEntry): string => textOf(recordOr(value.semantic_model).name) || name;

const derivedDimension: Make = (record, making, path) => ({
	...dimension(record, making, path),
	type_params:
		record.granularity == null
			? null
			: {
					time_granularity: making.reader.word(record.granularity, GRANULARITIES, [...path, "granularity"]),
					validity_params: validityOf(record.validity_params),
				},
});

/** `entity: foreign` says the kind alone; a record may name it otherwise than the column. */
function columnEntity({ record, path }: ColumnSource, making: Making): readonly Element[] {
	const written = record.entity ?? null;
	if (written === null) return [];
	const own = isRecord(written) ? written : { type: written, description: record.description ?? "" };
	const name = textOf(own.name) || textOf(record.name);
	const meta = isRecord(own.config) && isRecord(own.config.meta) ? own.config.meta : metaOf(record);
	const fields = entity({ ...own, name, config: { meta } }, making, [...path, "entity"]);
	const description = own.description ?? record.description ?? "";
	return [{ fields: { ...fields, description, expr: expression(name, record) }, path: [...path, "entity"] }];
}

function columnDimension({ record, path }: ColumnSource, making: Making): readonly Element[] {
	const written = record.dimension ?? null;
	if (written === null) return [];
	const own = isRecord(written) ? written : { type: written };
	const name = textOf(own.name) || textOf(record.name);
	const config = { meta: { ...metaOf(record), ...metaOf(own) } };
	const fields = dimension({ ...own, name, config }, making, [...path, "dimension"]);
	const grain = isRecord(written) ? (record.granularity ?? null) : null;
	const params = { time_granularity: grain, validity_params: validityOf(own.validity_params) };
	const description = own.description ?? record.description ?? "";
	const more = { description, expr: expression(name, record), type_params: grain === null ? null : params };
	return [{ fields: { ...fields, ...more }, path: [...path, "dimension"] }];
}

/** A name of its own leaves the column's as the expression. */
const expression = (name: string, column: PlainRecord): string | null =>
	name === textOf(column.name) ? null : textOf(column.name);
