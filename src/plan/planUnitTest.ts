import type { NodePlan, Plan, UnitTestPlanInput } from "../core/plan.ts";
import { adapterResponse } from "./adapterResponse.ts";
import { comparisonSql, macroSql, query } from "./ask.ts";

/**
 * One unit test: the columns of the model's query over the given rows, without running it, then that query and the
 * expected rows in one.
 */
export function* planUnitTest({ node, sql }: UnitTestPlanInput): Plan<NodePlan> {
	const positional = [{ kind: "value", value: sql }] as const;
	const empty = yield* macroSql({ macro: "get_empty_subquery_sql", positional, keyword: {}, node: null }, node.name);
	const { columns } = yield* query(empty, "columns");
	const executedSql = yield* comparisonSql({ sql, columns });
	const table = yield* query(executedSql, "unit test");
	return { kind: "compared", table, response: adapterResponse(table), executedSql };
}
