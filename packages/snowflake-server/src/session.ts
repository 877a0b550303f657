import type { DuckDBConnection } from "@duckdb/node-api";
import type { NameContext, Relation } from "./catalog/catalog.ts";
import type { Name } from "./sql/names.ts";

/** One login. Its statements run one after another, on a connection to DuckDB of its own. */
export interface Session extends NameContext {
	readonly id: number;
	readonly user: string;
	readonly connection: DuckDBConnection;
	readonly temporary: Map<string, Relation>;
	database: Name | null;
	schema: Name | null;
	role: string;
	/** Those of the user that work beside it. */
	secondaryRoles: readonly string[];
	warehouse: string | null;
	/** Statements that read or write rows are refused without one. */
	readonly needsWarehouse: boolean;
	readonly parameters: Map<string, string>;
	/** The open transaction. */
	transaction: { readonly id: number; readonly startedAt: number } | null;
	lastQueryId: string;
}
