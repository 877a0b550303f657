import { diagnostic } from "../core/diagnostic.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import { endRun, endWithHistory, leaveUnrecorded } from "./recordHistory.ts";
import type { Run } from "./run.ts";
import { databaseErrorOf } from "./statement.ts";
import { exitCodeOf, summarize } from "./summarize.ts";

/** The run broke off: its leases are given back where that is still possible; else it counts as killed, and the next run takes them. */
async function abandon(run: Run, started: Date): Promise<void> {
	await endRun(run, "failed").catch((error: unknown) => {
		// What broke the run off is thrown by the caller; this failure only follows from it.
		if (isLost(error)) leaveUnrecorded(run, started.toISOString(), []);
	});
}

const isLost = (error: unknown): boolean => databaseErrorOf(error)?.kind === "connection";

/** The state tables or their schema are not there any more, or no longer for this role. */
const GONE: ReadonlySet<string> = new Set(["42P01", "3F000", "42501"]);

/** Closes the state; when even that fails (the server is gone) the results must still reach the user. Returns the exit code. */
async function conclude(run: Run, results: readonly NodeResult[], started: Date): Promise<RunResult["exitCode"]> {
	const exitCode = exitCodeOf(run, results);
	try {
		const status = exitCode === 130 ? "cancelled" : exitCode === 0 ? "success" : "failed";
		await endWithHistory(run, { results, status, startedAt: started.toISOString() });
		return exitCode;
	} catch (error) {
		const refused = databaseErrorOf(error);
		if (refused === null) throw error;
		// The tables went away while the run was on, and all that it published is published: its word is what is lost.
		if (GONE.has(refused.sqlstate ?? "")) {
			const facts = { message: refused.message };
			const remark = diagnostic("TFM-HIST-001", facts, { severity: "warning" });
			run.ports.emit({ event: "diagnostic", diagnostic: remark }, "warn");
			return exitCode;
		}
		if (isLost(error)) leaveUnrecorded(run, started.toISOString(), results);
		// Whoever stopped the run waits for no server; that it ended the next run finds out.
		if (exitCode === 130 && refused.kind === "cancelled") {
			const text = "The server still owed an answer: how the run ended is not written down there.";
			run.ports.emit({ event: "message", text, node_id: null, print: false }, "warn");
			return exitCode;
		}
		const facts = { node: "the end of the run", message: refused.message };
		run.ports.emit({ event: "diagnostic", diagnostic: diagnostic("TFM-RUN-005", facts) }, "error");
		return exitCode === 0 ? 1 : exitCode;
	}
}

/** Does the work and closes the run around it: results and summary, or, when it breaks off, at least its leases. */
export async function closeRun(
	run: Run,
	started: Date,
	work: () => Promise<readonly NodeResult[]>,
): Promise<RunResult> {
	const { job, ports } = run;
	try {
		const results = await work();
		const exitCode = await conclude(run, results, started);
		const result: RunResult = {
			command: job.command,
			runId: job.runId,
			results,
			startedAt: started.toISOString(),
			elapsed: (ports.clock().getTime() - started.getTime()) / 1000,
			cancelled: exitCode === 130,
			exitCode,
		};
		ports.emit({ event: "run.finished", run: result, summary: summarize(run, results) });
		return result;
	} catch (error) {
		await abandon(run, started);
		throw error;
	} finally {
		run.dispose();
	}
}
