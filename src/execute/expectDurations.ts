import type { Session } from "../core/adapter.ts";
import type { Usual } from "../core/events.ts";
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

/** Tells what the history lets expect of this run; nothing where there is none. One query. */
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
	const medians = new Map(
		[...graph.tasks.keys()].flatMap((id) => {
			const known = usual[id];
			return known === undefined ? [] : [[id, known.median_ms] as const];
		}),
	);
	ports.emit({ event: "run.expected", duration_ms: expectedDuration(graph, threads, medians), usual }, "debug");
}
