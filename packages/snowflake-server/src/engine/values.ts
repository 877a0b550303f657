import {
	DuckDBBlobValue,
	DuckDBDateValue,
	DuckDBTimestampTZValue,
	DuckDBTimestampValue,
	DuckDBTimeValue,
	type DuckDBValue,
} from "@duckdb/node-api";
import type { ColumnType } from "../sql/types.ts";

/** A value as Snowflake's JSON rowsets carry it: always text or null. */
export function wireValue(value: DuckDBValue, type: ColumnType): string | null {
	if (value === null) return null;
	switch (type.name) {
		case "BOOLEAN":
			return value === true ? "1" : "0";
		case "DATE":
			return value instanceof DuckDBDateValue ? String(value.days) : String(value);
		case "TIME":
			return value instanceof DuckDBTimeValue ? seconds(value.micros) : String(value);
		case "TIMESTAMP_NTZ":
			return value instanceof DuckDBTimestampValue ? seconds(value.micros) : String(value);
		case "TIMESTAMP_LTZ":
			return value instanceof DuckDBTimestampTZValue ? seconds(value.micros) : String(value);
		case "TIMESTAMP_TZ":
			// 1440 is an offset of zero: DuckDB keeps the instant and forgets the offset.
			return value instanceof DuckDBTimestampTZValue ? `${seconds(value.micros)} 1440` : String(value);
		case "BINARY":
			return value instanceof DuckDBBlobValue ? Buffer.from(value.bytes).toString("hex").toUpperCase() : String(value);
		default:
			return String(value);
	}
}

function seconds(micros: bigint): string {
	const size = micros < 0n ? -micros : micros;
	const fraction = String(size % 1_000_000n).padStart(6, "0");
	return `${micros < 0n ? "-" : ""}${size / 1_000_000n}.${fraction}000`;
}
