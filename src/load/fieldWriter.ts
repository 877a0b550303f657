/**
 * One column of a landing table as a writer of fields. The plainest forms of a type are known by their bytes and copied;
 * everything else becomes text and is judged by landingValue, so that there is one opinion of what a value is.
 */
import type { CopyRows } from "./copyRows.ts";
import type { LandingColumn, LandingType } from "./landingTypes.ts";
import { formattedValue, landingValue, NO_NUL, unstorable } from "./landingValues.ts";
import { booleanPlain, dayPlain, momentPlain, numberPlain, wholePlain } from "./plainForms.ts";

/** Each writes one field, or says why the record is no row of the table. */
export interface FieldWriter {
	readonly column: LandingColumn;
	/** UTF-8 without escapes of any format. */
	readonly bytes: (from: Buffer, start: number, end: number) => string | undefined;
	readonly text: (value: string) => string | undefined;
	/** Null is a value of every column but the keys of `mode: merge`. */
	readonly null: () => string | undefined;
	/** Whether values of the column's own type, in their plainest form, are all rows' values: no text of them stands for nothing. */
	readonly takesAll: boolean;
}

export interface FieldRules {
	readonly nullMarkers: readonly string[];
	/** Must not be null. */
	readonly isKey: boolean;
}

export function createFieldWriter(column: LandingColumn, rows: CopyRows, rules: FieldRules): FieldWriter {
	const { label: name = column.name, type, formats } = column;
	const bare = type === "bytea" && column.bareBytes === true;
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
		rows.text(bare ? found.value.slice(2) : found.value);
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
	const takesAll = formats.length === 0 && rules.nullMarkers.length === 0;
	return { column, bytes, text, null: writeNull, takesAll };
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

const PLAIN: Partial<Record<LandingType, (b: Uint8Array, start: number, end: number) => boolean>> = {
	integer: wholePlain(9),
	bigint: wholePlain(18),
	numeric: numberPlain,
	double: numberPlain,
	boolean: booleanPlain,
	date: dayPlain,
	timestamp: momentPlain,
};
