import type { Session } from "../core/adapter.ts";
import type { PastTrace } from "../core/history.ts";
import type { ProjectTarget } from "../core/state.ts";
import { json, NOT_ELSEWHERE, OF_TARGET, type Tables, text, textOrNull } from "./tables.ts";

const NONE: PastTrace = { runs: [], latest: [], landed: [] };

type Run = PastTrace["runs"][number];

/** One query for each table, grouped in the database: thirty runs of ten thousand nodes come as thirty rows. Changes nothing, also where there are no tables, or none that the role may read. */
export async function readPastTrace(
	{ raw, rowsOf }: Pick<Tables, "raw" | "rowsOf">,
	session: Session,
	{ project, target, schema }: ProjectTarget,
	limit: number,
): Promise<PastTrace> {
	const { rows } = await session.query(
		`select count(*) = 3 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'tfm_state' and c.relname in ('runs', 'node_runs', 'test_results')
		and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')`,
	);
	if (rows[0]?.[0] !== true) return NONE;
	const runs = await rowsOf(
		session,
		raw(
			`with last as (
				select r.* from tfm_state.runs r where r.project = ? and ${OF_TARGET}
				and (exists (select from tfm_state.node_runs n where n.run_id = r.run_id)
					or exists (select from tfm_state.test_results t where t.run_id = r.run_id))
				order by r.started_at desc, r.run_id desc limit ?
			) select r.run_id, r.command, r.args, r.status, (extract(epoch from r.started_at) * 1000)::float8 as began,
				(extract(epoch from r.ended_at) * 1000)::float8 as ended,
				(select coalesce(json_agg(json_build_array(n.node, n.status, (extract(epoch from n.started_at) * 1000)::float8, n.seconds * 1000, n.rows)
					order by n.started_at, n.node), '[]') from tfm_state.node_runs n where n.run_id = r.run_id)::text as nodes,
				(select coalesce(json_agg(json_build_array(d.dimension, d.passed, d.warned, d.failed) order by d.dimension), '[]') from (
					select coalesce(t.dimension, 'other') as dimension, count(*) filter (where t.status = 'pass') as passed,
					count(*) filter (where t.status = 'warn') as warned,
					count(*) filter (where t.status not in ('pass', 'warn', 'skipped')) as failed
					from tfm_state.test_results t where t.run_id = r.run_id group by 1) d)::text as tests,
				(select coalesce(json_agg(json_build_array(t.test, t.status, t.failures) order by t.status, t.test), '[]')
					from tfm_state.test_results t where t.run_id = r.run_id and t.status not in ('pass', 'success', 'skipped'))::text as failing
			from last r order by r.started_at desc, r.run_id desc`,
			[project, target, schema, limit],
		),
	);
	if (runs.length === 0) return NONE;
	const latest = await rowsOf(
		session,
		raw(
			`select (select coalesce(json_agg(json_build_array(n.node, n.status, null, n.message, n.seconds * 1000,
				(extract(epoch from n.started_at) + n.seconds) * 1000) order by n.node), '[]') from (
				select distinct on (node) * from tfm_state.node_runs where project = ? and ${NOT_ELSEWHERE}
				order by node, started_at desc) n)::text as nodes,
			(select coalesce(json_agg(json_build_array(t.test, t.status, t.failures, null, t.seconds * 1000,
				extract(epoch from t.at) * 1000) order by t.test), '[]') from (
				select distinct on (test) * from tfm_state.test_results where project = ? and ${NOT_ELSEWHERE} order by test, at desc) t)::text as tests`,
			[project, project, target, schema, project, project, target, schema],
		),
	);
	const [last] = latest;
	return {
		runs: runs.map(
			(row): Run => ({
				runId: text(row, "run_id"),
				command: textOrNull(row, "command") ?? "",
				args: textOrNull(row, "args") ?? "",
				status: textOrNull(row, "status"),
				startedAt: Number(row.began),
				endedAt: row.ended === null ? null : Number(row.ended),
				nodes: json(row, "nodes"),
				tests: json(row, "tests"),
				failing: json(row, "failing"),
			}),
		),
		latest:
			last === undefined
				? []
				: [...json<PastTrace["latest"]>(last, "nodes"), ...json<PastTrace["latest"]>(last, "tests")],
		landed: await landedIn(session),
	};
}

/** Empty as well where the role may not read the ledger, or an older tfm wrote it without the names of tables. */
async function landedIn(session: Session): Promise<PastTrace["landed"]> {
	const { rows: readable } = await session.query(
		`select count(*) = 1 from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'tfm_state' and c.relname = 'loaded_files' and a.attname = 'table_schema'
		and has_table_privilege(c.oid, 'select')`,
	);
	if (readable[0]?.[0] !== true) return [];
	const { rows } = await session.query(
		`select json_build_array(source, table_schema, table_name, sum(rows) filter (where newest),
			sum(rejects) filter (where newest), sum(rejects))::text
		from (select *, run_id = first_value(run_id) over (partition by source, table_schema, table_name
			order by loaded_at desc, run_id desc) as newest from tfm_state.loaded_files) f
		where to_regclass(format('%I.%I', table_schema, table_name)) is not null
		group by source, table_schema, table_name order by source, table_schema, table_name`,
	);
	return rows.map(([row]) => JSON.parse(String(row)) as PastTrace["landed"][number]);
}
