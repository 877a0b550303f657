/** Yielding one request and receiving the answer that belongs to it, typed. An answer of another kind is a defect. */
import type { BulkLoaded, ExecuteResult } from "../core/adapter.ts";
import type { ComparedQuery, MacroCall } from "../core/compiler.ts";
import { type Diagnostic, fail } from "../core/diagnostic.ts";
import type { Batch } from "../core/eventTime.ts";
import type { Plan, PlanAnswer, PlanRequest } from "../core/plan.ts";
import type { ColumnInfo, RelationName } from "../core/relation.ts";
import type { DbAnswer, DbRequest } from "../core/request.ts";
import type { ResultTable } from "../core/resultTable.ts";

type AnswerOf<K extends PlanAnswer["kind"]> = Extract<PlanAnswer, { kind: K }>;

function* ask<K extends PlanAnswer["kind"]>(request: PlanRequest, kind: K): Plan<AnswerOf<K>> {
	const answer = yield request;
	if (answer.kind !== kind) throw new Error(`a plan asked for "${request.kind}" and was answered "${answer.kind}"`);
	return answer as AnswerOf<K>;
}

/** A statement behind which its transaction does no more than this. */
export type Closing = Extract<PlanRequest, { kind: "execute" }>["closing"];

export function* execute(sql: string, purpose: string, closing?: Closing): Plan<ExecuteResult> {
	const request = { kind: "execute", sql, purpose, ...(closing === undefined ? {} : { closing }) } as const;
	return (yield* ask(request, "executed")).result;
}

export function* query(sql: string, purpose: string, { last = false } = {}): Plan<ResultTable> {
	return (yield* ask({ kind: "query", sql, purpose, ...(last ? { last } : {}) }, "table")).table;
}

/** A query of its own, behind which nothing is needed that it may have set. Of several statements one may set something. */
export const lastQuery = (sql: string, purpose: string): Plan<ResultTable> =>
	query(sql, purpose, { last: !sql.includes(";") });

export function* perform(request: PlanRequest & { kind: "dress" | "stands" | "transaction" | "warn" }): Plan<void> {
	yield* ask(request, "done");
}

export function* database(request: DbRequest): Plan<DbAnswer> {
	return (yield* ask({ kind: "database", request }, "database")).answer;
}

/** Runs a materialization of the project's own. */
export function* materialize(
	request: Omit<Extract<PlanRequest, { kind: "materialize" }>, "kind">,
): Plan<Extract<PlanAnswer, { kind: "materialized" }>> {
	return yield* ask({ kind: "materialize", ...request }, "materialized");
}

/** Why a signature of a function could not be created, or null. */
export function* createOverload(
	request: Omit<Extract<PlanRequest, { kind: "overload" }>, "kind">,
): Plan<Diagnostic | null> {
	return (yield* ask({ kind: "overload", ...request }, "overload")).failure;
}

/** Columns in their order; the relation must be there. */
export function* columnsOf(relation: RelationName): Plan<readonly ColumnInfo[]> {
	const { answer } = yield* ask({ kind: "database", request: { kind: "columns", relation } }, "database");
	if (answer.kind !== "columns" || answer.columns === null)
		throw new Error(`the columns of ${relation.schema}.${relation.identifier} were asked for, and it is not there`);
	return answer.columns;
}

export function* loadSeed(relation: RelationName): Plan<BulkLoaded> {
	return yield* ask({ kind: "loadSeed", relation }, "loaded");
}

/** A hook's text with its template rendered, trimmed; empty when the template decided to do nothing. */
export function* hookText(
	text: string,
	label: string,
	{ self, batch }: { readonly self: RelationName | null; readonly batch?: Batch | undefined },
): Plan<string> {
	const request = { kind: "text", text, label, self, ...(batch === undefined ? {} : { batch }) } as const;
	return (yield* ask(request, "rendered")).text.trim();
}

/** The node's query for the batch under way. */
export function* batchSql(self: RelationName | null): Plan<string> {
	return (yield* ask({ kind: "compile", self }, "rendered")).text;
}

/** The node's query as it is where all of it is built anew. */
export function* wholeSql(): Plan<string> {
	return (yield* ask({ kind: "compile", self: null, whole: true }, "rendered")).text;
}

/** Why the batch failed, or null. */
export function* runBatch(request: Omit<Extract<PlanRequest, { kind: "batch" }>, "kind">): Plan<Diagnostic | null> {
	return (yield* ask({ kind: "batch", ...request }, "batch")).failure;
}

/** What a macro writes, trimmed; empty where it has nothing to say. */
export function* macroText(call: MacroCall, self: RelationName | null = null): Plan<string> {
	return (yield* ask({ kind: "macro", call, self }, "rendered")).text.trim();
}

/** The SQL that a macro writes; an override that writes nothing is the author's mistake. */
export function* macroSql(call: MacroCall, node: string, self: RelationName | null = null): Plan<string> {
	const { text } = yield* ask({ kind: "macro", call, self }, "rendered");
	if (text.trim() === "") fail("TFM-RUN-008", { node, macro: call.macro });
	return text.trim();
}

/** The query of a test as if its failures were stored. */
export function* wholeRowsSql(): Plan<string> {
	return (yield* ask({ kind: "wholeRows" }, "rendered")).text;
}

/** The query that sets a unit test's actual rows beside the expected ones. */
export function* comparisonSql(query: ComparedQuery): Plan<string> {
	return (yield* ask({ kind: "comparison", query }, "rendered")).text.trim();
}

/** What a macro returns. */
export function* macroValue(call: MacroCall): Plan<unknown> {
	return (yield* ask({ kind: "macro", call, self: null }, "rendered")).value;
}

/** A macro that does its work by itself. */
export function* macroWork(call: MacroCall): Plan<void> {
	yield* ask({ kind: "macro", call, self: null }, "rendered");
}
