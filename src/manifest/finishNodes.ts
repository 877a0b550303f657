/** Drafts become the frozen nodes that everybody else reads. */
import type { ColumnSpec, ExecutableNode, ExposureNode, NodeId, Plain, SourceNode } from "../core/node.ts";
import { type Describe, makeColumns } from "./columns.ts";
import { isRecord } from "./configDefaults.ts";
import type { Descriptions as AllDescriptions } from "./descriptions.ts";
import { type Draft, labelOf } from "./draft.ts";
import type { ExposureDraft } from "./exposures.ts";
import {
	FinishedFunction,
	FinishedModel,
	FinishedNode,
	FinishedOperation,
	FinishedSeed,
	FinishedTest,
	type FinishedTexts,
	withVersionNumbers,
} from "./finishedNode.ts";
import { listOf, textOf } from "./patches.ts";
import { recordOr } from "./resolveConfig.ts";
import type { SourceDraft } from "./sourceDrafts.ts";

type Descriptions = Pick<AllDescriptions, "render">;

const NO_COLUMNS: { readonly [name: string]: ColumnSpec } = Object.freeze({});
const textOrNull = (value: Plain | undefined): string | null =>
	typeof value === "string" && value !== "" ? value : null;

export function finishNode(draft: Draft, descriptions: Descriptions, primaryKey: readonly string[]): ExecutableNode {
	const { patch } = draft;
	const label = labelOf(draft);
	const describe: Describe = (text, place) =>
		descriptions.render(text, { package_name: draft.package_name, label, place });
	const described = describe(draft.description, () =>
		draft.descriptionAt !== null ? draft.descriptionAt() : (patch?.entry.at(["description"]) ?? { at: draft.locate() }),
	);
	const columns = patch === null ? NO_COLUMNS : makeColumns(patch.columns, patch.entry.at, describe);
	const texts = { description: described.text, doc_blocks: described.blocks, columns };
	return Object.freeze(made(draft, texts, primaryKey)) as unknown as ExecutableNode;
}

function made(draft: Draft, texts: FinishedTexts, primaryKey: readonly string[]): FinishedNode {
	switch (draft.kind) {
		case "model":
			return new FinishedModel(draft, texts, primaryKey);
		case "function":
			return new FinishedFunction(draft, texts);
		case "test":
			return new FinishedTest(draft, texts);
		case "seed":
			return new FinishedSeed(draft, texts);
		case "operation":
			return new FinishedOperation(draft, texts);
		default:
			return new FinishedNode(draft, texts);
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
		external: externalOf(table.external),
		unrendered_database: textOf(entry.written.database) || null,
		unrendered_schema: textOf(entry.written.schema) || null,
		patch_path: null,
		load: draft.load,
	};
	return Object.freeze(node);
}

/** What an external table's tool reads, with dbt's empty fields; anything else in it is kept. */
function externalOf(written: Plain | undefined): Plain {
	if (!isRecord(written)) return null;
	const { partitions } = written;
	const partition = (item: Plain): Plain => (isRecord(item) ? { description: "", meta: {}, ...item } : item);
	return {
		location: null,
		file_format: null,
		row_format: null,
		tbl_properties: null,
		...written,
		partitions: Array.isArray(partitions) ? partitions.map(partition) : (partitions ?? null),
	};
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
		refs: withVersionNumbers(draft.refs),
		sources: draft.sources,
		metrics: draft.metrics,
		depends_on: { macros: [], nodes: depends },
		config: draft.config as ExposureNode["config"],
		unrendered_config: draft.unrendered,
	};
	return Object.freeze(node);
}
