/**
 * Sharing a server with readers that must neither fail nor wait for long. The reasons and measurements: docs/publishing.md.
 *
 * Before the transaction: a REPEATABLE READ transaction that is older than the candidates would read them empty once they
 * are published (their rows are not in its snapshot, their names are), so the publish waits until every transaction is
 * gone that had such a snapshot when it first looked, as `create index concurrently` does. Younger snapshots may come and
 * go; they see the rows.
 *
 * Inside: all locks are asked for in one `do` block under one short time limit. Readers queue behind a lock that is
 * waited for, so the limit is what a reader waits at most for an attempt that fails; it stays below `deadlock_timeout`,
 * or the server would make readers the victims of a cycle with us. Where a transaction that holds one of the locks sits
 * idle or is old, an attempt could only make readers wait: the publish stands aside until it is gone. During an attempt a
 * second connection looks for cycles, and cancels the attempt where it finds one. A failed attempt goes back to its
 * savepoint: its locks are free, the rows that were replaced before stay replaced.
 */

import type { OwnStatement, Session } from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import type { CellValue, ResultTable } from "../../../core/resultTable.ts";
import { keptSettings } from "./keptSettings.ts";
import { describeHolders, LOCK_HOLDERS_SQL, OLD_SNAPSHOTS_SQL, SESSIONS_SQL } from "./lockHolders.ts";
import { type LockPlan, type LockProtocol, type LockWait, LockWaitEnded, lockStatements } from "./lockProtocol.ts";

export interface ServerLockOptions {
	/** Work on a second connection, which is not one of those that may all be busy. */
	readonly watch: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
	/**
	 * Process ids of this adapter's own connections. Their statements are single ones at READ COMMITTED, which have locked
	 * all that they will read: their snapshots need no waiting for, or a long build would hold up every publish beside it.
	 */
	readonly ownBackends?: () => readonly number[];
}

/** Milliseconds that readers may queue behind one attempt. */
const LONGEST_ATTEMPT = 400;
/** The first attempt goes without the second connection: mostly nobody is there. */
const FIRST_ATTEMPT = 25;
const CYCLE_LOOK = 8;
const KEPT = keptSettings("locks", ["statement_timeout"]);
/** Lock not available, deadlock, cancelled (by our limit or by the look for cycles). */
const GAVE_WAY = new Set(["55P03", "40P01", "57014"]);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A question of tfm's own. */
const ask = (session: Session, sql: string, binds: readonly CellValue[]): Promise<ResultTable> =>
	session.atOnce?.([{ sql, binds, often: true }]) ?? session.query(sql, binds);

/** A cycle of waiting sessions that `$1` is part of; cancels its statement and answers one row then. */
const CANCEL_IN_CYCLE = `
with recursive chain(pid, path) as (
	select b, array[b] from unnest(pg_blocking_pids($1::int)) b
	union all
	select b, path || b from chain, unnest(pg_blocking_pids(chain.pid)) b
	where not b = any(path) and chain.pid <> $1::int and cardinality(path) < 8
)
select pg_cancel_backend($1::int) from chain where pid = $1::int limit 1`;

export function serverLocks({ watch, ownBackends = () => [] }: ServerLockOptions): LockProtocol {
	const snapshotBinds = (): readonly [string] => [ownBackends().join(",")];

	async function settle(session: Session, wait: LockWait, first?: ResultTable["rows"]): Promise<void> {
		const deadline = performance.now() + wait.timeoutMs;
		let left: ReadonlySet<string> | undefined;
		for (let pause = 5; ; pause = Math.min(pause * 1.5, 100)) {
			wait.signal?.throwIfAborted();
			const known = left === undefined ? first : undefined;
			const rows = known ?? (await ask(session, OLD_SNAPSHOTS_SQL, snapshotBinds())).rows;
			const now = rows.map((r) => String(r[1]));
			const before = left;
			left = new Set(before === undefined ? now : now.filter((key) => before.has(key)));
			if (left.size === 0) return;
			if (performance.now() >= deadline)
				throw new LockWaitEnded(
					await holdersOf(
						session,
						rows.filter((r) => left!.has(String(r[1]))).map((r) => Number(r[0])),
					),
				);
			await sleep(pause);
		}
	}

	/** A setting that only superusers change: asked once. */
	let deadlockTimeout: number | undefined;
	async function longestAttempt(session: Session): Promise<number> {
		const sql = "select setting::int from pg_catalog.pg_settings where name = 'deadlock_timeout'";
		deadlockTimeout ??= Number((await ask(session, sql, [])).rows[0]![0]);
		return Math.max(1, Math.floor(Math.min(LONGEST_ATTEMPT, 0.4 * deadlockTimeout)));
	}

	/** True when all locks are held; they are released again with the surrounding transaction's savepoint. */
	async function attempt(
		session: Session,
		statements: readonly string[],
		wait: { ms: number; signal: LockWait["signal"] },
	) {
		try {
			await session.transaction(async () => {
				session.later(KEPT.keep);
				session.later("select set_config('statement_timeout', $1, true)", [`${wait.ms}ms`]);
				for (const one of statements) session.later(one);
				// Bound, so that all of it is one exchange of single statements: the limit counts for each of them.
				await session.query(`${KEPT.giveBack} where $1`, [true], { signal: wait.signal });
			});
			return true;
		} catch (error) {
			wait.signal?.throwIfAborted();
			if (error instanceof DatabaseError && GAVE_WAY.has(error.sqlstate ?? "")) return false;
			throw error;
		}
	}

	async function firstAttempt(session: Session, plan: LockPlan): Promise<readonly OwnStatement[]> {
		const statements = lockStatements(plan);
		if (statements.length === 0) return [];
		const ms = Math.min(FIRST_ATTEMPT, await longestAttempt(session));
		return [
			{ sql: KEPT.keep, binds: [], often: true },
			{ sql: `select set_config('statement_timeout', '${ms}ms', true)`, binds: [], often: true },
			{ sql: oneStatement(statements), binds: [] },
			{ sql: KEPT.giveBack, binds: [], often: true },
		];
	}

	async function acquire(session: Session, plan: LockPlan, wait: LockWait): Promise<void> {
		const statements = lockStatements(plan);
		if (statements.length === 0) return;
		const block = [oneStatement(statements)];
		const deadline = performance.now() + wait.timeoutMs;
		const longest = await longestAttempt(session);
		if (await attempt(session, block, { ms: Math.min(FIRST_ATTEMPT, longest), signal: wait.signal })) return;
		const patient = performance.now() + wait.timeoutMs / 2;
		const pid = Number((await session.query("select pg_catalog.pg_backend_pid()")).rows[0]![0]);
		const attemptOrPause = async (): Promise<boolean> => {
			if (await attempt(session, block, { ms: longest, signal: wait.signal })) return true;
			await sleep(5 + 40 * Math.random());
			return false;
		};
		await watch(async (second) => {
			// Who may cancel a session is asked of the login, not of the role that a profile sets after it.
			await second.execute("set role none");
			for (;;) {
				await standAside(second, { pid, oids: plan.oids, longest, deadline, patient, signal: wait.signal });
				const stop = cancelInCycle(second, pid);
				const held = await attempt(session, block, { ms: longest, signal: wait.signal }).finally(stop);
				if (held) return;
				if (performance.now() >= deadline) throw new LockWaitEnded(await lockHolders(second, pid, plan.oids));
				await sleep(5 + 40 * Math.random());
			}
		}).catch(async (error: unknown) => {
			// No connection is left to watch from: short attempts alone do too, only less considerately.
			if (!(error instanceof DatabaseError) || error.sqlstate !== "53300") throw error;
			while (!(await attemptOrPause())) if (performance.now() >= deadline) throw new LockWaitEnded([]);
		});
	}

	async function briefly(session: Session, statements: readonly string[], wait: LockWait): Promise<void> {
		const deadline = performance.now() + wait.timeoutMs;
		const longest = await longestAttempt(session);
		while (!(await attempt(session, statements, { ms: longest, signal: wait.signal }))) {
			if (performance.now() >= deadline) throw new LockWaitEnded([]);
			await sleep(5 + 40 * Math.random());
		}
	}

	return Object.freeze({ settle, snapshotBinds, acquire, briefly, firstAttempt });
}

/** `statement_timeout` counts per message only when it is one statement. */
function oneStatement(statements: readonly string[]): string {
	const body = `begin\n${statements.join(";\n")};\nend`;
	let tag = "tfm";
	while (body.includes(`$${tag}$`)) tag += "_";
	return `do $${tag}$ ${body} $${tag}$`;
}

interface Aside {
	readonly pid: number;
	readonly oids: readonly number[];
	readonly longest: number;
	readonly deadline: number;
	/** Until then an attempt is made only when it is likely to succeed. */
	readonly patient: number;
	readonly signal: AbortSignal | undefined;
}

/**
 * Until no transaction that holds one of the locks is idle or has been seen for more than half an attempt. Where long
 * statements follow each other without a gap that moment never comes: in the second half of the time an attempt is made
 * at least every second all the same, unless somebody is idle, who would not go during one.
 */
async function standAside(second: Session, { pid, oids, longest, deadline, patient, signal }: Aside): Promise<void> {
	const seen = new Map<string, number>();
	const trySomehow = Math.max(patient, performance.now() + 1000);
	for (;;) {
		signal?.throwIfAborted();
		const { rows } = await second.query(LOCK_HOLDERS_SQL, [pid, oids.join(",")]);
		const now = performance.now();
		let busy = false;
		for (const [, transaction, idle] of rows) {
			const key = String(transaction);
			const since = seen.get(key) ?? now;
			seen.set(key, since);
			if (idle === true || (now - since > longest / 2 && !(idle === false && now > trySomehow))) busy = true;
		}
		if (!busy) return;
		if (now >= deadline)
			throw new LockWaitEnded(
				await holdersOf(
					second,
					rows.map((r) => Number(r[0])),
				),
			);
		await sleep(4);
	}
}

/** Looks until it is stopped; stopping waits for the look that is under way, so that no cancel comes late. */
function cancelInCycle(second: Session, pid: number): () => Promise<void> {
	let on = true;
	const looking = (async () => {
		while (on) {
			await sleep(CYCLE_LOOK);
			if (on) await second.query(CANCEL_IN_CYCLE, [pid]);
		}
	})();
	// Its failure is told by the stop; until then it must not count as unhandled.
	looking.catch(() => undefined);
	return () => {
		on = false;
		return looking;
	};
}

const lockHolders = async (second: Session, pid: number, oids: readonly number[]): Promise<readonly string[]> => {
	const { rows } = await second.query(LOCK_HOLDERS_SQL, [pid, oids.join(",")]);
	return holdersOf(
		second,
		rows.map((r) => Number(r[0])),
	);
};

async function holdersOf(session: Session, pids: readonly number[]): Promise<readonly string[]> {
	if (pids.length === 0) return [];
	return describeHolders((await session.query(SESSIONS_SQL, [pids.join(",")])).rows);
}
