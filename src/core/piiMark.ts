import type { PiiMark } from "./lineage.ts";
import type { ColumnSpec, GraphNode, Plain } from "./node.ts";

export type PlainMeta = { readonly [key: string]: Plain };

const PII_TAG = "pii";

/**
 * `meta: { pii: true }`, or what it is (`pii: email`); `pii: none` with `pii_reason` says that the model has taken it
 * away. Without a reason that counts for nothing.
 */
export function piiMark(meta: PlainMeta): PiiMark | undefined {
	const { pii, pii_reason: reason } = meta;
	if (pii === undefined || pii === null) return undefined;
	if (isNone(meta))
		return typeof reason === "string" && reason.trim() !== "" ? { pii: false, reason: reason.trim() } : undefined;
	return { pii: true, what: typeof pii === "string" ? pii : null };
}

const isNone = ({ pii }: PlainMeta): boolean => pii === false || pii === "none";

export const columnMeta = ({ meta, config }: ColumnSpec): PlainMeta => ({ ...meta, ...record(config.meta) });

/** A tag `pii` is a mark, too. */
export const columnMark = (spec: ColumnSpec): PiiMark | undefined =>
	piiMark(columnMeta(spec)) ?? (spec.tags.includes(PII_TAG) ? { pii: true, what: null } : undefined);

export const otherTags = ({ tags }: ColumnSpec): readonly string[] => tags.filter((tag) => tag !== PII_TAG);

/** What a whole node says of its columns: those that have a mark of their own are as that one says. */
export const nodeMark = (node: GraphNode): PiiMark | undefined => piiMark(nodeMeta(node));

/** Of a source's table: with what the source says of all its tables. */
export const nodeMeta = (node: GraphNode): PlainMeta => ({
	...(node.resource_type === "source" ? node.source_meta : {}),
	...node.meta,
	...record(node.config.meta),
});

/** A mark that says `none` without a word why. */
export const isUnexplained = (meta: PlainMeta): boolean => isNone(meta) && piiMark(meta) === undefined;

const record = (meta: unknown): PlainMeta =>
	typeof meta === "object" && meta !== null && !Array.isArray(meta) ? (meta as PlainMeta) : {};
