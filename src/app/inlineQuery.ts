import { TfmError } from "../core/diagnostic.ts";
import type { OperationNode } from "../core/node.ts";
import { makeInlineNode } from "../parse/inlineNode.ts";
import type { OpenProject } from "./openProject.ts";

/** dbt's id of inline SQL. */
export const inlineId = ({ manifest }: Pick<OpenProject, "manifest">): string =>
	`sql_operation.${manifest.projectName}.inline_query`;

/** The node of `--inline`. Its mistakes say beside their own text what dbt says of any of them. */
export function inlineQuery({ manifest, facts }: Pick<OpenProject, "manifest" | "facts">, sql: string): OperationNode {
	try {
		return makeInlineNode({ sql, name: "inline_query", label: "--inline" }, manifest, facts);
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		const dbt = "Error parsing inline query";
		throw new TfmError(
			error.diagnostics.map((d) => ({ ...d, dbt: d.dbt === undefined ? dbt : `${dbt}: ${d.dbt}` })),
			{ cause: error },
		);
	}
}
