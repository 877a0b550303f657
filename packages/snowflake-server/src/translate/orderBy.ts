import { type Ast, fields, list } from "../sql/ast.ts";
import type { Environment } from "./environment.ts";

/** ORDER BY with the place of nulls said: last going up and first going down, where the statement does not say. */
export function orderBy(ast: Ast, env: Environment, expression: (ast: Ast, env: Environment) => string): string {
	const keys = list(ast).map((key) => {
		const { expr, options } = fields(key, "ORDER BY", ["expr", "options"]);
		const { asc, nulls_first } = fields(options, "ORDER BY", ["asc", "nulls_first"]);
		const down = asc === false;
		const nullsFirst = typeof nulls_first === "boolean" ? nulls_first : down;
		return `${expression(expr, env)} ${down ? "desc" : "asc"} nulls ${nullsFirst ? "first" : "last"}`;
	});
	return keys.length === 0 ? "" : `order by ${keys.join(", ")}`;
}
