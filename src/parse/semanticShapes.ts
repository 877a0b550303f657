/**
 * The semantic layer's sections, names as dbt 1.12 reads them: metrics in the older spelling (with `type_params`) and
 * the newer one (beside a model or by themselves), semantic models, saved queries. What their inner mappings may hold is
 * checked where they are read, since it hangs on their `type`.
 */
import type { Fields } from "./shape.ts";

const TYPE_PARAMS: Fields = {
	measure: "any",
	metrics: "any",
	numerator: "any",
	denominator: "any",
	expr: "any",
	window: "any",
	grain_to_date: "any",
	conversion_type_params: "any",
	cumulative_type_params: "any",
};

export const METRIC: Fields = {
	name: "text",
	type: "text",
	label: "text",
	description: "text",
	filter: "any",
	time_granularity: "text",
	config: "map",
	// The older spelling.
	type_params: { fields: TYPE_PARAMS },
	meta: "map",
	tags: "names",
	// The newer one.
	hidden: "flag",
	agg: "text",
	percentile: "text",
	percentile_type: "text",
	join_to_timespine: "flag",
	fill_nulls_with: "text",
	expr: "text",
	non_additive_dimension: "map",
	agg_time_dimension: "text",
	window: "text",
	grain_to_date: "text",
	period_agg: "text",
	input_metric: "any",
	numerator: "any",
	denominator: "any",
	input_metrics: "list",
	entity: "text",
	calculation: "text",
	base_metric: "any",
	conversion_metric: "any",
	constant_properties: "list",
};

const ELEMENT: Fields = { name: "text", description: "text", label: "text", config: "map", expr: "text" };
const ENTITY: Fields = { ...ELEMENT, type: "text", role: "text" };
const DIMENSION: Fields = { ...ELEMENT, type: "text", is_partition: "flag", type_params: "map" };
const DERIVED_DIMENSION: Fields = {
	...ELEMENT,
	type: "text",
	is_partition: "flag",
	granularity: "text",
	validity_params: "map",
};

export const DERIVED_SEMANTICS: Fields = {
	entities: { items: { ...ELEMENT, type: "text" } },
	dimensions: { items: DERIVED_DIMENSION },
};

export const SEMANTIC_MODEL: Fields = {
	name: "text",
	description: "text",
	label: "text",
	model: "text",
	config: "map",
	defaults: { fields: { agg_time_dimension: "text" } },
	primary_entity: "text",
	entities: { items: ENTITY },
	dimensions: { items: DIMENSION },
	measures: {
		items: {
			...ELEMENT,
			agg: "text",
			agg_params: "map",
			non_additive_dimension: "map",
			agg_time_dimension: "text",
			create_metric: "flag",
		},
	},
};

export const SAVED_QUERY: Fields = {
	name: "text",
	description: "text",
	label: "text",
	tags: "names",
	config: "map",
	query_params: { fields: { metrics: "list", group_by: "list", where: "any", order_by: "list", limit: "text" } },
	exports: { items: { name: "text", config: "map" } },
};
