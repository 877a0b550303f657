import type { AlertItem, LayerSla } from "../core/alerts.ts";
import { minutesIn } from "./alertRoutes.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The deadline that has passed last, and the midnight before it, in the layer's time zone. */
export function lastDeadline(by: NonNullable<LayerSla["by"]>, now: Date): { readonly day: Date; readonly at: Date } {
	const minutes = minutesIn(by.zone, now);
	const midnight = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS - minutes * MINUTE_MS;
	// On the day on which clocks change this is an hour off until the change.
	const day = minutes >= by.minutes ? midnight : midnight - DAY_MS;
	return { day: new Date(day), at: new Date(day + by.minutes * MINUTE_MS) };
}

export interface LayerPublishes {
	/** Null: never. */
	readonly last: string | null;
	/** The first one on the day of the last deadline or after it; null: none. */
	readonly firstSince: string | null;
}

export interface SlaFinding {
	/** Kept, broken at this moment, or kept too late. */
	readonly kind: "kept" | "broken" | "late";
	readonly item: AlertItem;
}

/** Whether a layer is as fresh as was promised. */
export function judgeSla(sla: LayerSla, { last, firstSince }: LayerPublishes, now: Date): SlaFinding {
	const { layer, by, maxLagMs } = sla;
	const item = (what: string): AlertItem => ({
		key: `sla.miss/${layer}`,
		event: "sla.miss",
		severity: "error",
		node_id: null,
		label: `layer ${layer}`,
		layer,
		owner: null,
		what,
		at: null,
		code: null,
		blocks: 0,
	});
	const since = last === null ? "it was never published" : `last published ${last.slice(0, 16).replace("T", " ")} UTC`;
	if (maxLagMs !== null && last !== null && now.getTime() - Date.parse(last) > maxLagMs) {
		const lag = now.getTime() - Date.parse(last);
		const [age, most] = [ageText(lag), ageText(maxLagMs)];
		return { kind: "broken", item: item(`${age === most ? `over ${age}` : age} old, ${most} is promised; ${since}`) };
	}
	if (by === null) return { kind: "kept", item: item("is fresh again") };
	if (firstSince === null) return { kind: "broken", item: item(`not published by ${by.text}; ${since}`) };
	const late = Date.parse(firstSince) - lastDeadline(by, now).at.getTime();
	if (late <= 0) return { kind: "kept", item: item("was published in time") };
	return { kind: "late", item: { ...item(`published ${ageText(late)} after ${by.text}`), severity: "warn" } };
}

/** `90m`, `26h`, `3d` */
export function ageText(ms: number): string {
	const minutes = Math.max(1, Math.round(ms / MINUTE_MS));
	if (minutes < 120) return `${minutes}m`;
	const hours = Math.round(minutes / 60);
	return hours < 72 ? `${hours}h` : `${Math.round(hours / 24)}d`;
}

/** Fewer earlier runs say nothing about what is usual. */
const LEAST_RUNS = 5;

/** Whether a run took unusually long: more than `times` the median of the earlier ones. Seconds. */
export function slowText(
	slow: { readonly times: number; readonly atLeastMs: number },
	seconds: number,
	earlier: readonly number[],
): string | null {
	if (earlier.length < LEAST_RUNS || seconds * 1000 < slow.atLeastMs) return null;
	const sorted = [...earlier].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const usual = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
	return seconds > usual * slow.times ? `took ${Math.round(seconds)}s, usually ${Math.round(usual)}s` : null;
}
