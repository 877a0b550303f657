import type { ColumnSpec, Plain } from "../core/node.ts";
import type { FilePlace, PlainRecord } from "../core/parsed.ts";
import { isRecord } from "./configDefaults.ts";
import type { ColumnSource } from "./draft.ts";
import { listOf, textOf } from "./patches.ts";
import { dedupe, recordOr, tagsOf } from "./resolveConfig.ts";

/** Renders a description: its text and the docs blocks in it. */
export type Describe = (
	text: string,
	place: () => FilePlace,
) => { readonly text: string; readonly blocks: readonly string[] };

/** A constraint with the fields that dbt adds; `columns` are the model's own only. */
export function fullConstraint(written: Plain, ofModel = false): Plain {
	const given = recordOr(written);
	return {
		...given,
		type: given.type ?? null,
		name: given.name ?? null,
		expression: given.expression ?? null,
		warn_unenforced: given.warn_unenforced ?? true,
		warn_unsupported: given.warn_unsupported ?? true,
		to: given.to ?? null,
		to_columns: given.to_columns ?? [],
		...(ofModel ? { columns: given.columns ?? [] } : {}),
	};
}

const NO_COLUMNS: { readonly [name: string]: ColumnSpec } = Object.freeze({});
/** Most columns have a name and a description: they share what they do not set. */
const NO_META: PlainRecord = Object.freeze({});
const NO_TAGS: readonly string[] = Object.freeze([]);
const NO_CONSTRAINTS: readonly Plain[] = Object.freeze([]);
const NO_CONFIG: PlainRecord = Object.freeze({ meta: NO_META, tags: NO_TAGS });

export const columnTags = (record: PlainRecord): readonly string[] => {
	const config = recordOr(record.config);
	return record.tags === undefined && config.tags === undefined
		? NO_TAGS
		: dedupe([...tagsOf(record), ...tagsOf(config)]);
};

const columnElement = (own: PlainRecord, column: PlainRecord) => ({
	name: textOf(own.name) || textOf(column.name),
	type: own.type ?? null,
	description: own.description ?? column.description ?? "",
	label: own.label ?? null,
	config: recordOr(own.config),
});

/** `dimension: time` stays a word; a record gets dbt's defaults. */
function columnDimension(column: PlainRecord): Plain {
	const { dimension } = column;
	if (!isRecord(dimension)) return dimension ?? null;
	const validity = isRecord(dimension.validity_params) ? dimension.validity_params : null;
	return {
		...columnElement(dimension, column),
		is_partition: dimension.is_partition === true,
		validity_params: validity && { is_start: validity.is_start === true, is_end: validity.is_end === true },
	};
}

const columnEntity = (column: PlainRecord): Plain =>
	isRecord(column.entity) ? columnElement(column.entity, column) : (column.entity ?? null);

const KNOWN: ReadonlySet<string> = new Set([
	"name",
	"description",
	"meta",
	"data_type",
	"constraints",
	"quote",
	"tags",
	"config",
	"granularity",
	"dimension",
	"entity",
	"docs",
	"doc_blocks",
	"tests",
	"data_tests",
]);
/** Keys of the author's own, which dbt keeps with the column; null: it has none. */
function otherKeys(record: PlainRecord): PlainRecord | null {
	for (const key in record)
		if (!KNOWN.has(key)) return Object.fromEntries(Object.entries(record).filter(([one]) => !KNOWN.has(one)));
	return null;
}

/** What few columns have. */
function furtherKeys(record: PlainRecord, blocks: readonly string[]): Partial<ColumnSpec> | null {
	const { granularity, dimension, entity } = record;
	if (granularity === undefined && dimension === undefined && entity === undefined && blocks.length === 0) return null;
	return {
		...(typeof granularity === "string" ? { granularity } : {}),
		...(dimension == null ? {} : { dimension: columnDimension(record) }),
		...(entity == null ? {} : { entity: columnEntity(record) }),
		...(blocks.length === 0 ? {} : { doc_blocks: blocks }),
	};
}

/** Columns by name, in the order written; a later one of the same name replaces an earlier one (dbt). */
export function makeColumns(
	sources: readonly ColumnSource[],
	at: (path: readonly (string | number)[]) => FilePlace,
	describe: Describe,
): { readonly [name: string]: ColumnSpec } {
	if (sources.length === 0) return NO_COLUMNS;
	const columns: { [name: string]: ColumnSpec } = Object.create(null);
	for (const { record, path } of sources) {
		const name = textOf(record.name);
		const config = recordOr(record.config);
		const written = textOf(record.description);
		const { text, blocks } = describe(written, () => at([...path, "description"]));
		const isSet = record.meta !== undefined || Object.keys(config).length > 0;
		const meta = isSet ? { ...recordOr(record.meta), ...recordOr(config.meta) } : NO_META;
		const tags = columnTags(record);
		const constraints = listOf(record.constraints);
		const usual: ColumnSpec = {
			name,
			description: text,
			meta,
			data_type: textOf(record.data_type) || null,
			constraints: constraints.length === 0 ? NO_CONSTRAINTS : constraints.map((one) => fullConstraint(one)),
			quote: typeof record.quote === "boolean" ? record.quote : null,
			tags,
			config: isSet || tags.length > 0 ? { ...config, meta, tags } : NO_CONFIG,
		};
		const [other, further] = [otherKeys(record), furtherKeys(record, blocks)];
		columns[name] = Object.freeze(other === null && further === null ? usual : { ...other, ...usual, ...further });
	}
	return Object.freeze(columns);
}
