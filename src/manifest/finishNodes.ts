/** Drafts become the frozen nodes that everybody else reads. */
import type {
	ColumnSpec,
	ExecutableNode,
	ExposureNode,
	ModelNode,
	NodeConfig,
	NodeId,
	Plain,
	SourceNode,
} from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";
import { type Describe, fullConstraint, makeColumns } from "./columns.ts";
import { isRecord } from "./configDefaults.ts";
import type { Descriptions } from "./descriptions.ts";
import { type Draft, labelOf } from "./draft.ts";
import type { ExposureDraft } from "./exposures.ts";
import { listOf, textOf } from "./patches.ts";
import { recordOr } from "./resolveConfig.ts";
import type { SourceDraft } from "./sourceDrafts.ts";

const NO_COLUMNS: { readonly [name: string]: ColumnSpec } = Object.freeze({});
const NO_META: { readonly [key: string]: Plain } = Object.freeze({});
const SHOWN = Object.freeze({ show: true, node_color: null });

const docsOf = (config: PlainRecord) => {
	const docs = recordOr(config.docs);
	if (docs.show === undefined && docs.node_color === undefined) return SHOWN;
	return { show: docs.show !== false, node_color: typeof docs.node_color === "string" ? docs.node_color : null };
};

const textOrNull = (value: Plain | undefined): string | null =>
	typeof value === "string" && value !== "" ? value : null;

export function finishNode(draft: Draft, descriptions: Descriptions, primaryKey: readonly string[]): ExecutableNode {
	const { config, patch } = draft;
	const label = labelOf(draft);
	const describe: Describe = (text, place) =>
		descriptions.render(text, { package_name: draft.package_name, label, place });
	const described = describe(draft.description, () =>
		draft.descriptionAt !== null ? draft.descriptionAt() : (patch?.entry.at(["description"]) ?? { at: draft.locate() }),
	);
	const { locate } = draft;
	const node = {
		unique_id: draft.unique_id,
		name: draft.name,
		resource_type: draft.kind,
		package_name: draft.package_name,
		path: draft.path,
		original_file_path: draft.original_file_path,
		fqn: draft.fqn,
		tags: draft.tags,
		description: described.text,
		...(described.blocks.length === 0 ? {} : { doc_blocks: described.blocks }),
		meta: isRecord(config.meta) ? config.meta : NO_META,
		layer: draft.layer,
		get location() {
			return locate();
		},
		database: draft.database,
		schema: draft.schema,
		alias: draft.alias,
		relation_name: draft.relation_name,
		raw_code: draft.raw_code,
		language: "sql" as const,
		checksum: draft.checksum,
		config: config as unknown as NodeConfig,
		unrendered_config: draft.unrendered,
		columns: patch === null ? NO_COLUMNS : makeColumns(patch.columns, patch.entry.at, describe),
		refs: draft.refs,
		sources: draft.sources,
		depends_on: { macros: draft.macros, nodes: draft.depends },
		group: draft.group,
		docs: docsOf(config),
		patch_path: patch === null ? null : `${patch.entry.package_name}://${patch.entry.original_file_path}`,
		code_line: draft.code_line,
		code_column: draft.code_column,
		...particulars(draft, primaryKey),
	};
	return Object.freeze(node) as unknown as ExecutableNode;
}

/** The fields that only one kind of node has. */
function particulars(draft: Draft, primaryKey: readonly string[]): object {
	const { patch, test } = draft;
	switch (draft.kind) {
		case "model": {
			const access = draft.config.access;
			return {
				version: patch?.version ?? null,
				latest_version: patch?.latestVersion ?? null,
				access: access === "private" || access === "public" ? access : "protected",
				constraints: patch?.constraints.map((constraint) => fullConstraint(constraint, true)) ?? [],
				deprecation_date: patch?.deprecationDate ?? null,
				primary_key: primaryKey,
			} satisfies Partial<ModelNode>;
		}
		case "seed":
			return { root_path: draft.root_path };
		case "operation":
			return { index: draft.index ?? 0 };
		case "test":
			return {
				test_metadata: test?.metadata ?? null,
				column_name: test?.columnName ?? null,
				attached_node: draft.attached,
				file_key_name: test?.fileKeyName ?? null,
			};
		default:
			return {};
	}
}

/** What a source is called in the database. */
export interface SourceNames {
	readonly database: string;
	readonly schema: string;
	readonly identifier: string;
	readonly relation_name: string;
	readonly layer: string | null;
}

export function finishSource(draft: SourceDraft, names: SourceNames, descriptions: Descriptions): SourceNode {
	const { entry, source, table, path, config } = draft;
	const label = `source "${draft.source_name}.${draft.name}"`;
	const describe: Describe = (text, place) =>
		descriptions.render(text, { package_name: draft.package_name, label, place });
	const description = describe(textOf(table.description), () => entry.at([...path, "description"]));
	const sourceDescription = describe(textOf(source.description), () => entry.at(["description"]));
	const quoting = { ...recordOr(source.quoting), ...recordOr(table.quoting) };
	const flag = (key: string): boolean | null => (typeof quoting[key] === "boolean" ? (quoting[key] as boolean) : null);
	const node: SourceNode = {
		unique_id: draft.unique_id as NodeId,
		name: draft.name,
		resource_type: "source",
		package_name: draft.package_name,
		path: entry.original_file_path,
		original_file_path: entry.original_file_path,
		fqn: draft.fqn,
		tags: listOf(config.tags) as readonly string[],
		description: description.text,
		...(description.blocks.length === 0 ? {} : { doc_blocks: description.blocks }),
		meta: recordOr(config.meta),
		layer: names.layer,
		get location() {
			return entry.at(path).at;
		},
		source_name: draft.source_name,
		source_description: sourceDescription.text,
		source_meta: { ...recordOr(source.meta), ...recordOr(recordOr(source.config).meta) },
		loader: textOf(source.loader),
		identifier: names.identifier,
		database: names.database,
		schema: names.schema,
		relation_name: names.relation_name,
		config: config as SourceNode["config"],
		unrendered_config: draft.unrendered,
		columns: makeColumns(draft.columns, entry.at, describe),
		quoting: {
			database: flag("database"),
			schema: flag("schema"),
			identifier: flag("identifier"),
			column: flag("column"),
		},
		loaded_at_field: textOrNull(config.loaded_at_field),
		loaded_at_query: textOrNull(config.loaded_at_query),
		freshness: draft.freshness,
		external: table.external ?? null,
		unrendered_database: textOf(entry.written.database) || null,
		unrendered_schema: textOf(entry.written.schema) || null,
		patch_path: null,
		load: draft.load,
	};
	return Object.freeze(node);
}

export function finishExposure(
	draft: ExposureDraft,
	depends: readonly NodeId[],
	descriptions: Descriptions,
): ExposureNode {
	const { entry } = draft;
	const { value } = entry;
	const described = descriptions.render(textOf(value.description), {
		package_name: draft.package_name,
		label: `exposure "${draft.name}"`,
		place: () => entry.at(["description"]),
	});
	const node: ExposureNode = {
		unique_id: draft.unique_id as NodeId,
		name: draft.name,
		resource_type: "exposure",
		package_name: draft.package_name,
		path: entry.path,
		original_file_path: entry.original_file_path,
		fqn: draft.fqn,
		tags: draft.tags,
		description: described.text,
		...(described.blocks.length === 0 ? {} : { doc_blocks: described.blocks }),
		meta: draft.meta,
		layer: null,
		get location() {
			return entry.at([]).at;
		},
		type: textOf(value.type),
		owner: recordOr(value.owner),
		maturity: textOrNull(value.maturity),
		url: textOrNull(value.url),
		label: textOrNull(value.label),
		refs: draft.refs,
		sources: draft.sources,
		depends_on: { macros: [], nodes: depends },
		config: draft.config as ExposureNode["config"],
		unrendered_config: draft.unrendered,
	};
	return Object.freeze(node);
}
