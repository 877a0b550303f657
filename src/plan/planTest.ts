import type { MacroArgument } from "../core/compiler.ts";
import { fail } from "../core/diagnostic.ts";
import { failureThreshold } from "../core/failureThreshold.ts";
import type { AdapterResponse, NodePlan, Plan, TestInput, TestOutcome } from "../core/plan.ts";
import type { CellValue, ResultTable } from "../core/resultTable.ts";
import { adapterResponse } from "./adapterResponse.ts";
import { database, execute, lastQuery, macroSql, query, wholeRowsSql } from "./ask.ts";
import { ownTestMain, responseOf } from "./planOwn.ts";

const value = (v: unknown): MacroArgument => ({ kind: "value", value: v });
const textOr = (v: unknown, otherwise: string): string => (typeof v === "string" && v.trim() !== "" ? v : otherwise);

/**
 * Where failing rows are kept, or nothing. `store_failures_as` beats `store_failures`, both beat the flag. Over
 * candidates a view becomes a table: it would hang on relations that are about to move, and readers of it would see
 * rows that no gate has passed.
 */
function storedAs(input: TestInput): "table" | "view" | null {
	const { store_failures, store_failures_as } = input.node.config;
	const asked = typeof store_failures_as === "string" ? store_failures_as.toLowerCase() : null;
	if (asked === "ephemeral") return null;
	if (asked === "view") return input.readsCandidates ? "table" : "view";
	if (asked === "table") return "table";
	return (typeof store_failures === "boolean" ? store_failures : input.storeFailures === true) ? "table" : null;
}

function* createSchema({ storedAt }: TestInput): Plan<void> {
	yield* database({ kind: "ddl", action: "create_schema", relation: { ...storedAt, identifier: "" } });
}

function* store(input: TestInput, kind: "table" | "view"): Plan<string> {
	const { node, storedAt: relation } = input;
	// No more rows are kept than are counted.
	const sql = node.config.limit == null ? input.sql : `${input.sql}\nlimit ${node.config.limit}`;
	yield* createSchema(input);
	yield* database({ kind: "ddl", action: "drop_relation", relation });
	const argument: MacroArgument = { kind: "relation", relation, type: kind };
	const create = yield* macroSql(
		{
			macro: kind === "view" ? "get_create_view_as_sql" : "get_create_table_as_sql",
			positional: kind === "view" ? [argument, value(sql)] : [value(false), argument, value(sql)],
			keyword: {},
			node: node.unique_id,
			sql,
		},
		node.name,
	);
	yield* execute(create, "store failures");
	return `select * from ${input.render(relation)}`;
}

const TRUE = new Set(["true", "t", "1", "yes"]);
const FALSE = new Set(["false", "f", "0", "no"]);

/** dbt accepts booleans, 0/1 and their text, since engines differ in what a comparison returns. */
function truth(node: string, column: string, cell: CellValue | undefined): boolean {
	const text = String(cell).toLowerCase();
	if (TRUE.has(text)) return true;
	if (FALSE.has(text)) return false;
	return fail("TFM-RUN-007", { node, column, value: text });
}

function outcomeOf(node: string, { rows }: Pick<ResultTable, "rows">): TestOutcome {
	const row = rows[0];
	if (row === undefined || rows.length !== 1 || row.length !== 3)
		return fail("TFM-RUN-006", { node, rows: rows.length, columns: row?.length ?? 0 });
	const failures = Number(row[0]);
	if (row[0] === null || !Number.isFinite(failures))
		return fail("TFM-RUN-007", { node, column: "failures", value: String(row[0]) });
	return {
		failures,
		shouldWarn: truth(node, "should_warn", row[1]),
		shouldError: truth(node, "should_error", row[2]),
	};
}

const oneLine = (sql: string): string => sql.replaceAll(/\s+/g, " ").trim();

/**
 * What the test's statement would answer, where its failing rows have been counted already. The statement is compared
 * with the usual one word by word, so that a project's own get_test_sql, fail_calc or threshold is always sent.
 */
function countedOutcome(
	{ node: { config }, sql, counted }: TestInput,
	{ kind, executedSql }: { readonly kind: "table" | "view" | null; readonly executedSql: string },
): TestOutcome | null {
	if (counted === null || kind !== null) return null;
	const [warnIf, errorIf] = [textOr(config.warn_if, "!= 0"), textOr(config.error_if, "!= 0")];
	const [warns, errors] = [failureThreshold(warnIf), failureThreshold(errorIf)];
	const { limit } = config;
	if (warns === null || errors === null || !(limit == null || (Number.isInteger(limit) && Number(limit) >= 0)))
		return null;
	const usual = `select count(*) as failures, count(*) ${warnIf} as should_warn, count(*) ${errorIf} as should_error from ( ${sql} ${limit == null ? "" : `limit ${String(limit)} `}) dbt_internal_test`;
	if (oneLine(usual) !== oneLine(executedSql)) return null;
	const failures = limit == null ? counted.failures : Math.min(counted.failures, Number(limit));
	return { failures, shouldWarn: warns.holds(failures), shouldError: errors.holds(failures) };
}

/** As counted already, else by the test's own statement. */
function* judged(
	input: TestInput,
	asked: { readonly kind: "table" | "view" | null; readonly executedSql: string },
): Plan<{ readonly outcome: TestOutcome; readonly response: AdapterResponse }> {
	const outcome = countedOutcome(input, asked);
	if (outcome !== null && input.counted !== null) return { outcome, response: input.counted.response };
	const table = yield* lastQuery(asked.executedSql, "test");
	return { outcome: outcomeOf(input.node.name, table), response: adapterResponse(table) };
}

/** One data test: failing rows stored where asked, counted by the wrapper of get_test_sql, and a few of them fetched. */
export function* planTest(input: TestInput): Plan<NodePlan> {
	const { node } = input;
	if (input.own !== null) {
		// dbt has made the schema before it runs any test.
		if (storedAs(input) !== null) yield* createSchema(input);
		const { main, executedSql } = yield* ownTestMain(input, input.own);
		const response = responseOf(main);
		return { kind: "tested", outcome: outcomeOf(node.name, main), sample: null, response, executedSql, storedIn: null };
	}
	const kind = storedAs(input);
	const mainSql = kind === null ? input.sql : yield* store(input, kind);
	const config = node.config;
	const executedSql = yield* macroSql(
		{
			macro: "get_test_sql",
			positional: [
				value(mainSql),
				value(textOr(config.fail_calc, "count(*)")),
				value(textOr(config.warn_if, "!= 0")),
				value(textOr(config.error_if, "!= 0")),
				value(config.limit ?? null),
			],
			keyword: {},
			node: node.unique_id,
			sql: input.sql,
		},
		node.name,
	);
	const storedIn = kind === null ? null : input.render({ ...input.storedAt, database: "" });
	const { outcome, response } = yield* judged(input, { kind, executedSql });
	if (input.sampleRows === 0 || !(outcome.shouldWarn || outcome.shouldError))
		return { kind: "tested", outcome, sample: null, response, executedSql, storedIn };
	const rowsSql = kind === null ? yield* wholeRowsSql() : mainSql;
	const limited = `select * from (\n${rowsSql}\n) dbt_internal_test limit ${input.sampleRows}`;
	const sample = yield* query(limited, "failing rows");
	return { kind: "tested", outcome, sample, response, executedSql, storedIn };
}
