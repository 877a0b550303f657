import type { ExecuteResult } from "../core/adapter.ts";
import type { AdapterResponse } from "../core/plan.ts";

/**
 * dbt's adapter_response from a command tag: `SELECT 3` → code SELECT, 3 rows; `CREATE VIEW` → -1 rows, as its driver says.
 * Snowflake's connector counts the one row that says that something was created, and names the query.
 */
export function adapterResponse(result: ExecuteResult): AdapterResponse {
	const code = result.status.replace(/[\d\s]+$/, "");
	return {
		_message: result.status,
		...(code === "" ? {} : { code }),
		...(result.queryId === undefined
			? { rows_affected: result.rowCount ?? -1 }
			: { rows_affected: result.rowCount ?? 1, query_id: result.queryId }),
	};
}
