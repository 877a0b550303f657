/**
 * New rows on their way into a table that stays: a table of their own in the shadow schema. Not a temporary one, since
 * the sessions of tests must see it; nor an unlogged one, which a crash of the server between the audit and the publish
 * would empty (postgres__create_table_as knows the name's beginning).
 */
import { hash } from "node:crypto";
import type { ExecuteResult } from "../core/adapter.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import type { ColumnInfo, RelationName } from "../core/relation.ts";
import { execute, macroSql } from "./ask.ts";
import { columnNamed } from "./columnNamed.ts";
import type { Column } from "./schemaChange.ts";

const named = (standsAt: RelationName, text: string): RelationName => ({
	...standsAt,
	identifier: `tfm_d_${hash("sha256", text, "hex").slice(0, 12)}`,
});

/** `tfm_d_` and 12 hex digits of sha256 of the relation's name, beside the candidate. */
export const deltaOf = (standsAt: RelationName): RelationName => named(standsAt, standsAt.identifier);

/** Where the rows of one batch stand until they are part of the delta or the candidate. */
export const batchDeltaOf = (standsAt: RelationName): RelationName => named(standsAt, `${standsAt.identifier}\0batch`);

/** The keys of the groups that are computed again, while they are. */
export const keysOf = (standsAt: RelationName): RelationName => named(standsAt, `${standsAt.identifier}\0keys`);

export interface NewRows {
	readonly result: ExecuteResult;
	readonly executedSql: string;
}

/** The statement that makes a table out of a query, by the macro that a project may override. */
export const createTableSql = (input: BuildInput, relation: RelationName, sql: string): Plan<string> =>
	macroSql(
		{
			macro: "get_create_table_as_sql",
			positional: [
				{ kind: "value", value: false },
				{ kind: "relation", relation, type: "table" },
				{ kind: "value", value: sql },
			],
			keyword: {},
			node: input.node.unique_id,
			sql,
		},
		input.node.name,
	);

/** Creates a table for new rows from a query, by the macro that dbt calls for its temporary table. */
export function* createDelta(input: BuildInput, relation: RelationName, sql: string): Plan<NewRows> {
	const executedSql = yield* createTableSql(input, relation, sql);
	return { result: yield* execute(executedSql, "build"), executedSql };
}

/**
 * Gives the delta's columns the types of the table, so that the audit sees the very values that will be inserted, and,
 * where the engine has them, an index on the key and statistics.
 */
export function* fitDelta(
	input: BuildInput,
	delta: {
		readonly relation: RelationName;
		readonly columns: readonly ColumnInfo[];
		readonly wanted: readonly Column[];
		readonly key: readonly string[];
	},
): Plan<void> {
	const { building, fold } = input.dialect;
	const names = delta.key.map((key) => columnNamed(key, fold));
	const statements = building.fitRows(building.nameOf(delta.relation), {
		columns: delta.columns,
		wanted: delta.wanted,
		key: names.includes(null) ? [] : names.filter((name) => name !== null),
	});
	if (statements.length > 0) yield* execute(statements.join(";\n"), "fit new rows");
}
