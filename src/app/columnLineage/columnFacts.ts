import type { PiiMark } from "../../core/lineage.ts";
import type { ColumnSpec, Plain } from "../../core/node.ts";
import type { ColumnFacts } from "../../sql/describeLineage.ts";
import type { SqlDialectName } from "../../sql/sqlDialect.ts";
import type { OpenProject } from "../openProject.ts";
import { rejectsId, storedColumn } from "./declaredRelations.ts";

type PlainMeta = { readonly [key: string]: Plain };

/** What property files say of columns: descriptions, tags, personal data; by node, then by stored name. */
export function columnFacts(
	{ manifest }: OpenProject,
	dialect: SqlDialectName,
): ReadonlyMap<string, ReadonlyMap<string, ColumnFacts>> {
	const found = new Map<string, ReadonlyMap<string, ColumnFacts>>();
	for (const node of [...manifest.nodes.values(), ...manifest.sources.values()]) {
		const columns = Object.values(node.columns).map((spec): [string, ColumnFacts] => [
			storedColumn(spec, dialect),
			factsOf(spec),
		]);
		if (columns.length > 0) found.set(node.unique_id, new Map(columns));
		// A row that a load turned away is kept as it came, with all that is in it.
		const personal = columns.flatMap(([, { pii }]) => (pii?.pii === true ? [pii] : []))[0];
		if (node.resource_type === "source" && node.load !== null && personal !== undefined)
			found.set(rejectsId(node.unique_id), new Map([["raw", { pii: personal }]]));
	}
	return found;
}

/** `pii: none` with its reason on a model: for all of its columns that say nothing themselves. */
export function clearedNodes({ manifest }: OpenProject): ReadonlyMap<string, PiiMark> {
	const found = new Map<string, PiiMark>();
	for (const node of manifest.nodes.values()) {
		// That a table holds personal data says nothing of a column.
		const mark = piiMark(node.config.meta);
		if (mark?.pii === false) found.set(node.unique_id, mark);
	}
	return found;
}

function factsOf(spec: ColumnSpec): ColumnFacts {
	const tags = spec.tags.filter((tag) => tag !== PII_TAG);
	const pii = piiMark(metaOf(spec)) ?? (spec.tags.includes(PII_TAG) ? { pii: true, what: null } : undefined);
	return {
		...(spec.description === "" ? {} : { description: spec.description }),
		...(tags.length === 0 ? {} : { tags }),
		...(pii === undefined ? {} : { pii }),
	};
}

const PII_TAG = "pii";

const metaOf = ({ meta, config }: ColumnSpec): PlainMeta => {
	const { meta: configured } = config;
	return typeof configured === "object" && configured !== null && !Array.isArray(configured)
		? { ...meta, ...(configured as PlainMeta) }
		: meta;
};

/**
 * `meta: { pii: true }`, or what it is (`pii: email`); `pii: none` with `pii_reason` says that the model has taken it
 * away. Without a reason that counts for nothing: see `unexplained`.
 */
export function piiMark(meta: PlainMeta): PiiMark | undefined {
	const { pii, pii_reason: reason } = meta;
	if (pii === undefined || pii === null) return undefined;
	if (pii === false || pii === "none")
		return typeof reason === "string" && reason.trim() !== "" ? { pii: false, reason: reason.trim() } : undefined;
	return { pii: true, what: typeof pii === "string" ? pii : null };
}

/** Columns that are declared free of personal data without a word why. */
export function unexplained(spec: ColumnSpec): boolean {
	const meta = metaOf(spec);
	return (meta.pii === false || meta.pii === "none") && piiMark(meta) === undefined;
}
