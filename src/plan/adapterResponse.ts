import type { ExecuteResult } from "../core/adapter.ts";
import type { AdapterResponse } from "../core/plan.ts";

/** dbt's adapter_response from a command tag: `SELECT 3` → code SELECT, 3 rows; `CREATE VIEW` → -1 rows, as its driver says. */
export function adapterResponse(result: ExecuteResult): AdapterResponse {
	const code = result.status.replace(/[\d\s]+$/, "");
	return {
		_message: result.status,
		...(code === "" ? {} : { code }),
		rows_affected: result.rowCount ?? -1,
	};
}
