import { unsupported } from "../snowflakeError.ts";

export type DatePart =
	| "year"
	| "quarter"
	| "month"
	| "week"
	| "day"
	| "hour"
	| "minute"
	| "second"
	| "millisecond"
	| "microsecond"
	| "dayofweek"
	| "dayofweekiso"
	| "dayofyear"
	| "weekiso"
	| "yearofweekiso"
	| "epoch_second"
	| "epoch_millisecond"
	| "epoch_microsecond";

const ALIASES: Readonly<Record<DatePart, readonly string[]>> = {
	year: ["y", "yy", "yyy", "yyyy", "yr", "years", "yrs"],
	quarter: ["q", "qtr", "qtrs", "quarters"],
	month: ["mm", "mon", "mons", "months"],
	week: ["w", "wk", "weekofyear", "woy", "wy", "weeks"],
	day: ["d", "dd", "days", "dayofmonth"],
	hour: ["h", "hh", "hr", "hours", "hrs"],
	minute: ["m", "mi", "min", "minutes", "mins"],
	second: ["s", "sec", "seconds", "secs"],
	millisecond: ["ms", "msec", "milliseconds"],
	microsecond: ["us", "usec", "microseconds"],
	dayofweek: ["weekday", "dow", "dw"],
	dayofweekiso: ["weekday_iso", "dow_iso", "dayofweek_iso"],
	dayofyear: ["yearday", "doy", "dy"],
	weekiso: ["week_iso", "weekofyeariso", "weekofyear_iso"],
	yearofweekiso: [],
	epoch_second: ["epoch", "epoch_seconds"],
	epoch_millisecond: ["epoch_milliseconds"],
	epoch_microsecond: ["epoch_microseconds"],
};

const PARTS: ReadonlyMap<string, DatePart> = new Map(
	Object.entries(ALIASES).flatMap(([part, aliases]) => [part, ...aliases].map((name) => [name, part as DatePart])),
);

/** A date or time part by any of its names. */
export function datePart(written: string): DatePart {
	const part = PARTS.get(written.toLowerCase());
	if (part === undefined) throw unsupported(`the date part ${written}`);
	return part;
}

/** How DuckDB reads it off a date. Weeks begin on Monday, as under WEEK_START = 0, and Sunday is day 0. */
export function extractPart(part: DatePart, date: string): string {
	switch (part) {
		case "epoch_second":
			return `cast(epoch(${date}) as bigint)`;
		case "epoch_millisecond":
			return `epoch_ms(${date})`;
		case "epoch_microsecond":
			return `epoch_us(${date})`;
		case "dayofweekiso":
			return `isodow(${date})`;
		case "weekiso":
			return `week(${date})`;
		case "yearofweekiso":
			return `isoyear(${date})`;
		case "millisecond":
		case "microsecond":
			throw unsupported(`the date part ${part} of a value`);
		default:
			return `${part}(${date})`;
	}
}

export function addPart(part: DatePart, amount: string, date: string): string {
	switch (part) {
		case "quarter":
			return `sf.add_months(${date}, 3 * (${amount}))`;
		case "year":
		case "month":
		case "week":
		case "day":
		case "hour":
		case "minute":
		case "second":
		case "millisecond":
		case "microsecond":
			return `sf.add_${part}s(${date}, ${amount})`;
		default:
			throw unsupported(`adding the date part ${part}`);
	}
}
