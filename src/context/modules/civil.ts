/** Calendar arithmetic on plain numbers: days since 0001-01-01 (Python's ordinal, which counts from 1). */

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
/** Ordinal of 1970-01-01. */
export const EPOCH_ORDINAL = 719_163;
export const MICROS_PER_DAY = 86_400_000_000;
export const MICROS_PER_SECOND = 1_000_000;
export const MAX_ORDINAL = 3_652_059;

export const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export const daysInMonth = (year: number, month: number): number =>
	month === 2 && isLeap(year) ? 29 : ([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0);

export const dayOfYear = (year: number, month: number, day: number): number =>
	(DAYS_BEFORE_MONTH[month - 1] ?? 0) + (month > 2 && isLeap(year) ? 1 : 0) + day;

export function ordinalOf(year: number, month: number, day: number): number {
	const y = year - 1;
	return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear(year, month, day);
}

export interface Civil {
	readonly year: number;
	readonly month: number;
	readonly day: number;
}

export function civilOf(ordinal: number): Civil {
	const date = new Date((ordinal - EPOCH_ORDINAL) * 86_400_000);
	return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Monday is 0. */
export const weekdayOf = (ordinal: number): number => (ordinal + 6) % 7;

/** ISO year, week and weekday (Monday is 1). */
export function isoCalendar(ordinal: number): readonly [number, number, number] {
	const weekday = weekdayOf(ordinal);
	const { year } = civilOf(ordinal - weekday + 3);
	const first = ordinalOf(year, 1, 4);
	const week1 = first - weekdayOf(first);
	return [year, Math.floor((ordinal - week1) / 7) + 1, weekday + 1];
}

export const pad = (n: number, width = 2): string => String(n).padStart(width, "0");

export interface Clock {
	readonly hour: number;
	readonly minute: number;
	readonly second: number;
	readonly microsecond: number;
}

export function clockOf(micros: number): Clock {
	const seconds = Math.floor(micros / MICROS_PER_SECOND);
	return {
		hour: Math.floor(seconds / 3600),
		minute: Math.floor(seconds / 60) % 60,
		second: seconds % 60,
		microsecond: micros - seconds * MICROS_PER_SECOND,
	};
}

export const microsOf = (clock: Clock): number =>
	((clock.hour * 60 + clock.minute) * 60 + clock.second) * MICROS_PER_SECOND + clock.microsecond;

/** `HH:MM:SS[.ffffff]` */
export function clockText(micros: number): string {
	const { hour, minute, second, microsecond } = clockOf(micros);
	const fraction = microsecond === 0 ? "" : `.${pad(microsecond, 6)}`;
	return `${pad(hour)}:${pad(minute)}:${pad(second)}${fraction}`;
}
