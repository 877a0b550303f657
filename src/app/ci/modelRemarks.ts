import type { Finding } from "../../ci/changeReview.ts";
import type { ColumnLineage } from "../../core/lineage.ts";
import { sortDiagnostics } from "../../core/sortDiagnostics.ts";
import { absentColumns } from "../columnLineage/absentColumns.ts";
import type { FoundAnalysis } from "../columnLineage/analysisOf.ts";
import { type AnalysedNode, analysedNodes } from "../columnLineage/compiledSql.ts";
import { contractMisfits } from "../columnLineage/contractMisfits.ts";
import { idleMarks } from "../columnLineage/idleMarks.ts";
import { piiExposures } from "../columnLineage/piiExposures.ts";
import { propertyPlaces } from "../columnLineage/propertyPlaces.ts";
import { sqlRemarks } from "../columnLineage/sqlRemarks.ts";
import { displayName } from "../displayName.ts";
import type { OpenProject } from "../openProject.ts";

/** What looks wrong in each model, whatever the rules of the project ask. */
export function modelRemarks(
	project: OpenProject,
	{ lineage, compiled }: Pick<FoundAnalysis, "compiled"> & { readonly lineage: Pick<ColumnLineage, "nodes"> },
	nodes: readonly AnalysedNode[] = analysedNodes(project),
): readonly Finding[] {
	const nameOf = displayName(project);
	const { layering } = project.config.project;
	const placeOf = propertyPlaces(project);
	return nodes.flatMap((node) => {
		const known = lineage.nodes[node.unique_id]!;
		const name = nameOf(node.unique_id);
		const found = [
			...sqlRemarks(node, { known, compiled, name }),
			// The build would stop at it.
			...contractMisfits(node, known, project, name).map((one) => ({ ...one, severity: "error" as const })),
			...piiExposures([node], { lineage, compiled, layering, nameOf }),
			...idleMarks([node], { lineage, nameOf, placeOf }),
			...absentColumns([node], { lineage, nameOf, placeOf }),
		];
		return sortDiagnostics(found).map((diagnostic): Finding => ({ node: node.unique_id, diagnostic }));
	});
}
