/**
 * The type of each column of a seed, inferred as dbt v1 does with agate (agateAnswers.json holds its answers): the
 * first of number, date, datetime, ISO datetime, boolean, text that fits every value. Empty and `null` (any case, spaces
 * around) are null. dbt's tester lists an integer type before these, but it reads no text: whole numbers are numbers
 * without decimal places, and so is a column of nulls.
 *
 * Where dbt then fails to load what it typed, we widen: whole numbers beyond 32 bits become bigint, beyond 64 numeric;
 * a column with NaN or Infinity float8.
 */
import { decimalPlaces, decimalText, parseDecimal, wholePlaces, wholeText } from "./decimalText.ts";
import { parseIsoDateTime } from "./isoDateTime.ts";
import { booleanPlain, dayPlain, momentPlain, numberPlain, type PlainForm, wholePlain } from "./plainForms.ts";

export interface InferredColumn {
	/** The type in `create table`, as dbt writes it for Postgres. */
	readonly ddl: string;
	/** A value of the column as text that this type reads. */
	readonly write: (raw: string) => string | null;
	/** Which values the type reads as they stand; null: of texts all but the words for nothing. */
	readonly plain: PlainForm | null;
	/** Of columns of the same type the one whose values are read otherwise. */
	readonly form?: "ISO";
}

/** Whether both write every value alike. */
export const sameColumn = (a: InferredColumn, b: InferredColumn): boolean => a.ddl === b.ddl && a.form === b.form;

/** A value that a column of numbers does not have. */
export class NotOfType extends Error {}

/** A column of a seed whose type the project gives: read as text, so that zeros in front stay. */
export const givenColumn = (ddl: string): InferredColumn => ({ ddl, write: nullOrText, plain: null });

/** As many digits are a whole number of JavaScript without loss. */
const SAFE_DIGITS = 15;

const isBlack = (code: number): boolean => code > 32 && code < 127;

/** Whether bytes that are no longer than the word for nothing, or have spaces around them, are to be looked at as text. */
export function maybeNullWord(from: Uint8Array, start: number, end: number): boolean {
	return end - start === 4 || end === start || !isBlack(from[start]!) || !isBlack(from[end - 1]!);
}

export function isNullWord(value: string): boolean {
	const { length } = value;
	// Nearly every value begins and ends with a printed character and has not the length of the word.
	if (length > 0 && length !== 4 && isBlack(value.charCodeAt(0)) && isBlack(value.charCodeAt(length - 1))) return false;
	const text = value.trim();
	return text === "" || (text.length === 4 && text.toLowerCase() === "null");
}

export const nullOrText = (value: string): string | null => (isNullWord(value) ? null : value);

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function isCalendarDay(year: number, month: number, day: number): boolean {
	const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
	return year >= 1 && day >= 1 && day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

const digitAt = (text: string, at: number): boolean => {
	const code = text.charCodeAt(at);
	return code >= 48 && code <= 57;
};

/** Whether each character stands where the form has one like it: `0` is any digit, others are themselves. */
function hasForm(text: string, form: string): boolean {
	if (text.length !== form.length) return false;
	for (let at = 0; at < form.length; at++) {
		const wanted = form.charCodeAt(at);
		if (wanted === 48 ? !digitAt(text, at) : text.charCodeAt(at) !== wanted) return false;
	}
	return true;
}

/** strptime takes one digit where two are usual, and a space before a lone day. */
function date(v: string): string | undefined {
	if (hasForm(v, "0000-00-00")) return isCalendarDay(+v.slice(0, 4), +v.slice(5, 7), +v.slice(8)) ? v : undefined;
	const m = /^(\d{4})-(\d{1,2})-(\d{1,2}| \d)$/.exec(v.trim());
	return m && isCalendarDay(+m[1]!, +m[2]!, +m[3]!) ? calendarDay(m) : undefined;
}

const two = (text: string | undefined): string => text!.trim().padStart(2, "0");
const calendarDay = (m: RegExpExecArray): string => `${m[1]}-${two(m[2])}-${two(m[3])}`;

function dateTime(v: string): string | undefined {
	if (hasForm(v, "0000-00-00 00:00:00")) {
		const fits =
			isCalendarDay(+v.slice(0, 4), +v.slice(5, 7), +v.slice(8, 10)) &&
			v.slice(11, 13) < "24" &&
			v.slice(14, 16) < "60" &&
			v.slice(17) < "60";
		return fits ? v : undefined;
	}
	const m = /^(\d{4})-(\d{1,2})-(\d{1,2}| \d)\s+(\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(v.trim());
	if (!m || !isCalendarDay(+m[1]!, +m[2]!, +m[3]!) || +m[4]! > 23 || +m[5]! > 59 || +m[6]! > 59) return undefined;
	return `${calendarDay(m)} ${two(m[4])}:${two(m[5])}:${two(m[6])}`;
}

/** agate drops commas first, so that "," alone is null. */
function boolean(v: string): string | null | undefined {
	if (v === "true" || v === "false") return v;
	const word = v.replaceAll(",", "").trim().toLowerCase();
	if (word === "" || word === "null") return null;
	return word === "true" || word === "false" ? word : undefined;
}

type Cast = (value: string) => string | null | undefined;
const CASTS: readonly (Pick<InferredColumn, "ddl" | "form"> & { readonly cast: Cast; readonly plain: PlainForm })[] = [
	{ ddl: "date", cast: date, plain: dayPlain },
	{ ddl: "timestamp without time zone", cast: dateTime, plain: momentPlain },
	{ ddl: "timestamp without time zone", cast: (v) => parseIsoDateTime(v.trim()), plain: momentPlain, form: "ISO" },
	{ ddl: "boolean", cast: boolean, plain: booleanPlain },
];

/** Two values of one of these forms are taken by the same casts. A moment is parted by a space or by a T. */
const FORMS: readonly PlainForm[] = [
	dayPlain,
	(from, start, end) => from[start + 10] === 32 && momentPlain(from, start, end),
	(from, start, end) => from[start + 10] === 84 && momentPlain(from, start, end),
	booleanPlain,
];

/** A number of 32 bits, whatever its digits. */
const smallWhole = wholePlain(9);
const safeWhole = wholePlain(SAFE_DIGITS);
/** A float keeps the sign of a zero; the numbers of agate have none. */
const floatPlain: PlainForm = (from, start, end) =>
	(from[start] !== 45 || from[start + 1] !== 48) && numberPlain(from, start, end);

/** agate's context: more digits than this are no whole number to it. */
const PRECISION = 28;
/** Digits before the point and behind it of a number in its plainest form (`12`, `-3.5`), or undefined. */
function plainNumber(text: string): { readonly whole: number; readonly decimals: number } | undefined {
	const from = text.charCodeAt(0) === 45 ? 1 : 0;
	if (text.length === from || text.length > SAFE_DIGITS || !digitAt(text, from)) return undefined;
	// A zero in front would have to go.
	if (text.charCodeAt(from) === 48 && text.length > from + 1 && text.charCodeAt(from + 1) !== 46) return undefined;
	let point = -1;
	for (let at = from; at < text.length; at++) {
		if (digitAt(text, at)) continue;
		if (text.charCodeAt(at) !== 46 || point !== -1) return undefined;
		point = at;
	}
	if (point === -1) return text === "-0" ? undefined : { whole: text.length - from, decimals: 0 };
	// A zero at the end would have to go; a small fraction may be written with an exponent.
	if (point === text.length - 1 || text.endsWith("0") || text.length > 10) return undefined;
	return { whole: point - from, decimals: text.length - point - 1 };
}

/** What the numbers of a column have in common. */
class NumberStatistics {
	#decimals = 0;
	#whole = 1;
	#finite = true;
	#low = 0n;
	#high = 0n;
	#lowPlain = 0;
	#highPlain = 0;

	take(value: string): boolean {
		const plain = plainNumber(value);
		if (plain !== undefined) {
			if (plain.decimals > this.#decimals) this.#decimals = plain.decimals;
			const n = plain.decimals === 0 ? Number(value) : 0;
			if (n < this.#lowPlain) this.#lowPlain = n;
			if (n > this.#highPlain) this.#highPlain = n;
			return true;
		}
		const number = parseDecimal(value);
		if (number === undefined) return false;
		this.#decimals = Math.max(this.#decimals, decimalPlaces(number));
		this.#whole = Math.max(this.#whole, wholePlaces(number));
		this.#finite &&= number.kind === "finite";
		if (this.#decimals > 0 || this.#whole > PRECISION || number.kind !== "finite") return true;
		const n = BigInt(wholeText(number));
		if (n < this.#low) this.#low = n;
		if (n > this.#high) this.#high = n;
		return true;
	}

	/** Whether some value has decimal places: other numbers change nothing then. */
	get isFractional(): boolean {
		return this.#decimals > 0;
	}

	column(): InferredColumn {
		if (this.#decimals > 0 || this.#whole > PRECISION || !this.#finite)
			return { ddl: "float8", write: (raw) => (isNullWord(raw) ? null : floatText(raw)), plain: floatPlain };
		const plain = [BigInt(this.#lowPlain), BigInt(this.#highPlain)];
		const fits = (bits: number) =>
			[this.#low, this.#high, ...plain].every((limit) => BigInt.asIntN(bits, limit) === limit);
		return {
			ddl: fits(32) ? "integer" : fits(64) ? "bigint" : "numeric",
			write: (raw) => (isNullWord(raw) ? null : integerText(raw)),
			plain: safeWhole,
		};
	}
}

function integerText(raw: string): string {
	if (plainNumber(raw)?.decimals === 0) return raw;
	const number = parseDecimal(raw);
	if (number?.kind !== "finite" || decimalPlaces(number) > 0 || wholePlaces(number) > PRECISION)
		throw new NotOfType(`${raw} is no whole number and was counted as one`);
	return wholeText(number);
}

function floatText(raw: string): string {
	if (plainNumber(raw) !== undefined) return raw;
	const number = parseDecimal(raw);
	if (number === undefined) throw new NotOfType(`${raw} is no number and was counted as one`);
	return decimalText(number);
}

/** Finds a column's type out of its values, one after the other, without keeping them. */
export class ColumnInference {
	#numbers: NumberStatistics | undefined = new NumberStatistics();
	#casts = CASTS;
	/** The forms, as bits, of which a value was taken since it is no column of numbers. */
	#forms = 0;

	/** The same of the bytes of a value; most are told by their form, and need no text. */
	takeBytes(from: Buffer, start: number, end: number): void {
		if (start === end) return;
		if (this.#casts.length === 0) {
			if (this.#numbers === undefined || smallWhole(from, start, end)) return;
			if (this.#numbers.isFractional && numberPlain(from, start, end)) return;
		} else if (this.#numbers === undefined) {
			const form = FORMS.findIndex((has) => has(from, start, end));
			if (form !== -1) {
				if ((this.#forms & (1 << form)) !== 0) return;
				this.#forms |= 1 << form;
			}
		}
		this.take(from.toString("utf8", start, end));
	}

	take(raw: string): void {
		if ((this.#numbers === undefined && this.#casts.length === 0) || isNullWord(raw)) return;
		if (this.#numbers?.take(raw) === false) this.#numbers = undefined;
		for (const { cast } of this.#casts) {
			if (cast(raw) !== undefined) continue;
			this.#casts = this.#casts.filter((one) => one.cast(raw) !== undefined);
			break;
		}
	}

	/** Some value is nothing but text: so is the column, whatever comes. */
	get isText(): boolean {
		return this.#numbers === undefined && this.#casts.length === 0;
	}

	/** The first type that fits all values; asked when the last one is taken. */
	column(): InferredColumn {
		if (this.#numbers !== undefined) return this.#numbers.column();
		const [first] = this.#casts;
		if (first === undefined) return givenColumn("text");
		const { cast, ...column } = first;
		return { ...column, write: (raw) => (isNullWord(raw) ? null : (cast(raw) ?? null)) };
	}
}
