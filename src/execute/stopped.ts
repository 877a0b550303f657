import { TfmError } from "../core/diagnostic.ts";
import type { Run } from "./run.ts";
import { databaseErrorOf } from "./statement.ts";

/** True when a task ended because the run was stopped, not by a mistake of its own that happened to come late. */
export function wasStopped(run: Run, error: unknown): boolean {
	if (run.stopReason() === null || error instanceof TfmError) return false;
	return databaseErrorOf(error)?.kind !== "sql";
}
