import type { Adapter } from "../core/adapter.ts";
import type { Emit } from "../core/events.ts";
import type { Subscriber } from "../report/report.ts";

/** What became of a run. */
interface Outcome {
	/** Absent: the database could not be opened, or none belongs to the run. */
	readonly adapter: Adapter | undefined;
	readonly emit: Emit;
	/** What was thrown; undefined: nothing. */
	readonly error: unknown;
}

export interface Watcher {
	readonly subscriber: Subscriber;
	/** When the run is over and the database still open. Never rejects. */
	finish(outcome: Outcome): Promise<void>;
}
