import type { RunEvent } from "../core/events.ts";
import type { LogMessage } from "../core/logMessage.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import { type DbtEvent, dbtMessage } from "./dbtMessage.ts";
import { runResultOf } from "./dbtOutput.ts";
import { isFailed } from "./dbtResultMessage.ts";
import { asDbtSkips, isEphemeralSkip } from "./ephemeralSkips.ts";
import { count } from "./figures.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import { IDLE, type NodeInfo, type NodeProgress } from "./nodeInfo.ts";

interface About {
	/** How many of each kind were taken up. */
	readonly kinds: ReadonlyMap<string, number>;
	readonly lookup: (id: NodeId) => NodeFacts | undefined;
	readonly info: (id: NodeId, progress: NodeProgress) => NodeInfo | undefined;
}

const DONE_OF_NOTHING: ReadonlySet<string> = new Set(["seed", "clone"]);

const messagesAt =
	(ts: string) =>
	(name: DbtEvent, msg: string, data?: { readonly [key: string]: unknown }): LogMessage =>
		dbtMessage(name, msg, { ts, ...(data === undefined ? {} : { data }) });

/** What dbt says when a run is over: what ran, each failure and warning again, and the counts. */
export function endMessages(
	{ run, ts }: Extract<RunEvent, { event: "run.finished" }>,
	{ kinds, lookup, info }: About,
): readonly LogMessage[] {
	const message = messagesAt(ts);
	const blank = message("Formatting", "");
	const results = asDbtSkips(run.results, run.command);
	const of = (...statuses: readonly string[]) => results.filter((r) => statuses.includes(r.status));
	// dbt counts what was skipped with a message among the errors, and does not tell it again.
	const errors = results.filter((r) => isFailed(r) || isEphemeralSkip(r) || r.held?.kind === "fail_fast");
	const [warnings, partial] = [of("warn"), of("partial success")];

	const clones = run.command === "clone";
	// A clone has no SQL of its own that would be compiled.
	const toldOf = (result: NodeResult): readonly LogMessage[] =>
		resultAgain(clones ? { ...result, compiled: false } : result, ts, { lookup, info });
	const elapsed = run.elapsed;
	const stat_line = ranLine(run, kinds);
	const execution = ` in ${spent(elapsed)}`;
	const finished = message(
		"FinishedRunningStats",
		`Finished running ${stat_line}${execution} (${elapsed.toFixed(2)}s).`,
		{
			stat_line,
			execution,
			execution_time: elapsed,
		},
	);
	const result = message("EndRunResult", "Command end result", {
		elapsed_time: elapsed,
		generated_at: ts,
		results: results.map(runResultOf),
		success: run.exitCode === 0,
	});
	// Commands that dbt does not leave early say that they are done, of nothing too.
	if (run.results.length === 0 && !DONE_OF_NOTHING.has(run.command))
		return run.command === "source freshness" ? [result, message("FreshnessCheckComplete", "Done.", {})] : [result];
	// dbt tells of stale sources and of those that it could not ask, and counts nothing.
	if (run.command === "source freshness")
		return [blank, finished, ...errors.flatMap(toldOf), message("FreshnessCheckComplete", "Done.", {})];
	const summary = message("EndOfRunSummary", summaryText(run, { errors, partial, warnings }), {
		keyboard_interrupt: run.cancelled,
		num_errors: errors.length,
		num_partial_success: partial.length,
		num_warnings: warnings.length,
	});
	// A seed that was left alone counts as loaded, as in run_results.json.
	const idle = of("no-op");
	const seeds = idle.filter((r) => r.resource_type === "seed").length;
	const stats = {
		error: errors.filter(isFailed).length + partial.length,
		noop: idle.length - seeds,
		pass: of("success", "pass").length + seeds,
		reused: of("reused").length,
		skip: of("skipped").length,
		total: run.results.length,
		warn: warnings.length,
	};
	const done = `Done. PASS=${stats.pass} WARN=${stats.warn} ERROR=${stats.error} SKIP=${stats.skip} NO-OP=${stats.noop} REUSED=${stats.reused} TOTAL=${stats.total}`;
	return [
		...(run.results.length === 0 || clones ? [] : [blank, finished]),
		result,
		blank,
		summary,
		...[...errors.filter(isFailed), ...warnings].flatMap(toldOf),
		blank,
		message("StatsLine", done, { stats }),
	];
}

/** What dbt says of a failure or a warning beside the node's own line: its file, its message, where its SQL stands. */
export function resultAgain(
	result: NodeResult,
	ts: string,
	{ lookup, info }: Pick<About, "lookup" | "info">,
): readonly LogMessage[] {
	const message = messagesAt(ts);
	const blank = message("Formatting", "");
	const facts = lookup(result.unique_id);
	const known = info(result.unique_id, IDLE);
	const about = known === undefined ? {} : { node_info: known };
	const warns = result.status === "warn";
	const path = facts?.file ?? "";
	const node_name = facts?.name ?? result.unique_id;
	const group = facts?.group === undefined ? {} : { group: facts.group };
	const node = { node_name, path, resource_type: result.resource_type, ...about, ...group };
	const where = `in ${result.resource_type} ${node_name} (${path})`;
	const said = result.message;
	const compiled = facts?.sqlPath?.replace("/run/", "/compiled/");
	const stored = result.resource_type === "test" ? result.relation_name : null;
	return [
		blank,
		// A message of a source that could not be asked names the source itself.
		...(result.status === "runtime error"
			? []
			: warns
				? [message("RunResultWarning", `[WARNING]: ${where}`, node)]
				: [message("RunResultFailure", `[ERROR]: ${where}`, node)]),
		said === null
			? message("RunResultErrorNoMessage", `  Status: ${result.status}`, { status: result.status, ...about })
			: warns
				? message("RunResultWarningMessage", `[WARNING]: ${said}`, { msg: said, ...about })
				: message("RunResultError", `  ${said}`, { msg: said, ...about, ...group }),
		...(compiled === undefined || !result.compiled
			? []
			: [blank, message("SQLCompiledPath", `  compiled code at ${compiled}`, { path: compiled, ...about })]),
		...(stored === null
			? []
			: [blank, message("CheckNodeTestFailure", testFailures(stored), { relation_name: stored, ...about })]),
	];
}

function testFailures(relation: string): string {
	const query = `select * from ${relation}`;
	const rule = "-".repeat(query.length);
	return `  See test failures:\n  ${rule}\n  ${query}\n  ${rule}`;
}

function ranLine(run: RunResult, kinds: ReadonlyMap<string, number>): string {
	const hooks = run.results.filter((r) => r.resource_type === "operation").length;
	return [...kinds, ...(hooks === 0 ? [] : [["project hook", hooks] as const])]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([kind, n]) =>
			kind === "saved query" && n !== 1
				? `${n} saved queries`
				: count(n, kind === "test" && n !== 1 ? "data test" : kind.replace("_", " ")),
		)
		.join(", ");
}

function spent(elapsed: number): string {
	const whole = Math.floor(elapsed);
	return `${Math.floor(whole / 3600)} hours ${Math.floor(whole / 60) % 60} minutes and ${(elapsed % 60).toFixed(2)} seconds`;
}

function summaryText(
	run: RunResult,
	{
		errors,
		partial,
		warnings,
	}: {
		readonly errors: readonly NodeResult[];
		readonly partial: readonly NodeResult[];
		readonly warnings: readonly NodeResult[];
	},
): string {
	const successes = `${partial.length} partial ${partial.length === 1 ? "success" : "successes"}`;
	const warned = count(warnings.length, "warning");
	if (run.cancelled) return "Exited because of keyboard interrupt";
	if (errors.length > 0) return `Completed with ${count(errors.length, "error")}, ${successes}, and ${warned}:`;
	if (partial.length > 0) return `Completed with ${successes} and ${warned}`;
	return warnings.length > 0 ? `Completed with ${warned}:` : "Completed successfully";
}
