import type { Usual } from "./events.ts";

/** Fewer runs say nothing about what is unusual. */
const MIN_RUNS = 7;
/** Nobody minds a second. */
const MIN_EXCESS_MS = 5_000;

/** Clearly longer than in the last runs: more than half again above their 95th percentile, and by seconds. */
export const isSlow = (durationMs: number, usual: Usual): boolean =>
	usual.runs >= MIN_RUNS && durationMs > usual.p95_ms * 1.5 && durationMs - usual.median_ms > MIN_EXCESS_MS;
