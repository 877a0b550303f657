import type { BuildInput, Plan } from "../core/plan.ts";
import { macroValue, macroWork } from "./ask.ts";

/**
 * `query_tag` of the config, or what a project's own set_query_tag says, for the statements to come; the answer puts back
 * what was there before. A session whose node failed is reset before it serves another one.
 */
export function* tagQueries(input: BuildInput): Plan<() => Plan<void>> {
	const { node, dialect, isOverridden } = input;
	const asked = typeof node.config.query_tag === "string" && node.config.query_tag !== "";
	if (!dialect.building.tagsQueries || (!asked && !isOverridden("set_query_tag"))) return function* () {};
	const call = { keyword: {}, node: node.unique_id, ...(input.sql === null ? {} : { sql: input.sql }) };
	const before = yield* macroValue({ macro: "set_query_tag", positional: [], ...call });
	return function* () {
		yield* macroWork({ macro: "unset_query_tag", positional: [{ kind: "value", value: before }], ...call });
	};
}
