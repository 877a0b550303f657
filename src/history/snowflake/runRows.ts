import type { Session } from "../../core/adapter.ts";
import type { PastRun, StateStore } from "../../core/state.ts";
import { bound } from "../bound.ts";
import { asPublished, createRunRows, pastRunOf } from "../runRows.ts";
import { chunks, type Row, type Tables, text } from "../tables.ts";
import { inTurn, lockTurn, OF_TARGET } from "./tables.ts";

/**
 * Runs and their leases on Snowflake, which has no lock of a row for reading: a fence is a change of the run's row that
 * changes nothing. It waits for whoever takes the run over, and who takes it over waits for it.
 */
export function createRunRowsOnSnowflake(
	tables: Tables,
	saveHistory: StateStore["saveHistory"],
): ReturnType<typeof createRunRows> {
	const { table, raw, rowsOf } = tables;
	const shared = createRunRows(tables, saveHistory);
	const touch = (runId: string) =>
		raw("update tfm_state.runs set pid = pid where run_id = ? and status is null", [runId]);

	/** What runs published, held and let through: one question for each table, whatever the number of runs. */
	async function pastRuns(session: Session, rows: readonly Row[]): Promise<readonly PastRun[]> {
		const ids = rows.map((row) => text(row, "run_id"));
		if (ids.length === 0) return [];
		const about = (name: string, key: string, columns: readonly string[]) =>
			rowsOf(session, table(name).select(columns).whereIn(key, ids));
		const publishes = await rowsOf(
			session,
			table("publishes").select("run_id", "unit").whereIn("run_id", ids).orderBy(["published_at", "unit"]),
		);
		const standing = await about("published", "run_id", ["run_id"]);
		const held = await about("held", "run_id", ["run_id", "layer"]);
		const lost = await rowsOf(
			session,
			table("node_runs").select("run_id").whereIn("run_id", ids).where({ code: "TFM-RUN-005" }),
		);
		const accepted = await about("acceptances", "published_by", ["published_by", "test"]);
		return rows.map((row) => {
			const of = (some: readonly Row[], key = "run_id") => some.filter((one) => one[key] === row.run_id);
			const layers = new Map<string, number>();
			for (const one of of(held)) layers.set(text(one, "layer"), (layers.get(text(one, "layer")) ?? 0) + 1);
			return pastRunOf({
				...row,
				units: JSON.stringify(of(publishes).map((one) => one.unit)),
				standing: of(standing).length,
				lost: of(lost).length,
				held_layers: JSON.stringify(
					[...layers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([layer, candidates]) => ({ layer, candidates })),
				),
				accepted: JSON.stringify(
					of(accepted, "published_by")
						.map((one) => one.test)
						.sort(),
				),
			});
		});
	}

	return {
		...shared,

		endRun: (session, runId, status, endedAt) =>
			inTurn(session, "leases", async () => {
				const { sql, binds } = raw(
					"update tfm_state.runs set status = ?, ended_at = ? where run_id = ? and status is null",
					[status, endedAt, runId],
				);
				const { rowCount } = await session.query(sql, binds);
				if (rowCount !== 1) return;
				for (const one of bound(table("leases").where({ run_id: runId }).delete()))
					await session.query(one.sql, one.binds);
			}),

		endRunLate: (session, { runId, project, startedAt, status, endedAt, history }) =>
			inTurn(session, "leases", async () => {
				const { sql, binds } = raw(
					`update tfm_state.runs set status = ?, ended_at = ? where run_id = ? and project = ?
					and (status is null or status = 'killed') and started_at <= ?`,
					[status, endedAt, runId, project, endedAt],
				);
				if ((await session.query(sql, binds)).rowCount !== 1) return false;
				const nodes = (history?.nodes ?? []).map(({ node }) => node);
				const published = await shared.publishedBy(session, { runId, project, since: startedAt }, nodes);
				const statements = [
					...bound(table("leases").where({ run_id: runId }).delete()),
					...(history === null ? [] : saveHistory(asPublished(history, published))),
				];
				for (const one of statements) await session.query(one.sql, one.binds);
				return true;
			}),

		async checkoutsOf(session, runIds) {
			const rows: Row[] = [];
			for (const some of chunks(runIds))
				rows.push(
					...(await rowsOf(
						session,
						table("runs")
							.select("run_id", "commit_id", "uncommitted")
							.whereNotNull("commit_id")
							.whereIn("run_id", some),
					)),
				);
			return new Map(
				rows.map((row) => [
					text(row, "run_id"),
					{ commit: text(row, "commit_id"), uncommitted: row.uncommitted === true },
				]),
			);
		},

		async findRun(session, runId) {
			const rows = await rowsOf(session, table("runs").where({ run_id: runId }));
			return (await pastRuns(session, rows))[0] ?? null;
		},

		async listRuns(session, { project, target, schema }, limit) {
			const newest = raw(
				`select r.* from tfm_state.runs r where r.project = ? and ${OF_TARGET} order by r.started_at desc, r.run_id desc limit ${Math.trunc(limit)}`,
				[project, target, schema],
			);
			return pastRuns(session, await rowsOf(session, newest));
		},

		lockLeases: () => lockTurn("leases"),
		fence: touch,
		awaitFenced: touch,
	};
}
