/**
 * Cells of types that psycopg2 reads as Python objects and dbt's tables hold as text: an interval as a timedelta's
 * str(), a range as that of psycopg2's, JSON and arrays as json.dumps writes them.
 */
import { floatValue, toJson, type Value } from "../../jinja/jinja.ts";

const INTERVAL =
	/^(?:(-?\d+) years? ?)?(?:(-?\d+) mons? ?)?(?:([+-]?\d+) days? ?)?(?:([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/;
const DAY = 86_400_000_000n;

/** Postgres' text of an interval as Python prints the timedelta that psycopg2 makes of it: a year has 365 days, a month 30. */
export function timedeltaText(interval: string): string {
	const parts = INTERVAL.exec(interval.trim().replaceAll("+", ""));
	if (parts === null || interval.trim() === "") return interval;
	const [, years = 0, months = 0, days = 0, sign = "", hours = 0, minutes = 0, seconds = 0, fraction = ""] = parts;
	const time =
		((BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(seconds)) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
	const whole = BigInt(years) * 365n + BigInt(months) * 30n + BigInt(days);
	const total = whole * DAY + (sign === "-" ? -time : time);
	const rest = ((total % DAY) + DAY) % DAY;
	const dayCount = (total - rest) / DAY;
	const two = (n: bigint) => String(n).padStart(2, "0");
	const clock = `${rest / 3_600_000_000n}:${two((rest / 60_000_000n) % 60n)}:${two((rest / 1_000_000n) % 60n)}`;
	const micros = rest % 1_000_000n;
	const shown = micros === 0n ? clock : `${clock}.${String(micros).padStart(6, "0")}`;
	return dayCount === 0n ? shown : `${dayCount} day${dayCount === 1n || dayCount === -1n ? "" : "s"}, ${shown}`;
}

const RANGE = /^(int4|int8|num|date|ts|tstz)range$/;

/** True for the ranges that psycopg2 knows; others, and what holds several, stay the server's text. */
export const isRange = (type: string): boolean => RANGE.test(type);

/** `[1,3)` as `[1, 3)`; a bound that is not there is None, a moment is written as Python's str() of it. */
export function rangeCell(text: string, type: string): string {
	const parts = /^([[(])("(?:[^"\\]|\\.|"")*"|[^,]*),("(?:[^"\\]|\\.|"")*"|[^,]*)([\])])$/.exec(text);
	if (parts === null) return text;
	const bound = (written: string): string => {
		const bare = written.replace(/^"(.*)"$/, "$1");
		if (bare === "") return "None";
		if (type === "tsrange" || type === "tstzrange")
			return bare
				.replace(/\.\d+/, (fraction) => fraction.padEnd(7, "0"))
				.replace(/([+-]\d\d)$/, type === "tstzrange" ? "$1:00" : "$1");
		return bare;
	};
	return `${parts[1]}${bound(parts[2]!)}, ${bound(parts[3]!)}${parts[4]}`;
}

/** A number as json.dumps writes the float that Python read. */
const asFloat = (token: string): string => toJson(floatValue(Number(token)));

/** JSON text with Python's spaces and escapes, whole numbers as written; a lone text is the text itself, null is none. */
export function jsonCell(text: string): Value {
	const bare = text.trim();
	if (bare === "null") return null;
	if (bare.startsWith('"')) return JSON.parse(bare) as string;
	return bare.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|\s+|[,:]|-?\d+[.eE][\d.eE+-]*/g, (token) => {
		if (token.startsWith('"')) return toJson(JSON.parse(token) as string);
		if (/\d/.test(token)) return asFloat(token);
		return token === "," || token === ":" ? `${token} ` : "";
	});
}

/** An array's text, `{a,"b c",NULL}`, as a JSON list; numbers and booleans by the type of its elements. */
export function arrayCell(text: string, type: string): string {
	const element = type.replaceAll("[]", "");
	const whole = /^(integer|bigint|smallint|int\d?|oid)\b/.test(element);
	const float = /^(real|double precision|numeric)\b/.test(element);
	const item = (token: string): string => {
		if (token.startsWith('"')) return toJson(token.slice(1, -1).replaceAll(/\\(.)/gs, "$1"));
		if (token.toUpperCase() === "NULL") return "null";
		if (element === "boolean") return token === "t" || token === "true" ? "true" : "false";
		if (float) return asFloat(token);
		return whole ? token : toJson(token);
	};
	return text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}]|,|[^{},"]+/gs, (token) => {
		if (token === "{") return "[";
		if (token === "}") return "]";
		return token === "," ? ", " : item(token);
	});
}
