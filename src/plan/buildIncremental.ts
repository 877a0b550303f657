/**
 * An incremental model whose table exists: new rows aside, the audit's view of what the table will be, and the statement
 * that brings them in while publishing. Where that cannot be said beforehand (a strategy of the project's own, a column
 * that changes its type), the statement is run against a copy, which takes the table's place.
 */
import type { Candidate, DeltaApplication, ExecuteResult } from "../core/adapter.ts";
import type { Batch } from "../core/eventTime.ts";
import type { AdapterResponse, BuildInput, Plan } from "../core/plan.ts";
import type { RelationName } from "../core/relation.ts";
import { adapterResponse, newRowsResponse } from "./adapterResponse.ts";
import { execute, hookText } from "./ask.ts";
import type { Built } from "./built.ts";
import { candidateQuery } from "./candidateQuery.ts";
import { columnNamed } from "./columnNamed.ts";
import { createDelta, createTableSql, deltaOf, fitDelta } from "./delta.ts";
import { checkMergeKeys } from "./duplicateKeys.ts";
import { type IncrementalConfig, readIncremental, warnOfSchemaChange } from "./incrementalConfig.ts";
import { bringInto, strategySql, updatedColumns, type Work, workOn } from "./incrementalWork.ts";
import { isPartitioned } from "./partitionBy.ts";
import { deleteGroups, dropKeys, type Groups, gatherKeys, groupsOf, groupsSql, leavesRows } from "./reprocess.ts";
import { configuredTable, createIndexes } from "./tableConfig.ts";

/** The rows that are published now in a table of the candidate's name, which the strategy can be run against. */
export function* copyTarget(input: BuildInput, candidate: RelationName): Plan<void> {
	const { nameOf, copyTable } = input.dialect.building;
	const table = nameOf(input.target);
	// The macro knows how a table is partitioned.
	const create = isPartitioned(input)
		? yield* createTableSql(input, candidate, `select * from ${table}`)
		: copyTable(nameOf(candidate), table, input.node.config.transient === false);
	yield* execute(create, "copy");
}

/** Whether what the table will be can only be found out by running the strategy against a copy of it. */
export const needsCopy = ({ config, shape }: Work): boolean => config.strategy === "custom" || shape.retyped.length > 0;

/**
 * What the driver would say of the strategy's statement: it is sent while publishing, and brings these rows. Snowflake
 * does not count what it creates, and the new rows are a table of their own: nothing is said of how many they are.
 */
function responseOf(config: IncrementalConfig, made: ExecuteResult): AdapterResponse {
	const rows = made.rowCount ?? -1;
	return newRowsResponse(made, config.strategy === "merge" ? "MERGE" : "INSERT 0", rows);
}

/** Post-hooks of a layered project find no table of their own to work on before the publish, so they go into it. */
export function* hooksAfterwards(input: BuildInput, batch?: Batch): Plan<readonly string[]> {
	if (input.postHooks !== "candidate") return [];
	const texts: string[] = [];
	for (const hook of input.node.config["post-hook"].filter((h) => h.transaction)) {
		const sql = yield* hookText(hook.sql, "post-hook", { self: null, batch });
		if (sql !== "") texts.push(sql);
	}
	return texts;
}

/** A hook that leaves the rows alone, by its first words; one that a macro writes may do anything. */
const HARMLESS = /^\s*(set|analyze|vacuum|grant|revoke|comment|create\s+(unique\s+)?index|cluster)\b[^;]*;?\s*$/i;

/** Whether something beside the new rows may change the table, so that tests must look at all of it each time. */
const hooksMayChangeRows = ({ node }: BuildInput): boolean =>
	[...node.config["pre-hook"], ...node.config["post-hook"]].some((hook) => !HARMLESS.test(hook.sql));

/** The view of what the table will be, and what the publish sends. The delta has the table's types by now. */
export function* auditDelta(
	work: Work,
	candidate: Candidate,
	hooks: readonly string[],
): Plan<Candidate & { readonly apply: DeltaApplication }> {
	const { input, config, delta, shape } = work;
	const { strategy, key, predicates } = config;
	if (strategy === "custom") throw new Error(`what ${config.macro} does cannot be foretold`);
	const updated = strategy === "merge" ? updatedColumns(work) : new Set<string>();
	const { quote, fold, building } = input.dialect;
	const plain = building.nameOf;
	const query = candidateQuery({
		strategy,
		key,
		predicates,
		columns: shape.columns,
		updated,
		target: plain(input.target),
		delta: plain(delta),
		quote,
		notTrue: building.notTrue,
	});
	yield* execute(`create view ${plain(candidate.candidate)} as\n${query}`, "what the table will be");
	const statements = [yield* strategySql(work, input.target, null), ...hooks];
	const everyColumn = shape.columns.every(
		(c) => c.has && (strategy !== "merge" || key.length === 0 || updated.has(c.name)),
	);
	const wholeRows = everyColumn && !hooksMayChangeRows(input);
	const replaces = strategy !== "append" && predicates.length === 0;
	const columns = key.map((k) => columnNamed(k, fold)).filter((name) => name !== null);
	const apply: DeltaApplication = {
		delta,
		statements,
		addColumns: shape.added,
		dropColumns: shape.dropped,
		...(wholeRows ? { wholeRows: { key: replaces && columns.length === key.length ? columns : [] } } : {}),
		table: yield* configuredTable(input),
	};
	return { ...candidate, apply };
}

/** Runs inside the build's transaction. Throws TFM-INC-001 … 011. */
export function* buildIncremental(input: BuildInput, candidate: Candidate): Plan<Built> {
	const { sql } = input;
	if (sql === null) throw new Error(`${input.node.unique_id} is incremental and has no query`);
	const config = readIncremental(input);
	yield* warnOfSchemaChange(input);
	if (!config.reprocesses)
		return yield* bringRows(input, config, { candidate, sql, hooks: () => hooksAfterwards(input) });
	yield* gatherKeys(input, config, { sql, first: true });
	return yield* bringGroups(input, config, { candidate, hooks: () => hooksAfterwards(input) });
}

/** New rows: how they come, and what becomes of them. */
interface NewRows {
	readonly candidate: Candidate;
	readonly sql: string;
	/** The rows are all there is of these groups. */
	readonly groups?: Groups;
	readonly hooks: () => Plan<readonly string[]>;
}

/** Every touched group, computed again, in place of what the table has of it. */
export function* bringGroups(
	input: BuildInput,
	config: IncrementalConfig,
	{ candidate, hooks }: Pick<NewRows, "candidate" | "hooks">,
): Plan<Built> {
	const groups = yield* groupsOf(input, config);
	const built = yield* bringRows(input, config, { candidate, sql: yield* groupsSql(groups), groups, hooks });
	yield* dropKeys(input);
	return built;
}

function* bringRows(
	input: BuildInput,
	config: IncrementalConfig,
	{ candidate, sql, groups, hooks }: NewRows,
): Plan<Built> {
	const delta = deltaOf(input.standsAt);
	const { executedSql, result: made } = yield* createDelta(input, delta, sql);
	const work = yield* workOn(input, config, { delta, into: input.target });
	const left = groups !== undefined && (yield* leavesRows(input, config, { groups, delta }));
	if (left || needsCopy(work)) {
		yield* copyTarget(input, candidate.candidate);
		if (groups !== undefined) yield* deleteGroups(input, groups, candidate.candidate);
		const result = yield* bringInto(work, candidate.candidate);
		yield* createIndexes(input, candidate.candidate);
		return { candidate: { ...candidate, kind: "table" }, response: adapterResponse(result), executedSql };
	}
	const { columns, shape } = work;
	yield* fitDelta(input, { relation: delta, columns, wanted: shape.columns, key: config.key });
	if (config.strategy === "merge") yield* checkMergeKeys({ input, config, delta });
	const audited = yield* auditDelta(work, candidate, yield* hooks());
	return { candidate: audited, response: responseOf(config, made), executedSql };
}
