import type { Diagnostic } from "../core/diagnostic.ts";
import type { ColumnLineage } from "../core/lineage.ts";
import type { GraphNode } from "../core/node.ts";
import { absentColumns } from "./columnLineage/absentColumns.ts";
import type { FoundAnalysis } from "./columnLineage/analysisOf.ts";
import type { AnalysedNode } from "./columnLineage/compiledSql.ts";
import { contractMisfits } from "./columnLineage/contractMisfits.ts";
import { idleMarks } from "./columnLineage/idleMarks.ts";
import { piiExposures } from "./columnLineage/piiExposures.ts";
import { propertyPlaces } from "./columnLineage/propertyPlaces.ts";
import { sqlRemarks } from "./columnLineage/sqlRemarks.ts";
import { displayName } from "./displayName.ts";
import type { OpenProject } from "./openProject.ts";

/**
 * What `tfm check` says, its rules apart: of the SQL of `models`, and of what property files say of the columns of
 * `marked`. In no order.
 */
export function checkFindings(
	project: OpenProject,
	{ lineage, compiled }: Pick<FoundAnalysis, "compiled"> & { readonly lineage: Pick<ColumnLineage, "nodes"> },
): (models: readonly AnalysedNode[], marked: readonly GraphNode[]) => readonly Diagnostic[] {
	const nameOf = displayName(project);
	const { layering } = project.config.project;
	const properties = { lineage, nameOf, placeOf: propertyPlaces(project) };
	return (models, marked) => [
		...models.flatMap((node) => {
			const known = lineage.nodes[node.unique_id]!;
			const name = nameOf(node.unique_id);
			return [...sqlRemarks(node, { known, compiled, name }), ...contractMisfits(node, known, project, name)];
		}),
		...piiExposures(models, { lineage, compiled, layering, nameOf }),
		...idleMarks(marked, properties),
		...absentColumns(marked, properties),
	];
}
