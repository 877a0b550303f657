import type { Layering } from "../../core/config.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { ColumnLineage, ColumnRef } from "../../core/lineage.ts";
import type { AnalysedNode, SqlByNode } from "./compiledSql.ts";
import { placeInFile } from "./placeInFile.ts";
import { sqlOf } from "./sqlRemarks.ts";

interface Checked {
	readonly lineage: Pick<ColumnLineage, "nodes">;
	readonly compiled: SqlByNode;
	readonly layering: Layering | null;
	readonly nameOf: (id: string) => string;
}

/** Personal data in layers that forbid it. */
export function piiExposures(nodes: readonly AnalysedNode[], checked: Checked): readonly Diagnostic[] {
	const forbidding = new Set(
		(checked.layering?.layers ?? []).flatMap(({ name, pii }) => (pii === "forbidden" ? [name] : [])),
	);
	return nodes.flatMap((node) =>
		node.layer !== null && forbidding.has(node.layer) ? exposuresOf(node, node.layer, checked) : [],
	);
}

function exposuresOf(node: AnalysedNode, layer: string, { lineage, compiled, nameOf }: Checked): readonly Diagnostic[] {
	const known = lineage.nodes[node.unique_id];
	if (known === undefined) return [];
	const about = { node: nameOf(node.unique_id), layer };
	const texts = (refs: readonly ColumnRef[]) =>
		// Of a statement or a relation that is no node, not even the column is known.
		refs.map(({ node: id, column }) => (column === "*" && !(id in lineage.nodes) ? id : `${nameOf(id)}.${column}`));
	const columns = known.columns.flatMap(({ name: column, confidence, pii, inherited, at }) => {
		const certain = confidence === "resolved" || confidence === "assumed";
		if (pii?.pii === true) return [{ column, from: [], certain: true, at }];
		if (inherited?.pii !== undefined) return [{ column, from: texts(inherited.pii.from), certain, at }];
		// What stands in a relation that is no node is not known.
		return inherited?.unknown === undefined
			? []
			: [{ column, from: texts(inherited.unknown.from), certain: false, at }];
	});
	const hidden = known.unlisted_pii?.from ?? [];
	const unlisted = { column: null, from: texts(hidden), certain: false, at: undefined };
	const exposed = [...columns, ...(hidden.length === 0 ? [] : [unlisted])];
	// Its SQL may have to be rendered for this.
	const sql = exposed.length === 0 ? "" : sqlOf(compiled, node.unique_id);
	return exposed.map(({ at, ...found }) => {
		const written = at === undefined ? undefined : { line: at[0], column: at[1], name: found.column ?? "" };
		const place = written === undefined ? undefined : placeInFile(node, sql, written);
		return diagnostic("TFM-SQL-006", { ...about, ...found }, { at: place ?? node.location });
	});
}
