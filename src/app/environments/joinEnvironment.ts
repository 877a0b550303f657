import type { Adapter, Session } from "../../core/adapter.ts";
import { fail } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { type EnvironmentStore, type IsolatedEnvironment, notebookOf } from "../../core/isolatedEnvironment.ts";
import type { StateStore } from "../../core/state.ts";

/*
 * An environment of a person may have several runs at a time; their leases keep them apart. The row of the environment
 * names who took it last. A run takes it when whoever took it last is over, or is written down as a run of it by now;
 * who drops it takes it when none of these lives. So no run can begin in schemas that are being dropped, and none is
 * overlooked between taking the environment and being written down.
 */

interface Place {
	readonly adapter: Adapter;
	readonly state: Pick<StateStore, "openRuns"> & { readonly environments: EnvironmentStore };
	readonly invocation: Pick<Invocation, "signal" | "flags">;
	readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

type Taken = IsolatedEnvironment & { readonly runId: string };

/** How often to look, milliseconds. */
const LOOK_MS = 500;

/** Adds a run and its schemas. Throws TFM-ENV-002, TFM-ENV-003 after `--lock-timeout`, TFM-ENV-004 where it is gone. */
export const joinEnvironment = (place: Place, run: Taken): Promise<void> =>
	take(place, run, {
		inTheWay: ({ last, running }) => (last === null || running.has(last) ? [] : [last]),
		waiting: () => {},
	});

/** Keeps runs out of it, once those that work in it are over. Throws TFM-ENV-003 after `--lock-timeout`. */
export const closeEnvironment = (place: Place, by: Taken, waiting: (run: string) => void): Promise<void> =>
	take(place, by, { inTheWay: ({ last, running }) => [...running, ...(last === null ? [] : [last])], waiting });

interface Takes {
	/** Who must be over, of who took it last and the runs in it that have not ended. */
	readonly inTheWay: (found: {
		readonly last: string | null;
		readonly running: ReadonlySet<string>;
	}) => readonly string[];
	/** Told of each run that is waited for. */
	readonly waiting: (run: string) => void;
}

async function take(place: Place, wanted: Taken, { inTheWay, waiting }: Takes): Promise<void> {
	const { adapter, state, invocation, sleep } = place;
	const { project, name, runId } = wanted;
	const { lockTimeoutMs } = invocation.flags;
	await adapter.presence.announce(runId);
	// Time slept, not time passed: a clock that stands still must not make it wait for ever.
	for (let waited = 0, said = ""; ; waited += LOOK_MS) {
		const living = await adapter.withSession(async (session) => {
			const row = await state.environments.find(session, project, name);
			if (row === null) return fail("TFM-ENV-004", { name, suggestion: undefined, possible: true });
			const running = await runsIn(place, session, row);
			const others = inTheWay({ last: row.runId, running }).filter((id) => id !== runId);
			const alive = await firstAlive(place, session, others);
			if (alive !== null) return alive;
			const done = await state.environments.register(session, wanted, row.runId);
			if (done.kind === "refused") fail("TFM-ENV-002", { name, inTheWay: done.inTheWay });
			// Somebody was quicker: they are looked at next.
			return done.kind === "taken" ? (done.by ?? "which dropped it") : null;
		});
		if (living === null) return;
		if (waited >= lockTimeoutMs) fail("TFM-ENV-003", { name, run: living, seconds: lockTimeoutMs / 1000 });
		if (said !== living) waiting(living);
		said = living;
		await sleep(LOOK_MS, invocation.signal);
	}
}

async function runsIn({ state }: Place, session: Session, row: IsolatedEnvironment): Promise<ReadonlySet<string>> {
	const notebook = notebookOf(row);
	const open = await state.openRuns(session);
	return new Set(open.filter(({ project }) => project === notebook).map(({ runId }) => runId));
}

/** Of a killed run only statements are left: they are ended, and it is over. */
async function firstAlive({ adapter }: Place, session: Session, runs: readonly string[]): Promise<string | null> {
	for (const run of runs) {
		if (await adapter.presence.endOrphans(session, run)) continue;
		if ((await adapter.presence.living(session, [run])).has(run)) return run;
	}
	return null;
}
