import type { LayerSla, QuietHours } from "../core/alerts.ts";
import { readDuration } from "../core/readDuration.ts";

const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;

/** Minutes since midnight of `07:30`. */
function minutesOf(text: string): number | undefined {
	const match = CLOCK.exec(text);
	return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}

/** An IANA zone that this Node knows; none given is UTC. */
function zoneOf(text: string | undefined): string | undefined {
	if (text === undefined || text === "") return "UTC";
	try {
		return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone === "" ? undefined : text;
	} catch {
		return undefined;
	}
}

/** `07:00 Europe/Prague` */
export function readDeadline(text: string): LayerSla["by"] | undefined {
	const [clock = "", zoneText] = text.trim().split(/\s+/, 2);
	const minutes = minutesOf(clock);
	const zone = zoneOf(zoneText);
	return minutes === undefined || zone === undefined ? undefined : { minutes, zone, text: text.trim() };
}

/** `22:00-07:00 Europe/Prague` */
export function readQuietHours(text: string): QuietHours | undefined {
	const match = /^(\S+?)\s*-\s*(\S+)(?:\s+(\S+))?$/.exec(text.trim());
	const from = minutesOf(match?.[1] ?? "");
	const to = minutesOf(match?.[2] ?? "");
	const zone = zoneOf(match?.[3]);
	return from === undefined || to === undefined || zone === undefined ? undefined : { from, to, zone };
}

/** Durations as everywhere, and days: `2d`. Milliseconds. */
export function readLongDuration(text: string): number | undefined {
	const days = /^(\d+(?:\.\d+)?)\s*d$/.exec(text.trim());
	return days === null ? readDuration(text) : Math.round(Number(days[1]) * 86_400_000);
}
