/**
 * Runs and their leases. A run is alive while the database has a session of it (the adapter's presence); what a dead
 * one leased is free. Taking over is one update of its row in `runs`; whatever the dead run may still commit shares a
 * lock on that row (the fence), so a publish is either committed before the takeover or refused by its fence.
 */
import type { RunHistory } from "../core/history.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { PastRun, RunRow, RunStatus, RunTrigger, StateStore } from "../core/state.ts";
import { bound } from "./bound.ts";
import { chunks, instant, json, OF_TARGET, type Row, type Tables, text, textOrNull } from "./tables.ts";

type RunRows = Pick<
	StateStore,
	| "beginRun"
	| "endRun"
	| "endRunLate"
	| "openRuns"
	| "checkoutsOf"
	| "findRun"
	| "listRuns"
	| "buryRuns"
	| "lockLeases"
	| "listLeases"
	| "takeLeases"
	| "fence"
	| "awaitFenced"
	| "publishedBy"
>;

/** One row per run, with what it published, held and let through as JSON arrays. */
const PAST_RUNS = `select r.*,
	(select coalesce(json_agg(p.unit order by p.published_at, p.unit), '[]') from tfm_state.publishes p where p.run_id = r.run_id)::text as units,
	(select count(*) from tfm_state.published n where n.run_id = r.run_id) as standing,
	(select coalesce(json_agg(json_build_object('layer', h.layer, 'candidates', h.n) order by h.layer), '[]') from
		(select layer, count(*) as n from tfm_state.held where run_id = r.run_id group by layer) h)::text as held_layers,
	(select count(*) from tfm_state.node_runs l where l.run_id = r.run_id and l.code = 'TFM-RUN-005') as lost,
	(select coalesce(json_agg(a.test order by a.test), '[]') from tfm_state.acceptances a where a.published_by = r.run_id)::text as accepted
	from tfm_state.runs r`;

export function createRunRows(
	{ table, raw, rowsOf, upsertAll }: Tables,
	saveHistory: StateStore["saveHistory"],
): RunRows {
	const publishedBy: StateStore["publishedBy"] = async (session, { runId, project, since }, nodes) => {
		const found = new Set<NodeId>();
		for (const some of chunks(nodes))
			for (const row of await rowsOf(
				session,
				table("published")
					.select("node")
					.where({ run_id: runId, project })
					.where("published_at", ">=", since)
					.whereIn("node", some),
			))
				found.add(nodeId(text(row, "node")));
		return found;
	};

	return {
		async beginRun(session, run) {
			const { runId: run_id, project, command, host, pid, startedAt: started_at, args = null, target = null } = run;
			const trigger = run.trigger === undefined ? null : JSON.stringify(run.trigger);
			// An orchestrator may give a repeated run the id of the first one: it begins anew.
			const begun = { run_id, project, target, target_schema: run.schema ?? null, command, host, pid, started_at };
			const checkout = { commit_id: run.checkout?.commit ?? null, uncommitted: run.checkout?.uncommitted ?? null };
			const row = { ...begun, ...checkout, args, trigger, status: null, ended_at: null };
			for (const { sql, binds } of upsertAll("runs", [row], ["run_id"])) await session.query(sql, binds);
		},

		async endRun(session, runId, status, endedAt) {
			const { sql, binds } = raw(
				`with ended as (
					update tfm_state.runs set status = ?, ended_at = ? where run_id = ? and status is null returning run_id
				) delete from tfm_state.leases where run_id in (select run_id from ended)`,
				[status, endedAt, runId],
			);
			await session.query(sql, binds);
		},

		endRunLate: (session, { runId, project, startedAt, status, endedAt, history }) =>
			session.transaction(async () => {
				const { sql, binds } = raw(
					`update tfm_state.runs set status = ?, ended_at = ? where run_id = ? and project = ?
					and (status is null or status = 'killed') and started_at <= ? returning run_id`,
					[status, endedAt, runId, project, endedAt],
				);
				const { rows } = await session.query(sql, binds);
				if (rows.length === 0) return false;
				const nodes = (history?.nodes ?? []).map(({ node }) => node);
				const published = await publishedBy(session, { runId, project, since: startedAt }, nodes);
				const statements = [
					...bound(table("leases").where({ run_id: runId }).delete()),
					...(history === null ? [] : saveHistory(asPublished(history, published))),
				];
				for (const one of statements) await session.query(one.sql, one.binds);
				return true;
			}),

		async openRuns(session) {
			return (await rowsOf(session, table("runs").whereNull("status").orderBy("run_id"))).map(runOf);
		},

		async checkoutsOf(session, runIds) {
			const wanted = "select json_array_elements_text(?::json)";
			const asked = raw(
				`select run_id, commit_id, uncommitted from tfm_state.runs where commit_id is not null and run_id in (${wanted})`,
				[JSON.stringify(runIds)],
			);
			const rows = await rowsOf(session, asked);
			return new Map(
				rows.map((row) => [
					text(row, "run_id"),
					{ commit: text(row, "commit_id"), uncommitted: row.uncommitted === true },
				]),
			);
		},

		async findRun(session, runId) {
			const [row] = await rowsOf(session, raw(`${PAST_RUNS} where r.run_id = ?`, [runId]));
			return row === undefined ? null : pastRunOf(row);
		},

		async listRuns(session, { project, target, schema }, limit) {
			const newest = `${PAST_RUNS} where r.project = ? and ${OF_TARGET} order by r.started_at desc, r.run_id desc limit ?`;
			return (await rowsOf(session, raw(newest, [project, target, schema, limit]))).map(pastRunOf);
		},

		buryRuns: (runIds, at) =>
			[...chunks(runIds)].flatMap((some) => [
				...bound(table("runs").whereIn("run_id", some).whereNull("status").update({ status: "killed", ended_at: at })),
				...bound(table("leases").whereIn("run_id", some).delete()),
			]),

		lockLeases: () => raw("lock table tfm_state.leases in share row exclusive mode", []),

		async listLeases(session) {
			const rows = await rowsOf(session, table("leases").orderBy(["schema_name", "relation_name"]));
			return rows.map((row) => ({
				schema: text(row, "schema_name"),
				identifier: text(row, "relation_name"),
				runId: text(row, "run_id"),
			}));
		},

		takeLeases: (run_id, relations) =>
			upsertAll(
				"leases",
				relations.map(({ schema, identifier }) => ({ schema_name: schema, relation_name: identifier, run_id })),
				["schema_name", "relation_name"],
			),

		fence: (runId) => raw("select status is null from tfm_state.runs where run_id = ? for share", [runId]),

		awaitFenced: (runId) => raw("select status is null from tfm_state.runs where run_id = ? for update", [runId]),

		publishedBy,
	};
}

/** Whether a publish that was being committed went through, only the server can tell. */
export const asPublished = (history: RunHistory, published: ReadonlySet<NodeId>): RunHistory => ({
	...history,
	nodes: history.nodes.map((row) =>
		published.has(row.node) && row.published !== "published"
			? { ...row, status: "success", published: "published", code: null, message: null }
			: row,
	),
});

export const runOf = (row: Row): RunRow => ({
	runId: text(row, "run_id"),
	project: text(row, "project"),
	command: text(row, "command"),
	host: text(row, "host"),
	pid: Number(row.pid),
	startedAt: instant(row, "started_at"),
	...(textOrNull(row, "target") === null ? {} : { target: text(row, "target"), schema: text(row, "target_schema") }),
	...(textOrNull(row, "args") === null ? {} : { args: text(row, "args") }),
	...(textOrNull(row, "trigger") === null ? {} : { trigger: json<RunTrigger>(row, "trigger") }),
});

export const pastRunOf = (row: Row): PastRun => ({
	...runOf(row),
	status: textOrNull(row, "status") as RunStatus | null,
	endedAt: textOrNull(row, "ended_at") === null ? null : instant(row, "ended_at"),
	published: json<string[]>(row, "units"),
	standing: Number(row.standing),
	lost: Number(row.lost),
	held: json<{ layer: string; candidates: number }[]>(row, "held_layers"),
	accepted: json<string[]>(row, "accepted").map(nodeId),
});
