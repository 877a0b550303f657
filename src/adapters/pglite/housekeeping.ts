import type { Engine } from "./engine.ts";

/**
 * What background processes do for a server and nobody does in single-user mode. Without it the log of one run of a
 * few million rows grew to 385 MB, all to be replayed after a kill, and the catalogs grew with every run.
 */
const LOOK_EVERY_MS = 1_000;
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
/** Longest that closing may spend on vacuum; what is left out is done at a later close. */
const VACUUM_MS = 10_000;

const LOG_SINCE_CHECKPOINT =
	"select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), redo_lsn) from pg_catalog.pg_control_checkpoint()";

/** Checkpoints once the log since the last one is long enough; looks at most once a second. */
export function createCheckpointer(): { whenIdle(engine: Engine): Promise<void> } {
	let looked = performance.now();
	return {
		async whenIdle(engine) {
			if (performance.now() - looked < LOOK_EVERY_MS) return;
			looked = performance.now();
			const { rows } = await engine.send({ kind: "query", sql: LOG_SINCE_CHECKPOINT, binds: [] });
			// A refusal (the session plays a role that may not) postpones it: the statement before was fine.
			if (Number(rows[0]?.[0] ?? 0) > CHECKPOINT_BYTES) await engine.send({ kind: "execute", sql: "checkpoint" });
		},
	};
}

/** Autovacuum's rule (50 rows and a fifth of the table); the catalogs, which every run churns, at 50 rows already. */
const GROWN = `select pg_catalog.string_agg(pg_catalog.format('%I.%I', schemaname, relname), ', ' order by schemaname, relname)
from pg_catalog.pg_stat_all_tables
where n_dead_tup > 50 + case when schemaname = 'pg_catalog' then 0 else 0.2 * n_live_tup end`;

/** Vacuums the tables that lost many rows since the start. Call it before closing. */
export async function vacuumWhatGrew(engine: Engine): Promise<void> {
	await engine.send({
		kind: "execute",
		sql: "rollback; set session authorization postgres; select pg_stat_force_next_flush()",
	});
	const { rows } = await engine.send({ kind: "query", sql: GROWN, binds: [] });
	const tables = rows[0]?.[0];
	if (tables == null) return;
	// Running out of time ends the engine, which is about to close anyway; vacuum is safe to break off.
	await engine.send({ kind: "execute", sql: `vacuum ${tables}` }, { timeoutMs: VACUUM_MS }).catch((error: unknown) => {
		if (engine.running) throw error;
	});
}
