import type { Adapter } from "../../core/adapter.ts";
import { diagnostic, fail, TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { EnvironmentStore, IsolatedEnvironment } from "../../core/isolatedEnvironment.ts";

/** TFM-ENV-007: a later run has the environment now. The run that meets it was cancelled, and did nothing wrong. */
export class OvertakenError extends TfmError {
	constructor(name: string, run: string) {
		super(diagnostic("TFM-ENV-007", { name, run }));
	}
}

export interface Claim {
	/** Aborted by the user, or when a later run takes the environment. */
	readonly signal: AbortSignal;
	/** Throws an OvertakenError where a later run took it. */
	readonly check: () => void;
	/** No longer looks whether the environment is still this run's. */
	readonly stop: () => Promise<void>;
}

/** How often to look, milliseconds. */
const LOOK_MS = 1_000;

interface Place {
	readonly adapter: Adapter;
	readonly store: EnvironmentStore;
	readonly invocation: Pick<Invocation, "signal" | "flags">;
	readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Takes the environment for this run: written down, and free of the run that had it, which is told to stop by this and
 * waited for. Throws TFM-ENV-002, TFM-ENV-003, an OvertakenError. Nothing has been made by then.
 */
export async function claimEnvironment(
	place: Place,
	environment: IsolatedEnvironment & { readonly runId: string },
): Promise<Claim> {
	const { adapter, store } = place;
	const { runId, name } = environment;
	await adapter.presence.announce(runId);
	const before = await register(place, environment);
	const earlier = before?.runId ?? null;
	if (earlier !== null && earlier !== runId) {
		await waitFor(place, earlier, name);
		// What the earlier one dropped, it also took out of the list.
		await register(place, environment, runId);
	}
	const abort = new AbortController();
	let by: string | null = null;
	const cancel = (): void => abort.abort(place.invocation.signal.reason);
	if (place.invocation.signal.aborted) cancel();
	else place.invocation.signal.addEventListener("abort", cancel, { once: true });
	const watched = new AbortController();
	const look = async (): Promise<void> => {
		// Where one process has the database to itself, no other run can come.
		while (adapter.capabilities.concurrency > 1) {
			await place.sleep(LOOK_MS, watched.signal);
			const row = await adapter.withSession((session) => store.find(session, environment.project, name));
			if (row?.runId === runId) continue;
			by = row?.runId ?? "which dropped it";
			abort.abort(new OvertakenError(name, by));
			return;
		}
	};
	// A look that fails says nothing of who has the environment: what this run does next meets the same database.
	const looking = look().catch(() => {});
	return {
		signal: abort.signal,
		check: () => {
			if (by !== null) throw new OvertakenError(name, by);
			place.invocation.signal.throwIfAborted();
		},
		async stop() {
			place.invocation.signal.removeEventListener("abort", cancel);
			watched.abort();
			await looking;
		},
	};
}

async function register(
	{ adapter, store }: Place,
	environment: IsolatedEnvironment,
	only?: string,
): Promise<IsolatedEnvironment | null> {
	const { name } = environment;
	const done = await adapter.withSession((session) => store.register(session, environment, only));
	switch (done.kind) {
		case "registered":
			return done.before;
		case "taken":
			throw new OvertakenError(name, done.by ?? "which dropped it");
		case "refused":
			return fail("TFM-ENV-002", { name, inTheWay: done.inTheWay });
	}
}

async function waitFor({ adapter, invocation, sleep }: Place, run: string, name: string): Promise<void> {
	const { lockTimeoutMs } = invocation.flags;
	// Time slept, not time passed: a clock that stands still must not make it wait for ever.
	for (let waited = 0; ; waited += LOOK_MS) {
		const over = await adapter.withSession(async (session) => {
			// Of a killed run only statements are left.
			if (await adapter.presence.endOrphans(session, run)) return true;
			return !(await adapter.presence.living(session, [run])).has(run);
		});
		if (over) return;
		if (waited >= lockTimeoutMs) fail("TFM-ENV-003", { name, run, seconds: lockTimeoutMs / 1000 });
		await sleep(LOOK_MS, invocation.signal);
	}
}
