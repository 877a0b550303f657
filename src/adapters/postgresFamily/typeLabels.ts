/**
 * dbt compares the columns of a contract by the names that its driver gives to types, and the driver gives one name to
 * several: `smallint` and `integer` are INTEGER, `text` and `varchar` are TEXT. A contract that dbt lets pass must pass
 * here, so the groups are its (dbt-postgres: data_type_code_to_name; Column.translate_type makes STRING TEXT).
 */
const SCALARS: ReadonlyMap<string, string> = new Map([
	["boolean", "BOOLEAN"],
	["bytea", "BINARY"],
	['"char"', "TEXT"],
	["name", "TEXT"],
	["text", "TEXT"],
	["character", "TEXT"],
	["character varying", "TEXT"],
	["smallint", "INTEGER"],
	["integer", "INTEGER"],
	["bigint", "LONGINTEGER"],
	["oid", "ROWID"],
	["real", "FLOAT"],
	["double precision", "FLOAT"],
	["numeric", "DECIMAL"],
	["date", "DATE"],
	["time without time zone", "TIME"],
	["time with time zone", "TIME"],
	["timestamp without time zone", "DATETIME"],
	["timestamp with time zone", "DATETIMETZ"],
	["interval", "INTERVAL"],
	["json", "JSON"],
	["jsonb", "JSONB"],
]);

/** Types whose arrays have a name though they themselves have none. */
const ARRAY_ITEMS: ReadonlyMap<string, string> = new Map([
	["cidr", "CIDR"],
	["inet", "INET"],
	["macaddr", "MACADDR"],
]);

/** `type` as the server prints it, without a length; a type that the driver does not know keeps its own name. */
export function typeLabel(type: string): string {
	if (!type.endsWith("[]")) return SCALARS.get(type) ?? type;
	const item = type.slice(0, -2);
	const label = SCALARS.get(item) ?? ARRAY_ITEMS.get(item);
	if (label === undefined) return type;
	return label === "TEXT" ? "STRINGARRAY" : `${label}ARRAY`;
}
