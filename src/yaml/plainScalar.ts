/**
 * What a plain (unquoted) YAML scalar means. The rules are those of PyYAML's SafeLoader (YAML 1.1, its resolver and
 * constructor), because every dbt project was written against them: `yes` is true but `y` is text, `010` is 8,
 * `1:30` is 90, `1e5` is text (a float needs a dot and a signed exponent).
 *
 * Three things differ from Python on purpose, since the result is plain JSON-like data:
 * - dates and timestamps become ISO 8601 text, which is what dbt's own renderers make of them;
 * - an integer that a JavaScript number cannot hold stays the text of its digits rather than losing some;
 * - a lone `=` stays text (PyYAML refuses it by an old bug).
 */
export type ScalarValue = null | boolean | number | string;

/** The scalar matches a rule but has no value: 2024-13-45, `0x_`. */
export class ImpossibleScalar extends Error {}

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
	...["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
	...["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
	...["~", "null", "Null", "NULL", ""].map((word) => [word, null] as const),
]);

const FLOAT =
	/^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INTEGER =
	/^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const TIMESTAMP_SHAPE =
	/^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/;
const TIMESTAMP_PARTS =
	/^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::([0-9]{2}))?))?)?$/;

/** Whether the text could be anything but text: only these first characters can. Cheap, as most scalars are words. */
function mayResolve(first: number): boolean {
	return (
		(first >= 0x30 && first <= 0x39) || // 0-9
		first === 0x2b || // +
		first === 0x2d || // -
		first === 0x2e // .
	);
}

/**
 * The value of a plain scalar; `undefined` when it is just text. `timestamp` reads what has the form of a date. Throws
 * ImpossibleScalar.
 */
export function resolvePlainScalar(text: string, timestamp = timestampOf): ScalarValue | undefined {
	if (text.length <= 5) {
		const word = WORDS.get(text);
		if (word !== undefined) return word;
	}
	if (!mayResolve(text.charCodeAt(0))) return undefined;
	if (FLOAT.test(text)) return floatOf(text);
	if (INTEGER.test(text)) return integerOf(text);
	if (TIMESTAMP_SHAPE.test(text)) return timestamp(text);
	return undefined;
}

/** Also serves `!!bool "yes"`; the word may have any case, as in PyYAML's constructor. */
export function booleanOf(text: string): boolean {
	const word = WORDS.get(text.toLowerCase());
	if (typeof word !== "boolean") throw new ImpossibleScalar("not a boolean");
	return word;
}

function sexagesimal(digits: string, parse: (part: string) => number): number {
	return digits.split(":").reduce((sum, part) => sum * 60 + parse(part), 0);
}

function decimal(text: string): number {
	if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(text)) throw new ImpossibleScalar("not a number");
	return Number(text);
}

/** Also serves `!!float "1"`. */
export function floatOf(source: string): number {
	const text = source.replaceAll("_", "").toLowerCase();
	const sign = text.startsWith("-") ? -1 : 1;
	const digits = /^[-+]/.test(text) ? text.slice(1) : text;
	if (digits === ".inf") return sign * Number.POSITIVE_INFINITY;
	if (digits === ".nan") return Number.NaN;
	return sign * (digits.includes(":") ? sexagesimal(digits, decimal) : decimal(digits));
}

function radix(digits: string, base: 2 | 8 | 10 | 16): bigint {
	const alphabet = { 2: /^[01]+$/, 8: /^[0-7]+$/, 10: /^[0-9]+$/, 16: /^[0-9a-fA-F]+$/ }[base];
	if (!alphabet.test(digits)) throw new ImpossibleScalar("not a whole number");
	const prefix = { 2: "0b", 8: "0o", 10: "", 16: "0x" }[base];
	return BigInt(prefix + digits);
}

/** Also serves `!!int "3"`. Digits beyond 2^53 come back as their text. */
export function integerOf(source: string): number | string {
	const text = source.replaceAll("_", "");
	const negative = text.startsWith("-");
	const digits = /^[-+]/.test(text) ? text.slice(1) : text;
	const size = digits.startsWith("0b")
		? radix(digits.slice(2), 2)
		: digits.startsWith("0x")
			? radix(digits.slice(2), 16)
			: digits.includes(":")
				? digits.split(":").reduce((sum, part) => sum * 60n + radix(part, 10), 0n)
				: digits.length > 1 && digits.startsWith("0")
					? radix(digits, 8)
					: radix(digits, 10);
	const value = negative ? -size : size;
	return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const pad = (n: number, width = 2): string => String(n).padStart(width, "0");

/** `2024-01-02`, `2024-01-02T10:00:00.500000+02:00`: Python's isoformat() of what PyYAML builds. */
export function timestampOf(text: string): string {
	const match = TIMESTAMP_PARTS.exec(text);
	if (match === null) throw new ImpossibleScalar("not a date");
	const [, y = "", mo = "", d = "", h, mi = "0", s = "0", fraction, zone, sign, zoneHour = "0", zoneMinute = "0"] =
		match;
	const [year, month, day] = [Number(y), Number(mo), Number(d)];
	const monthDays = month === 2 && isLeap(year) ? 29 : DAYS[month - 1];
	if (year === 0 || monthDays === undefined || day < 1 || day > monthDays) {
		throw new ImpossibleScalar("there is no such day");
	}
	const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
	if (h === undefined) return date;
	const [hour, minute, second] = [Number(h), Number(mi), Number(s)];
	if (hour > 23 || minute > 59 || second > 59) throw new ImpossibleScalar("there is no such time of day");
	const micros = (fraction ?? "").slice(0, 6).padEnd(6, "0");
	return `${date}T${pad(hour)}:${pad(minute)}:${pad(second)}${micros === "000000" ? "" : `.${micros}`}${offsetOf({ zone, sign, zoneHour, zoneMinute })}`;
}

function offsetOf(part: {
	zone: string | undefined;
	sign: string | undefined;
	zoneHour: string;
	zoneMinute: string;
}): string {
	if (part.zone === undefined) return "";
	if (part.sign === undefined) return "+00:00";
	const minutes = Number(part.zoneHour) * 60 + Number(part.zoneMinute);
	if (minutes >= 24 * 60) throw new ImpossibleScalar("a time zone is less than a day from UTC");
	return `${minutes === 0 ? "+" : part.sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
