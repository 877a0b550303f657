import { unsupported } from "../snowflakeError.ts";

export type TypeName =
	| "NUMBER"
	| "FLOAT"
	| "VARCHAR"
	| "BINARY"
	| "BOOLEAN"
	| "DATE"
	| "TIME"
	| "TIMESTAMP_NTZ"
	| "TIMESTAMP_LTZ"
	| "TIMESTAMP_TZ"
	| "VARIANT"
	| "OBJECT"
	| "ARRAY";

/** A type of Snowflake. NUMBER has precision and scale, VARCHAR and BINARY a length, times and timestamps a scale. */
export interface ColumnType {
	readonly name: TypeName;
	readonly precision?: number;
	readonly scale?: number;
	readonly length?: number;
}

const LONGEST_TEXT = 16_777_216;
const LONGEST_BINARY = 8_388_608;

const WHOLE = ["INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"];
const NAMES: Readonly<Record<string, TypeName>> = {
	NUMBER: "NUMBER",
	NUMERIC: "NUMBER",
	DECIMAL: "NUMBER",
	DEC: "NUMBER",
	FLOAT: "FLOAT",
	FLOAT4: "FLOAT",
	FLOAT8: "FLOAT",
	DOUBLE: "FLOAT",
	DOUBLEPRECISION: "FLOAT",
	REAL: "FLOAT",
	VARCHAR: "VARCHAR",
	STRING: "VARCHAR",
	TEXT: "VARCHAR",
	CHARACTERVARYING: "VARCHAR",
	NVARCHAR: "VARCHAR",
	CHAR: "VARCHAR",
	CHARACTER: "VARCHAR",
	NCHAR: "VARCHAR",
	BINARY: "BINARY",
	VARBINARY: "BINARY",
	BOOLEAN: "BOOLEAN",
	BOOL: "BOOLEAN",
	DATE: "DATE",
	TIME: "TIME",
	DATETIME: "TIMESTAMP_NTZ",
	TIMESTAMP: "TIMESTAMP_NTZ",
	TIMESTAMPNTZ: "TIMESTAMP_NTZ",
	TIMESTAMPLTZ: "TIMESTAMP_LTZ",
	TIMESTAMPTZ: "TIMESTAMP_TZ",
	VARIANT: "VARIANT",
	OBJECT: "OBJECT",
	ARRAY: "ARRAY",
};

/** A type by its name (`timestamp_ntz`, `character varying`) and the numbers behind it. */
export function typeOf(written: string, numbers: readonly number[] = []): ColumnType {
	const key = written.toUpperCase().replace(/[\s_]/g, "");
	if (WHOLE.includes(key)) return { name: "NUMBER", precision: 38, scale: 0 };
	const name = NAMES[key];
	if (name === undefined) throw unsupported(`data type ${written}`);
	const [first, second] = numbers;
	switch (name) {
		case "NUMBER":
			return { name, precision: first ?? 38, scale: second ?? 0 };
		case "VARCHAR":
			return { name, length: first ?? (/^N?CHAR(ACTER)?$/.test(key) ? 1 : LONGEST_TEXT) };
		case "BINARY":
			return { name, length: first ?? LONGEST_BINARY };
		case "TIME":
		case "TIMESTAMP_NTZ":
		case "TIMESTAMP_LTZ":
		case "TIMESTAMP_TZ":
			return { name, scale: first ?? 9 };
		default:
			return { name };
	}
}

/** As DESCRIBE TABLE prints it. */
export function printType(type: ColumnType): string {
	if (type.name === "NUMBER") return `NUMBER(${type.precision},${type.scale})`;
	if (type.length !== undefined) return `${type.name}(${type.length})`;
	return type.scale === undefined ? type.name : `${type.name}(${type.scale})`;
}

/** What DuckDB keeps it as. Timestamps have microseconds there, and no offset; lengths are not enforced. */
export function duckType(type: ColumnType): string {
	switch (type.name) {
		case "NUMBER":
			return `DECIMAL(${type.precision},${type.scale})`;
		case "FLOAT":
			return "DOUBLE";
		case "BINARY":
			return "BLOB";
		case "TIMESTAMP_NTZ":
			return "TIMESTAMP";
		case "TIMESTAMP_LTZ":
		case "TIMESTAMP_TZ":
			return "TIMESTAMPTZ";
		case "VARIANT":
		case "OBJECT":
		case "ARRAY":
			return "JSON";
		default:
			return type.name;
	}
}

/** The type of Snowflake whose values a column of DuckDB holds. Throws 0A000 for a type that has none (interval, map …). */
export function typeFromDuck(text: string, alias?: string): ColumnType {
	const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(text);
	if (alias === "JSON" || text === "JSON") return { name: "VARIANT" };
	if (decimal) return { name: "NUMBER", precision: Number(decimal[1]), scale: Number(decimal[2]) };
	if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(text)) return { name: "NUMBER", precision: 38, scale: 0 };
	switch (text) {
		case "DOUBLE":
		case "FLOAT":
			return { name: "FLOAT" };
		case "VARCHAR":
		case "UUID":
		case '"NULL"':
			return { name: "VARCHAR", length: LONGEST_TEXT };
		case "BLOB":
			return { name: "BINARY", length: LONGEST_BINARY };
		case "TIMESTAMP":
			return { name: "TIMESTAMP_NTZ", scale: 9 };
		case "TIMESTAMP WITH TIME ZONE":
			return { name: "TIMESTAMP_TZ", scale: 9 };
		case "TIME":
			return { name: "TIME", scale: 9 };
		case "BOOLEAN":
		case "DATE":
			return { name: text };
		default:
			throw unsupported(`a result of DuckDB's type ${text}`);
	}
}
