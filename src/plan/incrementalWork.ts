/** Bringing new rows into a table by the strategy's own statement. */
import type { ExecuteResult } from "../core/adapter.ts";
import type { MacroArgument } from "../core/compiler.ts";
import { fail } from "../core/diagnostic.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import type { ColumnInfo, RelationName } from "../core/relation.ts";
import { suggestName } from "../core/suggestName.ts";
import { columnsOf, execute, macroSql } from "./ask.ts";
import { columnNamed } from "./columnNamed.ts";
import { createTableSql } from "./delta.ts";
import { checkMergeKeys } from "./duplicateKeys.ts";
import type { IncrementalConfig } from "./incrementalConfig.ts";
import { type Column, type Shape, shapeOf } from "./schemaChange.ts";

/** New rows in a table of their own, and what the table that they go into will be. */
export interface Work {
	readonly input: BuildInput;
	readonly config: IncrementalConfig;
	readonly delta: RelationName;
	/** The delta's, in its order. */
	readonly columns: readonly ColumnInfo[];
	readonly shape: Shape;
}

/** Every key that is a column must be in the new rows and in the table. */
function checkKeys(
	input: BuildInput,
	config: IncrementalConfig,
	delta: readonly ColumnInfo[],
	target: readonly Column[],
) {
	for (const key of config.key) {
		const column = columnNamed(key, input.dialect.fold);
		if (column === null) continue;
		const look = (missing: "query" | "table", columns: readonly Column[]): void => {
			const names = columns.map((c) => c.name);
			if (names.includes(column)) return;
			const suggestion = suggestName(column, names);
			fail("TFM-INC-003", { node: input.node.name, column: key, missing, suggestion }, { at: input.node.location });
		};
		look("query", delta);
		look("table", target);
	}
}

/** Names of the columns that merge updates, as dbt's get_merge_update_columns chooses them. Throws TFM-INC-008. */
export function updatedColumns({ input, config, shape }: Work): ReadonlySet<string> {
	const names = shape.inserted.map((c) => c.name);
	const wrong = (problem: string): never =>
		fail("TFM-INC-008", { node: input.node.name, problem }, { at: input.node.location });
	if (config.mergeUpdate.length > 0 && config.mergeExclude.length > 0)
		wrong("it has both merge_update_columns and merge_exclude_columns");
	if (config.mergeUpdate.length > 0) {
		const wanted = config.mergeUpdate.map((given) => ({ given, name: columnNamed(given, input.dialect.fold) }));
		const unknown = wanted.find(({ name }) => name === null || !names.includes(name));
		if (unknown !== undefined) wrong(`merge_update_columns names "${unknown.given}", which is not a column of it`);
		return new Set(wanted.map(({ name }) => name!));
	}
	const excluded = new Set(config.mergeExclude.map((name) => name.toLowerCase()));
	const updated = names.filter((name) => !excluded.has(name.toLowerCase()));
	if (updated.length === 0) wrong("merge_exclude_columns leaves no column to update");
	return new Set(updated);
}

/** The strategy's statement, by the macro that dbt would call, so that a project's own is met. */
export function strategySql(
	{ input, config, delta, shape }: Work,
	into: RelationName,
	self: RelationName | null,
): Plan<string> {
	const relation = (name: RelationName): MacroArgument => ({ kind: "relation", relation: name, type: "table" });
	return macroSql(
		{
			macro: config.macro,
			positional: [
				{
					kind: "dict",
					entries: {
						target_relation: relation(into),
						temp_relation: relation(delta),
						unique_key: { kind: "value", value: config.uniqueKey },
						dest_columns: { kind: "columns", columns: shape.inserted },
						incremental_predicates: {
							kind: "value",
							value: config.predicates.length === 0 ? null : config.predicates,
						},
					},
				},
			],
			keyword: {},
			node: input.node.unique_id,
			...(input.sql === null ? {} : { sql: input.sql }),
		},
		input.node.name,
		self,
	);
}

/** Compares the new rows with the table that they go into. Throws TFM-INC-003, 004 and 005. */
export function* workOn(
	input: BuildInput,
	config: IncrementalConfig,
	{ delta, into }: { readonly delta: RelationName; readonly into: RelationName },
): Plan<Work> {
	const target = yield* columnsOf(into);
	const columns = yield* columnsOf(delta);
	const shape = shapeOf(input, config, { target, delta: columns });
	checkKeys(input, config, columns, shape.columns);
	return { input, config, delta, columns, shape };
}

/** The rows of a table in the columns and types that it will have. */
function reshaped({ input, shape }: Work, table: RelationName): string {
	const { quote, building } = input.dialect;
	const retyped = new Set(shape.retyped.map((c) => c.name));
	const cell = ({ name, type, was }: Shape["columns"][number]) => {
		const as = ` as ${quote(name)}`;
		if (!was) return `cast(null as ${type})${as}`;
		return retyped.has(name) ? `cast(${quote(name)} as ${type})${as}` : quote(name);
	};
	return `select ${shape.columns.map(cell).join(", ")}\nfrom ${building.nameOf(table)}`;
}

/** Gives a table that nobody reads yet the columns it will have, runs the strategy against it, and drops the delta. */
export function* bringInto(work: Work, into: RelationName): Plan<ExecuteResult> {
	const { input, delta, shape } = work;
	const { quote, building } = input.dialect;
	const changes = [
		...shape.retyped.map((c) => `alter column ${quote(c.name)} type ${c.type}`),
		...shape.added.map((c) => `add column ${quote(c.name)} ${c.type}`),
		...[...new Set(shape.dropped)].map((name) => `drop column ${quote(name)}`),
	];
	if (changes.length > 0)
		yield* execute(
			building.altersTypes
				? `alter table ${building.nameOf(into)} ${changes.join(", ")}`
				: yield* createTableSql(input, into, reshaped(work, into)),
			"copy",
		);
	if (work.config.strategy === "merge") yield* checkMergeKeys({ ...work, into });
	const result = yield* execute(yield* strategySql(work, into, into), "build");
	yield* execute(`drop table ${building.nameOf(delta)}`, "copy");
	return result;
}
