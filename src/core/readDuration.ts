const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `10m`, `1h`, `500ms`; a bare number is seconds. Milliseconds, or undefined when it is no duration. */
export function readDuration(text: string): number | undefined {
	const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text.trim());
	return match === null ? undefined : Math.round(Number(match[1]) * UNITS[match[2] ?? "s"]!);
}

/** As it would be written: `500ms`, `90s`, `5m`, `1h`. */
export function durationText(ms: number): string {
	const unit = (["h", "m", "s"] as const).find((name) => ms > 0 && ms % UNITS[name]! === 0) ?? "ms";
	return `${ms / UNITS[unit]!}${unit}`;
}
