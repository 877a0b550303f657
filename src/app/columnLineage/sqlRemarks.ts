import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { LineageRemark, NodeLineage } from "../../core/lineage.ts";
import type { NodeId } from "../../core/node.ts";
import type { AnalysedNode, Compiled } from "./compiledSql.ts";
import { placeInFile } from "./placeInFile.ts";

export interface About {
	readonly known: NodeLineage;
	readonly compiled: ReadonlyMap<NodeId, Compiled>;
	readonly name: string;
}

/** What looks wrong in the SQL of one node, at its places in the file. */
export function sqlRemarks(node: AnalysedNode, { known, compiled, name }: About): readonly Diagnostic[] {
	if (known.reason !== undefined)
		return [
			diagnostic("TFM-SQL-005", { node: name, reason: known.reason }, { severity: "warning", at: node.location }),
		];
	const found = compiled.get(node.unique_id);
	const sql = found !== undefined && "sql" in found ? found.sql : "";
	return known.remarks.map((remark) => told(remark, name, placeInFile(node, sql, remark) ?? node.location));
}

function told({ problem, name, known }: LineageRemark, node: string, at: Diagnostic["at"]): Diagnostic {
	const places = { severity: "warning" as const, at };
	switch (problem) {
		case "unknown_column":
			return diagnostic("TFM-SQL-001", { node, name, known }, places);
		case "ambiguous_column":
			return diagnostic("TFM-SQL-002", { node, name, known }, places);
		case "unknown_relation":
			return diagnostic("TFM-SQL-003", { node, name, known }, places);
		case "set_operation_arity":
			return diagnostic("TFM-SQL-004", { node, widths: name }, places);
		case "duplicate_column":
			return diagnostic("TFM-SQL-010", { node, name }, places);
	}
}
