/**
 * Columns of a database as columns of a Parquet file, types kept: a decimal has its digits, a moment its microseconds and
 * whether it is a moment of the world or of a wall clock.
 */
import type { SchemaElement } from "hyparquet";
import { fail } from "../core/diagnostic.ts";
import type { CellValue, ResultColumn } from "../core/resultTable.ts";

export interface ParquetTarget {
	readonly element: SchemaElement;
	/** Of a value that is not null. Throws TFM-EXPORT-002 for one that the type cannot hold. */
	readonly write: (value: CellValue) => unknown;
}

/** Digits of a decimal: all of them, and those behind the point. */
export interface DecimalShape {
	readonly precision: number;
	readonly scale: number;
}

/** What Parquet's decimals can have. */
const MOST_DIGITS = 38;
const LONG_DIGITS = 18;
const INT_DIGITS = 9;

/** Printed `numeric(10,2)`, `NUMBER(10,2)` → its digits; undefined: any number of them. */
export function declaredDecimal({ type }: ResultColumn): DecimalShape | undefined {
	const m = /^(?:numeric|number)\((\d+),(\d+)\)$/i.exec(type);
	return m === null ? undefined : { precision: Number(m[1]), scale: Number(m[2]) };
}

/** `decimal`: of a decimal column; undefined writes it as text, which has any number of digits. */
export function parquetTarget(column: ResultColumn, decimal: DecimalShape | undefined): ParquetTarget {
	const { name, type } = column;
	const made = (rest: Omit<SchemaElement, "name">, write: ParquetTarget["write"]): ParquetTarget => ({
		element: { name, repetition_type: "OPTIONAL", ...rest },
		write,
	});
	const refuse = (value: CellValue): never => fail("TFM-EXPORT-002", { column: name, type, value: String(value) });
	if (column.family === "decimal" && decimal !== undefined && decimal.precision <= MOST_DIGITS)
		return decimalTarget(made, decimal, refuse);
	// A whole number of Snowflake's, which declares its digits, too.
	const whole = column.family === "integer" ? declaredDecimal(column) : undefined;
	if (whole !== undefined && whole.precision <= INT_DIGITS) return made({ type: "INT32" }, (value) => value);
	if (whole !== undefined && whole.precision <= LONG_DIGITS)
		return made({ type: "INT64" }, (value) => BigInt(value as string));
	if (whole !== undefined) return decimalTarget(made, whole, refuse);
	switch (type) {
		case "smallint":
		case "integer":
			return made({ type: "INT32" }, (value) => value);
		case "bigint":
			return made({ type: "INT64" }, (value) => BigInt(value as string));
		case "real":
			return made({ type: "FLOAT" }, (value) => value);
		case "double precision":
		case "FLOAT":
			return made({ type: "DOUBLE" }, (value) => value);
		case "boolean":
		case "BOOLEAN":
			return made({ type: "BOOLEAN" }, (value) => value);
		case "date":
		case "DATE":
			return made({ type: "INT32", converted_type: "DATE" }, (value) => daysOf(String(value)) ?? refuse(value));
		case "uuid":
			return made({ type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } }, (value) => value);
		case "bytea":
			return made({ type: "BYTE_ARRAY" }, (value) => new Uint8Array(Buffer.from(String(value).slice(2), "hex")));
		case "BINARY":
			return made({ type: "BYTE_ARRAY" }, (value) => new Uint8Array(Buffer.from(String(value), "hex")));
		case "json":
		case "jsonb":
		case "VARIANT":
		case "OBJECT":
		case "ARRAY":
			return made({ type: "BYTE_ARRAY", logical_type: { type: "JSON" } }, (value) => Buffer.from(String(value)));
	}
	if (/^timestamp/i.test(type)) {
		const isAdjustedToUTC = /with time zone|^TIMESTAMP_L?TZ/.test(type);
		const logical_type = { type: "TIMESTAMP", isAdjustedToUTC, unit: "MICROS" } as const;
		return made({ type: "INT64", logical_type }, (value) => microsOf(String(value)) ?? refuse(value));
	}
	if (/^time\b.*without time zone|^TIME\b/.test(type))
		return made(
			{ type: "INT64", converted_type: "TIME_MICROS" },
			(value) => microsOf(`1970-01-01T${value}`) ?? refuse(value),
		);
	return made({ type: "BYTE_ARRAY", converted_type: "UTF8" }, (value) => String(value));
}

function decimalTarget(
	made: (rest: Omit<SchemaElement, "name">, write: ParquetTarget["write"]) => ParquetTarget,
	{ precision, scale }: DecimalShape,
	refuse: (value: CellValue) => never,
): ParquetTarget {
	const isLong = precision <= LONG_DIGITS;
	const physical = isLong ? ({ type: "INT64" } as const) : ({ type: "FIXED_LEN_BYTE_ARRAY", type_length: 16 } as const);
	return made({ ...physical, converted_type: "DECIMAL", precision, scale }, (value) => {
		const m = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
		const fraction = m?.[3] ?? "";
		if (m === null || fraction.length > scale) return refuse(value);
		return BigInt(`${m[1]}${m[2]}${fraction.padEnd(scale, "0")}`);
	});
}

/** Undefined for infinity, and for days before Christ. */
function daysOf(day: string): number | undefined {
	const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN;
	return Number.isNaN(ms) ? undefined : ms / 86_400_000;
}

function microsOf(moment: string): bigint | undefined {
	const m = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([+-]\d\d:\d\d)?$/.exec(moment);
	if (m === null) return undefined;
	const ms = Date.parse(`${m[1]}${m[3] ?? "Z"}`);
	if (Number.isNaN(ms)) return undefined;
	return BigInt(ms) * 1000n + BigInt((m[2] ?? "").padEnd(6, "0"));
}
