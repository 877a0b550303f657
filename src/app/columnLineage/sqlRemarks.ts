import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { LineageRemark, NodeLineage } from "../../core/lineage.ts";
import type { NodeId } from "../../core/node.ts";
import type { AnalysedNode, SqlByNode } from "./compiledSql.ts";
import { placeInFile } from "./placeInFile.ts";

export interface About {
	readonly known: NodeLineage;
	readonly compiled: SqlByNode;
	readonly name: string;
}

/** What looks wrong in the SQL of one node, at its places in the file. */
export function sqlRemarks(node: AnalysedNode, { known, compiled, name }: About): readonly Diagnostic[] {
	const { reason } = known;
	// Its SQL may have to be rendered for this.
	if (reason === undefined && known.remarks.length === 0) return [];
	const sql = sqlOf(compiled, node.unique_id);
	if (reason !== undefined) {
		const at = placeInFile(node, sql, placeOfReason(reason)) ?? node.location;
		return [diagnostic("TFM-SQL-005", { node: name, reason }, { severity: "warning", at })];
	}
	return known.remarks.map((remark) => {
		const text = remark.form === undefined ? sql : incrementalOf(compiled, node.unique_id);
		return told(remark, name, (remark.line > 0 ? placeInFile(node, text, remark) : null) ?? node.location);
	});
}

/** Empty: the template gave none. */
export function sqlOf(compiled: About["compiled"], id: NodeId): string {
	const found = compiled.get(id);
	return found !== undefined && "sql" in found ? found.sql : "";
}

function incrementalOf(compiled: About["compiled"], id: NodeId): string {
	const found = compiled.get(id);
	return found !== undefined && "sql" in found ? (found.incremental ?? found.sql) : "";
}

/** The parser says in its words where it stopped. Line 0: it did not come so far. */
function placeOfReason(reason: string): { readonly line: number; readonly column: number; readonly name: string } {
	const [, line = "0", column = "0"] = /\bat Line: (\d+), Column: (\d+)/.exec(reason) ?? [];
	return { line: Number(line), column: Number(column), name: /found: (\S+)/.exec(reason)?.[1] ?? "" };
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
		case "incremental_adds":
		case "incremental_lacks":
			return diagnostic("TFM-SQL-013", { node, name, adds: problem === "incremental_adds" }, places);
	}
}
