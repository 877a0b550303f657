import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { NodeLineage } from "../../core/lineage.ts";
import { baseType, writtenType } from "../../sql/types.ts";
import type { OpenProject } from "../openProject.ts";
import { dialectOf } from "./analyzeProject.ts";
import type { AnalysedNode } from "./compiledSql.ts";
import { storedColumn } from "./declaredRelations.ts";

/**
 * An enforced contract beside the columns that the SQL is known to give, without a database. Types are compared as the
 * build compares them (`dialect.typeLabel`); a type that the analysis does not know says nothing.
 */
export function contractMisfits(
	node: AnalysedNode,
	{ complete, columns, reason }: NodeLineage,
	project: OpenProject,
	name: string,
): readonly Diagnostic[] {
	const contract = node.config.contract as { readonly enforced?: unknown } | null | undefined;
	const specs = Object.values(node.columns);
	if (contract?.enforced !== true || reason !== undefined || specs.length === 0) return [];
	const given = new Map(columns.map((column) => [column.name, column]));
	const declared = new Map(specs.map((spec) => [storedColumn(spec, dialectOf(project)), spec]));
	const problems: string[] = [];
	for (const [column, { data_type: wanted }] of declared) {
		const found = given.get(column);
		if (found === undefined) {
			if (complete) problems.push(`${column} is not among the columns of the SQL`);
			continue;
		}
		const { type, confidence } = found;
		if (wanted === null || type === undefined || (confidence !== "resolved" && confidence !== "assumed")) continue;
		const label = (text: string): string => project.engine.dialect.typeLabel(baseType(writtenType(text)) ?? text);
		if (label(type) !== label(wanted)) problems.push(`${column} is ${type}, the contract says ${wanted}`);
	}
	for (const column of given.keys()) if (!declared.has(column)) problems.push(`${column} is not in the contract`);
	if (problems.length === 0) return [];
	return [diagnostic("TFM-SQL-011", { node: name, problems }, { severity: "warning", at: node.location })];
}
