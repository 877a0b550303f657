import type { PlanAnswer, PlanRequest } from "../core/plan.ts";
import type { Journal } from "../core/request.ts";
import { driveTemplate, emitMessages, type TemplateDrive } from "./driveTemplate.ts";
import { bindingOf } from "./run.ts";
import { statement } from "./statement.ts";

/** A statement that commits by itself, as dbt's run_hooks sends it before hooks outside the transaction. */
const COMMITS = /(?:^|;)\s*(?:commit|end)\b/i;

/**
 * Runs a materialization that the project or a package brings, in the transactions that dbt-postgres gives it: one is
 * open from the start until the first commit (adapter.commit(), or one in its SQL), afterwards each statement is kept
 * by itself, and what was never committed is rolled back. Nothing is sent twice: what it did nobody knows.
 */
export async function runMaterialization(
	drive: TemplateDrive & { readonly node: NonNullable<TemplateDrive["node"]> },
	request: Extract<PlanRequest, { kind: "materialize" }>,
): Promise<Extract<PlanAnswer, { kind: "materialized" }>> {
	const { run, session, node } = drive;
	const { compiler } = run.ports;
	const { materialization, sql, self, overload } = request;
	const about = { node, sql, ...(overload === undefined ? {} : { overload }) };
	const journals: Journal[] = [];
	let kept = false;
	const send = (purpose: string) =>
		statement(run, { node, purpose, sql: purpose }, (options) => session.execute(purpose, options));
	await send("begin");
	const commit = async (): Promise<void> => {
		await send("commit");
		kept = true;
	};
	const outcome = await driveTemplate({ ...drive, inTransaction: true, commit }, (journal) => {
		journals[0] = journal;
		return compiler.materialize(materialization, about, journal, bindingOf(run, self));
	});
	kept ||= (journals[0]?.entries ?? []).some(
		(entry) => entry.kind === "exchange" && entry.request.kind === "query" && COMMITS.test(entry.request.sql),
	);
	// Also where it committed: it may have begun another transaction by itself. Without one this does nothing.
	await send("rollback");
	emitMessages(run, node, outcome.messages);
	return { kind: "materialized", outcome, kept };
}
