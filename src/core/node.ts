import type { Location } from "./location.ts";
import type { RelationName } from "./relation.ts";

/**
 * Nodes carry the manifest's own field names (snake_case): manifest.json, `model` and `graph` in templates and
 * `ls --output json` all show exactly these, so there is no second vocabulary to keep in step (ADR 0002).
 */
export type NodeId = string & { readonly __brand: "NodeId" };
export const nodeId = (text: string): NodeId => text as NodeId;

export type ResourceType =
	| "model"
	| "seed"
	| "snapshot"
	| "test"
	| "function"
	| "analysis"
	| "operation"
	| "source"
	| "exposure"
	| "unit_test"
	| "macro"
	| "metric"
	| "semantic_model"
	| "saved_query"
	| "group";

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

export interface Hook {
	readonly sql: string;
	readonly transaction: boolean;
	readonly index?: number;
}

/** A node's resolved configuration; unknown keys are kept as given. */
export interface NodeConfig {
	readonly enabled: boolean;
	readonly materialized: string;
	readonly alias?: string | null;
	readonly schema?: string | null;
	readonly database?: string | null;
	readonly tags: readonly string[];
	readonly meta: { readonly [key: string]: Plain };
	readonly "pre-hook": readonly Hook[];
	readonly "post-hook": readonly Hook[];
	readonly [key: string]: unknown;
}

export interface RefArgs {
	readonly name: string;
	readonly package: string | null;
	readonly version: string | number | null;
}

export interface ColumnSpec {
	readonly name: string;
	readonly description: string;
	readonly meta: { readonly [key: string]: Plain };
	readonly data_type: string | null;
	readonly constraints: readonly Plain[];
	readonly quote: boolean | null;
	readonly tags: readonly string[];
	readonly config: { readonly [key: string]: Plain };
	/** Of a column that the semantic layer reads: `day`, `hour`, …; absent elsewhere. */
	readonly granularity?: string;
	/** What the column is to a semantic model: its kind, or a record under dbt's names; absent elsewhere. */
	readonly dimension?: Plain;
	readonly entity?: Plain;
	/** Unique ids of the docs blocks that the description uses; absent = none. */
	readonly doc_blocks?: readonly string[];
}

interface Common {
	readonly unique_id: NodeId;
	readonly name: string;
	readonly package_name: string;
	/** Relative to the resource path it was found under (dbt's `path`). */
	readonly path: string;
	/** Relative to the package's root, with `/`. */
	readonly original_file_path: string;
	readonly fqn: readonly string[];
	readonly tags: readonly string[];
	readonly description: string;
	/** Unique ids of the docs blocks that the description uses; absent = none. */
	readonly doc_blocks?: readonly string[];
	readonly meta: { readonly [key: string]: Plain };
	/** Layer name in a layered project, resolved in the manifest; null elsewhere. */
	readonly layer: string | null;
	/** Where the node is declared. `file` is relative to the root project. */
	readonly location: Location;
}

export interface Dependencies {
	readonly macros: readonly string[];
	readonly nodes: readonly NodeId[];
}

interface Executable extends Common {
	readonly database: string;
	readonly schema: string;
	readonly alias: string;
	/** Rendered published name, quoted; null for ephemeral models and unstored tests. */
	readonly relation_name: string | null;
	readonly raw_code: string;
	readonly language: "sql" | "python" | "javascript";
	readonly checksum: { readonly name: string; readonly checksum: string };
	readonly config: NodeConfig;
	readonly unrendered_config: { readonly [key: string]: unknown };
	readonly columns: { readonly [name: string]: ColumnSpec };
	readonly refs: readonly RefArgs[];
	readonly sources: readonly (readonly [string, string])[];
	/** The names of function() calls, with the package where one is given; absent = none. */
	readonly functions?: readonly (readonly string[])[];
	/** The names of metric() calls, with the package where one is given; absent = none. */
	readonly metrics?: readonly (readonly string[])[];
	readonly depends_on: Dependencies;
	readonly group: string | null;
	readonly docs: { readonly show: boolean; readonly node_color: string | null };
	readonly patch_path: string | null;
	/** 1-based line and column of raw_code's first character in its file. */
	readonly code_line: number;
	readonly code_column: number;
}

export interface ModelNode extends Executable {
	readonly resource_type: "model";
	readonly version: string | number | null;
	readonly latest_version: string | number | null;
	readonly access: "private" | "protected" | "public";
	readonly constraints: readonly Plain[];
	readonly deprecation_date: string | null;
	readonly primary_key: readonly string[];
	/** A time spine's columns under dbt's names; null for any other model. */
	readonly time_spine?: Plain;
	/** The view under the bare name of a versioned model's latest version; null or absent: none is made. */
	readonly pointer?: { readonly alias: string; readonly relation_name: string } | null;
	/** `tfm clone`: the table whose rows it shares, in place of a query's. */
	readonly cloneOf?: RelationName;
}

export interface SeedNode extends Executable {
	readonly resource_type: "seed";
	/** Absolute path of the package that holds the CSV file. */
	readonly root_path: string;
}

export interface SnapshotNode extends Executable {
	readonly resource_type: "snapshot";
}

export interface FunctionArgument {
	readonly name: string;
	readonly data_type: string;
	readonly description: string | null;
	readonly default_value: Plain;
}

export interface FunctionReturns {
	readonly data_type: string;
	readonly description: string | null;
}

/** Another signature under a function's name. */
export interface FunctionOverload {
	/** The name of the file with its body. */
	readonly defined_in: string;
	readonly arguments: readonly FunctionArgument[];
	/** Null: what the function itself returns. */
	readonly returns: FunctionReturns | null;
	readonly description: string | null;
	readonly raw_body: string;
	/** Where the body's first character stands. */
	readonly body_at: Location;
}

/** A function of the database (UDF), from the function paths; its text is the body. */
export interface FunctionNode extends Executable {
	readonly resource_type: "function";
	readonly arguments: readonly FunctionArgument[];
	readonly returns: FunctionReturns;
	/** Created after it, in their order. */
	readonly overloads: readonly FunctionOverload[];
}

export interface AnalysisNode extends Executable {
	readonly resource_type: "analysis";
}

/** on-run-start / on-run-end hooks, and inline code of `show`, `compile` and `run-operation`. */
export interface OperationNode extends Executable {
	readonly resource_type: "operation";
	readonly index: number;
}

export interface TestMetadata {
	readonly name: string;
	readonly namespace: string | null;
	/** Arguments as plain values; `model` is the Jinja text dbt writes. */
	readonly kwargs: { readonly [key: string]: Plain };
}

export interface TestNode extends Executable {
	readonly resource_type: "test";
	/** Null for singular tests. */
	readonly test_metadata: TestMetadata | null;
	readonly column_name: string | null;
	readonly attached_node: NodeId | null;
	readonly file_key_name: string | null;
}

export type ExecutableNode =
	| FunctionNode
	| ModelNode
	| SeedNode
	| SnapshotNode
	| AnalysisNode
	| OperationNode
	| TestNode;

export interface SourceNode extends Common {
	readonly resource_type: "source";
	readonly source_name: string;
	readonly source_description: string;
	readonly loader: string;
	readonly identifier: string;
	readonly database: string;
	readonly schema: string;
	readonly relation_name: string;
	readonly config: { readonly enabled: boolean; readonly [key: string]: unknown };
	readonly columns: { readonly [name: string]: ColumnSpec };
	readonly quoting: { readonly [key: string]: boolean | null };
	readonly loaded_at_field: string | null;
	readonly loaded_at_query?: string | null;
	readonly freshness: Plain;
	readonly external?: Plain;
	/** As written, before Jinja. */
	readonly unrendered_database?: string | null;
	readonly unrendered_schema?: string | null;
	readonly source_meta?: { readonly [key: string]: Plain };
	readonly unrendered_config?: { readonly [key: string]: unknown };
	readonly patch_path: string | null;
	/** The `load:` block of a landing table as written, or null: somebody else fills it. */
	readonly load: Plain;
}

export interface ExposureNode extends Common {
	readonly resource_type: "exposure";
	readonly type: string;
	readonly owner: { readonly [key: string]: Plain };
	readonly maturity: string | null;
	readonly url: string | null;
	readonly label: string | null;
	readonly refs: readonly RefArgs[];
	readonly sources: readonly (readonly [string, string])[];
	readonly metrics?: readonly (readonly string[])[];
	readonly depends_on: Dependencies;
	readonly config: { readonly enabled: boolean; readonly [key: string]: unknown };
	readonly unrendered_config?: { readonly [key: string]: unknown };
}

type PlainRecord = { readonly [key: string]: Plain };

/**
 * The nodes of dbt's semantic layer. tfm keeps them, orders and selects them, and computes nothing with them, so their
 * inner parts are plain values under dbt's names, with dbt's defaults filled in.
 */
export interface SemanticNode extends Omit<Common, "description"> {
	/** Null where dbt has none: semantic models and saved queries without one. */
	readonly description: string | null;
	readonly label: string | null;
	readonly refs: readonly RefArgs[];
	readonly depends_on: Dependencies;
	readonly group: string | null;
	readonly config: { readonly enabled: boolean; readonly [key: string]: unknown };
	readonly unrendered_config: { readonly [key: string]: unknown };
}

export interface MetricNode extends SemanticNode {
	readonly resource_type: "metric";
	readonly type: string;
	readonly type_params: PlainRecord;
	readonly filter: Plain;
	readonly time_granularity: string | null;
}

export interface SemanticModelNode extends SemanticNode {
	readonly resource_type: "semantic_model";
	/** As written: `ref('orders')`. */
	readonly model: string;
	/** Where the model stands: alias, schema_name, database, relation_name. */
	readonly node_relation: PlainRecord | null;
	readonly defaults: PlainRecord | null;
	readonly primary_entity: string | null;
	readonly entities: readonly PlainRecord[];
	readonly measures: readonly PlainRecord[];
	readonly dimensions: readonly PlainRecord[];
}

export interface SavedQueryNode extends SemanticNode {
	readonly resource_type: "saved_query";
	readonly query_params: PlainRecord;
	readonly exports: readonly PlainRecord[];
}

/** Rows of a unit test as dbt 1.12 keeps them: a row without nulls first, a fixture file or seed read in. */
export interface FixtureRows {
	readonly format: "dict" | "csv" | "sql";
	/** Rows by column name, or for `sql` a query. */
	readonly rows: Plain;
	/** Name of the fixture file that they come from. */
	readonly fixture: string | null;
	/** The rows as a template writes them, `1.0` told from `1`; for `sql` the query. */
	readonly code: string;
}

export interface UnitTestInput extends FixtureRows {
	/** As written: `ref('orders')`, `source('raw', 'orders')` or `this`. */
	readonly input: string;
	/** Null where there is no such node: running the test is then an error, reading the project is not (dbt). */
	readonly node: NodeId | null;
	/** `input` as a call, for messages. */
	readonly location: Location;
}

/** A model's logic over given rows. Its unique id ends in `_v2` where it tests version 2 of its model. */
export interface UnitTestNode extends Common {
	readonly resource_type: "unit_test";
	/** As written. */
	readonly model: string;
	readonly given: readonly UnitTestInput[];
	readonly expect: FixtureRows;
	readonly overrides: {
		readonly macros: { readonly [name: string]: Plain };
		readonly vars: { readonly [name: string]: Plain };
		readonly env_vars: { readonly [name: string]: Plain };
	} | null;
	/** The tested model; nothing for a disabled test. */
	readonly depends_on: Dependencies;
	readonly config: { readonly enabled: boolean; readonly [key: string]: unknown };
	readonly checksum: string;
	/** The model's. */
	readonly schema: string | null;
	readonly versions: { readonly include: Plain; readonly exclude: Plain } | null;
	readonly version: string | number | null;
}

/** `name`, or `name_v2` of a test of version 2. */
export const versionedName = ({ name, version }: Pick<UnitTestNode, "name" | "version">): string =>
	version === null ? name : `${name}_v${version}`;

/** What no database holds: exposures, unit tests and the semantic layer are not relations. */
export const NOT_STORED = ["exposure", "unit_test", "metric", "semantic_model", "saved_query"] as const;

export type StoredNode = Exclude<GraphNode, { readonly resource_type: (typeof NOT_STORED)[number] }>;

export const isStored = (node: GraphNode): node is StoredNode =>
	!(NOT_STORED as readonly string[]).includes(node.resource_type);

export type GraphNode =
	| ExecutableNode
	| SourceNode
	| ExposureNode
	| UnitTestNode
	| MetricNode
	| SemanticModelNode
	| SavedQueryNode;

export interface MacroNode {
	/** `macro.<package>.<name>` */
	readonly unique_id: string;
	readonly name: string;
	readonly resource_type: "macro";
	readonly package_name: string;
	readonly path: string;
	readonly original_file_path: string;
	readonly macro_sql: string;
	readonly parameters: readonly string[];
	readonly description: string;
	readonly line: number;
	readonly column: number;
	/** From a property file; absent where none describes the macro. */
	readonly arguments?: readonly { readonly name: string; readonly type: string | null; readonly description: string }[];
	readonly meta?: { readonly [key: string]: Plain };
	readonly docs?: { readonly show: boolean; readonly node_color: string | null };
	readonly patch_path?: string;
	readonly supported_languages?: readonly string[];
	/** Unique ids of the macros that this one calls by name. */
	readonly depends_on?: { readonly macros: readonly string[] };
}
