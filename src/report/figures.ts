/** `1 error`, `3 errors`, `0 errors`. */
export const count = (n: number, noun: string, plural = `${noun}s`): string => `${n} ${n === 1 ? noun : plural}`;

/** Seconds for people: `0.2s`, `43.1s`, `2m 14s`, `1h 3m`. One figure after the point, so that columns stand still. */
export function seconds(value: number): string {
	if (value < 59.95) return `${value.toFixed(1)}s`;
	const whole = Math.round(value);
	if (whole < 3600) return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, "0")}s`;
	const minutes = Math.round(whole / 60);
	return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

/** The same without a fraction, for a clock that ticks. */
export const wholeSeconds = (value: number): string =>
	value < 60 ? `${Math.floor(value)}s` : seconds(Math.floor(value));

/** For what is only about right: `0.4s`, `11s`, `2m 10s`. */
export const roughSeconds = (value: number): string =>
	value < 9.95 ? seconds(value) : seconds(Math.round(value)).replace(/\.0s$/, "s");

/** `a`, `a and b`, `a, b and c`. */
export const listing = (words: readonly string[]): string =>
	words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
