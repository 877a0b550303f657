/** What the age of a source means. Source of the rules: dbt-core's FreshnessThreshold.status and Time.exceeded. */
import type { FreshnessCriteria, FreshnessTime } from "../core/freshness.ts";
import type { FreshnessVerdict } from "../core/ports.ts";

const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;

/** True only when older: an age that equals the threshold has not exceeded it. */
const exceeded = (time: FreshnessTime | null, age: number): boolean =>
	time?.count != null && time.period != null && age > time.count * SECONDS[time.period];

export function judgeFreshness(age: number, criteria: FreshnessCriteria): FreshnessVerdict {
	if (exceeded(criteria.error_after, age)) return "error";
	return exceeded(criteria.warn_after, age) ? "warn" : "pass";
}
