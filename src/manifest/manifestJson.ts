/**
 * manifest.json, version 12, as dbt 1.12 writes it (spec 2.17). Written piece by piece, so that a project of ten
 * thousand models never stands in memory a second time as text. Keys are sorted and no piece depends on the order of
 * finding, so the same project gives the same bytes; what changes from run to run is in `metadata` alone.
 */
import { createHash } from "node:crypto";
import type { GroupNode, Manifest } from "../core/manifest.ts";
import type {
	ColumnSpec,
	ExecutableNode,
	ExposureNode,
	GraphNode,
	Hook,
	MacroNode,
	ModelNode,
	NodeConfig,
	NodeId,
	SourceNode,
	TestNode,
} from "../core/node.ts";
import type { QuotePolicy } from "../core/relation.ts";
import { DBT_VERSION } from "../core/version.ts";
import { contractOf } from "./contract.ts";
import { JsonPieces, type Json } from "./sortedJson.ts";

export interface ManifestMeta {
	readonly invocationId: string;
	/** ISO, UTC. */
	readonly generatedAt: string;
	readonly startedAt: string;
	/** `postgres` for the embedded database too: what the SQL is written for. */
	readonly adapterType: string;
	readonly quoting: QuotePolicy;
	/** DBT_ENV_CUSTOM_ENV_*, without the prefix. */
	readonly env: { readonly [name: string]: string };
	/** Compiled code by node, where nodes have been compiled. */
	readonly compiled?: ReadonlyMap<NodeId, CompiledFields>;
}

export interface CompiledFields {
	readonly compiled_code: string;
	readonly compiled_path: string | null;
	readonly extra_ctes: readonly { readonly id: NodeId; readonly sql: string }[];
}

const SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json";

/** The file as a sequence of texts, to be written one after the other. */
export function* toManifestJson(manifest: Manifest, meta: ManifestMeta): Generator<string> {
	const pieces = new JsonPieces();
	const created = Date.parse(meta.startedAt) / 1000;
	const node = (value: GraphNode): Json => nodeJson(value, created, meta);
	yield* pieces.object([
		["child_map", pieces.map(manifest.children, (ids) => ids)],
		["disabled", pieces.map(manifest.disabled, (nodes) => nodes.map(node))],
		["docs", pieces.map(manifest.docs, (doc) => ({ ...doc, resource_type: "doc" }))],
		["exposures", pieces.map(manifest.exposures, node)],
		["functions", pieces.value({})],
		["group_map", pieces.value(groupMap(manifest))],
		["groups", pieces.map(manifest.groups ?? new Map<string, GroupNode>(), (group) => ({ ...group }))],
		["macros", pieces.map(manifest.macros, (macro) => macroJson(macro, created))],
		["metadata", pieces.value(metadata(manifest, meta))],
		["metrics", pieces.value({})],
		["nodes", pieces.map(manifest.nodes, node)],
		["parent_map", pieces.map(manifest.parents, (ids) => ids)],
		["saved_queries", pieces.value({})],
		["selectors", pieces.value({})],
		["semantic_models", pieces.value({})],
		["sources", pieces.map(manifest.sources, node)],
		["unit_tests", pieces.value({})],
	]);
	yield "\n";
}

function metadata(manifest: Manifest, meta: ManifestMeta): Json {
	return {
		dbt_schema_version: SCHEMA,
		dbt_version: DBT_VERSION,
		generated_at: meta.generatedAt,
		invocation_id: meta.invocationId,
		invocation_started_at: meta.startedAt,
		env: meta.env,
		project_name: manifest.projectName,
		project_id: createHash("md5").update(manifest.projectName).digest("hex"),
		user_id: null,
		send_anonymous_usage_stats: false,
		adapter_type: meta.adapterType,
		quoting: { ...meta.quoting, column: null },
		run_started_at: meta.startedAt,
	};
}

function groupMap(manifest: Manifest): Json {
	const groups: { [name: string]: string[] } = {};
	for (const group of manifest.groups?.values() ?? []) groups[group.name] = [];
	for (const { group, unique_id } of manifest.nodes.values()) if (group !== null) groups[group]?.push(unique_id);
	return groups;
}

const docsOf = { show: true, node_color: null };

const macroJson = (macro: MacroNode, created: number): Json => ({
	unique_id: macro.unique_id,
	name: macro.name,
	resource_type: "macro",
	package_name: macro.package_name,
	path: macro.path,
	original_file_path: macro.original_file_path,
	macro_sql: macro.macro_sql,
	depends_on: macro.depends_on ?? { macros: [] },
	description: macro.description,
	meta: macro.meta ?? {},
	docs: docsOf,
	config: { meta: macro.meta ?? {}, docs: docsOf },
	patch_path: macro.patch_path ?? null,
	arguments: macro.arguments ?? macro.parameters.map((name) => ({ name, type: null, description: "" })),
	created_at: created,
	supported_languages: macro.supported_languages ?? null,
});

function nodeJson(node: GraphNode, created: number, meta: ManifestMeta): Json {
	switch (node.resource_type) {
		case "source":
			return sourceJson(node, created);
		case "exposure":
			return exposureJson(node, created);
		default:
			return executableJson(node, created, meta);
	}
}

const columnsJson = (columns: { readonly [name: string]: ColumnSpec }): Json => {
	const result: { [name: string]: Json } = {};
	for (const name of Object.keys(columns)) {
		const column = columns[name] as ColumnSpec;
		result[name] = { ...column, granularity: null, dimension: null, entity: null, doc_blocks: column.doc_blocks ?? [] };
	}
	return result;
};

const hookJson = (hook: Hook): Json => ({ sql: hook.sql, transaction: hook.transaction, index: hook.index ?? null });

/** Hooks carry their index, null or not. Shared configurations keep sharing their text. */
const CONFIGS = new WeakMap<NodeConfig, Json>();
function configJson(config: NodeConfig): Json {
	const pre = config["pre-hook"];
	const post = config["post-hook"];
	if ((pre ?? []).length === 0 && (post ?? []).length === 0) return config as Json;
	let json = CONFIGS.get(config);
	if (json === undefined)
		CONFIGS.set(config, (json = { ...config, "pre-hook": pre.map(hookJson), "post-hook": post.map(hookJson) }));
	return json;
}

function executableJson(node: ExecutableNode, created: number, meta: ManifestMeta): Json {
	const compiled = meta.compiled?.get(node.unique_id);
	const isSeed = node.resource_type === "seed";
	return {
		...baseJson(node, created),
		database: node.database,
		schema: node.schema,
		alias: node.alias,
		checksum: node.checksum,
		config: configJson(node.config),
		tags: node.tags,
		columns: columnsJson(node.columns),
		group: node.group,
		docs: node.docs,
		patch_path: node.patch_path,
		build_path: null,
		relation_name: node.relation_name,
		raw_code: node.raw_code,
		...(isSeed
			? { root_path: node.root_path, depends_on: { macros: node.depends_on.macros } }
			: {
					language: node.language,
					refs: node.refs,
					sources: node.sources,
					metrics: [],
					functions: [],
					depends_on: node.depends_on,
					compiled_path: compiled?.compiled_path ?? null,
					contract: contractOf(node),
					...(compiled === undefined
						? {}
						: {
								compiled: true,
								compiled_code: compiled.compiled_code,
								extra_ctes: compiled.extra_ctes,
								extra_ctes_injected: true,
							}),
				}),
		...particularsJson(node),
	};
}

const baseJson = (node: GraphNode, created: number) => ({
	unique_id: node.unique_id,
	name: node.name,
	resource_type: node.resource_type,
	package_name: node.package_name,
	path: node.path,
	original_file_path: node.original_file_path,
	fqn: node.fqn,
	description: node.description,
	doc_blocks: node.doc_blocks ?? [],
	meta: node.meta,
	tags: node.tags,
	unrendered_config: node.unrendered_config ?? {},
	created_at: created,
});

function particularsJson(node: ExecutableNode): { readonly [key: string]: Json } {
	switch (node.resource_type) {
		case "model":
			return modelJson(node);
		case "test":
			return node.test_metadata === null ? {} : testJson(node);
		case "operation":
			return { index: node.index };
		default:
			return {};
	}
}

const modelJson = (node: ModelNode) => ({
	access: node.access,
	constraints: node.constraints,
	version: node.version,
	latest_version: node.latest_version,
	deprecation_date: node.deprecation_date,
	primary_key: node.primary_key,
	time_spine: null,
});

const testJson = (node: TestNode) => ({
	test_metadata: node.test_metadata as unknown as Json,
	column_name: node.column_name,
	attached_node: node.attached_node,
	file_key_name: node.file_key_name,
});

const sourceJson = (node: SourceNode, created: number): Json => ({
	...baseJson(node, created),
	database: node.database,
	schema: node.schema,
	identifier: node.identifier,
	source_name: node.source_name,
	source_description: node.source_description,
	loader: node.loader,
	quoting: node.quoting,
	loaded_at_field: node.loaded_at_field,
	loaded_at_query: node.loaded_at_query ?? null,
	freshness: node.freshness,
	external: node.external ?? null,
	columns: columnsJson(node.columns),
	source_meta: node.source_meta ?? {},
	config: node.config as Json,
	patch_path: node.patch_path,
	relation_name: node.relation_name,
	unrendered_database: node.unrendered_database ?? null,
	unrendered_schema: node.unrendered_schema ?? null,
});

const exposureJson = (node: ExposureNode, created: number): Json => {
	const { doc_blocks: _blocks, ...base } = baseJson(node, created);
	return {
		...base,
		type: node.type,
		owner: { name: null, email: null, ...node.owner },
		maturity: node.maturity,
		url: node.url,
		label: node.label,
		config: node.config as Json,
		depends_on: node.depends_on,
		refs: node.refs,
		sources: node.sources,
		metrics: [],
	};
};
