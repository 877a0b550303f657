import type { LandingDialect, LandingTypeName } from "../core/landingDialect.ts";
import type { LoadMistake } from "../core/ports.ts";

/** The types that columns of landing tables have, as `columns:` names them, with what the catalog of Postgres prints. */
export const LANDING_TYPES = {
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
} as const satisfies Readonly<Record<LandingTypeName, string>>;
export type LandingType = LandingTypeName;

export const isLandingType = (name: unknown): name is LandingType =>
	typeof name === "string" && Object.hasOwn(LANDING_TYPES, name);

/** The type that the catalog prints so; undefined for one that landing tables do not have. */
export const landingTypeOf = (printed: string, { types }: Pick<LandingDialect, "types">): LandingType | undefined =>
	(Object.keys(types) as LandingType[]).find((name) => types[name] === printed);

export interface LandingColumn {
	readonly name: string;
	readonly type: LandingType;
	/** Where the value stands in a record: `address.city`, `items[0].price`; a header, or a column of a Parquet file. */
	readonly path: string;
	/** How dates and times are written, tried in this order; empty: as ISO 8601 has it. */
	readonly formats: readonly string[];
}

export const LANDING_FORMATS = ["json", "jsonl", "csv", "parquet"] as const;
export type LandingFormat = (typeof LANDING_FORMATS)[number];

/** Takes a mistake of a `load:` block: said after its table's name, what to do, and where it stands in the block. */
export type Wrong = (problem: string, hint: string | undefined, path: LoadMistake["path"]) => void;
