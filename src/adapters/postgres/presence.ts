import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Presence, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";

/**
 * Runs know of each other by advisory locks, which a server lets go of when the session ends, however it ends.
 *
 * Key space: advisory locks with one 64-bit key (`objsubid` 1 in pg_locks), in this database alone. A run has two keys,
 * the first 8 bytes of sha256("tfm run session " + id) and of sha256("tfm run coordinator " + id). Every session of the
 * run holds the first one shared; a connection that does nothing else holds the second one as long as the process
 * lives. A run without a holder of either is over; one without a coordinator has only statements on their way to
 * their end.
 */
export const sessionKey = (runId: string): bigint => keyOf(`tfm run session ${runId}`);
export const coordinatorKey = (runId: string): bigint => keyOf(`tfm run coordinator ${runId}`);

const keyOf = (text: string): bigint => createHash("sha256").update(text).digest().readBigInt64BE();

/** How long ended sessions may take to be gone. */
const END_MS = 10_000;

/** Who holds these keys: `key` as text, the session's process number. */
const HOLDERS = `select k.key, l.pid from pg_catalog.unnest($1::pg_catalog.int8[]) k (key)
join pg_catalog.pg_locks l on l.locktype = 'advisory' and l.objsubid = 1 and l.granted
	and l.classid = ((k.key >> 32) & 4294967295)::pg_catalog.oid and l.objid = (k.key & 4294967295)::pg_catalog.oid
	and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())`;

async function holders(session: Session, keys: readonly bigint[]): Promise<ReadonlyMap<bigint, readonly number[]>> {
	const { rows } = await session.query(HOLDERS, [`{${keys.join(",")}}`]);
	const found = new Map<bigint, number[]>();
	for (const [key, pid] of rows) {
		const pids = found.get(BigInt(String(key))) ?? [];
		found.set(BigInt(String(key)), [...pids, Number(pid)]);
	}
	return found;
}

export function createPresence(announce: (runId: string) => Promise<void>): Presence {
	return Object.freeze({
		announce,
		async living(session, runIds) {
			if (runIds.length === 0) return new Set();
			const found = await holders(
				session,
				runIds.flatMap((id) => [sessionKey(id), coordinatorKey(id)]),
			);
			return new Set(runIds.filter((id) => found.has(sessionKey(id)) || found.has(coordinatorKey(id))));
		},
		async endOrphans(session, runId) {
			const deadline = Date.now() + END_MS;
			for (;;) {
				const found = await holders(session, [sessionKey(runId), coordinatorKey(runId)]);
				// Somebody is in charge of them: not orphans.
				if (found.has(coordinatorKey(runId))) return false;
				const pids = found.get(sessionKey(runId)) ?? [];
				if (pids.length === 0) return true;
				if (Date.now() > deadline || !(await endBackends(session, pids))) return false;
				await pause(50);
			}
		},
	} satisfies Presence);
}

/** False where this role may not (another role's sessions, without pg_signal_backend). */
async function endBackends(session: Session, pids: readonly number[]): Promise<boolean> {
	const sql = "select pg_catalog.pg_terminate_backend(p) from pg_catalog.unnest($1::pg_catalog.int4[]) p";
	try {
		await session.query(sql, [`{${pids.join(",")}}`]);
		return true;
	} catch (error) {
		if (error instanceof DatabaseError && error.sqlstate === "42501") return false;
		throw error;
	}
}
