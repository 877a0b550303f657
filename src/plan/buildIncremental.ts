/**
 * An incremental model whose table exists: new rows aside, the audit's view of what the table will be, and the statement
 * that brings them in while publishing. Where that cannot be said beforehand (a strategy of the project's own, a column
 * that changes its type), the statement is run against a copy, which takes the table's place.
 */
import type { Candidate, DeltaApplication, ExecuteResult } from "../core/adapter.ts";
import type { MacroArgument } from "../core/compiler.ts";
import { fail } from "../core/diagnostic.ts";
import type { AdapterResponse, BuildInput, Plan } from "../core/plan.ts";
import type { ColumnInfo, RelationName } from "../core/relation.ts";
import { suggestName } from "../core/suggestName.ts";
import { adapterResponse } from "./adapterResponse.ts";
import { columnsOf, execute, hookText, macroSql } from "./ask.ts";
import type { Built } from "./built.ts";
import { candidateQuery } from "./candidateQuery.ts";
import { columnNamed } from "./columnNamed.ts";
import { createDelta, createTableSql, fitDelta } from "./delta.ts";
import { checkMergeKeys } from "./duplicateKeys.ts";
import { type IncrementalConfig, readIncremental, warnOfSchemaChange } from "./incrementalConfig.ts";
import { isPartitioned } from "./partitionBy.ts";
import { type Column, type Shape, shapeOf } from "./schemaChange.ts";
import { configuredTable, createIndexes } from "./tableConfig.ts";

interface Work {
	readonly input: BuildInput;
	readonly config: IncrementalConfig;
	readonly delta: RelationName;
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
		const column = columnNamed(key);
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
function updatedColumns({ input, config, shape }: Work): ReadonlySet<string> {
	const names = shape.inserted.map((c) => c.name);
	const wrong = (problem: string): never =>
		fail("TFM-INC-008", { node: input.node.name, problem }, { at: input.node.location });
	if (config.mergeUpdate.length > 0 && config.mergeExclude.length > 0)
		wrong("it has both merge_update_columns and merge_exclude_columns");
	if (config.mergeUpdate.length > 0) {
		const wanted = config.mergeUpdate.map((given) => ({ given, name: columnNamed(given) }));
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
function strategySql(
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

/** A copy of the table with the columns it will have, and the strategy run against it. */
function* buildCopy(work: Work, candidate: Candidate): Plan<Candidate & { readonly result: ExecuteResult }> {
	const { input, delta, shape } = work;
	const { render, quote } = input.dialect;
	const copy = render({ ...candidate.candidate, database: "" });
	const gone = new Set(shape.dropped);
	const changes = [
		...shape.retyped.map((c) => `alter column ${quote(c.name)} type ${c.type}`),
		...shape.added.map((c) => `add column ${quote(c.name)} ${c.type}`),
		...[...gone].map((name) => `drop column ${quote(name)}`),
	];
	const rows = `select * from ${render({ ...input.target, database: "" })}`;
	// The macro knows how a table is partitioned; of a plain one only the rows are copied, the rest is taken over later.
	const create = isPartitioned(input)
		? yield* createTableSql(input, candidate.candidate, rows)
		: `create table ${copy} as ${rows}`;
	yield* execute(create, "copy");
	if (changes.length > 0) yield* execute(`alter table ${copy} ${changes.join(", ")}`, "copy");
	const result = yield* execute(yield* strategySql(work, candidate.candidate, candidate.candidate), "build");
	yield* execute(`drop table ${render({ ...delta, database: "" })}`, "copy");
	yield* createIndexes(input, candidate.candidate);
	return { ...candidate, kind: "table", result };
}

/** What the driver would say of the strategy's statement: it is sent while publishing, and brings these rows. */
function responseOf(config: IncrementalConfig, made: ExecuteResult): AdapterResponse {
	const rows = made.rowCount ?? -1;
	const code = config.strategy === "merge" ? "MERGE" : "INSERT";
	return { _message: code === "MERGE" ? `MERGE ${rows}` : `INSERT 0 ${rows}`, code, rows_affected: rows };
}

/** Post-hooks of a layered project find no table of their own to work on before the publish, so they go into it. */
export function* hooksAfterwards(input: BuildInput): Plan<readonly string[]> {
	if (input.postHooks !== "candidate") return [];
	const texts: string[] = [];
	for (const hook of input.node.config["post-hook"].filter((h) => h.transaction)) {
		const sql = yield* hookText(hook.sql, "post-hook", null);
		if (sql !== "") texts.push(sql);
	}
	return texts;
}

/** A hook that leaves the rows alone, by its first words; one that a macro writes may do anything. */
const HARMLESS = /^\s*(set|analyze|vacuum|grant|revoke|comment|create\s+(unique\s+)?index|cluster)\b[^;]*;?\s*$/i;

/** Whether something beside the new rows may change the table, so that tests must look at all of it each time. */
const hooksMayChangeRows = ({ node }: BuildInput): boolean =>
	[...node.config["pre-hook"], ...node.config["post-hook"]].some((hook) => !HARMLESS.test(hook.sql));

/** Runs inside the build's transaction. Throws TFM-INC-001 … 011. */
export function* buildIncremental(input: BuildInput, candidate: Candidate): Plan<Built> {
	const { sql } = input;
	if (sql === null) throw new Error(`${input.node.unique_id} is incremental and has no query`);
	const config = readIncremental(input);
	yield* warnOfSchemaChange(input);
	const made = yield* createDelta(input, sql);
	const delta = made.relation;
	const found = { target: yield* columnsOf(input.target), delta: yield* columnsOf(delta) };
	const shape = shapeOf(input, config, found);
	checkKeys(input, config, found.delta, shape.columns);
	const work: Work = { input, config, delta, shape };
	const { strategy, key, predicates } = config;
	if (strategy === "custom" || shape.retyped.length > 0) {
		const { result, ...copy } = yield* buildCopy(work, candidate);
		return { candidate: copy, response: adapterResponse(result), executedSql: made.executedSql };
	}

	yield* fitDelta(input, { relation: delta, columns: found.delta, wanted: shape.columns, key });
	const updated = strategy === "merge" ? updatedColumns(work) : new Set<string>();
	if (strategy === "merge") yield* checkMergeKeys({ input, config, delta });
	const { render, quote } = input.dialect;
	const plain = (relation: RelationName) => render({ ...relation, database: "" });
	const query = candidateQuery({
		strategy,
		key,
		predicates,
		columns: shape.columns,
		updated,
		target: plain(input.target),
		delta: plain(delta),
		quote,
	});
	yield* execute(`create view ${plain(candidate.candidate)} as\n${query}`, "what the table will be");
	const statements = [yield* strategySql(work, input.target, null), ...(yield* hooksAfterwards(input))];
	const everyColumn = shape.columns.every(
		(c) => c.has && (strategy !== "merge" || key.length === 0 || updated.has(c.name)),
	);
	const wholeRows = everyColumn && !hooksMayChangeRows(input);
	const replaces = strategy !== "append" && predicates.length === 0;
	const columns = key.map(columnNamed).filter((name) => name !== null);
	const apply: DeltaApplication = {
		delta,
		statements,
		addColumns: shape.added,
		dropColumns: shape.dropped,
		...(wholeRows ? { wholeRows: { key: replaces && columns.length === key.length ? columns : [] } } : {}),
		table: yield* configuredTable(input),
	};
	return {
		candidate: { ...candidate, apply },
		response: responseOf(config, made.result),
		executedSql: made.executedSql,
	};
}
