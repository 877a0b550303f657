import type { Layering } from "../../core/config.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { ColumnLineage, ColumnRef } from "../../core/lineage.ts";
import type { Manifest } from "../../core/manifest.ts";
import { columnMeta, isUnexplained } from "../../core/piiMark.ts";
import type { AnalysedNode } from "./compiledSql.ts";

interface Checked {
	readonly lineage: ColumnLineage;
	readonly manifest: Manifest;
	readonly layering: Layering | null;
	readonly nameOf: (id: string) => string;
}

/** Personal data in layers that forbid it, and marks that say `none` without a reason. */
export function piiExposures(nodes: readonly AnalysedNode[], checked: Checked): readonly Diagnostic[] {
	const forbidding = new Set(
		(checked.layering?.layers ?? []).flatMap(({ name, pii }) => (pii === "forbidden" ? [name] : [])),
	);
	return nodes.flatMap((node) => [
		...unexplainedMarks(node, checked),
		...(node.layer !== null && forbidding.has(node.layer) ? exposuresOf(node, node.layer, checked) : []),
	]);
}

const unexplainedMarks = (node: AnalysedNode, { nameOf }: Checked): readonly Diagnostic[] =>
	Object.values(node.columns)
		.filter((spec) => isUnexplained(columnMeta(spec)))
		.map(({ name: column }) =>
			diagnostic("TFM-SQL-007", { node: nameOf(node.unique_id), column }, { severity: "warning", at: node.location }),
		);

function exposuresOf(node: AnalysedNode, layer: string, { lineage, nameOf }: Checked): readonly Diagnostic[] {
	const known = lineage.nodes[node.unique_id];
	if (known === undefined) return [];
	const about = { node: nameOf(node.unique_id), layer };
	const texts = (refs: readonly ColumnRef[]) => refs.map((ref) => `${nameOf(ref.node)}.${ref.column}`);
	const columns = known.columns.flatMap(({ name: column, confidence, pii, inherited }) => {
		const certain = confidence === "resolved" || confidence === "assumed";
		if (pii?.pii === true) return [{ column, from: [], certain: true }];
		if (inherited?.pii !== undefined) return [{ column, from: texts(inherited.pii.from), certain }];
		// What stands in a relation that is no node is not known.
		return inherited?.unknown === undefined ? [] : [{ column, from: texts(inherited.unknown.from), certain: false }];
	});
	const hidden = known.unlisted_pii?.from ?? [];
	const all = hidden.length === 0 ? columns : [...columns, { column: null, from: texts(hidden), certain: false }];
	return all.map((found) => diagnostic("TFM-SQL-006", { ...about, ...found }, { at: node.location }));
}
