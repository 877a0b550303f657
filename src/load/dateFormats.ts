/**
 * Dates and times as files write them, by templates with the words of SQL's to_timestamp. Unlike there, everything has
 * to be right: `31/02/2026` is no date, and a template takes the whole text.
 */
import { dayOf } from "./isoDateTime.ts";

const MONTHS = "january february march april may june july august september october november december".split(" ");
const month = (name: string): number => MONTHS.findIndex((m) => m === name || m.slice(0, 3) === name) + 1;
const NAMES = MONTHS.join("|");
const SHORT = MONTHS.map((m) => m.slice(0, 3)).join("|");

/** A word of a template: what it matches, and what that means. The longest come first. */
const WORDS: readonly (readonly [word: string, pattern: string, part: Part])[] = [
	["YYYY", "\\d{4}", "year"],
	["Month", `${NAMES}`, "monthName"],
	["HH24", "\\d{1,2}", "hour"],
	["HH12", "\\d{1,2}", "hour12"],
	["Mon", `${SHORT}`, "monthName"],
	["TZH:TZM", "Z|[+-]\\d{2}:?\\d{2}", "zone"],
	["TZH", "Z|[+-]\\d{2}", "zone"],
	["AM", "[AP]\\.?M\\.?", "half"],
	["PM", "[AP]\\.?M\\.?", "half"],
	["MM", "\\d{1,2}", "month"],
	["DD", "\\d{1,2}", "day"],
	["MI", "\\d{1,2}", "minute"],
	["SS", "\\d{1,2}", "second"],
	["MS", "\\d{1,3}", "fraction"],
	["US", "\\d{1,6}", "fraction"],
	["YY", "\\d{2}", "shortYear"],
];
type Part =
	| "year"
	| "shortYear"
	| "month"
	| "monthName"
	| "day"
	| "hour"
	| "hour12"
	| "half"
	| "minute"
	| "second"
	| "fraction"
	| "zone";

/** A text as `YYYY-MM-DD HH:MM:SS[.ffffff][zone]`, or undefined. */
export type ReadDate = (text: string) => string | undefined;

/** Undefined for a template that names no day, or for a text that is none. `unix` and `unix_ms` count from 1970 in UTC. */
export function compileDateFormat(template: string): ReadDate | undefined {
	if (template === "unix" || template === "unix_ms") return sinceEpoch(template === "unix" ? 1000 : 1);
	const parts: Part[] = [];
	let pattern = "";
	for (let at = 0; at < template.length; ) {
		const word = WORDS.find(([w]) => template.startsWith(w, at));
		if (word === undefined) {
			const c = template[at++]!;
			// A letter that is no word is mostly a template of another language.
			if (/[A-SU-Za-z]/.test(c)) return undefined;
			pattern += /\s/.test(c) ? "\\s+" : c.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
			continue;
		}
		pattern += `(${word[1]})`;
		parts.push(word[2]);
		at += word[0].length;
	}
	const has = (...wanted: Part[]): boolean => wanted.some((part) => parts.includes(part));
	if (!has("year", "shortYear") || !has("month", "monthName") || !has("day")) return undefined;
	const matcher = new RegExp(`^\\s*${pattern}\\s*$`, "i");
	return (text) => {
		const found = matcher.exec(text);
		return found === null ? undefined : written(parts, found);
	};
}

function written(parts: readonly Part[], found: readonly string[]): string | undefined {
	const value = (part: Part): string | undefined => {
		const at = parts.indexOf(part);
		return at === -1 ? undefined : found[at + 1];
	};
	const number = (part: Part): number => Number(value(part) ?? 0);
	const short = value("shortYear");
	// As Postgres reads two digits: the year nearest to 2020.
	const year = short === undefined ? number("year") : Number(short) + (Number(short) < 70 ? 2000 : 1900);
	const named = value("monthName");
	const inYear = named === undefined ? number("month") : month(named.toLowerCase());
	const hour = hourOf(value("hour"), value("hour12"), value("half"));
	const [minute, second] = [number("minute"), number("second")];
	if (dayOf(year, inYear, number("day")) === undefined) return undefined;
	if (hour === undefined || minute > 59 || second > 59) return undefined;
	const two = (n: number): string => String(n).padStart(2, "0");
	const fraction = value("fraction");
	const day = `${String(year).padStart(4, "0")}-${two(inYear)}-${two(number("day"))}`;
	const clock = `${two(hour)}:${two(minute)}:${two(second)}${fraction === undefined ? "" : `.${fraction}`}`;
	return `${day} ${clock}${value("zone")?.toUpperCase() ?? ""}`;
}

/** Undefined: no hour of a day. Noon is 12 PM, midnight 12 AM. */
function hourOf(whole: string | undefined, half: string | undefined, side: string | undefined): number | undefined {
	if (half === undefined) return Number(whole ?? 0) > 23 ? undefined : Number(whole ?? 0);
	const hour = Number(half);
	if (hour < 1 || hour > 12) return undefined;
	return (hour % 12) + (side?.toUpperCase().startsWith("P") === true ? 12 : 0);
}

function sinceEpoch(unit: number): ReadDate {
	return (text) => {
		const m = /^(-?\d{1,15})(?:\.(\d{1,6}))?$/.exec(text.trim());
		if (m === null || (unit === 1 && m[2] !== undefined)) return undefined;
		const ms = Number(m[1]) * unit;
		// Fractions count on from the whole second, which is not so before 1970.
		if (Math.abs(ms) > 8.64e15 || (ms < 0 && m[2] !== undefined)) return undefined;
		const at = new Date(ms).toISOString();
		if (!/^\d{4}-/.test(at)) return undefined;
		const fraction = unit === 1 ? at.slice(19, 23) : m[2] === undefined ? "" : `.${m[2]}`;
		return `${at.slice(0, 10)} ${at.slice(11, 19)}${fraction}+00:00`;
	};
}
