import type { StateStore } from "../core/state.ts";
import { instant, type Tables } from "./tables.ts";

type IntervalRows = Pick<StateStore, "saveIntervals" | "builtIntervals">;

/** The ledger of windows. A rebuild of the whole table forgets those before it. */
export function createIntervalRows({ raw, rowsOf }: Tables): IntervalRows {
	return {
		saveIntervals: ({ project, runId, at }, built) => {
			const anew = built.filter((row) => row.whole).map(({ node, schema }) => [node, schema]);
			const rows = built.flatMap(({ node, schema, windows }) =>
				windows.map(({ start, end }) => [node, schema, start.toISOString(), end.toISOString()]),
			);
			return [
				...(anew.length === 0
					? []
					: [
							raw(
								`delete from tfm_state.intervals i using json_array_elements(?::json) e
								where i.project = ? and i.node = e->>0 and i.table_schema in (e->>1, '')`,
								[JSON.stringify(anew), project],
							),
						]),
				...(rows.length === 0
					? []
					: [
							raw(
								`insert into tfm_state.intervals (project, node, table_schema, window_start, window_end, run_id, built_at)
								select ?, e->>0, e->>1, (e->>2)::timestamptz, (e->>3)::timestamptz, ?, ?::timestamptz from json_array_elements(?::json) e
								on conflict (project, node, table_schema, window_start, window_end) do update
								set run_id = excluded.run_id, built_at = excluded.built_at`,
								[project, runId, at, JSON.stringify(rows)],
							),
						]),
			];
		},

		async builtIntervals(session, project, { node, schema }) {
			const rows = await rowsOf(
				session,
				raw(
					`select window_start, window_end from tfm_state.intervals
					where project = ? and node = ? and table_schema in (?, '') order by window_start`,
					[project, node, schema],
				),
			);
			return rows.map((row) => ({
				start: new Date(instant(row, "window_start")),
				end: new Date(instant(row, "window_end")),
			}));
		},
	};
}
