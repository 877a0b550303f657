/**
 * The run. It owns the order and the database, and knows neither Jinja nor SQL: templates are rendered through the
 * compiler port, steps come from plan generators, outcomes are judged by a port.
 *
 * leases on all that it writes → leftovers of earlier runs → on-run-start → for each layer { loads, seeds and models in DAG order,
 * each test as soon as all that it reads is built → gate → publish → hooks outside the transaction } → on-run-end.
 * Without layers, or with `--no-gate`, every node is published right after its build.
 */

import type { RunJob, RunPorts } from "../core/ports.ts";
import type { HeldReason, NodeResult, RunResult } from "../core/result.ts";
import { closeRun } from "./closeRun.ts";
import { nodeResult } from "./nodeResult.ts";
import { prepare } from "./prepare.ts";
import { endContext, runProjectHooks } from "./projectHooks.ts";
import { createRun, type Run } from "./run.ts";
import { publishStanding, runStage, type StageReport } from "./runStage.ts";
import { settleUnfinished } from "./settle.ts";
import { layerFinished, runStarted } from "./summarize.ts";

function emitLayer(run: Run, report: StageReport): void {
	const event = layerFinished(run, report);
	if (event !== null) run.ports.emit(event);
}

/** All layers; with `publish_scope: run` what passed is published together after the last gate. */
async function runStages(run: Run): Promise<void> {
	const atTheEnd = run.gated && run.job.layering?.publishScope === "run";
	const reports: StageReport[] = [];
	for (const stage of run.graph.stages) {
		const report = await runStage(run, stage);
		if (report === null) return;
		if (atTheEnd) reports.push(report);
		else emitLayer(run, report);
	}
	if (!atTheEnd) return;
	await publishStanding(run, "run", [...run.graph.tasks.keys()]);
	if (run.stopReason() !== null) return;
	for (const report of reports) emitLayer(run, report);
}

/** Results in topological order; what never got one is skipped for `reason`. */
function nodeResults(run: Run): readonly NodeResult[] {
	return [...run.graph.tasks.keys()].flatMap((id) => run.results.get(id) ?? []);
}

/** on-run-end also runs after --fail-fast, whose signal must not stop it; only the user's does. */
function afterNodes(run: Run): Run {
	const { signal } = run.ports;
	return { ...run, signal, stopReason: () => (signal.aborted ? { kind: "cancelled" } : null) };
}

async function work(run: Run): Promise<readonly NodeResult[]> {
	const { job } = run;
	// Where nothing is selected dbt runs no hooks either.
	const hooks: typeof job.hooks = job.selected.size === 0 ? { start: [], end: [] } : job.hooks;
	try {
		await prepare(run);
	} catch (error) {
		if (run.stopReason() === null) throw error;
	}
	const start = run.stopReason() === null ? await runProjectHooks(run, hooks.start, { phase: "start", extra: {} }) : [];
	const hooksFailed = start.some((result) => result.status !== "success");
	if (hooksFailed && run.stopReason() === null) settleUnfinished(run, { kind: "hook" });
	else if (run.stopReason() === null) await runStages(run);
	const reason: HeldReason | null = run.stopReason();
	if (reason !== null) settleUnfinished(run, reason);
	const middle = [...start, ...nodeResults(run)];
	const end =
		reason?.kind === "cancelled"
			? hooks.end.map((hook) => nodeResult(hook, { status: "skipped", held: reason }))
			: await runProjectHooks(afterNodes(run), hooks.end, { phase: "end", extra: endContext(run, middle) });
	return [...middle, ...end];
}

/**
 * Runs the job. Failures of nodes are results; rejects with TfmError for what goes wrong before the first node and
 * with other errors for defects. The adapter must be open, and is left open.
 */
export async function executeRun(job: RunJob, ports: RunPorts): Promise<RunResult> {
	const started = ports.clock();
	const run = createRun(job, ports);
	return closeRun(run, started, () => {
		ports.emit(runStarted(run));
		return work(run);
	});
}
