import type { OwnStatement, Session } from "../../../core/adapter.ts";
import type { ResultTable } from "../../../core/resultTable.ts";

/** What a publish must hold before it changes anything, in the order in which readers take it. */
export interface LockPlan {
	/** Statements that take an exclusive lock on one view each, outermost first. */
	readonly views: readonly string[];
	/** Rendered names of tables, for one `lock table`. */
	readonly tables: readonly string[];
	/**
	 * Rendered names of tables that foreign keys of those above refer to: a key goes with its table, and that locks both
	 * ends. Ours or not; what we may not lock is left to the drop.
	 */
	readonly parents: readonly string[];
	/** Of all of them. */
	readonly oids: readonly number[];
}

/** In order; each may stand alone or inside a `do` block. */
export const lockStatements = (plan: LockPlan): readonly string[] => [
	...plan.views,
	...(plan.tables.length === 0 ? [] : [`lock table ${plan.tables.join(", ")} in access exclusive mode`]),
	...plan.parents.map(lockIfAllowed),
];

function lockIfAllowed(table: string): string {
	let tag = "lock";
	while (table.includes(`$${tag}$`)) tag += "_";
	return `do $${tag}$ begin lock table ${table} in access exclusive mode; exception when insufficient_privilege then null; end $${tag}$`;
}

/** Locks or snapshots that were not free in time; `holders` are described for people. */
export class LockWaitEnded extends Error {
	readonly holders: readonly string[];

	constructor(holders: readonly string[]) {
		super(`the wait ended with ${holders.length} in the way`);
		this.holders = holders;
	}
}

export interface LockWait {
	readonly timeoutMs: number;
	readonly signal: AbortSignal | undefined;
}

/**
 * How a publish shares the database with other sessions. A server adapter brings one that waits for old snapshots,
 * stands aside for idle holders and gives readers way (docs/adr on publishing); where there is one session, or nobody
 * minds waiting, `plainLocks` will do.
 */
export interface LockProtocol {
	/**
	 * Before the transaction: until no older snapshot is left that would see the new relations empty. `first`: what
	 * OLD_SNAPSHOTS_SQL answered with the look at the catalog, where it was asked there.
	 */
	settle(session: Session, wait: LockWait, first?: ResultTable["rows"]): Promise<void>;
	/** The binds of OLD_SNAPSHOTS_SQL; absent where snapshots are not waited for. */
	readonly snapshotBinds?: () => readonly [string];
	/** Outside the publish: statements that need an exclusive lock for a moment, in a transaction of their own. */
	briefly(session: Session, statements: readonly string[], wait: LockWait): Promise<void>;
	/** Inside the transaction, after the rows of kept tables were replaced; on return the locks are held. */
	acquire(session: Session, plan: LockPlan, wait: LockWait): Promise<void>;
	/** Statements that are refused where the locks are not free at once; absent where that would be impolite. */
	readonly firstAttempt?: (session: Session, plan: LockPlan) => Promise<readonly OwnStatement[]>;
}

/** For the rest of the transaction. */
export async function setLockTimeout(session: Session, ms: number): Promise<void> {
	await session.query("select set_config('lock_timeout', $1, true)", [`${Math.max(1, Math.round(ms))}ms`]);
}

/** For a database that has one session at a time: nobody else can hold a lock, and statements take their own. */
export const noLocks: LockProtocol = {
	settle: async () => {},
	briefly: (session, statements, wait) =>
		session.transaction(async () => void (await session.execute(statements.join(";\n"), { signal: wait.signal }))),
	acquire: async () => {},
	firstAttempt: async () => [],
};

/** Queues for the locks like any DDL; the server's own `lock_timeout` (SQLSTATE 55P03) ends the wait. */
export const plainLocks: LockProtocol = {
	settle: async () => {},
	briefly: (session, statements, wait) =>
		session.transaction(async () => {
			const before = String((await session.query("select current_setting('lock_timeout')")).rows[0]![0]);
			await setLockTimeout(session, wait.timeoutMs);
			await session.execute(statements.join(";\n"), { signal: wait.signal });
			await session.query("select set_config('lock_timeout', $1, true)", [before]);
		}),
	acquire: async (session, plan, wait) => {
		const statements = lockStatements(plan);
		await setLockTimeout(session, wait.timeoutMs);
		if (statements.length > 0) await session.execute(statements.join(";\n"), { signal: wait.signal });
	},
};
