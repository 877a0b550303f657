/**
 * How many rows a statement brought, by its adapter_response; null where the database did not count them. Two answers hold a
 * number that is no count of rows: -1 (a driver that does not count) and Snowflake's `SUCCESS 1`, which is what
 * dbt-snowflake writes of everything that is created, whatever it holds: the one row is the sentence that says so. DML
 * that changed just one row reads the same there, and is passed over with it.
 */
export function rowsBrought(response: {
	readonly _message?: unknown;
	readonly code?: unknown;
	readonly rows_affected?: unknown;
}): number | null {
	const { code, rows_affected: rows } = response;
	if (typeof rows !== "number" || rows < 0) return null;
	return code === "SUCCESS" && rows === 1 ? null : rows;
}
