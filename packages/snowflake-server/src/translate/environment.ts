import type { Catalog } from "../catalog/catalog.ts";
import type { Session } from "../session.ts";
import type { Place } from "../snowflakeError.ts";
import type { AstRecord } from "../sql/ast.ts";
import type { Name } from "../sql/names.ts";
import type { Parse } from "../sql/parse.ts";

/** A relation as it can stand behind FROM. */
export interface FromItem {
	/** DuckDB's SQL without an alias. */
	readonly sql: string;
	/** Its columns' names, where the SQL does not say them. */
	readonly columns?: readonly Name[];
}

/** What a translation needs to know beyond the tree. */
export interface Environment {
	readonly catalog: Catalog;
	readonly session: Session;
	readonly parse: Parse;
	/** Names of WITH that are in sight. */
	readonly ctes: ReadonlySet<Name>;
	/** DuckDB's name of a bind variable: its number for `:2`, its place for `?`. */
	readonly bind: (written: string, place: Place | undefined) => string;
	/** Rows of an earlier statement; of the last one without a name. */
	readonly result: (queryId: string | null) => FromItem;
	/** Views within views so far. */
	readonly depth: number;
	readonly query: (ast: AstRecord, environment: Environment) => string;
}
