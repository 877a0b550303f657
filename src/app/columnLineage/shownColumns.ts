import type { ColumnLineage, LineageColumn, NodeLineage } from "../../core/lineage.ts";
import { nodeId } from "../../core/node.ts";

/** Which columns' values may be shown to all who read the documentation. */
export interface ShownColumns {
	/** Whether values of the column may be shown; names are compared without case. */
	shows(node: string, column: string): boolean;
	/** Whether personal data may be among what the node holds. */
	holdsPersonal(node: string): boolean;
}

/**
 * Personal data by declaration or by inheritance is not shown. Where it is not known for certain what a column is made
 * of, or the column is not known at all, it is not shown either when the node reads anything that may hold personal data.
 */
export function shownColumns(nodes: ColumnLineage["nodes"]): ShownColumns {
	const known = new Map<string, boolean>();
	const personal = ({ pii, inherited }: LineageColumn): boolean =>
		pii === undefined ? inherited?.pii !== undefined || inherited?.unknown !== undefined : pii.pii;
	const reads = (lineage: NodeLineage): boolean =>
		[...lineage.reads, ...lineage.rest].some((id) => id in nodes && holdsPersonal(id));

	function holdsPersonal(id: string): boolean {
		const before = known.get(id);
		if (before !== undefined) return before;
		// References have no cycles; should one be written, it is looked into once.
		known.set(id, false);
		const lineage = nodes[nodeId(id)];
		const holds =
			lineage !== undefined &&
			(lineage.columns.some(personal) || lineage.unlisted_pii !== undefined || (doubtful(lineage) && reads(lineage)));
		known.set(id, holds);
		return holds;
	}

	return {
		holdsPersonal,
		shows(id, name) {
			const lineage = nodes[nodeId(id)];
			if (lineage === undefined) return false;
			const wanted = name.toLowerCase();
			const column = lineage.columns.find((each) => each.name.toLowerCase() === wanted);
			if (column === undefined && lineage.unlisted_pii !== undefined) return false;
			if (column === undefined) return lineage.status === "declared" || !reads(lineage);
			if (column.pii !== undefined || personal(column)) return !personal(column);
			return certain(column) || !reads(lineage);
		},
	};
}

const certain = ({ confidence }: LineageColumn): boolean => confidence === "resolved" || confidence === "assumed";

const doubtful = ({ status, complete, columns }: NodeLineage): boolean =>
	status !== "declared" &&
	(!complete ||
		status === "unparsed" ||
		status === "timeout" ||
		columns.some((each) => each.pii === undefined && !certain(each)));
