import { type Ast, fields, list, refuse, variant } from "../sql/ast.ts";
import type { Environment } from "./environment.ts";
import { orderBy } from "./orderBy.ts";

type Expression = (ast: Ast, env: Environment) => string;

/** The parenthesis behind OVER. */
export function windowSpec(ast: Ast, env: Environment, expression: Expression): string {
	const [tag, body] = variant(ast);
	if (tag !== "WindowSpec") throw refuse("a named window", ast);
	const { partition_by, order_by, window_frame } = fields(body, "OVER", ["partition_by", "order_by", "window_frame"]);
	const keys = list(partition_by).map((key) => expression(key, env));
	const partition = keys.length > 0 ? `partition by ${keys.join(", ")}` : "";
	return `(${[partition, orderBy(order_by, env, expression), frame(window_frame, env, expression)].filter(Boolean).join(" ")})`;
}

function frame(ast: Ast, env: Environment, expression: Expression): string {
	if (!ast) return "";
	const { units, start_bound, end_bound } = fields(ast, "a window frame", ["units", "start_bound", "end_bound"]);
	if (units !== "Rows" && units !== "Range") throw refuse(`a window frame in ${units}`, ast);
	const bound = (side: Ast): string => {
		const [tag, body] = variant(side);
		if (tag === "CurrentRow") return "current row";
		return `${body ? expression(body, env) : "unbounded"} ${tag === "Preceding" ? "preceding" : "following"}`;
	};
	const start = bound(start_bound);
	return end_bound
		? `${units.toLowerCase()} between ${start} and ${bound(end_bound)}`
		: `${units.toLowerCase()} ${start}`;
}
