import type { Candidate } from "../core/adapter.ts";
import type { AdapterResponse } from "../core/plan.ts";

/** What a build has left behind, before it is recorded. */
export interface Built {
	readonly candidate: Candidate;
	readonly response: AdapterResponse;
	/** The main statement as sent. */
	readonly executedSql: string | null;
}
