import type { ExecuteResult } from "../core/adapter.ts";
import type { AdapterResponse } from "../core/plan.ts";

/**
 * dbt's adapter_response from a command tag: `SELECT 3` → code SELECT, 3 rows; `CREATE VIEW` → -1 rows, as its driver says.
 * Snowflake's connector counts the one row that says that something was created, and names the query.
 */
export function adapterResponse(result: Pick<ExecuteResult, "status" | "rowCount" | "queryId">): AdapterResponse {
	const code = result.status.replace(/[\d\s]+$/, "");
	return {
		_message: result.status,
		...(code === "" ? {} : { code }),
		...(result.queryId === undefined
			? { rows_affected: result.rowCount ?? -1 }
			: { rows_affected: result.rowCount ?? 1, query_id: result.queryId }),
	};
}

/**
 * Of new rows whose table stays until the publish, with what the driver would say of the statement that brings them then
 * (`MERGE 3`; -1 where nobody has counted). Where the server names its queries, the one that made the rows is named.
 */
export function newRowsResponse(made: Pick<ExecuteResult, "queryId">, word: string, rows: number): AdapterResponse {
	const code = word.split(" ")[0]!;
	if (made.queryId === undefined) return { _message: `${word} ${rows}`, code, rows_affected: rows };
	const counted = rows < 0 ? { _message: "SUCCESS" } : { _message: `SUCCESS ${rows}`, rows_affected: rows };
	return { ...counted, code: "SUCCESS", query_id: made.queryId };
}
