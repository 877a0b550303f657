/** Python's strftime and strptime in the C locale. */
import { fail } from "../../core/diagnostic.ts";
import { repr } from "../../jinja/jinja.ts";
import { type Clock, civilOf, clockOf, dayOfYear, isoCalendar, ordinalOf, weekdayOf } from "./civil.ts";
import { epochSecondsOf, FixedZone, offsetText, UTC, type Wall, type Zone } from "./timezone.ts";

const MONTHS = [
	"January",
	"February",
	"March",
	"April",
	"May",
	"June",
	"July",
	"August",
	"September",
	"October",
	"November",
	"December",
];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

interface Moment extends Wall {
	readonly zone: Zone | null;
}

interface Fields extends Clock {
	readonly year: number;
	readonly month: number;
	readonly day: number;
	readonly ordinal: number;
	readonly moment: Moment;
}

const hour12 = (f: Fields): number => f.hour % 12 || 12;
const yearDay = (f: Fields): number => dayOfYear(f.year, f.month, f.day);
const offsetOf = (f: Fields): number | null => f.moment.zone?.offsetOfWall(f.moment) ?? null;
const abbreviation = (f: Fields): string =>
	f.moment.zone?.abbreviationAt(epochSecondsOf(f.moment) - (offsetOf(f) ?? 0)) ?? "";

/** What each directive prints; a number prints with the width after it. */
const DIRECTIVES: Readonly<Record<string, (f: Fields) => string | readonly [number, number]>> = {
	Y: (f) => String(f.year),
	m: (f) => [f.month, 2],
	d: (f) => [f.day, 2],
	H: (f) => [f.hour, 2],
	M: (f) => [f.minute, 2],
	S: (f) => [f.second, 2],
	f: (f) => [f.microsecond, 6],
	y: (f) => [f.year % 100, 2],
	C: (f) => [Math.floor(f.year / 100), 2],
	B: (f) => MONTHS[f.month - 1] ?? "",
	b: (f) => (MONTHS[f.month - 1] ?? "").slice(0, 3),
	h: (f) => (MONTHS[f.month - 1] ?? "").slice(0, 3),
	A: (f) => WEEKDAYS[weekdayOf(f.ordinal)] ?? "",
	a: (f) => (WEEKDAYS[weekdayOf(f.ordinal)] ?? "").slice(0, 3),
	j: (f) => [yearDay(f), 3],
	I: (f) => [hour12(f), 2],
	p: (f) => (f.hour < 12 ? "AM" : "PM"),
	P: (f) => (f.hour < 12 ? "am" : "pm"),
	w: (f) => String((weekdayOf(f.ordinal) + 1) % 7),
	u: (f) => String(weekdayOf(f.ordinal) + 1),
	U: (f) => [Math.floor((yearDay(f) + 6 - ((weekdayOf(f.ordinal) + 1) % 7)) / 7), 2],
	W: (f) => [Math.floor((yearDay(f) + 6 - weekdayOf(f.ordinal)) / 7), 2],
	V: (f) => [isoCalendar(f.ordinal)[1], 2],
	G: (f) => String(isoCalendar(f.ordinal)[0]),
	g: (f) => [isoCalendar(f.ordinal)[0] % 100, 2],
	z: (f) => (offsetOf(f) === null ? "" : offsetText(offsetOf(f) ?? 0, "")),
	Z: abbreviation,
	s: (f) => String(epochSecondsOf(f.moment) - (offsetOf(f) ?? 0)),
	e: (f) => String(f.day).padStart(2, " "),
	k: (f) => String(f.hour).padStart(2, " "),
	l: (f) => String(hour12(f)).padStart(2, " "),
	n: () => "\n",
	t: () => "\t",
	"%": () => "%",
};

const COMPOSED: Readonly<Record<string, string>> = {
	c: "%a %b %e %H:%M:%S %Y",
	x: "%m/%d/%y",
	X: "%H:%M:%S",
	D: "%m/%d/%y",
	F: "%Y-%m-%d",
	T: "%H:%M:%S",
	R: "%H:%M",
	r: "%I:%M:%S %p",
};

export function formatMoment(moment: Moment, format: string): string {
	const fields: Fields = { ...civilOf(moment.ordinal), ...clockOf(moment.micros), ordinal: moment.ordinal, moment };
	return format.replace(/%([-_0^#]?)(.)/gs, (whole, flag: string, directive: string) => {
		const composed = Object.hasOwn(COMPOSED, directive) ? COMPOSED[directive] : undefined;
		if (composed !== undefined) return formatMoment(moment, composed);
		const made = Object.hasOwn(DIRECTIVES, directive) ? DIRECTIVES[directive]?.(fields) : undefined;
		if (made === undefined) return whole;
		if (typeof made === "string") return flag === "^" ? made.toUpperCase() : flag === "-" ? made.trimStart() : made;
		return flag === "-" ? String(made[0]) : String(made[0]).padStart(made[1], flag === "_" ? " " : "0");
	});
}

const PATTERNS: Readonly<Record<string, string>> = {
	Y: "\\d{4}",
	m: "1[0-2]|0[1-9]|[1-9]",
	d: "3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]",
	H: "2[0-3]|[0-1]\\d|\\d",
	I: "1[0-2]|0[1-9]|[1-9]",
	M: "[0-5]\\d|\\d",
	S: "6[0-1]|[0-5]\\d|\\d",
	f: "\\d{1,6}",
	y: "\\d{2}",
	j: "36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]",
	B: MONTHS.join("|"),
	b: MONTHS.map((m) => m.slice(0, 3)).join("|"),
	A: WEEKDAYS.join("|"),
	a: WEEKDAYS.map((d) => d.slice(0, 3)).join("|"),
	p: "am|pm",
	w: "[0-6]",
	u: "[1-7]",
	z: "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z",
	Z: "utc|gmt",
};

/** Reads a text by a format. Errors: JINJA-014, in Python's words. */
export function parseMoment(text: string, format: string): Moment {
	const names: string[] = [];
	const expanded = format.replace(/%([cxXDFTRr])/g, (_w, d: string) => COMPOSED[d] ?? "");
	const pattern = expanded
		.replace(/[\\.^$*+?(){}[\]|]/g, "\\$&")
		.replace(/\s+/g, "\\s+")
		.replace(/%(.)/g, (_whole, directive: string) => {
			if (directive === "%") return "%";
			if (!Object.hasOwn(PATTERNS, directive))
				fail("TFM-JINJA-014", { problem: `'${directive}' is a bad directive in format ${repr(format)}` });
			names.push(directive);
			return `(${PATTERNS[directive]})`;
		});
	const match = new RegExp(`^${pattern}`, "i").exec(text);
	if (match === null)
		return fail("TFM-JINJA-014", { problem: `time data ${repr(text)} does not match format ${repr(format)}` });
	if (match[0].length < text.length)
		fail("TFM-JINJA-014", { problem: `unconverted data remains: ${text.slice(match[0].length)}` });
	return momentOf(new Map(names.map((name, i) => [name, match[i + 1] ?? ""])));
}

function momentOf(read: ReadonlyMap<string, string>): Moment {
	const number = (name: string): number | undefined => (read.has(name) ? Number(read.get(name)) : undefined);
	const short = number("y");
	const year = number("Y") ?? (short === undefined ? 1900 : short + (short <= 68 ? 2000 : 1900));
	const monthName = (read.get("B") ?? read.get("b"))?.slice(0, 3).toLowerCase();
	const named = MONTHS.findIndex((m) => m.slice(0, 3).toLowerCase() === monthName) + 1;
	const month = number("m") ?? (named === 0 ? 1 : named);
	const day = number("d") ?? 1;
	const half = number("I");
	const hour = half === undefined ? (number("H") ?? 0) : (half % 12) + (read.get("p")?.toLowerCase() === "pm" ? 12 : 0);
	const second = number("S") ?? 0;
	if (second > 59) fail("TFM-JINJA-014", { problem: "second must be in 0..59" });
	const ordinal = ordinalOf(year, month, day);
	if (civilOf(ordinal).month !== month) fail("TFM-JINJA-014", { problem: "day is out of range for month" });
	const yearDayGiven = number("j");
	const micros = Number((read.get("f") ?? "0").padEnd(6, "0"));
	return {
		ordinal: yearDayGiven === undefined ? ordinal : ordinalOf(year, 1, 1) + yearDayGiven - 1,
		micros: ((hour * 60 + (number("M") ?? 0)) * 60 + second) * 1_000_000 + micros,
		zone: read.has("z") ? zoneOf(read.get("z") ?? "") : null,
	};
}

/** `+0130`, `-05:00`, `Z`. */
export function zoneOf(text: string): Zone {
	const m = /^([+-])(\d\d):?(\d\d)(?::?(\d\d))?/.exec(text);
	if (m === null) return UTC;
	const seconds = Number(m[2]) * 3600 + Number(m[3]) * 60 + Number(m[4] ?? 0);
	return seconds === 0 ? UTC : new FixedZone(m[1] === "-" ? -seconds : seconds);
}
