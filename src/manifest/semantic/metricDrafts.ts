/** Metrics, in both spellings of dbt 1.12: with `type_params`, and with everything at the top. */
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import type { PlainRecord, YamlEntry } from "../../core/parsed.ts";
import { listOf, textOf } from "../patches.ts";
import type { ProjectConfigs } from "../projectConfig.ts";
import { recordOr, tagsOf } from "../resolveConfig.ts";
import { draftOf, type SemanticDraft } from "./semanticDraft.ts";
import { AGGREGATIONS, type EntryPath, filterOf, pythonText, SemanticReader, textOrNull } from "./semanticReader.ts";

const TYPES = ["simple", "ratio", "cumulative", "derived", "conversion"];
const PERIODS = ["first", "last", "average"];
const CALCULATIONS = ["conversions", "conversion_rate"];

export interface MetricDraft extends SemanticDraft {
	readonly kind: "metric";
	readonly type: string;
	readonly label: string;
	readonly description: string;
	/** All but `input_measures`, which hang on other metrics. */
	readonly type_params: PlainRecord;
	readonly filter: Plain;
	readonly time_granularity: string | null;
	readonly meta: PlainRecord;
	readonly tags: readonly string[];
}

/** The semantic model beside which a metric of the newer spelling stands. */
export interface MetricHome {
	readonly semanticModel: string;
	readonly aggTimeDimension: string | null;
}

export interface MetricSource {
	readonly entry: YamlEntry;
	readonly path: EntryPath;
	readonly record: PlainRecord;
	readonly home: MetricHome | null;
}

export function makeMetric(source: MetricSource, projects: ProjectConfigs, problems: Diagnostic[]): MetricDraft {
	const { entry, path, record } = source;
	const name = textOf(record.name);
	const reader = new SemanticReader(entry, `metric "${name}"`, problems);
	checkName(name, reader, path);
	const draft = draftOf({ kind: "metric", entry, path, name, config: record.config }, projects);
	const old = Object.hasOwn(record, "type_params");
	const type = reader.word(record.type ?? "simple", TYPES, [...path, "type"]);
	if (old && textOf(record.label) === "") reader.report(path, "has no `label`", "metrics with `type_params` need one");
	const params = old
		? oldParams(recordOr(record.type_params), type, reader, [...path, "type_params"])
		: newParams(source, type, reader);
	const meta = recordOr(draft.config.meta);
	return {
		...draft,
		kind: "metric",
		type,
		label: textOf(record.label) || name,
		description: textOf(record.description),
		type_params: params,
		filter: filterOf(record.filter),
		time_granularity: textOrNull(record.time_granularity),
		meta: !old ? {} : Object.keys(meta).length > 0 ? meta : recordOr(record.meta),
		tags: old ? tagsOf(record) : [],
	};
}

/** dbt's rules for names of metrics, which become columns: what is wrong, and dbt's words for it. */
const NAME_RULES: readonly { readonly breaks: RegExp; readonly problem: string; readonly dbt: string }[] = [
	{ breaks: / /, problem: "has a name with a space", dbt: "cannot contain spaces" },
	{
		breaks: /^.{251}/,
		problem: "has a name of more than 250 characters",
		dbt: "cannot contain more than 250 characters",
	},
	{
		breaks: /^[^A-Za-z]/,
		problem: "has a name that does not begin with a letter",
		dbt: "must begin with a letter",
	},
	{
		breaks: /\W|^$/,
		problem: "has a name that is not a letter followed by letters, digits and underscores",
		dbt: "must contain only letters, numbers and underscores",
	},
];

function checkName(name: string, reader: SemanticReader, path: EntryPath): void {
	const broken = NAME_RULES.filter(({ breaks }) => breaks.test(name));
	const [first] = broken;
	if (first === undefined) return;
	const dbt = `The metric name '${name}' is invalid.  It ${broken.map((rule) => rule.dbt).join(", ")}`;
	reader.report([...path, "name"], first.problem, "rename it", dbt);
}

const NO_PARAMS = {
	measure: null,
	numerator: null,
	denominator: null,
	expr: null,
	window: null,
	grain_to_date: null,
	metrics: [],
	conversion_type_params: null,
	cumulative_type_params: null,
	metric_aggregation_params: null,
	fill_nulls_with: null,
	join_to_timespine: false,
	is_private: null,
} as const satisfies PlainRecord;

const metricInputs = (items: Plain | undefined, reader: SemanticReader, path: EntryPath): readonly PlainRecord[] =>
	listOf(items).flatMap((item, i) => listed(reader.metricInput(item, [...path, i])));

const listed = (item: PlainRecord | null): readonly PlainRecord[] => (item === null ? [] : [item]);

function oldParams(params: PlainRecord, type: string, reader: SemanticReader, path: EntryPath): PlainRecord {
	const at = (key: string): EntryPath => [...path, key];
	const window = reader.window(params.window, at("window"));
	return {
		...NO_PARAMS,
		measure: reader.measureInput(params.measure, at("measure")),
		numerator: reader.metricInput(params.numerator, at("numerator")),
		denominator: reader.metricInput(params.denominator, at("denominator")),
		expr: pythonText(params.expr),
		window,
		grain_to_date: textOrNull(params.grain_to_date),
		metrics: metricInputs(params.metrics, reader, at("metrics")),
		conversion_type_params: oldConversion(params.conversion_type_params, reader, at("conversion_type_params")),
		cumulative_type_params: type === "cumulative" ? oldCumulative(params, window, reader, path) : null,
	};
}

/** Window and grain may stand in `type_params` itself, as they did before dbt 1.9. */
function oldCumulative(params: PlainRecord, window: Plain, reader: SemanticReader, path: EntryPath): PlainRecord {
	const own = recordOr(params.cumulative_type_params);
	const at = (key: string): EntryPath => [...path, "cumulative_type_params", key];
	return {
		window: own.window == null ? window : reader.window(own.window, at("window")),
		grain_to_date: textOrNull(own.grain_to_date ?? params.grain_to_date),
		period_agg: reader.word(own.period_agg ?? "first", PERIODS, at("period_agg")),
		metric: null,
	};
}

function oldConversion(written: Plain | undefined, reader: SemanticReader, path: EntryPath): Plain {
	if (written === null || written === undefined) return null;
	const own = recordOr(written);
	for (const key of ["base_measure", "conversion_measure", "entity"])
		if ((own[key] ?? null) === null) reader.report(path, `has no \`${key}\` in its conversion_type_params`);
	const base = reader.measureInput(own.base_measure, [...path, "base_measure"]);
	const conversion = reader.measureInput(own.conversion_measure, [...path, "conversion_measure"]);
	return conversionOf(own, { base_measure: base, conversion_measure: conversion }, reader, path);
}

function conversionOf(own: PlainRecord, inputs: PlainRecord, reader: SemanticReader, path: EntryPath): PlainRecord {
	const constants = listOf(own.constant_properties);
	return {
		entity: textOrNull(own.entity),
		base_measure: null,
		conversion_measure: null,
		base_metric: null,
		conversion_metric: null,
		...inputs,
		calculation: reader.word(own.calculation ?? "conversion_rate", CALCULATIONS, [...path, "calculation"]),
		window: reader.window(own.window, [...path, "window"]),
		constant_properties: constants.length === 0 ? null : constants,
	};
}

function newParams({ record, path, home }: MetricSource, type: string, reader: SemanticReader): PlainRecord {
	const at = (key: string): EntryPath => [...path, key];
	if (type === "simple" && textOf(record.agg) === "")
		reader.report(path, "has no `agg`", "a simple metric says how it aggregates, like `agg: sum`");
	else if (record.agg != null && home === null)
		reader.report(at("agg"), "aggregates rows, but stands beside no model", "move it to `metrics:` of a model entry");
	return {
		...NO_PARAMS,
		numerator: reader.metricInput(record.numerator, at("numerator")),
		denominator: reader.metricInput(record.denominator, at("denominator")),
		expr: pythonText(record.expr),
		metrics: metricInputs(record.input_metrics, reader, at("input_metrics")),
		conversion_type_params: type === "conversion" ? newConversion(record, reader, path) : null,
		cumulative_type_params: type === "cumulative" ? newCumulative(record, reader, path) : null,
		metric_aggregation_params: record.agg != null && home !== null ? aggregation(record, home, reader, path) : null,
		join_to_timespine: record.join_to_timespine === true,
		is_private: record.hidden === true,
	};
}

function newConversion(record: PlainRecord, reader: SemanticReader, path: EntryPath): PlainRecord {
	for (const key of ["base_metric", "conversion_metric", "entity"])
		if ((record[key] ?? null) === null) reader.report(path, `has no \`${key}\``, "conversion metrics need one");
	const base = reader.metricInput(record.base_metric, [...path, "base_metric"]);
	const conversion = reader.metricInput(record.conversion_metric, [...path, "conversion_metric"]);
	return conversionOf(record, { base_metric: base, conversion_metric: conversion }, reader, path);
}

function newCumulative(record: PlainRecord, reader: SemanticReader, path: EntryPath): PlainRecord {
	const metric = reader.metricInput(record.input_metric, [...path, "input_metric"]);
	if (metric === null) reader.report(path, "has no `input_metric`", "cumulative metrics need one");
	return {
		window: reader.window(record.window, [...path, "window"]),
		grain_to_date: textOrNull(record.grain_to_date),
		period_agg: reader.word(record.period_agg ?? "first", PERIODS, [...path, "period_agg"]),
		metric,
	};
}

function aggregation(record: PlainRecord, home: MetricHome, reader: SemanticReader, path: EntryPath): PlainRecord {
	const percentile = textOf(record.percentile_type).toLowerCase();
	return {
		semantic_model: home.semanticModel,
		agg: reader.word(record.agg, AGGREGATIONS, [...path, "agg"]),
		agg_params: {
			percentile: record.percentile ?? null,
			use_discrete_percentile: percentile === "discrete",
			use_approximate_percentile: percentile === "continuous",
		},
		agg_time_dimension: textOf(record.agg_time_dimension) || home.aggTimeDimension,
		non_additive_dimension: nonAdditive(record.non_additive_dimension, "window_agg", "group_by", reader, [
			...path,
			"non_additive_dimension",
		]),
	};
}

/** The two spellings differ in the names of its keys only. */
export function nonAdditive(
	written: Plain | undefined,
	choice: string,
	groupings: string,
	reader: SemanticReader,
	path: EntryPath,
): Plain {
	if (written === null || written === undefined) return null;
	const record = recordOr(written);
	return {
		name: textOrNull(record.name),
		window_choice: reader.word(record[choice], AGGREGATIONS, [...path, choice]),
		window_groupings: listOf(record[groupings]),
	};
}
