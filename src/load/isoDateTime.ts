/**
 * ISO 8601 date-times as Python's isodate reads them, which dbt's seeds accept: calendar, week and ordinal dates, basic
 * and extended, reduced accuracy, fractions of the smallest unit given, offsets. The answer is wall-clock time in UTC
 * where there is an offset, `YYYY-MM-DD HH:MM:SS[.ffffff]`; undefined when the text is none.
 */
export function parseIsoDateTime(text: string): string | undefined {
	const parts = text.split("T");
	if (parts.length !== 2) return undefined;
	const day = isoDay(parts[0]!);
	const time = isoTime(parts[1]!);
	if (day === undefined || time === undefined) return undefined;
	// Microseconds apart: together they leave the range of safe integers.
	const ms = day + time.seconds * 1000 - time.offsetMinutes * 60_000;
	const at = new Date(ms);
	const year = at.getUTCFullYear();
	if (Number.isNaN(ms) || year < 1 || year > 9999) return undefined;
	const whole = at.toISOString().slice(0, 19).replace("T", " ");
	return time.micros === 0 ? whole : `${whole}.${String(time.micros).padStart(6, "0")}`;
}

const DAY = 86_400_000;

/** Midnight of a calendar day, milliseconds; undefined for 30 February. */
export function dayOf(year: number, month: number, day: number): number | undefined {
	const at = new Date(0);
	at.setUTCFullYear(year, month - 1, day);
	return year >= 1 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? at.getTime() : undefined;
}

function isoDay(text: string): number | undefined {
	let m = /^(\d{4})(-?)(\d{2})\2(\d{2})$/.exec(text);
	if (m) return dayOf(+m[1]!, +m[3]!, +m[4]!);
	m = /^(\d{4})(?:-W(\d{2})(?:-(\d))?|W(\d{2})(\d)?)$/.exec(text);
	if (m) return weekDay(+m[1]!, +(m[2] ?? m[4])!, +(m[3] ?? m[5] ?? 1));
	m = /^(\d{4})-?(\d{3})$/.exec(text);
	if (m) {
		const first = dayOf(+m[1]!, 1, 1);
		return first === undefined ? undefined : first + (+m[2]! - 1) * DAY;
	}
	m = /^(\d{4})-?(\d{2})$/.exec(text);
	if (m) return dayOf(+m[1]!, +m[2]!, 1);
	m = /^(\d{4})$/.exec(text);
	if (m) return dayOf(+m[1]!, 1, 1);
	m = /^(\d{2})$/.exec(text);
	return m ? dayOf(+m[1]! * 100 + 1, 1, 1) : undefined;
}

/** Week 1 holds 4 January; neither week nor day is bounded, as in isodate. */
function weekDay(year: number, week: number, day: number): number | undefined {
	const fourth = dayOf(year, 1, 4);
	if (fourth === undefined) return undefined;
	const weekday = new Date(fourth).getUTCDay() || 7;
	return fourth + ((week - 1) * 7 + day - weekday) * DAY;
}

const OFFSET = "(?:(Z)|([+-])(\\d{2})(?::?(\\d{2}))?)?";
const FRACTION = "(?:[.,](\\d+))?";
const TIMES = [
	`(\\d{2}):(\\d{2}):(\\d{2})${FRACTION}`,
	`(\\d{2})(\\d{2})(\\d{2})${FRACTION}`,
	`(\\d{2}):(\\d{2})()${FRACTION}`,
	`(\\d{2})(\\d{2})()${FRACTION}`,
	`(\\d{2})()()${FRACTION}`,
].map((time) => new RegExp(`^${time}${OFFSET}$`));

function isoTime(text: string): { seconds: number; micros: number; offsetMinutes: number } | undefined {
	const m = TIMES.map((pattern) => pattern.exec(text)).find((found) => found !== null);
	if (m === undefined || m === null) return undefined;
	const [, hour, minute, second, fraction, , sign, offsetHour, offsetMinute] = m;
	const unit = second !== "" ? 1 : minute !== "" ? 60 : 3600;
	const seconds = +hour! * 3600 + +minute! * 60 + +second!;
	if (+hour! > 23 || +minute! > 59 || +second! > 59) return undefined;
	// Cut after the microsecond; BigInt because a long fraction times 3,600,000,000 is not exact otherwise.
	const digits = fraction ?? "0";
	const extra = Number((BigInt(digits) * BigInt(unit) * 1_000_000n) / 10n ** BigInt(digits.length));
	const offset = sign === undefined ? 0 : (+offsetHour! * 60 + +(offsetMinute ?? 0)) * (sign === "-" ? -1 : 1);
	if (Math.abs(offset) >= 24 * 60) return undefined;
	return { seconds: seconds + Math.floor(extra / 1_000_000), micros: extra % 1_000_000, offsetMinutes: offset };
}
