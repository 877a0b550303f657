import { createIntervalRows } from "../intervalRows.ts";
import type { Tables } from "../tables.ts";
import { mergeRows } from "./tables.ts";

/** The ledger of windows, on Snowflake. */
export function createIntervalRowsOnSnowflake(tables: Tables): ReturnType<typeof createIntervalRows> {
	const shared = createIntervalRows(tables);
	return {
		...shared,
		saveIntervals: ({ project, runId, at }, built) => {
			const anew = built.filter((row) => row.whole).map(({ node, schema }) => [node, schema]);
			const rows = built.flatMap(({ node, schema: table_schema, windows }) =>
				windows.map(({ start, end }) => ({
					...{ project, node, table_schema, window_start: start.toISOString(), window_end: end.toISOString() },
					...{ run_id: runId, built_at: at },
				})),
			);
			return [
				...(anew.length === 0 ? [] : [tables.deleteKeys("intervals", project, ["node", "table_schema"], anew)]),
				...(rows.length === 0
					? []
					: [mergeRows("intervals", rows, ["project", "node", "table_schema", "window_start", "window_end"])]),
			];
		},
	};
}
