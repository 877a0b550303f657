/**
 * dbt compares the columns of a contract by the names that its driver gives to types, and the driver gives one name to
 * several: every exact number is FIXED, every text TEXT. A contract that dbt lets pass must pass here, so the groups are
 * its (dbt-snowflake: data_type_code_to_name, over the connector's table of type codes).
 */
const LABELS: ReadonlyMap<string, string> = new Map(
	(
		[
			["FIXED", "NUMBER DECIMAL DEC NUMERIC INT INTEGER BIGINT SMALLINT TINYINT BYTEINT FIXED"],
			["REAL", "FLOAT FLOAT4 FLOAT8 DOUBLE DOUBLE_PRECISION REAL"],
			["TEXT", "VARCHAR CHAR CHARACTER NCHAR STRING TEXT NVARCHAR NVARCHAR2 CHAR_VARYING NCHAR_VARYING"],
			["BINARY", "BINARY VARBINARY"],
			["BOOLEAN", "BOOLEAN"],
			["DATE", "DATE"],
			["TIME", "TIME"],
			["TIMESTAMP_NTZ", "TIMESTAMP_NTZ TIMESTAMPNTZ TIMESTAMP_WITHOUT_TIME_ZONE DATETIME TIMESTAMP"],
			["TIMESTAMP_LTZ", "TIMESTAMP_LTZ TIMESTAMPLTZ TIMESTAMP_WITH_LOCAL_TIME_ZONE"],
			["TIMESTAMP_TZ", "TIMESTAMP_TZ TIMESTAMPTZ TIMESTAMP_WITH_TIME_ZONE"],
			["VARIANT", "VARIANT"],
			["OBJECT", "OBJECT"],
			["ARRAY", "ARRAY"],
			["GEOGRAPHY", "GEOGRAPHY"],
			["GEOMETRY", "GEOMETRY"],
			["VECTOR", "VECTOR"],
		] as const
	).flatMap(([label, names]) => names.split(" ").map((name) => [name, label] as const)),
);

/** `type` as the server prints it, with or without sizes; one that is not known keeps its own name. */
export function typeLabel(type: string): string {
	const base = type.replace(/\(.*$/s, "").trim().replace(/\s+/g, "_").toUpperCase();
	return LABELS.get(base) ?? type;
}
