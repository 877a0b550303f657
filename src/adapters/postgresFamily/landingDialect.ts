import type { LandingDialect } from "../../core/landingDialect.ts";
import { POSTGRES_LANDING_MERGE } from "./landingMerge.ts";

export const POSTGRES_LANDING: LandingDialect = Object.freeze<LandingDialect>({
	types: {
		text: "text",
		integer: "integer",
		bigint: "bigint",
		numeric: "numeric",
		real: "real",
		double: "double precision",
		boolean: "boolean",
		date: "date",
		time: "time without time zone",
		timestamp: "timestamp without time zone",
		timestamptz: "timestamp with time zone",
		uuid: "uuid",
		bytea: "bytea",
		json: "json",
	},
	columnName: (name) => name,
	bytesPrefix: "\\x",
	definesInside: true,
	retype: (table, column, type) => [`alter table ${table} alter column ${column} type ${type} using null::${type}`],
	merging: POSTGRES_LANDING_MERGE,
	staging: null,
});
