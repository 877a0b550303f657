import { compileDateFormat, type ReadDate } from "./dateFormats.ts";
import type { LandingType } from "./landingTypes.ts";

/**
 * Whether a text is a value of a landing type. As strict as the database, so that a bad value becomes a reject with its
 * row instead of failing the load: what passes here, COPY takes.
 */
export function landingValue(
	type: LandingType,
	text: string,
): { readonly value: string } | { readonly reason: string } {
	const value = READ[type](text);
	if (value === undefined) return { reason: `"${text.slice(0, 60)}" is not ${WORDS[type]}` };
	return { value };
}

/** What a text of a column has to be, as reasons say it. */
export const expectedOf = ({
	type,
	formats,
}: {
	readonly type: LandingType;
	readonly formats: readonly string[];
}): string => (formats.length > 0 ? `a ${type} as ${formats.join(" or ")}` : WORDS[type]);

/** The same for a column whose dates are written by templates. A time of day that a date has is not lost: it is a reject. */
export function formattedValue(
	type: LandingType,
	formats: readonly string[],
): (text: string) => { readonly value: string } | { readonly reason: string } {
	const read = formats.map((format): ReadDate => compileDateFormat(format) ?? (() => undefined));
	const known = new Map<string, { readonly value: string } | { readonly reason: string }>();
	const find = (text: string) => {
		for (const one of read) {
			const found = one(text);
			if (found === undefined) continue;
			if (type !== "date") return landingValue(type, type === "timestamp" ? found.replace(/\+00:00$/, "") : found);
			if (/^.{10} 00:00:00(\.0+)?(\+00:00)?$/.test(found)) return { value: found.slice(0, 10) };
		}
		return { reason: `"${text.slice(0, 60)}" is not ${expectedOf({ type, formats })}` };
	};
	return (text) => {
		const before = known.get(text);
		if (before !== undefined) return before;
		const found = find(text);
		// Days repeat; moments do not, and must not fill the memory.
		if (known.size < 5000) known.set(text, found);
		return found;
	};
}

/** Whole numbers of JavaScript without loss, in their plainest form. */
const SMALL = /^(?:0|-?[1-9]\d{0,14})$/;

const whole =
	(low: bigint, high: bigint) =>
	(v: string): string | undefined => {
		if (SMALL.test(v)) return Number(v) >= low && Number(v) <= high ? v : undefined;
		const m = /^([+-]?\d{1,25})(?:\.0+)?$/.exec(v);
		if (!m) return undefined;
		const n = BigInt(m[1]!.replace(/^\+/, ""));
		return n >= low && n <= high ? n.toString() : undefined;
	};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function isDay(v: string): boolean {
	if (!DAY.test(v)) return false;
	const [year, month, day] = [Number(v.slice(0, 4)), Number(v.slice(5, 7)), Number(v.slice(8))];
	const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
	return year > 0 && day > 0 && day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

const TIME = /^[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?/;
/** Offsets that Postgres takes. */
const OFFSET = /^(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)$/;

const timestamp =
	(offset: "forbidden" | "optional") =>
	(v: string): string | undefined => {
		if (!isDay(v.slice(0, 10))) return undefined;
		const rest = v.slice(10);
		const time = TIME.exec(rest)?.[0] ?? "";
		const zone = rest.slice(time.length);
		if (zone === "") return v;
		return offset === "optional" && time !== "" && OFFSET.test(zone) ? v : undefined;
	};

function isJson(v: string): boolean {
	try {
		JSON.parse(v);
		return true;
	} catch {
		return false;
	}
}

const NUMBER = /^[+-]?(\d{1,10000}\.?\d{0,10000}|\.\d{1,10000})([eE][+-]?\d{1,3})?$/;

/** A binary number: infinities and NaN are values; what would overflow, or become zero, is none. */
const float =
	(kept: (n: number) => number) =>
	(v: string): string | undefined => {
		if (/^(?:[+-]?(?:inf|infinity)|nan)$/i.test(v)) return v;
		if (!NUMBER.test(v)) return undefined;
		const n = kept(Number(v));
		return Number.isFinite(n) && (n !== 0 || /^[+-]?[0.]*(?:e|$)/i.test(v)) ? v : undefined;
	};

const READ: Readonly<Record<LandingType, (text: string) => string | undefined>> = {
	text: (v) => v,
	integer: whole(-2147483648n, 2147483647n),
	bigint: whole(-9223372036854775808n, 9223372036854775807n),
	numeric: (v) => (NUMBER.test(v) ? v : undefined),
	real: float(Math.fround),
	double: float((n) => n),
	boolean: (v) => (/^(true|false|t|f|yes|no|1|0)$/i.test(v) ? v : undefined),
	date: (v) => (isDay(v) ? v : undefined),
	time: (v) => (/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$/.test(v) ? v : undefined),
	timestamp: timestamp("forbidden"),
	timestamptz: timestamp("optional"),
	uuid: (v) => (/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(v) ? v : undefined),
	bytea: (v) => (/^\\x([0-9a-f]{2})*$/i.test(v) ? v : undefined),
	json: (v) => (isJson(v) ? v : undefined),
};

const WORDS: Readonly<Record<LandingType, string>> = {
	text: "text",
	integer: "a whole number of 32 bits",
	bigint: "a whole number of 64 bits",
	numeric: "a number",
	real: "a number of 32 bits",
	double: "a number of 64 bits",
	boolean: "true or false",
	date: "a date (YYYY-MM-DD)",
	time: "a time of day (HH:MM:SS)",
	timestamp: "a timestamp without an offset (YYYY-MM-DD HH:MM:SS; with one: timestamptz)",
	timestamptz: "a timestamp (YYYY-MM-DD HH:MM:SS+00:00)",
	uuid: "a UUID",
	bytea: "bytes in hexadecimal (\\x00ff)",
	json: "JSON",
};

const LONE_SURROGATE = /\p{Cs}/u;

/** Why the database cannot store a text at all: the character NUL, or half of a surrogate pair. */
export function unstorable(text: string): string | undefined {
	if (text.includes("\0")) return NO_NUL;
	return LONE_SURROGATE.test(text) ? "holds half of a surrogate pair, which is no character" : undefined;
}
export const NO_NUL = "holds the character NUL, which the database cannot store";
