import type { ColumnTypes } from "../../core/columnTypes.ts";

/** Each of these is a NUMBER, and a NUMBER without a scale has none (38,0). */
const WHOLE =
	/^(?:(?:number|numeric|decimal|dec)(?:\s*\(\s*\d+\s*(?:,\s*0+\s*)?\))?|int|integer|bigint|smallint|tinyint|byteint)$/i;

/** dbt-snowflake's column: every whole number is a NUMBER(38,0), so none is an integer, and text has a length. */
export const SNOWFLAKE_COLUMN_TYPES: ColumnTypes = {
	className: "SnowflakeColumn",
	strings: new Set(["text", "character varying", "character", "varchar"]),
	numerics: new Set("int integer bigint smallint tinyint byteint numeric decimal number".split(" ")),
	floats: new Set(["float", "float4", "float8", "double", "double precision", "real"]),
	integers: new Set(),
	textSize: 16_777_216,
	isUnsized: () => false,
	rounds: (type) => WHOLE.test(type.trim()),
	isComposite: (type) => /^(?:array|object|map|vector)/i.test(type),
};
