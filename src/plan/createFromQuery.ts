import type { Candidate } from "../core/adapter.ts";
import type { MacroArgument, MacroCall } from "../core/compiler.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import { adapterResponse } from "./adapterResponse.ts";
import { type Closing, execute, macroSql } from "./ask.ts";
import type { Built } from "./built.ts";

const value = (v: unknown): MacroArgument => ({ kind: "value", value: v });

const CREATE = {
	table: "get_create_table_as_sql",
	view: "get_create_view_as_sql",
	materialized_view: "get_create_materialized_view_as_sql",
} as const;

/** The macros dbt calls for these and for a clone, so that an override at either level (`get_create_table_as_sql`, `create_table_as`) is met. */
function createCall(input: BuildInput, candidate: Pick<Candidate, "candidate" | "kind">, sql: string): MacroCall {
	const relation: MacroArgument = { kind: "relation", relation: candidate.candidate, type: candidate.kind };
	const { node } = input;
	if (candidate.kind === "table" && node.resource_type === "model" && node.cloneOf !== undefined) {
		const other: MacroArgument = { kind: "relation", relation: node.cloneOf, type: "table" };
		return { macro: "create_or_replace_clone", positional: [relation, other], keyword: {}, node: node.unique_id };
	}
	return {
		macro: CREATE[candidate.kind],
		positional: candidate.kind === "table" ? [value(false), relation, value(sql)] : [relation, value(sql)],
		keyword: {},
		node: input.node.unique_id,
		sql,
	};
}

/** By the project's macros. */
export function* createFromQuery(input: BuildInput, candidate: Candidate, sql: string, closing?: Closing): Plan<Built> {
	const executedSql = yield* macroSql(createCall(input, candidate, sql), input.node.name);
	const result = yield* execute(executedSql, "build", closing);
	const built = { candidate, response: adapterResponse(result), executedSql };
	const { finalSql, kind, target } = candidate;
	if (!input.dialect.building.viewsByStatement || kind !== "view" || finalSql === undefined) return built;
	const create = yield* macroSql(createCall(input, { candidate: target, kind }, finalSql), input.node.name);
	return { ...built, candidate: { ...candidate, create } };
}
