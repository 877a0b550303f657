import type { PastNodeRun, TestRate, UsualDuration } from "../core/history.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { StateStore } from "../core/state.ts";
import { readPastTrace } from "./pastTrace.ts";
import { instant, json, NOT_ELSEWHERE, OF_TARGET, type Row, type Tables, text, textOrNull } from "./tables.ts";

type HistoryRows = Pick<
	StateStore,
	| "canRecord"
	| "recordRun"
	| "saveHistory"
	| "purgeHistory"
	| "usualDurations"
	| "nodeRuns"
	| "pastTrace"
	| "testRates"
	| "latestColumns"
>;

/** How many of the last successes say what is usual. */
export const SAMPLES = 30;
/** Statuses of the newest runs that `tfm history --tests` shows. */
export const RECENT = 10;

/** One statement per table, whatever the number of rows: they go as one JSON bind. */
export function createHistoryRows({ raw, rowsOf }: Tables): HistoryRows {
	return {
		async canRecord(session) {
			const { rows } = await session.query(
				`select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'insert')
				from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
				where n.nspname = 'tfm_state' and c.relname = 'node_runs'`,
			);
			return rows[0]?.[0] === true;
		},

		recordRun: (run, status, endedAt) => [
			raw(
				`insert into tfm_state.runs (run_id, project, target, target_schema, command, host, pid, started_at, ended_at, status)
				values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (run_id) do nothing`,
				[
					...[run.runId, run.project, run.target ?? null, run.schema ?? null],
					...[run.command, run.host, run.pid, run.startedAt, endedAt, status],
				],
			),
		],

		saveHistory: ({ runId, project, at, nodes, tests, freshness, columns, measures }) => [
			...(nodes.length === 0
				? []
				: [
						raw(
							`insert into tfm_state.node_runs
							select ?, ?, r.* from json_to_recordset(?::json) as r(node text, layer text, resource_type text,
							materialized text, status text, published text, started_at timestamptz, seconds float8, rows bigint,
							code text, message text) on conflict (run_id, node) do update set status = excluded.status,
							published = excluded.published, started_at = excluded.started_at, seconds = excluded.seconds,
							rows = excluded.rows, code = excluded.code, message = excluded.message`,
							[
								runId,
								project,
								JSON.stringify(
									nodes.map(({ resourceType, startedAt, ...rest }) => ({
										...rest,
										resource_type: resourceType,
										started_at: startedAt,
									})),
								),
							],
						),
					]),
			...(tests.length === 0
				? []
				: [
						raw(
							`insert into tfm_state.test_results
							select ?, ?, r.* from json_to_recordset(?::json) as r(test text, node text, column_name text, layer text,
							dimension text, severity text, status text, failures bigint, seconds float8, at timestamptz)
							on conflict (run_id, test) do update set status = excluded.status, failures = excluded.failures,
							seconds = excluded.seconds, at = excluded.at`,
							[runId, project, JSON.stringify(tests.map(({ column, ...rest }) => ({ ...rest, column_name: column })))],
						),
					]),
			...(freshness.length === 0
				? []
				: [
						raw(
							`insert into tfm_state.source_ages
							select ?, ?, r.* from json_to_recordset(?::json) as r(source text, status text, max_loaded_at timestamptz,
							age_seconds float8, at timestamptz) on conflict (run_id, source) do nothing`,
							[
								runId,
								project,
								JSON.stringify(
									freshness.map(({ source, status, maxLoadedAt, age, at: asked }) => ({
										source,
										status,
										max_loaded_at: maxLoadedAt,
										age_seconds: age,
										at: asked,
									})),
								),
							],
						),
					]),
			...(columns.length === 0
				? []
				: [
						raw(
							`insert into tfm_state.schema_snapshots (project, node, table_schema, run_id, at, columns)
							select ?, r.node, r.schema, ?, ?::timestamptz, r.columns
							from json_to_recordset(?::json) as r(node text, schema text, columns text)
							on conflict (project, node, table_schema, run_id) do update set at = excluded.at, columns = excluded.columns`,
							[
								project,
								runId,
								at,
								JSON.stringify(columns.map((row) => ({ ...row, columns: JSON.stringify(row.columns) }))),
							],
						),
					]),
			...(measures.length === 0
				? []
				: [
						raw(
							`insert into tfm_state.measures (project, node, table_schema, measure, column_name, run_id, at, value)
							select ?, r.node, r.schema, r.measure, coalesce(r.column_name, ''), ?, ?::timestamptz, r.value
							from json_to_recordset(?::json) as r(node text, schema text, measure text, column_name text, value float8)
							on conflict (project, node, table_schema, measure, column_name, run_id) do update set at = excluded.at, value = excluded.value`,
							[
								project,
								runId,
								at,
								JSON.stringify(measures.map(({ column, ...rest }) => ({ ...rest, column_name: column }))),
							],
						),
					]),
		],

		/** What is still needed stays: runs whose relations stand, wait or are kept, and each relation's newest columns. */
		purgeHistory: (project, before) => [
			raw(
				`with old as (
					delete from tfm_state.runs r where r.project = ? and r.started_at < ?::timestamptz and r.status is not null
					and not exists (select from tfm_state.published p where p.run_id = r.run_id)
					and not exists (select from tfm_state.candidates c where c.run_id = r.run_id)
					and not exists (select from tfm_state.stood s where s.run_id = r.run_id or s.generation = r.run_id)
					and not exists (select from tfm_state.generations g where g.generation = r.run_id)
					and not exists (select from tfm_state.held h join tfm_state.candidates c on c.run_id = h.built_by where h.run_id = r.run_id)
					returning r.run_id
				), units as (delete from tfm_state.publishes where run_id in (select run_id from old)
				), gates as (delete from tfm_state.gate_failures where run_id in (select run_id from old)
				), holds as (delete from tfm_state.held where run_id in (select run_id from old)
				), words as (delete from tfm_state.acceptances where run_id in (select run_id from old)
				), nodes as (delete from tfm_state.node_runs where project = ? and started_at < ?::timestamptz
				), tests as (delete from tfm_state.test_results where project = ? and at < ?::timestamptz
				), ages as (delete from tfm_state.source_ages where project = ? and at < ?::timestamptz
				), figures as (delete from tfm_state.measures where project = ? and at < ?::timestamptz
				), done as (delete from tfm_state.alerts where project = ? and resolved_at < ?::timestamptz
				) delete from tfm_state.schema_snapshots s where s.project = ? and s.at < ?::timestamptz and exists
				(select from tfm_state.schema_snapshots n where n.project = s.project and n.node = s.node and n.table_schema = s.table_schema and n.at > s.at)`,
				Array.from({ length: 7 }, () => [project, before]).flat(),
			),
		],

		async usualDurations(session, { project, target, schema }) {
			const rows = await rowsOf(
				session,
				raw(
					`with recent as (
						select run_id from tfm_state.runs r where project = ? and ${OF_TARGET} order by started_at desc limit ${SAMPLES}
					) select node, count(*) as runs, percentile_cont(0.5) within group (order by seconds) as median,
					percentile_cont(0.95) within group (order by seconds) as p95 from (
						select node, seconds from tfm_state.node_runs join recent using (run_id) where project = ? and status = 'success'
						union all
						select test, seconds from tfm_state.test_results join recent using (run_id)
						where project = ? and status in ('pass', 'warn', 'fail')
					) done group by node`,
					[project, target, schema, project, project],
				),
			);
			return new Map(rows.map((row) => [nodeId(text(row, "node")), durationOf(row)]));
		},

		pastTrace: (session, of, limit) => readPastTrace({ raw, rowsOf }, session, of, limit),

		async nodeRuns(session, { project, target, schema }, node, limit) {
			const rows = await rowsOf(
				session,
				raw(
					`select n.*, r.command, n.rows::text as row_count,
					(select json_build_object('passed', count(*) filter (where t.status = 'pass'),
						'warned', count(*) filter (where t.status = 'warn'),
						'failed', count(*) filter (where t.status not in ('pass', 'warn', 'skipped')))::text
						from tfm_state.test_results t where t.run_id = n.run_id and t.node = n.node) as tested
					from tfm_state.node_runs n left join tfm_state.runs r using (run_id)
					where n.project = ? and n.node = ? and n.${NOT_ELSEWHERE} order by n.started_at desc, n.run_id desc limit ?`,
					[project, node, project, target, schema, limit],
				),
			);
			return rows.map(nodeRunOf);
		},

		async testRates(session, { project, target, schema }, since) {
			const rows = await rowsOf(
				session,
				raw(
					`select test, count(*) as runs, count(*) filter (where status = 'pass') as passed,
					(array_agg(node order by at desc))[1] as node, (array_agg(layer order by at desc))[1] as layer,
					(array_agg(dimension order by at desc))[1] as dimension,
					max(at) filter (where status not in ('pass', 'warn')) as last_failed_at,
					to_json((array_agg(status order by at desc, run_id desc))[1:${RECENT}])::text as recent
					from tfm_state.test_results where project = ? and at >= ?::timestamptz and status <> 'skipped'
					and ${NOT_ELSEWHERE} group by test order by test`,
					[project, since, project, target, schema],
				),
			);
			return rows.map((row) => testRateOf(row, json<string[]>(row, "recent")));
		},

		async latestColumns(session, project, here) {
			const rows = await rowsOf(
				session,
				raw(
					`select distinct on (s.node) s.node, s.columns
					from json_array_elements(?::json) e join tfm_state.schema_snapshots s on s.node = e->>0
					where s.project = ? and s.table_schema in (e->>1, '') order by s.node, s.table_schema = '', s.at desc`,
					[JSON.stringify([...here]), project],
				),
			);
			return new Map(rows.map((row: Row) => [nodeId(text(row, "node")), json(row, "columns")]));
		},
	};
}

/** `row_count`: of a model, as text; `tested`: a document of its tests. */
export const nodeRunOf = (row: Row): PastNodeRun => ({
	runId: text(row, "run_id"),
	command: textOrNull(row, "command") ?? "",
	node: nodeId(text(row, "node")),
	layer: textOrNull(row, "layer"),
	resourceType: text(row, "resource_type"),
	materialized: textOrNull(row, "materialized"),
	status: text(row, "status"),
	published: textOrNull(row, "published"),
	startedAt: instant(row, "started_at"),
	seconds: Number(row.seconds),
	rows: textOrNull(row, "row_count") === null ? null : Number(row.row_count),
	code: textOrNull(row, "code"),
	message: textOrNull(row, "message"),
	tests: json<{ passed: number; warned: number; failed: number }>(row, "tested"),
});

/** `recent`: statuses, the newest first. */
export const testRateOf = (row: Row, recent: readonly string[]): TestRate => ({
	test: nodeId(text(row, "test")),
	node: textOrNull(row, "node") as NodeId | null,
	layer: textOrNull(row, "layer"),
	dimension: textOrNull(row, "dimension"),
	runs: Number(row.runs),
	passed: Number(row.passed),
	lastStatus: recent[0] ?? "",
	lastFailedAt: textOrNull(row, "last_failed_at") === null ? null : instant(row, "last_failed_at"),
	recent: recent.toReversed(),
});

export const durationOf = (row: Row): UsualDuration => ({
	node: nodeId(text(row, "node")),
	median: Number(row.median),
	p95: Number(row.p95),
	runs: Number(row.runs),
});
