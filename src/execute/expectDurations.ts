import type { Session } from "../core/adapter.ts";
import type { Usual } from "../core/events.ts";
import type { NodeId } from "../core/node.ts";
import { expectedDuration } from "./expectedDuration.ts";
import { projectTargetOf, type Run } from "./run.ts";
import { databaseErrorOf } from "./statement.ts";

const MIN_RUNS = 3;

/** Without them a run is only told less; what is wrong with the history is said when it is to be written. */
async function usualDurations({ job, ports }: Run, session: Session): ReturnType<typeof ports.state.usualDurations> {
	try {
		return await ports.state.usualDurations(session, projectTargetOf(job));
	} catch (error) {
		if (databaseErrorOf(error)?.kind !== "sql") throw error;
		return new Map();
	}
}

/** Learns what the history lets expect of this run, and tells it; nothing where there is none. One query. */
export async function expectDurations(run: Run, session: Session): Promise<void> {
	const { job, ports, graph } = run;
	if (job.history === undefined) return;
	const found = await usualDurations(run, session);
	const usual: Record<string, Usual> = {};
	for (const id of [...graph.tasks.keys()].sort()) {
		const known = found.get(id);
		if (known === undefined || known.runs < MIN_RUNS) continue;
		const ms = (seconds: number): number => Math.round(seconds * 1000);
		usual[id] = { median_ms: ms(known.median), p95_ms: ms(known.p95), runs: known.runs };
	}
	if (Object.keys(usual).length === 0) return;
	const threads = Math.min(job.flags.threads, ports.adapter.capabilities.concurrency);
	for (const [id, { median_ms }] of Object.entries(usual)) run.usual.set(id as NodeId, median_ms);
	ports.emit({ event: "run.expected", duration_ms: expectedDuration(graph, threads, run.usual), usual }, "debug");
}
