import type { StateStore } from "../core/state.ts";
import { instant, type Tables } from "./tables.ts";

type IntervalRows = Pick<StateStore, "saveIntervals" | "builtIntervals">;

/** The ledger of windows. A rebuild of the whole table forgets those before it. */
export function createIntervalRows({ raw, rowsOf }: Tables): IntervalRows {
	return {
		saveIntervals: ({ project, runId, at }, built) => {
			const anew = built.filter((row) => row.whole).map((row) => row.node);
			const rows = built.flatMap(({ node, windows }) =>
				windows.map(({ start, end }) => [node, start.toISOString(), end.toISOString()]),
			);
			return [
				...(anew.length === 0
					? []
					: [
							raw(
								"delete from tfm_state.intervals where project = ? and node in (select json_array_elements_text(?::json))",
								[project, JSON.stringify(anew)],
							),
						]),
				...(rows.length === 0
					? []
					: [
							raw(
								`insert into tfm_state.intervals (project, node, window_start, window_end, run_id, built_at)
								select ?, e->>0, (e->>1)::timestamptz, (e->>2)::timestamptz, ?, ?::timestamptz from json_array_elements(?::json) e
								on conflict (project, node, window_start, window_end) do update
								set run_id = excluded.run_id, built_at = excluded.built_at`,
								[project, runId, at, JSON.stringify(rows)],
							),
						]),
			];
		},

		async builtIntervals(session, project, node) {
			const rows = await rowsOf(
				session,
				raw(
					"select window_start, window_end from tfm_state.intervals where project = ? and node = ? order by window_start",
					[project, node],
				),
			);
			return rows.map((row) => ({
				start: new Date(instant(row, "window_start")),
				end: new Date(instant(row, "window_end")),
			}));
		},
	};
}
