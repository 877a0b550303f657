/** The windows of a microbatch model, as dbt cuts them: whole hours, days, months or years of UTC. */
import type { Batch, EventWindow } from "./eventTime.ts";
import { eventTimeIso } from "./eventTime.ts";

export const BATCH_SIZES = ["hour", "day", "month", "year"] as const;
export type BatchSize = (typeof BATCH_SIZES)[number];

export const isBatchSize = (value: unknown): value is BatchSize => BATCH_SIZES.some((size) => size === value);

/** The beginning of the batch that holds this moment, or of one so many batches later. */
export function batchStart(at: Date, size: BatchSize, later = 0): Date {
	const [year, month, day, hour] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours()];
	switch (size) {
		case "hour":
			return new Date(Date.UTC(year, month, day, hour + later));
		case "day":
			return new Date(Date.UTC(year, month, day + later));
		case "month":
			return new Date(Date.UTC(year, month + later, 1));
		case "year":
			return new Date(Date.UTC(year + later, 0, 1));
	}
}

const isBoundary = (at: Date, size: BatchSize): boolean => batchStart(at, size).getTime() === at.getTime();

const LABEL_LENGTH: Readonly<Record<BatchSize, number>> = { hour: 13, day: 10, month: 7, year: 4 };

/** A window as a batch of this size. */
export function batchOf(window: EventWindow, size: BatchSize): Batch {
	const label = eventTimeIso(window.start).slice(0, LABEL_LENGTH[size]);
	return { ...window, id: label.replaceAll("-", ""), label };
}

export interface BatchRequest {
	readonly size: BatchSize;
	/** The config `begin`: the first window where the table is built from nothing. */
	readonly begin: Date;
	readonly lookback: number;
	/** False where the whole table is built: nothing there, a view in its place, or a full refresh. */
	readonly incremental: boolean;
	/** `--event-time-start` and `--event-time-end`, or the sample. */
	readonly asked: EventWindow | null;
	/** When the run began; of a retry, when the run that it repeats began. */
	readonly now: Date;
}

/**
 * In order, without gaps. The end is the end of the window that holds `now`, and the last batch ends there. A table
 * that stands gets that window and `lookback` more before it; when `now` is a boundary, the window that it ends counts
 * as the present one.
 */
export function batchesOf(request: BatchRequest): readonly Batch[] {
	const { size, asked, lookback, now } = request;
	const until = asked?.end ?? now;
	const end = isBoundary(until, size) ? until : batchStart(until, size, 1);
	const start =
		asked !== null
			? batchStart(asked.start, size)
			: request.incremental
				? // The end is a boundary by now, so that the window before it is the present one.
					batchStart(end, size, -(lookback + 1))
				: batchStart(request.begin, size);
	const windows: EventWindow[] = [];
	let from = start;
	for (let to = batchStart(from, size, 1); to < end; to = batchStart(from, size, 1)) {
		windows.push({ start: from, end: to });
		from = to;
	}
	windows.push({ start: from, end });
	return windows.map((window) => batchOf(window, size));
}
