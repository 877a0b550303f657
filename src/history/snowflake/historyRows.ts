import type { BoundStatement, Session } from "../../core/adapter.ts";
import type { ColumnsRow } from "../../core/history.ts";
import { type NodeId, nodeId } from "../../core/node.ts";
import type { CellValue } from "../../core/resultTable.ts";
import type { StateStore } from "../../core/state.ts";
import { type createHistoryRows, durationOf, nodeRunOf, RECENT, SAMPLES, testRateOf } from "../historyRows.ts";
import { chunks, json, type Tables, text } from "../tables.ts";
import { readPastTraceOnSnowflake } from "./pastTrace.ts";
import { mergeRows, NOT_ELSEWHERE, OF_TARGET } from "./tables.ts";

type Values = Readonly<Record<string, CellValue>>;

/** The history in Snowflake's SQL: one statement for each table and thousand rows. */
export function createHistoryRowsOnSnowflake({ table, raw, rowsOf }: Tables): ReturnType<typeof createHistoryRows> {
	const put = (name: string, rows: readonly Values[], key: readonly string[], keep = false): BoundStatement[] =>
		[...chunks(rows)].map((some) => mergeRows(name, some, key, { keep }));

	/** The tables are there: for commands that make none. */
	const isThere = async (session: Session): Promise<boolean> =>
		(await session.listRelations(["TFM_STATE"])).some(({ identifier }) => identifier === "NODE_RUNS");

	return {
		canRecord: isThere,

		recordRun: (run, status, ended_at) => {
			const { runId: run_id, project, target = null, schema: target_schema = null, command, host, pid } = run;
			const row = { run_id, project, target, target_schema, command, host, pid };
			return put("runs", [{ ...row, started_at: run.startedAt, ended_at, status }], ["run_id"], true);
		},

		saveHistory: ({ runId: run_id, project, at, nodes, tests, freshness, columns, measures }) => [
			...put(
				"node_runs",
				nodes.map(({ resourceType: resource_type, startedAt: started_at, ...rest }) => ({
					...{ run_id, project, ...rest, resource_type, started_at },
				})),
				["run_id", "node"],
			),
			...put(
				"test_results",
				tests.map(({ column: column_name, ...rest }) => ({ run_id, project, ...rest, column_name })),
				["run_id", "test"],
			),
			...put(
				"source_ages",
				freshness.map(({ source, status, maxLoadedAt: max_loaded_at, age: age_seconds, at: asked }) => ({
					...{ run_id, project, source, status, max_loaded_at, age_seconds, at: asked },
				})),
				["run_id", "source"],
				true,
			),
			...put(
				"schema_snapshots",
				columns.map(({ node, schema: table_schema, columns: found }) => ({
					...{ project, node, table_schema, run_id, at, columns: JSON.stringify(found) },
				})),
				["project", "node", "table_schema", "run_id"],
			),
			...put(
				"measures",
				measures.map(({ node, schema: table_schema, measure, column, value }) => ({
					...{ project, node, table_schema, measure, column_name: column ?? "", run_id, at, value },
				})),
				["project", "node", "table_schema", "measure", "column_name", "run_id"],
			),
		],

		purgeHistory: (project, before) => {
			const old = `select r.run_id from tfm_state.runs r where r.project = ? and r.started_at < ? and r.status is not null
				and r.run_id not in (select run_id from tfm_state.published)
				and r.run_id not in (select run_id from tfm_state.candidates)
				and r.run_id not in (select run_id from tfm_state.stood)
				and r.run_id not in (select generation from tfm_state.stood)
				and r.run_id not in (select generation from tfm_state.generations)
				and r.run_id not in (select h.run_id from tfm_state.held h join tfm_state.candidates c on c.run_id = h.built_by)`;
			const about = [project, before];
			return [
				...["publishes", "gate_failures", "held", "acceptances"].map((name) =>
					raw(`delete from tfm_state.${name} where run_id in (${old})`, about),
				),
				raw(`delete from tfm_state.runs where run_id in (${old})`, about),
				raw("delete from tfm_state.node_runs where project = ? and started_at < ?", about),
				...["test_results", "source_ages", "measures"].map((name) =>
					raw(`delete from tfm_state.${name} where project = ? and "AT" < ?`, about),
				),
				raw("delete from tfm_state.alerts where project = ? and resolved_at < ?", about),
				// Of each relation the newest stays.
				raw(
					`delete from tfm_state.schema_snapshots as s using (
						select node, table_schema, max("AT") as newest from tfm_state.schema_snapshots where project = ? group by node, table_schema
					) as n where s.project = ? and s."AT" < ? and n.node = s.node and n.table_schema = s.table_schema and n.newest > s."AT"`,
					[project, project, before],
				),
			];
		},

		async usualDurations(session, { project, target, schema }) {
			const rows = await rowsOf(
				session,
				raw(
					`with recent as (
						select r.run_id from tfm_state.runs r where r.project = ? and ${OF_TARGET} order by r.started_at desc limit ${SAMPLES}
					), done as (
						select n.node, n.seconds from tfm_state.node_runs n join recent on recent.run_id = n.run_id
						where n.project = ? and n.status = 'success'
						union all
						select t.test, t.seconds from tfm_state.test_results t join recent on recent.run_id = t.run_id
						where t.project = ? and t.status in ('pass', 'warn', 'fail')
					) select node, count(*) as runs, percentile_cont(0.5) within group (order by seconds) as median,
					percentile_cont(0.95) within group (order by seconds) as p95 from done group by node`,
					[project, target, schema, project, project],
				),
			);
			return new Map(rows.map((row) => [nodeId(text(row, "node")), durationOf(row)]));
		},

		pastTrace: async (session, of, limit) =>
			(await isThere(session))
				? readPastTraceOnSnowflake({ table, raw, rowsOf }, session, of, limit)
				: { runs: [], latest: [], landed: [] },

		async nodeRuns(session, { project, target, schema }, node, limit) {
			const rows = await rowsOf(
				session,
				raw(
					`select n.*, r.command, n."ROWS" as row_count from tfm_state.node_runs n
					left join tfm_state.runs r on r.run_id = n.run_id
					where n.project = ? and n.node = ? and n.${NOT_ELSEWHERE}
					order by n.started_at desc, n.run_id desc limit ${Math.trunc(limit)}`,
					[project, node, project, target, schema],
				),
			);
			const ids = rows.map((row) => text(row, "run_id"));
			const results = await rowsOf(
				session,
				table("test_results").select("run_id", "status").where({ project, node }).whereIn("run_id", ids),
			);
			return rows.map((row) => {
				const found = results.filter((one) => one.run_id === row.run_id).map((one) => text(one, "status"));
				const passed = found.filter((status) => status === "pass").length;
				const warned = found.filter((status) => status === "warn").length;
				const failed = found.filter((status) => !["pass", "warn", "skipped"].includes(status)).length;
				return nodeRunOf({ ...row, tested: JSON.stringify({ passed, warned, failed }) });
			});
		},

		async testRates(session, { project, target, schema }, since) {
			const rows = await rowsOf(
				session,
				raw(
					`select test, count(*) as runs, count_if(status = 'pass') as passed, max_by(node, "AT") as node,
					max_by(layer, "AT") as layer, max_by(dimension, "AT") as dimension,
					max(case when status not in ('pass', 'warn') then "AT" end) as last_failed_at,
					array_agg(status) within group (order by "AT" desc, run_id desc) as recent
					from tfm_state.test_results where project = ? and "AT" >= ? and status <> 'skipped'
					and ${NOT_ELSEWHERE} group by test order by test`,
					[project, since, project, target, schema],
				),
			);
			return rows.map((row) => testRateOf(row, json<string[]>(row, "recent").slice(0, RECENT)));
		},

		async latestColumns(session, project, here) {
			const rows = await rowsOf(
				session,
				raw(
					`select node, table_schema, columns from tfm_state.schema_snapshots where project = ?
					qualify row_number() over (partition by node, table_schema order by "AT" desc) = 1`,
					[project],
				),
			);
			const found = new Map<NodeId, ColumnsRow["columns"]>();
			for (const row of rows) {
				const node = nodeId(text(row, "node"));
				if (here.get(node) === row.table_schema) found.set(node, json(row, "columns"));
			}
			return found;
		},
	} satisfies Partial<StateStore>;
}
