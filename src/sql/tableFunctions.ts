import type { SqlDialect } from "./sqlDialect.ts";

/** Functions in FROM and the columns that they give. `value`: one column, under the function's or its alias's name. */
const SHAPES: Readonly<Record<string, readonly string[] | "value">> = {
	flatten: ["seq", "key", "path", "index", "value", "this"],
	split_to_table: ["seq", "index", "value"],
	strtok_split_to_table: ["seq", "index", "value"],
	generator: [],
	json_each: ["key", "value"],
	jsonb_each: ["key", "value"],
	json_each_text: ["key", "value"],
	jsonb_each_text: ["key", "value"],
	each: ["key", "value"],
	regexp_split_to_table: "value",
	regexp_matches: "value",
	string_to_table: "value",
	generate_series: "value",
	generate_subscripts: "value",
	json_object_keys: "value",
	jsonb_object_keys: "value",
	jsonb_path_query: "value",
	range: "value",
};

/** These call their single column `value` whatever the alias is, unless the alias names columns. */
const NAMED_VALUE = new Set([
	"json_array_elements",
	"jsonb_array_elements",
	"json_array_elements_text",
	"jsonb_array_elements_text",
]);

/** Undefined: not known. */
export function tableFunction(
	name: string,
	args: number,
	dialect: SqlDialect,
): readonly string[] | "value" | undefined {
	if (NAMED_VALUE.has(name)) return ["value"];
	if (name === "unnest") return args < 2 ? "value" : Array.from({ length: args }, () => "unnest");
	if (name === "generate_series" && dialect.name === "duckdb") return ["generate_series"];
	return Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined;
}
