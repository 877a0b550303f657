import type { CellValue, ResultColumn } from "../../core/resultTable.ts";

/** A column as the driver describes it. */
export interface DriverColumn {
	getName(): string;
	getType(): string;
	getScale(): number | null;
	getPrecision(): number | null;
	isNullable(): boolean;
	getIndex(): number;
}

/** The driver's own way to a cell, which its types keep to themselves. */
interface RawColumn extends DriverColumn {
	_getRowValue(row: { readonly values: readonly unknown[] }): unknown;
}

/**
 * The driver prints a TIME by the session's `TIME_OUTPUT_FORMAT`, which as it comes has no decimals. With another format
 * `t::varchar` would mean something else in the project's own SQL, so the cell is taken as it came: seconds since
 * midnight. Called before the first row is read.
 */
export function keepTimesWhole(columns: readonly DriverColumn[]): void {
	for (const column of columns)
		if (column.getType().toLowerCase() === "time")
			(column as RawColumn)._getRowValue = ({ values }) => values[column.getIndex()] ?? null;
}

/** What the driver makes of a date or timestamp: a Date that remembers what it was made of. */
interface DriverTimestamp extends Date {
	getEpochSeconds(): number;
	getNanoSeconds(): number;
	/** A zone's name, or minutes east of UTC. */
	getTimezone(): string | number;
}

/** A NUMBER of so many digits fits 32 bits. */
const SMALL_DIGITS = 9;

const FAMILIES: Readonly<Record<string, ResultColumn["family"]>> = {
	real: "float",
	text: "text",
	date: "date",
	time: "time",
	timestamp_ntz: "timestamp",
	timestamp_ltz: "timestamp",
	timestamp_tz: "timestamp",
	boolean: "boolean",
	variant: "json",
	object: "json",
	array: "json",
	map: "json",
};

/** Types as DESCRIBE prints them; the wire calls a NUMBER `fixed`, a VARCHAR `text` and a FLOAT `real`. */
export function readColumn(column: DriverColumn): ResultColumn {
	const type = column.getType().toLowerCase();
	const scale = column.getScale() ?? 0;
	const printed: Readonly<Record<string, string>> = {
		fixed: `NUMBER(${column.getPrecision() ?? 38},${scale})`,
		text: "VARCHAR",
		real: "FLOAT",
	};
	const timed = /^time/.test(type) ? `${type.toUpperCase()}(${scale})` : type.toUpperCase();
	return Object.freeze({
		name: column.getName(),
		type: printed[type] ?? timed,
		family: type === "fixed" ? (scale > 0 ? "decimal" : "integer") : (FAMILIES[type] ?? "other"),
	});
}

/**
 * How the values of a column become canonical (core/resultTable.ts). Numbers, JSON and bytes come as the server's text;
 * a NUMBER without decimals and of at most nine digits is a number, wider ones stay text.
 */
export function cellReader(column: DriverColumn): (value: unknown) => CellValue {
	const type = column.getType().toLowerCase();
	if (type === "fixed") {
		const small = (column.getScale() ?? 0) === 0 && (column.getPrecision() ?? 38) <= SMALL_DIGITS;
		return (value) => (value == null ? null : small ? Number(value) : String(value));
	}
	if (type === "real") return (value) => (value == null ? null : floatOf(String(value)));
	if (type === "date") return (value) => (value == null ? null : dateOf(value as Date));
	if (type === "boolean") return (value) => (value == null ? null : value === true);
	if (type === "timestamp_ntz") return (value) => (value == null ? null : moment(value as DriverTimestamp, null));
	if (type === "timestamp_ltz") return (value) => (value == null ? null : moment(value as DriverTimestamp, 0));
	if (type === "timestamp_tz")
		return (value) => (value == null ? null : moment(value as DriverTimestamp, minutesOf(value as DriverTimestamp)));
	if (type === "time") return (value) => (value == null ? null : timeOf(String(value)));
	return (value) => (value == null ? null : typeof value === "string" ? value : JSON.stringify(value));
}

/** `47655.500000000` → `13:14:15.5`. */
function timeOf(sinceMidnight: string): string {
	const [seconds = "", decimals = ""] = sinceMidnight.split(".");
	const clock = new Date(Number(seconds) * 1000).toISOString().slice("1970-01-01T".length, -".000Z".length);
	return `${clock}${decimalsOf(decimals)}`;
}

/** With the point; as many as there are. */
const decimalsOf = (digits: string): string => {
	const some = digits.replace(/0+$/, "");
	return some === "" ? "" : `.${some}`;
};

const minutesOf = (value: DriverTimestamp): number => {
	const zone = value.getTimezone();
	return typeof zone === "number" ? zone : 0;
};

const floatOf = (text: string): number =>
	/^-?inf$/i.test(text) ? Number(`${text[0] === "-" ? "-" : ""}Infinity`) : Number(text);

const dateOf = (value: Date): string => isoDay(value.getTime());

const isoDay = (ms: number): string => {
	const text = new Date(ms).toISOString();
	return text.slice(0, text.indexOf("T"));
};

/** ISO, down to nanoseconds, with as many decimals as there are; `minutes` east of UTC, null for a time without zone. */
function moment(value: DriverTimestamp, minutes: number | null): string {
	const seconds = value.getEpochSeconds() + (minutes ?? 0) * 60;
	const text = new Date(seconds * 1000).toISOString().slice(0, -".000Z".length);
	const decimals = decimalsOf(String(value.getNanoSeconds()).padStart(9, "0"));
	return `${text}${decimals}${minutes === null ? "" : offset(minutes)}`;
}

function offset(minutes: number): string {
	const size = Math.abs(minutes);
	const two = (n: number): string => String(n).padStart(2, "0");
	return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
