import type { PiiMark } from "../../core/lineage.ts";
import type { ColumnSpec, ExecutableNode, SourceNode } from "../../core/node.ts";
import { columnMark, nodeMark, otherTags } from "../../core/piiMark.ts";
import type { ColumnFacts } from "../../sql/describeLineage.ts";
import type { SqlDialectName } from "../../sql/sqlDialect.ts";
import type { OpenProject } from "../openProject.ts";
import { rejectsId, storedColumn } from "./declaredRelations.ts";

/** What property files say of columns: descriptions, tags, personal data; by node, then by stored name. */
export function columnFacts(
	{ manifest }: OpenProject,
	dialect: SqlDialectName,
): ReadonlyMap<string, ReadonlyMap<string, ColumnFacts>> {
	const found = new Map<string, ReadonlyMap<string, ColumnFacts>>();
	for (const node of [...manifest.nodes.values(), ...manifest.sources.values()]) {
		const columns = factsOfNode(node, dialect);
		if (columns.length > 0) found.set(node.unique_id, new Map(columns));
		// A row that a load turned away is kept as it came, with all that is in it.
		const personal = columns.flatMap(([, { pii }]) => (pii?.pii === true ? [pii] : []))[0];
		if (node.resource_type === "source" && node.load !== null && personal !== undefined)
			found.set(rejectsId(node.unique_id), new Map([["raw", { pii: personal }]]));
	}
	return found;
}

/** What property files say of the columns of one node, by stored name. */
export const factsOfNode = (
	{ columns }: Pick<ExecutableNode | SourceNode, "columns">,
	dialect: SqlDialectName,
): readonly (readonly [column: string, facts: ColumnFacts])[] =>
	Object.values(columns).map((spec) => [storedColumn(spec, dialect), factsOf(spec)]);

/** Marks of whole nodes: for all of their columns that say nothing themselves. */
export function markedNodes({ manifest }: OpenProject): ReadonlyMap<string, PiiMark> {
	const found = new Map<string, PiiMark>();
	for (const node of [...manifest.nodes.values(), ...manifest.sources.values()]) {
		const mark = nodeMark(node);
		if (mark !== undefined) found.set(node.unique_id, mark);
		if (mark?.pii === true && node.resource_type === "source" && node.load !== null)
			found.set(rejectsId(node.unique_id), mark);
	}
	return found;
}

function factsOf(spec: ColumnSpec): ColumnFacts {
	const tags = otherTags(spec);
	const pii = columnMark(spec);
	return {
		...(spec.description === "" ? {} : { description: spec.description }),
		...(tags.length === 0 ? {} : { tags }),
		...(pii === undefined ? {} : { pii }),
	};
}
