/** Nodes as manifest.json shows them: one table of fields per kind (spec 2.17). */
import type {
	ColumnSpec,
	Dependencies,
	ExecutableNode,
	ExposureNode,
	FixtureRows,
	FunctionNode,
	GraphNode,
	Hook,
	MacroNode,
	MetricNode,
	ModelNode,
	NodeConfig,
	NodeId,
	OperationNode,
	Plain,
	RefArgs,
	SavedQueryNode,
	SeedNode,
	SemanticModelNode,
	SourceNode,
	TestNode,
	UnitTestNode,
} from "../core/node.ts";
import { sortTexts } from "../core/sortTexts.ts";
import { contractOf } from "./contract.ts";
import { parametersOf } from "./macroArguments.ts";
import { type FieldTexts, listText, objectWriter, quoted, shared, sortedText } from "./sortedJson.ts";

/** What a command added to a node. */
export interface NodeWork {
	/** Null: it was not compiled. */
	readonly compiled: {
		readonly code: string;
		/** Null: no file was written. */
		readonly path: string | null;
		readonly ctes: readonly { readonly id: NodeId; readonly sql: string }[];
		/** Bodies of a function's other signatures, in their order. */
		readonly overloads?: readonly string[];
	} | null;
	/** Where its last statement stands; null: it was not run. */
	readonly build_path: string | null;
	/** What was called beside what parsing saw, in order. */
	readonly macros: readonly string[];
	/** Of a hook: which one of those that were run it was. */
	readonly index?: number;
	/** Of a test whose rows are kept because the command line says so; absent: as the node has it. */
	readonly relation_name?: string;
	/** With the relations that foreign keys refer to; absent: as the node has them. */
	readonly constraints?: readonly Plain[];
	readonly columns?: { readonly [name: string]: ColumnSpec };
}

export interface NodeJsonFacts {
	/** Seconds: `created_at` of everything, so that one run's file has one time. */
	readonly created: number;
	readonly work: ReadonlyMap<NodeId, NodeWork>;
}

const text = (value: unknown): string =>
	typeof value === "string" ? quoted(value) : value === null ? "null" : (JSON.stringify(value) ?? "null");
const always = (constant: string) => () => constant;
const NO_COLUMNS = "{}";
const NO_LIST: readonly never[] = Object.freeze([]);

/** Most columns have a name, a description and nothing else of their own. */
const COLUMN: FieldTexts<ColumnSpec> = {
	name: (c) => text(c.name),
	description: (c) => text(c.description),
	meta: shared((c) => c.meta, sortedText),
	data_type: shared((c) => c.data_type, text),
	constraints: shared((c) => c.constraints, sortedText),
	quote: shared((c) => c.quote, text),
	config: shared((c) => c.config, sortedText),
	tags: shared((c) => c.tags, sortedText),
	granularity: shared((c) => c.granularity ?? null, text),
	dimension: shared((c) => c.dimension ?? null, sortedText),
	entity: shared((c) => c.entity ?? null, sortedText),
	doc_blocks: shared((c) => c.doc_blocks, listText),
};

/** Columns by their names, with the keys of the author's own beside dbt's. */
function columnsWriter(): (columns: { readonly [name: string]: ColumnSpec }) => string {
	const knownText = objectWriter(COLUMN);
	const columnText = (column: ColumnSpec): string => {
		const known = knownText(column);
		for (const key in column) if (!Object.hasOwn(COLUMN, key)) return sortedText({ ...column, ...JSON.parse(known) });
		return known;
	};
	return (columns) => {
		const names = Object.keys(columns);
		if (names.length === 0) return NO_COLUMNS;
		let all = "";
		for (const name of sortTexts(names))
			all += `${all === "" ? "{" : ","}${text(name)}:${columnText(columns[name] as ColumnSpec)}`;
		return `${all}}`;
	};
}

const dependsText = ({ macros, nodes }: Dependencies): string =>
	`{"macros":${listText(macros)},"nodes":${listText(nodes)}}`;

const refText = ({ name, package: owner, version }: RefArgs): string =>
	`{"name":${text(name)},"package":${text(owner)},"version":${text(version)}}`;

const refsText = (refs: readonly RefArgs[]): string => {
	if (refs.length === 1) return `[${refText(refs[0]!)}]`;
	return refs.length === 0 ? "[]" : `[${refs.map(refText).join(",")}]`;
};

const checksumText = ({ name, checksum }: ExecutableNode["checksum"]): string =>
	`{"checksum":"${checksum}","name":"${name}"}`;

const docsText = ({ show, node_color }: ExecutableNode["docs"]): string =>
	`{"node_color":${text(node_color)},"show":${show}}`;

const contractText = (node: ExecutableNode): string => {
	const { enforced, alias_types, checksum } = contractOf(node);
	return `{"alias_types":${alias_types},"checksum":${text(checksum)},"enforced":${enforced}}`;
};

const metadataText = (metadata: TestNode["test_metadata"]): string => {
	if (metadata === null) return "null";
	const { name, namespace, kwargs } = metadata;
	return `{"kwargs":${sortedText(kwargs)},"name":${text(name)},"namespace":${text(namespace)}}`;
};

const rowsJson = ({ format, rows, fixture }: FixtureRows, more: object): string =>
	sortedText({ format, rows, fixture, ...more });

const hookJson = (hook: Hook) => ({ sql: hook.sql, transaction: hook.transaction, index: hook.index ?? null });

/**
 * Most configurations are those of many nodes. A test whose name is too long for a relation has one of its own, which
 * is that of its neighbours but for the alias: what stands before and after it is kept. Hooks are written as dbt shows
 * them.
 */
function configWriter(kept: (config: object) => string): (config: NodeConfig) => string {
	let like: NodeConfig | null = null;
	let [before, after] = ["", ""];
	const isLike = (config: NodeConfig): boolean => {
		if (like === null) return false;
		for (const key in config) if (config[key] !== like[key] && key !== "alias") return false;
		for (const key in like) if (!Object.hasOwn(config, key)) return false;
		return true;
	};
	const entries = (config: NodeConfig, chosen: (key: string) => boolean): string =>
		sortedText(Object.fromEntries(Object.entries(config).filter(([key]) => chosen(key)))).slice(1, -1);
	return (config) => {
		const pre = config["pre-hook"] ?? [];
		const post = config["post-hook"] ?? [];
		if (pre.length + post.length > 0)
			return sortedText({ ...config, "pre-hook": pre.map(hookJson), "post-hook": post.map(hookJson) });
		const { alias } = config;
		if (typeof alias !== "string") return kept(config);
		if (!isLike(config)) {
			like = config;
			const first = entries(config, (key) => key < "alias");
			const last = entries(config, (key) => key > "alias");
			before = first === "" ? '{"alias":' : `{${first},"alias":`;
			after = last === "" ? "}" : `,${last}}`;
		}
		return before + text(alias) + after;
	};
}

/** Writers for one file. Configurations that nodes share are written once and their text is kept. */
export function createNodeWriters({ created, work }: NodeJsonFacts): {
	readonly node: (node: GraphNode) => string;
	readonly macro: (macro: MacroNode) => string;
} {
	const configs = new Map<object, string>();
	/** Of what many nodes have: written once. */
	const kept = (value: object): string => {
		let known = configs.get(value);
		if (known === undefined) configs.set(value, (known = sortedText(value)));
		return known;
	};
	const configText = configWriter(kept);
	const columnsText = columnsWriter();
	const unrenderedText = (config: object): string =>
		Object.keys(config).length < 2 ? sortedText(config) : kept(config);

	const compiled = ({ unique_id }: ExecutableNode) => work.get(unique_id)?.compiled ?? null;
	const ifCompiled = (write: (fields: NonNullable<NodeWork["compiled"]>) => string) =>
		shared(compiled, (fields) => (fields === null ? undefined : write(fields)));
	const dependsOn = ({ unique_id, depends_on }: ExecutableNode): Dependencies => {
		const called = work.get(unique_id)?.macros ?? [];
		return called.length === 0
			? depends_on
			: { ...depends_on, macros: [...new Set([...depends_on.macros, ...called])] };
	};

	const common: FieldTexts<ExecutableNode | SourceNode | ExposureNode> = {
		unique_id: (n) => text(n.unique_id),
		name: (n) => text(n.name),
		resource_type: shared((n) => n.resource_type, text),
		package_name: shared((n) => n.package_name, text),
		path: (n) => text(n.path),
		// Sorted by their names, a node and the next are seldom of one file.
		original_file_path: (n) => text(n.original_file_path),
		fqn: (n) => listText(n.fqn),
		description: shared((n) => n.description, text),
		meta: shared((n) => n.meta, kept),
		tags: shared((n) => n.tags, listText),
		unrendered_config: (n) => unrenderedText(n.unrendered_config ?? {}),
		created_at: shared(() => created, text),
	};
	const executable: FieldTexts<ExecutableNode> = {
		...common,
		doc_blocks: shared((n) => n.doc_blocks, listText),
		database: shared((n) => n.database, text),
		schema: shared((n) => n.schema, text),
		alias: (n) => text(n.alias),
		checksum: shared((n) => n.checksum, checksumText),
		config: (n) => configText(n.config),
		columns: shared((n) => work.get(n.unique_id)?.columns ?? n.columns, columnsText),
		group: shared((n) => n.group, text),
		docs: shared((n) => n.docs, docsText),
		patch_path: shared((n) => n.patch_path, text),
		build_path: shared((n) => work.get(n.unique_id)?.build_path ?? null, text),
		relation_name: shared((n) => work.get(n.unique_id)?.relation_name ?? n.relation_name, text),
		raw_code: (n) => text(n.raw_code),
	};
	const queried: FieldTexts<ExecutableNode> = {
		...executable,
		language: shared((n) => n.language, text),
		refs: (n) => refsText(n.refs),
		sources: shared((n) => n.sources, sortedText),
		metrics: shared((n) => n.metrics ?? NO_LIST, sortedText),
		functions: shared((n) => n.functions ?? NO_LIST, sortedText),
		depends_on: (n) => dependsText(dependsOn(n)),
		contract: shared(contractText, (whole) => whole),
		compiled_path: shared((n) => compiled(n)?.path ?? null, text),
		compiled: ifCompiled(() => "true"),
		compiled_code: ifCompiled(({ code }) => text(code)),
		extra_ctes: ifCompiled(({ ctes }) => sortedText(ctes.map(({ id, sql }) => ({ id, sql })))),
		extra_ctes_injected: ifCompiled(() => "true"),
	};

	const model = objectWriter<ModelNode>({
		...(queried as FieldTexts<ModelNode>),
		access: shared((n) => n.access, text),
		constraints: (n) => sortedText(work.get(n.unique_id)?.constraints ?? n.constraints),
		version: shared((n) => n.version, text),
		latest_version: shared((n) => n.latest_version, text),
		deprecation_date: shared((n) => n.deprecation_date, text),
		primary_key: (n) => text(n.primary_key),
		time_spine: shared((n) => n.time_spine ?? null, sortedText),
	});
	const genericTest = objectWriter<TestNode>({
		...(queried as FieldTexts<TestNode>),
		test_metadata: (n) => metadataText(n.test_metadata),
		column_name: (n) => text(n.column_name),
		attached_node: (n) => text(n.attached_node),
		file_key_name: (n) => text(n.file_key_name),
	});
	const userFunction = objectWriter<FunctionNode>({
		...(queried as FieldTexts<FunctionNode>),
		arguments: (n) => sortedText(n.arguments),
		returns: (n) => sortedText(n.returns),
		overloads: (n) => {
			const bodies = compiled(n)?.overloads ?? [];
			return sortedText(n.overloads.map(({ body_at: _at, ...o }, i) => ({ ...o, compiled_body: bodies[i] ?? null })));
		},
	});
	const seed = objectWriter<SeedNode>({
		...(executable as FieldTexts<SeedNode>),
		root_path: (n) => text(n.root_path),
		depends_on: (n) => sortedText({ macros: n.depends_on.macros }),
	});
	const operation = objectWriter<OperationNode>({
		...(queried as FieldTexts<OperationNode>),
		index: (n) => text(work.get(n.unique_id)?.index ?? n.index),
	});
	const plain = objectWriter<ExecutableNode>(queried);
	const source = objectWriter<SourceNode>({
		...(common as FieldTexts<SourceNode>),
		doc_blocks: (n) => listText(n.doc_blocks),
		database: (n) => text(n.database),
		schema: (n) => text(n.schema),
		identifier: (n) => text(n.identifier),
		source_name: (n) => text(n.source_name),
		source_description: (n) => text(n.source_description),
		source_meta: (n) => sortedText(n.source_meta ?? {}),
		loader: (n) => text(n.loader),
		quoting: (n) => sortedText(n.quoting),
		loaded_at_field: (n) => text(n.loaded_at_field),
		loaded_at_query: (n) => text(n.loaded_at_query ?? null),
		freshness: (n) => sortedText(n.freshness),
		external: (n) => sortedText(n.external ?? null),
		columns: (n) => columnsText(n.columns),
		config: (n) => kept(n.config),
		patch_path: (n) => text(n.patch_path),
		relation_name: (n) => text(n.relation_name),
		unrendered_database: (n) => text(n.unrendered_database ?? null),
		unrendered_schema: (n) => text(n.unrendered_schema ?? null),
	});
	const exposure = objectWriter<ExposureNode>({
		...(common as FieldTexts<ExposureNode>),
		type: (n) => text(n.type),
		owner: (n) => sortedText({ name: null, email: null, ...n.owner }),
		maturity: (n) => text(n.maturity),
		url: (n) => text(n.url),
		label: (n) => text(n.label),
		config: (n) => kept(n.config),
		depends_on: (n) => dependsText(n.depends_on),
		refs: (n) => refsText(n.refs),
		sources: (n) => text(n.sources),
		metrics: (n) => text(n.metrics ?? []),
	});

	const unitTest = objectWriter<UnitTestNode>({
		unique_id: (n) => text(n.unique_id),
		name: (n) => text(n.name),
		resource_type: (n) => text(n.resource_type),
		package_name: (n) => text(n.package_name),
		path: (n) => text(n.path),
		original_file_path: (n) => text(n.original_file_path),
		fqn: (n) => listText(n.fqn),
		description: (n) => text(n.description),
		created_at: always(text(created)),
		model: (n) => text(n.model),
		given: (n) => `[${n.given.map((g) => rowsJson(g, { input: g.input })).join(",")}]`,
		expect: (n) => rowsJson(n.expect, {}),
		overrides: (n) => sortedText(n.overrides),
		depends_on: (n) => dependsText(n.depends_on),
		config: (n) => kept(n.config),
		checksum: (n) => text(n.checksum),
		schema: (n) => text(n.schema),
		versions: (n) => sortedText(n.versions),
		version: (n) => text(n.version),
	});

	const semantic: FieldTexts<MetricNode | SemanticModelNode | SavedQueryNode> = {
		unique_id: (n) => text(n.unique_id),
		name: (n) => text(n.name),
		resource_type: (n) => text(n.resource_type),
		package_name: (n) => text(n.package_name),
		path: (n) => text(n.path),
		original_file_path: (n) => text(n.original_file_path),
		fqn: (n) => listText(n.fqn),
		description: (n) => text(n.description),
		label: (n) => text(n.label),
		metadata: always("null"),
		config: (n) => kept(n.config),
		unrendered_config: (n) => kept(n.unrendered_config),
		group: (n) => text(n.group),
		refs: (n) => refsText(n.refs),
		depends_on: (n) => dependsText(n.depends_on),
		created_at: always(text(created)),
	};
	const metric = objectWriter<MetricNode>({
		...(semantic as FieldTexts<MetricNode>),
		type: (n) => text(n.type),
		type_params: (n) => sortedText(n.type_params),
		filter: (n) => sortedText(n.filter),
		time_granularity: (n) => text(n.time_granularity),
		sources: always("[]"),
		metrics: always("[]"),
		meta: (n) => sortedText(n.meta),
		tags: (n) => listText(n.tags),
	});
	const semanticModel = objectWriter<SemanticModelNode>({
		...(semantic as FieldTexts<SemanticModelNode>),
		model: (n) => text(n.model),
		node_relation: (n) => sortedText(n.node_relation),
		defaults: (n) => sortedText(n.defaults),
		primary_entity: (n) => text(n.primary_entity),
		entities: (n) => sortedText(n.entities),
		measures: (n) => sortedText(n.measures),
		dimensions: (n) => sortedText(n.dimensions),
	});
	const savedQuery = objectWriter<SavedQueryNode>({
		...(semantic as FieldTexts<SavedQueryNode>),
		query_params: (n) => sortedText(n.query_params),
		exports: (n) => sortedText(n.exports),
		tags: (n) => listText(n.tags),
	});

	const node = (value: GraphNode): string => {
		switch (value.resource_type) {
			case "model":
				return model(value);
			case "test":
				return value.test_metadata === null ? plain(value) : genericTest(value);
			case "seed":
				return seed(value);
			case "function":
				return userFunction(value);
			case "operation":
				return operation(value);
			case "source":
				return source(value);
			case "exposure":
				return exposure(value);
			case "unit_test":
				return unitTest(value);
			case "metric":
				return metric(value);
			case "semantic_model":
				return semanticModel(value);
			case "saved_query":
				return savedQuery(value);
			default:
				return plain(value);
		}
	};
	return { node, macro: macroWriter(created) };
}

const macroDocs = ({ docs }: MacroNode): string => docsText(docs ?? { show: true, node_color: null });

/** A materialization is to dbt a macro of one parameter. */

const macroWriter = (created: number) =>
	objectWriter<MacroNode>({
		unique_id: (m) => text(m.unique_id),
		name: (m) => text(m.name),
		resource_type: always('"macro"'),
		package_name: (m) => text(m.package_name),
		path: (m) => text(m.path),
		original_file_path: (m) => text(m.original_file_path),
		macro_sql: (m) => text(m.macro_sql),
		depends_on: (m) => sortedText(m.depends_on ?? { macros: [] }),
		description: (m) => text(m.description),
		meta: (m) => sortedText(m.meta ?? {}),
		docs: macroDocs,
		config: (m) => `{"docs":${macroDocs(m)},"meta":${sortedText(m.meta ?? {})}}`,
		patch_path: (m) => text(m.patch_path ?? null),
		arguments: (m) => sortedText(m.arguments ?? parametersOf(m).map((name) => ({ name, type: null, description: "" }))),
		created_at: always(text(created)),
		supported_languages: (m) => text(m.supported_languages ?? null),
	});
