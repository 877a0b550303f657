import type { ColumnTypes } from "../../core/columnTypes.ts";

/** dbt-postgres' column. Text without a length stays as it is, where dbt's arithmetic counts 256. */
export const POSTGRES_COLUMN_TYPES: ColumnTypes = {
	className: "PostgresColumn",
	strings: new Set(["text", "character varying", "character", "varchar"]),
	numerics: new Set(["numeric", "decimal"]),
	floats: new Set(["real", "float4", "float", "double precision", "float8", "double"]),
	integers: new Set(
		"smallint integer bigint smallserial serial bigserial int2 int4 int8 serial2 serial4 serial8".split(" "),
	),
	textSize: 256,
	rounds: () => false,
	isUnsized: (type, size) => type === "text" || (type === "character varying" && size === null),
	isComposite: () => false,
};
