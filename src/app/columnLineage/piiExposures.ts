import type { Layering } from "../../core/config.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { ColumnLineage, ColumnRef } from "../../core/lineage.ts";
import type { Manifest } from "../../core/manifest.ts";
import { columnMark, columnMeta, isUnexplained } from "../../core/piiMark.ts";
import { suggestName } from "../../core/suggestName.ts";
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
		...idleMarks(node, checked),
		...(node.layer !== null && forbidding.has(node.layer) ? exposuresOf(node, node.layer, checked) : []),
	]);
}

const unexplainedMarks = (node: AnalysedNode, { nameOf }: Checked): readonly Diagnostic[] =>
	Object.values(node.columns)
		.filter((spec) => isUnexplained(columnMeta(spec)))
		.map(({ name: column }) =>
			diagnostic("TFM-SQL-007", { node: nameOf(node.unique_id), column }, { severity: "warning", at: node.location }),
		);

/** Marks on columns that the SQL is known not to give, and keys that are `pii` but for the case of their letters. */
function idleMarks(node: AnalysedNode, { lineage, nameOf }: Checked): readonly Diagnostic[] {
	const known = lineage.nodes[node.unique_id];
	const given = known?.columns.map(({ name }) => name.toLowerCase()) ?? [];
	return Object.values(node.columns).flatMap((spec) => {
		const about = { node: nameOf(node.unique_id), column: spec.name };
		const places = { severity: "warning" as const, at: node.location };
		const key = Object.keys(columnMeta(spec)).find((name) => name !== "pii" && name.toLowerCase() === "pii");
		if (key !== undefined)
			return [diagnostic("TFM-SQL-012", { ...about, problem: `its key is ${key}`, suggestion: "pii" }, places)];
		if (known?.complete !== true || columnMark(spec) === undefined || given.includes(spec.name.toLowerCase()))
			return [];
		const suggestion = suggestName(spec.name.toLowerCase(), given);
		return [diagnostic("TFM-SQL-012", { ...about, problem: "there is no such column", suggestion }, places)];
	});
}

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
