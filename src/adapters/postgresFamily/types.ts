import type { CellValue, ResultColumn } from "../../core/resultTable.ts";

/**
 * Postgres types by OID: which family a column belongs to and how the server's text becomes a canonical value
 * (core/resultTable.ts). OIDs of built-in types are fixed since 8.x; anything else is text of family "other".
 */
type Family = ResultColumn["family"];

const FAMILIES: ReadonlyMap<number, Family> = new Map<number, Family>([
	[16, "boolean"],
	[18, "text"], // "char"
	[19, "text"], // name
	[20, "integer"], // int8
	[21, "integer"], // int2
	[23, "integer"], // int4
	[25, "text"],
	[26, "integer"], // oid
	[114, "json"],
	[700, "float"],
	[701, "float"],
	[1042, "text"], // bpchar
	[1043, "text"], // varchar
	[1082, "date"],
	[1083, "time"],
	[1114, "timestamp"],
	[1184, "timestamp"], // with time zone
	[1266, "time"], // with time zone
	[1700, "decimal"],
	[3802, "json"], // jsonb
]);

const INT8 = 20;

export const familyOf = (oid: number): Family => FAMILIES.get(oid) ?? "other";

const TIMESTAMP = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:([+-]\d\d)(:\d\d)?(:\d\d)?)?$/;

/**
 * Postgres' ISO style is almost ISO 8601: a blank for the T and offsets cut to hours. `infinity` and dates BC stay as
 * the server wrote them. Expects DateStyle ISO, which every session is reset to.
 */
function isoTimestamp(text: string): string {
	const m = TIMESTAMP.exec(text);
	if (m === null) return text;
	const [, date, time, hours, minutes, seconds] = m;
	return `${date}T${time}${hours === undefined ? "" : `${hours}${minutes ?? ":00"}${seconds ?? ""}`}`;
}

/** One cell as the server printed it → its canonical value. int8 and numeric stay text: JS numbers would round them. */
export function readCell(oid: number, text: string | null): CellValue {
	if (text === null) return null;
	switch (FAMILIES.get(oid)) {
		case "boolean":
			return text === "t";
		case "integer":
			return oid === INT8 ? text : Number(text);
		case "float":
			return Number(text);
		case "timestamp":
			return isoTimestamp(text);
		case "time":
			return text.replace(/([+-]\d\d)$/, "$1:00");
		default:
			return text;
	}
}

/** A bind as text; the server infers its type from the place where it stands. */
export function writeBind(value: CellValue): string | null {
	return value === null ? null : String(value);
}
