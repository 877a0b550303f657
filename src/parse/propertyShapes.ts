/**
 * What the entries of property files may hold: one table per section, names and shapes as dbt 1.12 reads them. A key
 * that is not listed is ignored with a warning where dbt ignores it, and refused where dbt refuses it (CLOSED); a known
 * key of the wrong shape is an error.
 */

import { DERIVED_SEMANTICS, METRIC, SAVED_QUERY, SEMANTIC_MODEL } from "./semanticShapes.ts";
import type { Fields, Shape } from "./shape.ts";

const TESTED = { data_tests: "tests", tests: "tests" } as const satisfies Fields;
const DESCRIBED = {
	name: "text",
	description: "text",
	meta: "map",
	docs: "map",
	config: "map",
	data_type: "text",
} as const satisfies Fields;

const DOCS: Fields = { show: "flag", node_color: "text" };
const QUOTING: Fields = { database: "flag", schema: "flag", identifier: "flag", column: "flag" };
const AGE = { fields: { count: "any", period: "any" } } as const satisfies Shape;
const FRESHNESS: Fields = { warn_after: AGE, error_after: AGE, filter: "text" };
const TIME_SPINE: Fields = {
	standard_granularity_column: "text",
	custom_granularities: { items: { name: "text", column_name: "text" } },
};

const COLUMN: Fields = {
	...DESCRIBED,
	...TESTED,
	constraints: "list",
	quote: "flag",
	tags: "names",
	granularity: "text",
	dimension: "any",
	entity: "any",
	policy_tags: "any",
	doc_blocks: "any",
};

const NODE: Fields = {
	...DESCRIBED,
	...TESTED,
	columns: { items: COLUMN },
	constraints: "list",
	quote_columns: "flag",
	access: "text",
	group: "text",
	contract: "map",
	docs: { fields: DOCS },
	doc_blocks: "any",
};

const VERSION_COLUMN: Fields = { ...COLUMN, include: "any", exclude: "any" };

const VERSION: Fields = {
	...TESTED,
	v: "text",
	defined_in: "text",
	description: "text",
	access: "text",
	config: "map",
	constraints: "list",
	docs: { fields: DOCS },
	columns: { items: VERSION_COLUMN },
	deprecation_date: "text",
};

const MODEL: Fields = {
	...NODE,
	latest_version: "text",
	versions: { items: VERSION },
	deprecation_date: "text",
	time_spine: { fields: TIME_SPINE },
	semantic_model: "any",
	primary_entity: "text",
	agg_time_dimension: "text",
	metrics: { items: METRIC },
	derived_semantics: { fields: DERIVED_SEMANTICS },
};

const TABLE: Fields = {
	...DESCRIBED,
	...TESTED,
	columns: { items: COLUMN },
	identifier: "text",
	loaded_at_field: "text",
	loaded_at_query: "text",
	quoting: { fields: QUOTING },
	freshness: { fields: FRESHNESS },
	external: "map",
	tags: "names",
	constraints: "list",
	quote_columns: "flag",
	load: "map",
	layer: "text",
};

const SOURCE: Fields = {
	name: "text",
	description: "text",
	meta: "map",
	database: "text",
	dbname: "text",
	schema: "text",
	loader: "text",
	quoting: { fields: QUOTING },
	freshness: { fields: FRESHNESS },
	loaded_at_field: "text",
	loaded_at_query: "text",
	tables: { items: TABLE },
	tags: "names",
	config: "map",
	overrides: "text",
	load: "map",
	layer: "text",
};

const FUNCTION_ARGUMENT: Fields = { name: "text", data_type: "text", description: "text", default_value: "any" };
const MACRO_ARGUMENT: Fields = { name: "text", type: "text", description: "text" };

/** Rows of a unit test; what `rows` may be follows from the format. */
const FIXTURE: Fields = { rows: "any", format: "text", fixture: "text" };

export const SECTIONS: { readonly [section: string]: Fields } = {
	models: MODEL,
	seeds: NODE,
	snapshots: { ...NODE, relation: "text" },
	analyses: { ...DESCRIBED, docs: { fields: DOCS }, columns: { items: COLUMN }, access: "text", group: "text" },
	macros: { ...DESCRIBED, docs: { fields: DOCS }, arguments: { items: MACRO_ARGUMENT } },
	data_tests: DESCRIBED,
	functions: {
		...DESCRIBED,
		arguments: { items: FUNCTION_ARGUMENT },
		returns: { fields: { data_type: "text", description: "text" } },
		overloads: "any",
		docs: { fields: DOCS },
		access: "text",
		group: "text",
	},
	sources: SOURCE,
	exposures: {
		name: "text",
		type: "text",
		owner: { fields: { name: "text", email: "any" } },
		description: "text",
		label: "text",
		maturity: "text",
		url: "text",
		depends_on: "list",
		tags: "name list",
		meta: "map",
		config: "map",
		enabled: "flag",
	},
	metrics: METRIC,
	semantic_models: SEMANTIC_MODEL,
	saved_queries: SAVED_QUERY,
	groups: {
		name: "text",
		owner: { fields: { name: "text", email: "any" } },
		description: "text",
		config: "map",
	},
	unit_tests: {
		name: "text",
		description: "text",
		model: "text",
		versions: { fields: { include: "any", exclude: "any" } },
		given: "list",
		expect: { fields: FIXTURE },
		overrides: { fields: { macros: "map", vars: "map", env_vars: "map" } },
		config: "map",
	},
};

/** Keys without which an entry means nothing, beside its name. */
export const REQUIRED: { readonly [section: string]: readonly string[] } = {
	exposures: ["type", "owner"],
	groups: ["owner"],
	semantic_models: ["model"],
	saved_queries: ["query_params"],
	unit_tests: ["model", "given", "expect"],
};

/** Owners of groups and exposures carry whatever else an organisation wants to say. */
export const OPEN: ReadonlySet<Fields> = new Set(
	["exposures", "groups"].flatMap((section) => {
		const owner = SECTIONS[section]?.owner;
		return typeof owner === "object" && "fields" in owner ? [owner.fields] : [];
	}),
);

function innerOf(shape: Shape | undefined): readonly Fields[] {
	if (shape === undefined || typeof shape === "string") return [];
	const { items, fields } = shape as { readonly items?: Fields; readonly fields?: Fields };
	return [items, fields].filter((inner) => inner !== undefined);
}

/** Mappings in which dbt refuses a key that it does not know. Columns and the tables of a source take any (dbt). */
export const CLOSED: ReadonlySet<Fields> = closedFrom([
	...["exposures", "groups", "sources", "unit_tests", "metrics", "semantic_models", "saved_queries"].map(
		(section) => SECTIONS[section] as Fields,
	),
	...innerOf(SECTIONS.functions?.returns),
	...[VERSION, MACRO_ARGUMENT, FUNCTION_ARGUMENT, DOCS, QUOTING, FRESHNESS, TIME_SPINE, DERIVED_SEMANTICS],
]);

function closedFrom(roots: readonly Fields[]): ReadonlySet<Fields> {
	const closed = new Set(roots);
	for (const fields of closed)
		for (const inner of Object.values(fields).flatMap(innerOf))
			if (!OPEN.has(inner) && inner !== TABLE && inner !== COLUMN && inner !== VERSION_COLUMN) closed.add(inner);
	return closed;
}
