/** The types that columns of landing tables have, as `columns:` of a load names them. */
export const LANDING_TYPES = [
	"text",
	"integer",
	"bigint",
	"numeric",
	"real",
	"double",
	"boolean",
	"date",
	"time",
	"timestamp",
	"timestamptz",
	"uuid",
	"bytea",
	"json",
] as const;

export type LandingTypeName = (typeof LANDING_TYPES)[number];

/** What landing loads (src/load) say in words of the engine's own. Pure. */
export interface LandingDialect {
	/** Each type as the catalog prints it, so that a table can be compared with what a load wants. */
	readonly types: Readonly<Record<LandingTypeName, string>>;
	/** The name that a column of a file has in the table, where models name it bare. */
	columnName(name: string): string;
	/**
	 * Definitions are part of the load's transaction; else they are sent before it begins, and stay when it fails: columns
	 * more, never rows less.
	 */
	readonly definesInside: boolean;
	/** Another type for a column of a table without rows. */
	retype(table: string, column: string, type: string): readonly string[];
	/** Loads with `mode: merge` work. */
	readonly merges: boolean;
}
