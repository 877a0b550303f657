/**
 * Values as they leave an adapter, no precision lost: integers up to 32 bits and floats are numbers; bigint and
 * numeric are decimal strings; dates and timestamps ISO strings; json is its text; everything else its text.
 */
export type CellValue = null | boolean | number | string;

/** A type family that decides how a template or a printer shows the value; `name` is the engine's printed type. */
export interface ResultColumn {
	readonly name: string;
	readonly type: string;
	readonly family:
		| "integer"
		| "decimal"
		| "float"
		| "boolean"
		| "text"
		| "date"
		| "timestamp"
		| "time"
		| "json"
		| "other";
	/** Values may be personal: they are masked before anybody sees them. */
	readonly personal?: true;
}

export interface ResultTable {
	readonly columns: readonly ResultColumn[];
	readonly rows: readonly (readonly CellValue[])[];
	/** Rows touched or returned, as the engine reports it; null where it does not. */
	readonly rowCount: number | null;
	/** The command tag (`SELECT 3`), dbt's adapter_response._message. */
	readonly status: string;
	/** The warehouse's own name for the statement, where it has one. */
	readonly queryId?: string;
}
