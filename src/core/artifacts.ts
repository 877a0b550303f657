import type { NodeResult } from "./result.ts";

/** What a run_results.json says, as `retry` reads it back. */
export interface StoredRunResults {
	readonly command: string;
	readonly invocationId: string;
	readonly args: Readonly<Record<string, unknown>>;
	readonly results: readonly Pick<NodeResult, "unique_id" | "status" | "message">[];
}
