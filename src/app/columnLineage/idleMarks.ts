import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { ColumnLineage } from "../../core/lineage.ts";
import { type GraphNode, isStored, type SourceNode, type StoredNode } from "../../core/node.ts";
import { columnMark, columnMeta, isUnexplained, nodeMeta, type PlainMeta } from "../../core/piiMark.ts";
import { suggestName } from "../../core/suggestName.ts";
import type { PropertyPlaces } from "./propertyPlaces.ts";

interface Checked {
	readonly lineage: Pick<ColumnLineage, "nodes">;
	readonly nameOf: (id: string) => string;
	readonly placeOf: PropertyPlaces;
}

/** Marks of personal data that count for nothing: a word that says `none` and not why, a wrong key, a column that is not there. */
export const idleMarks = (nodes: readonly GraphNode[], checked: Checked): readonly Diagnostic[] =>
	nodes.flatMap((node) => (node.resource_type === "source" || isStored(node) ? marksOf(node, checked) : []));

function marksOf(node: SourceNode | StoredNode, { lineage, nameOf, placeOf }: Checked): readonly Diagnostic[] {
	const known = lineage.nodes[node.unique_id];
	const given = known?.columns.map(({ name }) => name.toLowerCase()) ?? [];
	const name = nameOf(node.unique_id);
	const idle = (column: string | null, problem: string, suggestion: string | undefined): Diagnostic =>
		diagnostic(
			"TFM-SQL-012",
			{ node: name, column, problem, suggestion },
			{ severity: "warning", at: placeOf(node, column) ?? node.location },
		);
	const ofNode = misspelt(nodeMeta(node)).map((key) => idle(null, `its key is ${key}`, "pii"));
	const ofColumns = Object.values(node.columns).flatMap((spec): readonly Diagnostic[] => {
		const { name: column } = spec;
		if (isUnexplained(columnMeta(spec))) {
			const at = placeOf(node, column) ?? node.location;
			return [diagnostic("TFM-SQL-007", { node: name, column }, { severity: "warning", at })];
		}
		const wrong = misspelt(columnMeta(spec)).map((key) => idle(column, `its key is ${key}`, "pii"));
		if (wrong.length > 0 || known?.complete !== true || columnMark(spec) === undefined) return wrong;
		if (given.includes(column.toLowerCase())) return [];
		return [idle(column, "there is no such column", suggestName(column.toLowerCase(), given))];
	});
	return [...ofNode, ...ofColumns];
}

/** `PII: true`. */
const misspelt = (meta: PlainMeta): readonly string[] =>
	Object.keys(meta).filter((key) => key !== "pii" && key.toLowerCase() === "pii");
