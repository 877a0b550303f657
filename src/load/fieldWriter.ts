/**
 * One column of a landing table as a writer of fields. The plainest forms of a type are known by their bytes and copied;
 * everything else becomes text and is judged by landingValue, so that there is one opinion of what a value is.
 */
import type { CopyRows } from "./copyRows.ts";
import type { LandingColumn, LandingType } from "./landingTypes.ts";
import { formattedValue, landingValue, NO_NUL, unstorable } from "./landingValues.ts";

/** Each writes one field, or says why the record is no row of the table. */
export interface FieldWriter {
	readonly column: LandingColumn;
	/** UTF-8 without escapes of any format. */
	readonly bytes: (from: Buffer, start: number, end: number) => string | undefined;
	readonly text: (value: string) => string | undefined;
	/** Null is a value of every column but the keys of `mode: merge`. */
	readonly null: () => string | undefined;
}

export interface FieldRules {
	readonly nullMarkers: readonly string[];
	/** Must not be null. */
	readonly isKey: boolean;
}

export function createFieldWriter(column: LandingColumn, rows: CopyRows, rules: FieldRules): FieldWriter {
	const { label: name = column.name, type, formats } = column;
	const markers = rules.nullMarkers.map((marker) => Buffer.from(marker));
	const longest = Math.max(-1, ...markers.map((m) => m.length));
	const judge = formats.length > 0 ? formattedValue(type, formats) : (text: string) => landingValue(type, text);
	const isPlain = formats.length > 0 ? undefined : PLAIN[type];
	const writeNull = (): string | undefined => {
		if (rules.isKey) return `${name}: is a key and has no value`;
		rows.null();
		return undefined;
	};
	const text = (value: string): string | undefined => {
		if (rules.nullMarkers.includes(value)) return writeNull();
		const bad = unstorable(value);
		if (bad !== undefined) return `${name}: ${bad}`;
		const found = judge(value);
		if ("reason" in found) return `${name}: ${found.reason}`;
		rows.text(found.value);
		return undefined;
	};
	const bytes = (from: Buffer, start: number, end: number): string | undefined => {
		if (end - start <= longest && isMarker(markers, from, start, end)) return writeNull();
		if (type === "text") return rows.bytes(from, start, end) ? undefined : `${name}: ${NO_NUL}`;
		if (isPlain?.(from, start, end) === true) {
			rows.plain(from, start, end);
			return undefined;
		}
		return text(from.toString("utf8", start, end));
	};
	return { column, bytes, text, null: writeNull };
}

/** Looked at in place: a piece of the buffer for each empty field would be the most that a load makes. */
function isMarker(markers: readonly Buffer[], from: Buffer, start: number, end: number): boolean {
	for (const marker of markers) {
		if (marker.length !== end - start) continue;
		let i = 0;
		while (i < marker.length && marker[i] === from[start + i]) i++;
		if (i === marker.length) return true;
	}
	return false;
}

const digits = (b: Uint8Array, start: number, end: number): boolean => {
	for (let i = start; i < end; i++) if (b[i]! < 48 || b[i]! > 57) return false;
	return end > start;
};

/** A number of so many digits at most, no zero in front. */
const wholePlain =
	(most: number) =>
	(b: Uint8Array, start: number, end: number): boolean => {
		const from = b[start] === 45 ? start + 1 : start;
		if (end - from > most || !digits(b, from, end)) return false;
		return b[from] !== 48 || (end === from + 1 && from === start);
	};

function numberPlain(b: Uint8Array, start: number, end: number): boolean {
	const from = b[start] === 45 ? start + 1 : start;
	if (end - from > 30) return false;
	let point = -1;
	for (let i = from; i < end; i++) {
		const c = b[i]!;
		if (c === 46 && point === -1 && i > from && i + 1 < end) point = i;
		else if (c < 48 || c > 57) return false;
	}
	return end > from;
}

const two = (b: Uint8Array, at: number): number => (b[at]! - 48) * 10 + b[at + 1]! - 48;

/** Days up to the 28th of every month; later ones are looked at more closely. */
function dayPlain(b: Uint8Array, start: number, end: number): boolean {
	if (end - start !== 10 || b[start + 4] !== 45 || b[start + 7] !== 45) return false;
	if (!digits(b, start, start + 4) || !digits(b, start + 5, start + 7) || !digits(b, start + 8, end)) return false;
	const [month, day] = [two(b, start + 5), two(b, start + 8)];
	return month >= 1 && month <= 12 && day >= 1 && day <= 28 && (b[start] !== 48 || b[start + 1] !== 48);
}

function momentPlain(b: Uint8Array, start: number, end: number): boolean {
	if (end - start !== 19 || !dayPlain(b, start, start + 10)) return false;
	if ((b[start + 10] !== 32 && b[start + 10] !== 84) || b[start + 13] !== 58 || b[start + 16] !== 58) return false;
	if (!digits(b, start + 11, start + 13) || !digits(b, start + 14, start + 16) || !digits(b, start + 17, end))
		return false;
	return two(b, start + 11) < 24 && two(b, start + 14) < 60 && two(b, start + 17) < 60;
}

function booleanPlain(b: Uint8Array, start: number, end: number): boolean {
	if (end - start === 4)
		return b[start] === 116 && b[start + 1] === 114 && b[start + 2] === 117 && b[start + 3] === 101;
	if (end - start !== 5 || b[start] !== 102 || b[start + 1] !== 97) return false;
	return b[start + 2] === 108 && b[start + 3] === 115 && b[start + 4] === 101;
}

const PLAIN: Partial<Record<LandingType, (b: Uint8Array, start: number, end: number) => boolean>> = {
	integer: wholePlain(9),
	bigint: wholePlain(18),
	numeric: numberPlain,
	double: numberPlain,
	boolean: booleanPlain,
	date: dayPlain,
	timestamp: momentPlain,
};
