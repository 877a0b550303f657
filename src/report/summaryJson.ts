import type { RunSummary } from "../core/events.ts";
import type { RunResult } from "../core/result.ts";
import { isFailure } from "./runBoard.ts";

/**
 * `--output json`: one document for a program that started tfm, with what the last lines say to a person. Shape
 * `tfm.summary/1`; lists hold unique ids, sorted.
 */
export function toSummaryJson(run: RunResult, summary: RunSummary): string {
	const trouble = run.results
		.filter((result) => isFailure(result) || result.status === "warn" || result.held?.kind === "publish")
		.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));
	const document = {
		v: 1,
		run_id: run.runId,
		command: run.command,
		status: run.cancelled ? "cancelled" : run.exitCode === 0 ? "passed" : "failed",
		exit_code: run.exitCode,
		started_at: run.startedAt,
		elapsed: run.elapsed,
		built: summary.built,
		reused: summary.reused ?? [],
		retried: summary.retried ?? 0,
		gates_off: summary.gatesOff ?? [],
		tests: summary.tests,
		published: summary.published,
		held: summary.held,
		blocked: summary.blocked,
		failed: summary.failed,
		left_untouched: summary.leftUntouched.length > 0,
		slowest: summary.slowest,
		problems: trouble.map((result) => ({
			unique_id: result.unique_id,
			layer: result.layer,
			status: result.status,
			failures: result.failures,
			code: result.diagnostic?.code ?? null,
			message: result.diagnostic?.message ?? result.message,
		})),
	};
	return `${JSON.stringify(document, null, 2)}\n`;
}
