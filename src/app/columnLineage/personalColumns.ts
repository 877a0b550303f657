import type { Invocation } from "../../core/invocation.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { NodeId } from "../../core/node.ts";
import { columnMark, nodeMark } from "../../core/piiMark.ts";
import type { OpenProject } from "../openProject.ts";
import { lineageAbove } from "./analyzeProject.ts";
import { shownColumns } from "./shownColumns.ts";

/**
 * Whether values of a column of a node, or of what a test finds, may be personal: by declaration, by inheritance, or
 * because it is not known what the column is made of and some of it may be. Without marks in the project nothing is
 * analysed. No database is asked.
 */
export async function personalColumns(
	invocation: Invocation,
	project: OpenProject,
	id: NodeId,
): Promise<(column: string) => boolean> {
	if (!hasMarks(project.manifest)) return () => false;
	const nodes = await lineageAbove(invocation, project, id);
	const shown = shownColumns(Object.fromEntries(nodes));
	return (column) => !shown.shows(id, column);
}

function hasMarks({ nodes, sources }: Manifest): boolean {
	for (const node of [...nodes.values(), ...sources.values()])
		if (nodeMark(node) !== undefined || ("columns" in node && Object.values(node.columns).some(columnMark)))
			return true;
	return false;
}
