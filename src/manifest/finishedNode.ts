/**
 * The nodes themselves. Classes, not literals, for two reasons that show at fifty thousand nodes: all nodes of a kind
 * have one shape, and `location` is computed when asked (the place of a test in its YAML file costs a second reading of
 * the file) without a getter of its own for each node. Frozen when made; not to be copied with a spread, which would
 * lose the location.
 */
import type { Location } from "../core/location.ts";
import type {
	ColumnSpec,
	Dependencies,
	FunctionArgument,
	FunctionOverload,
	FunctionReturns,
	NodeConfig,
	NodeId,
	Plain,
	RefArgs,
	TestMetadata,
} from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";
import { fullConstraint } from "./columns.ts";
import { isRecord } from "./configDefaults.ts";
import type { Draft } from "./draft.ts";
import { recordOr } from "./resolveConfig.ts";
import { timeSpineOf } from "./semantic/timeSpine.ts";

/** Descriptions rendered, columns made. */
export interface FinishedTexts {
	readonly description: string;
	readonly doc_blocks: readonly string[];
	readonly columns: { readonly [name: string]: ColumnSpec };
}

/** dbt reads the version of a reference as a number where it is one, whatever it was written as. */
export const withVersionNumbers = (refs: readonly RefArgs[]): readonly RefArgs[] =>
	refs.some(hasNumericText)
		? refs.map((ref) => (hasNumericText(ref) ? { ...ref, version: Number(ref.version) } : ref))
		: refs;

const hasNumericText = ({ version }: RefArgs): boolean => typeof version === "string" && /^\d+(\.\d+)?$/.test(version);

const NO_META: { readonly [key: string]: Plain } = Object.freeze({});
const SHOWN = Object.freeze({ show: true, node_color: null });

const docsOf = (config: PlainRecord): { readonly show: boolean; readonly node_color: string | null } => {
	const docs = recordOr(config.docs);
	const color = typeof docs.node_color === "string" ? docs.node_color : null;
	return docs.show === false || color !== null ? { show: docs.show !== false, node_color: color } : SHOWN;
};

export class FinishedNode {
	readonly unique_id: NodeId;
	readonly name: string;
	readonly resource_type: Draft["kind"];
	readonly package_name: string;
	readonly path: string;
	readonly original_file_path: string;
	readonly fqn: readonly string[];
	readonly tags: readonly string[];
	readonly description: string;
	readonly doc_blocks: readonly string[];
	readonly meta: { readonly [key: string]: Plain };
	readonly layer: string | null;
	readonly database: string;
	readonly schema: string;
	readonly alias: string;
	readonly relation_name: string | null;
	readonly raw_code: string;
	readonly language: Draft["language"];
	readonly checksum: Draft["checksum"];
	readonly config: NodeConfig;
	readonly unrendered_config: PlainRecord;
	readonly columns: { readonly [name: string]: ColumnSpec };
	readonly refs: readonly RefArgs[];
	readonly sources: readonly (readonly [string, string])[];
	readonly functions: readonly (readonly string[])[];
	readonly metrics: readonly (readonly string[])[];
	readonly depends_on: Dependencies;
	readonly group: string | null;
	readonly docs: { readonly show: boolean; readonly node_color: string | null };
	readonly patch_path: string | null;
	readonly code_line: number;
	readonly code_column: number;
	readonly #locate: () => Location;

	constructor(draft: Draft, { description, doc_blocks, columns }: FinishedTexts) {
		const { config, patch } = draft;
		this.unique_id = draft.unique_id;
		this.name = draft.name;
		this.resource_type = draft.kind;
		this.package_name = draft.package_name;
		this.path = draft.path;
		this.original_file_path = draft.original_file_path;
		this.fqn = draft.fqn;
		this.tags = draft.tags;
		this.description = description;
		this.doc_blocks = doc_blocks;
		this.meta = isRecord(config.meta) ? config.meta : NO_META;
		this.layer = draft.layer;
		this.database = draft.database;
		this.schema = draft.schema;
		this.alias = draft.alias;
		this.relation_name = draft.relation_name;
		this.raw_code = draft.raw_code;
		this.language = draft.language;
		this.checksum = draft.checksum;
		// Checked by checkConfig; keys that tfm does not know are the author's.
		this.config = config as unknown as NodeConfig;
		this.unrendered_config = draft.unrendered;
		this.columns = columns;
		this.refs = withVersionNumbers(draft.refs);
		this.sources = draft.sources;
		this.functions = draft.functions;
		this.metrics = draft.metrics;
		this.depends_on = { macros: draft.macros, nodes: draft.depends };
		this.group = draft.group;
		this.docs = docsOf(config);
		this.patch_path = patch === null ? null : `${patch.entry.package_name}://${patch.entry.original_file_path}`;
		this.code_line = draft.code_line;
		this.code_column = draft.code_column;
		this.#locate = draft.locate;
	}

	get location(): Location {
		return this.#locate();
	}
}

export class FinishedModel extends FinishedNode {
	readonly version: string | number | null;
	readonly latest_version: string | number | null;
	readonly access: "private" | "protected" | "public";
	readonly constraints: readonly Plain[];
	readonly deprecation_date: string | null;
	readonly primary_key: readonly string[];
	readonly time_spine: Plain;
	readonly pointer: Draft["pointer"];

	constructor(draft: Draft, texts: FinishedTexts, primaryKey: readonly string[]) {
		super(draft, texts);
		const { patch } = draft;
		const { access } = draft.config;
		this.version = patch?.version ?? null;
		this.latest_version = patch?.latestVersion ?? null;
		this.access = access === "private" || access === "public" ? access : "protected";
		this.constraints = patch?.constraints.map((constraint) => fullConstraint(constraint, true)) ?? [];
		this.deprecation_date = patch?.deprecationDate ?? null;
		this.primary_key = primaryKey;
		this.time_spine = timeSpineOf(draft);
		this.pointer = draft.pointer;
	}
}

export class FinishedTest extends FinishedNode {
	readonly test_metadata: TestMetadata | null;
	readonly column_name: string | null;
	readonly attached_node: NodeId | null;
	readonly file_key_name: string | null;

	constructor(draft: Draft, texts: FinishedTexts) {
		super(draft, texts);
		const { test } = draft;
		this.test_metadata = test?.metadata ?? null;
		this.column_name = test?.columnName ?? null;
		this.attached_node = draft.attached;
		this.file_key_name = test?.fileKeyName ?? null;
	}
}

export class FinishedFunction extends FinishedNode {
	readonly arguments: readonly FunctionArgument[];
	readonly returns: FunctionReturns;
	readonly overloads: readonly FunctionOverload[];

	constructor(draft: Draft, texts: FinishedTexts) {
		super(draft, texts);
		const { signature } = draft.patch ?? {};
		this.arguments = signature?.arguments ?? [];
		this.returns = signature?.returns ?? { data_type: "", description: null };
		this.overloads = draft.overloads ?? [];
	}
}

export class FinishedSeed extends FinishedNode {
	readonly root_path: string;

	constructor(draft: Draft, texts: FinishedTexts) {
		super(draft, texts);
		this.root_path = draft.root_path;
	}
}

export class FinishedOperation extends FinishedNode {
	readonly index: number;

	constructor(draft: Draft, texts: FinishedTexts) {
		super(draft, texts);
		this.index = draft.index ?? 0;
	}
}
