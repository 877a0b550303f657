/**
 * The configuration that a node has before anybody sets anything, per kind, and how a later value meets an earlier
 * one. Both are dbt 1.12's (spec 2.6); the tables are data so that a difference is one line.
 */
import type { Plain } from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";

export type ConfiguredKind =
	| "model"
	| "seed"
	| "snapshot"
	| "analysis"
	| "function"
	| "operation"
	| "test"
	| "source"
	| "exposure"
	| "metric"
	| "semantic_model"
	| "saved_query"
	| "unit_test"
	| "group";

/** `append` lists, `update` mappings key by key, `grants` as dbt's grants; everything else replaces. */
export type MergeRule = "append" | "update" | "grants";

const deepFreeze = <T>(value: T): T => {
	if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		Object.values(value).forEach(deepFreeze);
	}
	return value;
};

const COMMON = {
	enabled: true,
	alias: null,
	schema: null,
	database: null,
	tags: [],
	meta: {},
	group: null,
	static_analysis: null,
} as const;

const NODE: PlainRecord = {
	...COMMON,
	materialized: "view",
	incremental_strategy: null,
	batch_size: null,
	lookback: 1,
	begin: null,
	persist_docs: {},
	"pre-hook": [],
	"post-hook": [],
	quoting: {},
	column_types: {},
	full_refresh: null,
	unique_key: null,
	on_schema_change: "ignore",
	on_configuration_change: "apply",
	grants: {},
	packages: [],
	docs: { show: true, node_color: null },
	contract: { enforced: false, alias_types: true },
	event_time: null,
	concurrent_batches: null,
};

const SNAPSHOT_COLUMNS = {
	dbt_valid_to: null,
	dbt_valid_from: null,
	dbt_scd_id: null,
	dbt_updated_at: null,
	dbt_is_deleted: null,
};

const FRESHNESS: PlainRecord = {
	warn_after: { count: null, period: null },
	error_after: { count: null, period: null },
	filter: null,
};

export const CONFIG_DEFAULTS: { readonly [K in ConfiguredKind]: PlainRecord } = deepFreeze({
	model: {
		...NODE,
		access: "protected",
		freshness: null,
		on_error: null,
		latest_version_pointer: { enabled: null, alias: null },
	},
	seed: { ...NODE, materialized: "seed", delimiter: ",", quote_columns: null },
	snapshot: {
		...NODE,
		materialized: "snapshot",
		strategy: null,
		target_schema: null,
		target_database: null,
		updated_at: null,
		check_cols: null,
		snapshot_meta_column_names: SNAPSHOT_COLUMNS,
		dbt_valid_to_current: null,
	},
	analysis: NODE,
	function: {
		...NODE,
		materialized: "function",
		type: "scalar",
		volatility: null,
		runtime_version: null,
		entry_point: null,
		snowflake: { quote_args: true },
	},
	operation: NODE,
	test: {
		...COMMON,
		schema: "dbt_test__audit",
		materialized: "test",
		severity: "ERROR",
		store_failures: null,
		store_failures_as: null,
		sql_header: null,
		where: null,
		limit: null,
		fail_calc: "count(*)",
		warn_if: "!= 0",
		error_if: "!= 0",
	},
	source: {
		enabled: true,
		event_time: null,
		freshness: FRESHNESS,
		loaded_at_field: null,
		loaded_at_query: null,
		meta: {},
		tags: [],
		static_analysis: null,
	},
	exposure: { enabled: true, tags: [], meta: {} },
	metric: { enabled: true, group: null, meta: {} },
	semantic_model: { enabled: true, group: null, meta: {} },
	saved_query: {
		enabled: true,
		group: null,
		meta: {},
		export_as: null,
		schema: null,
		cache: { enabled: false },
	},
	unit_test: { tags: [], meta: {}, enabled: true, static_analysis: null },
	group: { meta: {} },
});

const NODE_RULES: { readonly [key: string]: MergeRule } = {
	tags: "append",
	"pre-hook": "append",
	"post-hook": "append",
	packages: "append",
	meta: "update",
	quoting: "update",
	column_types: "update",
	docs: "update",
	contract: "update",
	latest_version_pointer: "update",
	snapshot_meta_column_names: "update",
	grants: "grants",
};

export const MERGE_RULES: { readonly [K in ConfiguredKind]: { readonly [key: string]: MergeRule } } = deepFreeze({
	model: NODE_RULES,
	seed: NODE_RULES,
	snapshot: NODE_RULES,
	analysis: NODE_RULES,
	function: NODE_RULES,
	operation: NODE_RULES,
	test: { tags: "append", meta: "update" },
	source: { meta: "update" },
	exposure: {},
	metric: { meta: "update" },
	semantic_model: { meta: "update" },
	saved_query: { meta: "update" },
	unit_test: { tags: "append", meta: "update" },
	group: { meta: "update" },
});

export const isRecord = (value: Plain | undefined): value is PlainRecord =>
	typeof value === "object" && value !== null && !Array.isArray(value);
