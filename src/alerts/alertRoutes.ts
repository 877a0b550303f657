import type { AlertItem, AlertMatch, AlertRoute, QuietHours } from "../core/alerts.ts";

/** `match` leaves out what a message does not concern: no layer, no owner. Owners are compared without their `@`. */
export function matches(match: AlertMatch, item: AlertItem, target: string): boolean {
	const bare = (owner: string): string => owner.replace(/^@/, "").toLowerCase();
	const oneOf = (wanted: readonly string[], value: string | null): boolean =>
		wanted.length === 0 || (value !== null && wanted.includes(value));
	return (
		oneOf(match.layer, item.layer) &&
		oneOf(match.owner.map(bare), item.owner === null ? null : bare(item.owner)) &&
		oneOf(match.severity, item.severity) &&
		oneOf(match.target, target) &&
		// Good news is told only where it is asked for.
		(match.event.length === 0 ? item.severity !== "info" : match.event.includes(item.event))
	);
}

/** Minutes since midnight in a time zone. */
export function minutesIn(zone: string, at: Date): number {
	const parts = new Intl.DateTimeFormat("en-GB", {
		timeZone: zone,
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
	});
	const [hours = "0", minutes = "0"] = parts.format(at).split(":");
	return Number(hours) * 60 + Number(minutes);
}

/** A route in its quiet hours sends nothing; what is still wrong afterwards is told by the next run. */
export function isQuiet({ quiet }: Pick<AlertRoute, "quiet">, at: Date): boolean {
	return quiet !== null && within(quiet, minutesIn(quiet.zone, at));
}

const within = ({ from, to }: QuietHours, minutes: number): boolean =>
	from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
