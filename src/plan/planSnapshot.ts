/**
 * A snapshot: the history of a query's rows, by dbt's rules. The first run makes the table, every row an open version.
 * Later runs compare the query with the open versions into a table of changes, the delta. The published table is touched
 * only while publishing, by the text of the overridable snapshot_merge_sql; the audit reads a view of what it will be.
 *
 * Where the project writes that text itself (or the macro that adds columns) nobody can foretell what it does, so it is
 * run on a copy, and the copy takes the table's place. So it is where a text column must become longer: the audit's view
 * would hang on the column whose type changes.
 *
 * Unlike dbt, a key with several rows is refused: their versions would multiply with each run. Like dbt, --full-refresh
 * leaves a snapshot's history alone.
 */
import type { Candidate } from "../core/adapter.ts";
import type { MacroArgument, MacroCall } from "../core/compiler.ts";
import { fail } from "../core/diagnostic.ts";
import type { AdapterResponse, BuildInput, Plan } from "../core/plan.ts";
import type { ColumnInfo, RelationName } from "../core/relation.ts";
import type { CellValue } from "../core/resultTable.ts";
import { suggestName } from "../core/suggestName.ts";
import { adapterResponse, newRowsResponse } from "./adapterResponse.ts";
import { columnsOf, execute, macroSql, macroWork, query } from "./ask.ts";
import { hooksAfterwards } from "./buildIncremental.ts";
import type { Built } from "./built.ts";
import { createDelta, deltaOf, fitDelta } from "./delta.ts";
import { type ChangedColumns, compareColumns, isKeyColumn } from "./planSnapshotColumns.ts";
import { configuredTable, createIndexes } from "./tableConfig.ts";

const STRATEGIES = ["timestamp", "check"];
/** What decides how the changes come into the table; whose texts are not ours cannot be foretold. */
const MERGE_MACROS = ["snapshot_merge_sql", "create_columns", "post_snapshot"];

const value = (v: unknown): MacroArgument => ({ kind: "value", value: v });
const table = (relation: RelationName): MacroArgument => ({ kind: "relation", relation, type: "table" });

function call(input: BuildInput, macro: string, positional: readonly MacroArgument[]): MacroCall {
	return {
		macro,
		positional,
		keyword: {},
		node: input.node.unique_id,
		...(input.sql === null ? {} : { sql: input.sql }),
	};
}

const sqlOf = (input: BuildInput, macro: string, ...positional: readonly MacroArgument[]): Plan<string> =>
	macroSql(call(input, macro, positional), input.node.name);

/** Whether the project says what a new version is. Throws TFM-SNAP-004. */
function hasOwnStrategy({ node, isOverridden }: BuildInput): boolean {
	const strategy = String(node.config.strategy);
	const macro = `snapshot_${strategy.split(".").at(-1)}_strategy`;
	const own = isOverridden(macro);
	if (own || STRATEGIES.includes(strategy)) return own;
	const suggestion = suggestName(strategy, STRATEGIES);
	return fail("TFM-SNAP-004", { snapshot: node.name, strategy, macro, suggestion }, { at: node.location });
}

function requireTable({ node, existing, target }: BuildInput): void {
	if (existing === null || existing === "table") return;
	const kind = existing.replaceAll("_", " ");
	const relation = `${target.schema}.${target.identifier}`;
	fail("TFM-SNAP-001", { snapshot: node.name, relation, kind }, { at: node.location });
}

const keysOf = ({ node }: BuildInput): readonly string[] => {
	const key = node.config.unique_key;
	return (Array.isArray(key) ? key : [key]).map(String);
};

/** Keys with a null in them match nothing, so they are no duplicates. Throws TFM-SNAP-003. */
function refuseDuplicates(input: BuildInput, duplicates: CellValue | undefined, sample: CellValue | undefined): void {
	if (Number(duplicates) === 0) return;
	const { name, location } = input.node;
	const facts = { snapshot: name, keys: keysOf(input), duplicates: Number(duplicates), sample: String(sample) };
	fail("TFM-SNAP-003", facts, { at: location });
}

/**
 * dbt's look at the table, at the snapshot's own place; a strategy that keeps deleted rows without the config saying so is
 * met by the macro's. Throws TFM-SNAP-002.
 */
function requireColumns({ node, target }: BuildInput, there: readonly ColumnInfo[]): void {
	const names = (node.config.snapshot_meta_column_names ?? {}) as Readonly<Record<string, unknown>>;
	const deleted = node.config.hard_deletes === "new_record" ? ["dbt_is_deleted"] : [];
	const wanted = ["dbt_scd_id", "dbt_valid_from", "dbt_valid_to", ...deleted].map((name) =>
		String(names[name] || name).replaceAll('"', ""),
	);
	const has = new Set(there.map((c) => c.name.toLowerCase()));
	const missing = wanted.filter((name) => !has.has(name.toLowerCase()));
	const facts = { snapshot: node.name, relation: `${target.schema}.${target.identifier}`, missing };
	if (missing.length > 0) fail("TFM-SNAP-002", facts, { at: node.location });
}

function* firstRun(input: BuildInput, base: Candidate): Plan<Built> {
	const relation = table(base.candidate);
	const sql = yield* sqlOf(input, "tfm_snapshot_first_query");
	const executedSql = yield* sqlOf(input, "get_create_table_as_sql", value(false), relation, value(sql));
	const response = adapterResponse(yield* execute(executedSql, "build"));
	yield* macroWork(call(input, "check_time_data_types", [value(sql)]));
	// A strategy of the project's own may go by another key.
	if (!hasOwnStrategy(input)) {
		const count = yield* sqlOf(input, "tfm_snapshot_first_count", relation, value(keysOf(input)));
		const [duplicates, sample] = (yield* query(count, "duplicate keys")).rows[0] ?? [];
		refuseDuplicates(input, duplicates, sample);
	}
	yield* createIndexes(input, base.candidate);
	return { candidate: base, response, executedSql };
}

interface Changes {
	readonly delta: RelationName;
	readonly columns: ChangedColumns;
	readonly response: AdapterResponse;
	readonly executedSql: string;
}

/** What has changed since the last run, as a table in the types of the snapshot's. */
function* findChanges(input: BuildInput): Plan<Changes> {
	const there = yield* columnsOf(input.target);
	requireColumns(input, there);
	const sql = yield* sqlOf(input, "tfm_snapshot_changes_query", table(input.target));
	const delta = deltaOf(input.standsAt);
	const made = yield* createDelta(input, delta, sql);
	yield* macroWork(call(input, "check_time_data_types", [value(sql)]));
	const fresh = yield* columnsOf(delta);
	const keys = value(fresh.map((c) => c.name).filter(isKeyColumn));
	const count = yield* sqlOf(input, "tfm_snapshot_count", table(delta), keys);
	const [inserted, duplicates, sample] = (yield* query(count, "duplicate keys")).rows[0] ?? [];
	refuseDuplicates(input, duplicates, sample);
	const columns = compareColumns(input.dialect.building, there, fresh);
	yield* fitDelta(input, { relation: delta, columns: fresh, wanted: columns.columns, key: [] });
	// What the driver would say of the last statement of the merge, which is sent while publishing.
	const rows = Number(inserted);
	const response = newRowsResponse(made.result, "INSERT 0", rows);
	return { delta, columns, response, executedSql: made.executedSql };
}

function mergeSql(input: BuildInput, into: RelationName, { delta, columns }: Changes): Plan<string> {
	const names = value(columns.inserted.map((name) => input.dialect.quote(name)));
	return sqlOf(input, "snapshot_merge_sql", table(into), table(delta), names);
}

/** The merge on a copy of the table, which then takes its place. */
function* changeCopy(input: BuildInput, base: Candidate, changes: Changes): Plan<Candidate> {
	const { candidate } = base;
	const { delta, columns } = changes;
	const copy = yield* sqlOf(input, "tfm_snapshot_copy", table(candidate), table(input.target), value(columns.widened));
	yield* execute(copy, "copy");
	const added = value(columns.added.map((c) => c.name));
	yield* macroWork(call(input, "tfm_snapshot_new_columns", [table(candidate), table(delta), added]));
	yield* execute(yield* mergeSql(input, candidate, changes), "merge");
	yield* macroWork(call(input, "post_snapshot", [table(delta)]));
	yield* execute(input.dialect.building.dropTables([input.dialect.building.nameOf(delta)]), "copy");
	yield* createIndexes(input, candidate);
	return base;
}

/** The view that the audit reads, and the statements that make the table what the view shows. */
function* foretell(input: BuildInput, base: Candidate, changes: Changes): Plan<Candidate> {
	const { delta, columns } = changes;
	const view: MacroArgument = { kind: "relation", relation: base.candidate, type: "view" };
	const given = [view, table(input.target), table(delta), value(columns.columns)];
	yield* execute(yield* sqlOf(input, "tfm_snapshot_candidate", ...given), "what the table will be");
	const statements = [yield* mergeSql(input, input.target, changes), ...(yield* hooksAfterwards(input))];
	const apply = { delta, statements, addColumns: columns.added, dropColumns: [], table: yield* configuredTable(input) };
	return { ...base, kind: "view", apply };
}

/** Runs inside the build's transaction. `base` describes a table. Throws TFM-SNAP-001 … 004. */
export function* planSnapshot(input: BuildInput, base: Candidate): Plan<Built> {
	requireTable(input);
	hasOwnStrategy(input);
	if (input.existing === null) return yield* firstRun(input, base);
	const changes = yield* findChanges(input);
	const ownMerge = MERGE_MACROS.some((macro) => input.isOverridden(macro));
	const change = ownMerge || changes.columns.widened.length > 0 ? changeCopy : foretell;
	const candidate = yield* change(input, base, changes);
	return { candidate, response: changes.response, executedSql: changes.executedSql };
}
