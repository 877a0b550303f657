/** Milliseconds as people say them: `240 ms`, `3.2 s`, `4 min 10 s`. */
export function duration(ms: number): string {
	if (ms < 0) return "–";
	// A number is not parted from its unit at the end of a line.
	if (ms < 1000) return `${Math.round(ms)}\u00a0ms`;
	if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)}\u00a0s`;
	if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}\u00a0min ${Math.round((ms % 60_000) / 1000)}\u00a0s`;
	return `${Math.floor(ms / 3_600_000)}\u00a0h ${Math.round((ms % 3_600_000) / 60_000)}\u00a0min`;
}

/** `3 hours ago` */
export function ago(at: number, now = Date.now()): string {
	if (at === 0) return "never";
	const seconds = Math.max(0, (now - at) / 1000);
	const units: [number, string][] = [
		[60, "second"],
		[60, "minute"],
		[24, "hour"],
		[30, "day"],
		[12, "month"],
	];
	let value = seconds;
	for (const [size, unit] of units) {
		if (value < size) return unit === "second" ? "just now" : plural(Math.floor(value), unit, " ago");
		value /= size;
	}
	return plural(Math.floor(value), "year", " ago");
}

export const plural = (n: number, word: string, after = ""): string =>
	`${count(n)} ${word}${n === 1 ? "" : "s"}${after}`;

/** `12,345`; the browser's own takes ten times as long. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

export const percent = (part: number, whole: number): string =>
	whole === 0 ? "–" : `${Math.round((100 * part) / whole)}%`;

/** In the reader's own time zone. */
export const dateTime = (at: number): string =>
	new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
