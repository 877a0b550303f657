/** Spans of event time: batches of a microbatch model, `--sample`, `--event-time-start` and `--event-time-end`. */

/** From `start`, without `end`; UTC. */
export interface EventWindow {
	readonly start: Date;
	readonly end: Date;
}

/** One batch of a microbatch model. `id` is dbt's: `20240917`, `20240917T16`. */
export interface Batch extends EventWindow {
	readonly id: string;
	/** As log lines and file names have it: `2024-09-17`, `2024-09-17T16`. */
	readonly label: string;
}

/** What became of a model's batches, as run_results.json has it. */
export interface BatchResults {
	readonly successful: readonly EventWindow[];
	readonly failed: readonly EventWindow[];
}

const two = (n: number): string => String(n).padStart(2, "0");

function parts(at: Date): { readonly date: string; readonly time: string } {
	const year = String(at.getUTCFullYear()).padStart(4, "0");
	const milliseconds = at.getUTCMilliseconds();
	const fraction = milliseconds === 0 ? "" : `.${String(milliseconds).padStart(3, "0")}000`;
	return {
		date: `${year}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`,
		time: `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}${fraction}`,
	};
}

/** `2024-09-17 00:00:00+00:00`: what Python prints, and so what dbt writes into the SQL. */
export function eventTimeText(at: Date): string {
	const { date, time } = parts(at);
	return `${date} ${time}+00:00`;
}

/** `2024-09-17T00:00:00+00:00`, as in run_results.json. */
export function eventTimeIso(at: Date): string {
	const { date, time } = parts(at);
	return `${date}T${time}+00:00`;
}

const MOMENT =
	/^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,6}))?)?)?\s*(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * An ISO date or time as the wall clock of UTC, or null. A zone in the text is let pass and means nothing: dbt puts UTC
 * in its place (`begin`, `--sample`, `--event-time-start`).
 */
export function readEventTime(text: string): Date | null {
	const found = MOMENT.exec(text.trim());
	if (found === null) return null;
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((n) => Number(n ?? 0));
	const milliseconds = Number(`0.${found[7] ?? "0"}`) * 1000;
	const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
	const same =
		at.getUTCFullYear() === year &&
		at.getUTCMonth() === month - 1 &&
		at.getUTCDate() === day &&
		at.getUTCHours() === hour &&
		at.getUTCMinutes() === minute &&
		at.getUTCSeconds() === second;
	return same ? at : null;
}
