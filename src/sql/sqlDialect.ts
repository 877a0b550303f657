/** How the dialects differ in what the analysis looks at. */
export type SqlDialectName = "postgres" | "snowflake" | "duckdb";

export interface SqlDialect {
	readonly name: SqlDialectName;
	/** What the parser calls it. */
	readonly parser: string;
	/** The name as the database stores and compares it. */
	fold(name: string, quoted: boolean): string;
	/** An alias of the select list can be read further right, and in where. */
	readonly lateralAliases: boolean;
	/** `select *` shows a column of USING once, in front (the standard), or where it stands in the left table. */
	readonly usingFirst: boolean;
}

const lower = (name: string, quoted: boolean): string => (quoted ? name : name.toLowerCase());

export const SQL_DIALECTS: Readonly<Record<SqlDialectName, SqlDialect>> = {
	postgres: { name: "postgres", parser: "postgresql", fold: lower, lateralAliases: false, usingFirst: true },
	snowflake: {
		name: "snowflake",
		parser: "snowflake",
		fold: (name, quoted) => (quoted ? name : name.toUpperCase()),
		lateralAliases: true,
		usingFirst: true,
	},
	// Names are compared without regard to case, quoted or not.
	duckdb: {
		name: "duckdb",
		parser: "duckdb",
		fold: (name) => name.toLowerCase(),
		lateralAliases: true,
		usingFirst: false,
	},
};
