import type { BatchSize } from "./batches.ts";
import type { EventWindow } from "./eventTime.ts";

/** `--sample`: the last so many hours, days …, or a window. */
export type SampleSpec =
	| { readonly kind: "last"; readonly count: number; readonly size: BatchSize }
	| ({ readonly kind: "window" } & EventWindow);

const HOUR = 3_600_000;

/** So many months earlier, on the last day of the month where it has no such day (Python's relativedelta). */
function monthsBefore(at: Date, months: number): Date {
	const year = at.getUTCFullYear();
	const month = at.getUTCMonth() - months;
	const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
	const earlier = new Date(at);
	earlier.setUTCFullYear(year, month, Math.min(at.getUTCDate(), lastDay));
	return earlier;
}

/** The window that a sample means at this moment. Unlike batches, it is not cut at whole hours, days … */
export function sampleWindow(spec: SampleSpec, now: Date): EventWindow {
	if (spec.kind === "window") return { start: spec.start, end: spec.end };
	const { count } = spec;
	switch (spec.size) {
		case "hour":
			return { start: new Date(now.getTime() - count * HOUR), end: now };
		case "day":
			return { start: new Date(now.getTime() - count * 24 * HOUR), end: now };
		case "month":
			return { start: monthsBefore(now, count), end: now };
		case "year":
			return { start: monthsBefore(now, count * 12), end: now };
	}
}
