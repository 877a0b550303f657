/**
 * The type of each column of a seed, inferred as dbt v1 does with agate (agateAnswers.json holds its answers): the
 * first of number, date, datetime, ISO datetime, boolean, text that fits every value. Empty and `null` (any case, spaces
 * around) are null. dbt's tester lists an integer type before these, but it reads no text: whole numbers are numbers
 * without decimal places, and so is a column of nulls.
 *
 * Where dbt then fails to load what it typed, we widen: whole numbers beyond 32 bits become bigint, beyond 64 numeric;
 * a column with NaN or Infinity float8.
 */
import { type DecimalText, decimalPlaces, decimalText, parseDecimal, wholePlaces, wholeText } from "./decimalText.ts";
import { dayOf, parseIsoDateTime } from "./isoDateTime.ts";

export interface InferredColumn {
	/** The type in `create table`, as dbt writes it for Postgres. */
	readonly ddl: string;
	/** Values as text that this type reads. */
	readonly values: readonly (string | null)[];
}

export const isNullWord = (value: string): boolean => {
	const text = value.trim();
	return text === "" || (text.length === 4 && text.toLowerCase() === "null");
};

/** strptime takes one digit where two are usual, and a space before a lone day. */
const date = (v: string): string | undefined => {
	const m = /^(\d{4})-(\d{1,2})-(\d{1,2}| \d)$/.exec(v.trim());
	return m && dayOf(+m[1]!, +m[2]!, +m[3]!) !== undefined ? calendarDay(m) : undefined;
};

const two = (text: string | undefined): string => text!.trim().padStart(2, "0");
const calendarDay = (m: RegExpExecArray): string => `${m[1]}-${two(m[2])}-${two(m[3])}`;

const dateTime = (v: string): string | undefined => {
	const m = /^(\d{4})-(\d{1,2})-(\d{1,2}| \d)\s+(\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(v.trim());
	if (!m || dayOf(+m[1]!, +m[2]!, +m[3]!) === undefined || +m[4]! > 23 || +m[5]! > 59 || +m[6]! > 59) return undefined;
	return `${calendarDay(m)} ${two(m[4])}:${two(m[5])}:${two(m[6])}`;
};

/** agate drops commas first, so that "," alone is null. */
const boolean = (v: string): string | null | undefined => {
	const word = v.replaceAll(",", "").trim().toLowerCase();
	if (word === "" || word === "null") return null;
	return word === "true" || word === "false" ? word : undefined;
};

type Cast = (value: string) => string | null | undefined;
const CASTS: readonly (readonly [string, Cast])[] = [
	["date", date],
	["timestamp without time zone", dateTime],
	["timestamp without time zone", (v) => parseIsoDateTime(v.trim())],
	["boolean", boolean],
];

export function inferColumn(raw: readonly string[]): InferredColumn {
	const nulled = raw.map((v) => (isNullWord(v) ? null : v));
	const numbers = castAll(nulled, parseDecimal);
	if (numbers !== undefined) return numberColumn(numbers);
	for (const [ddl, cast] of CASTS) {
		const values = castAll(nulled, cast);
		if (values !== undefined) return { ddl, values };
	}
	return { ddl: "text", values: nulled };
}

/** Stops at the first value that does not fit. */
function castAll<T>(
	nulled: readonly (string | null)[],
	cast: (value: string) => T | null | undefined,
): (T | null)[] | undefined {
	const values: (T | null)[] = [];
	for (const v of nulled) {
		const value = v === null ? null : cast(v);
		if (value === undefined) return undefined;
		values.push(value);
	}
	return values;
}

/** agate's context: more digits than this are no whole number to it. */
const PRECISION = 28;

function numberColumn(numbers: readonly (DecimalText | null)[]): InferredColumn {
	let decimals = 0;
	let whole = 1;
	let finite = true;
	for (const n of numbers) {
		if (n === null) continue;
		decimals = Math.max(decimals, decimalPlaces(n));
		whole = Math.max(whole, wholePlaces(n));
		finite &&= n.kind === "finite";
	}
	if (decimals > 0 || whole > PRECISION || !finite)
		return { ddl: "float8", values: numbers.map((n) => (n === null ? null : decimalText(n))) };
	const values = numbers.map((n) => (n === null || n.kind !== "finite" ? null : wholeText(n)));
	const fits = (bits: bigint) =>
		values.every((v) => v === null || BigInt.asIntN(Number(bits), BigInt(v)) === BigInt(v));
	return { ddl: fits(32n) ? "integer" : fits(64n) ? "bigint" : "numeric", values };
}
