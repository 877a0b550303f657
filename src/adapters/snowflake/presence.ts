import { kill } from "node:process";
import type { Presence, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { unlessMissing } from "./catalog.ts";

/**
 * Snowflake tells a role of its own sessions alone, and keeps one of a killed process for hours. So a run says every
 * BEAT_MS that it lives, and counts as gone when it has not for GONE_S, by the server's clock, or at once where its
 * process ran on this machine and is not there any more.
 */
export interface PresenceParts {
	/** Runs a piece of work on a session beside those of the run. */
	readonly borrow: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
	readonly host: { readonly name: string; readonly pid: number };
	/** The server's numbers for the sessions that stand. */
	readonly sessions: () => readonly string[];
}

export interface Heart extends Presence {
	/** There is a session more: whoever finds this run dead must know of it. */
	noticeSession(): void;
	/** No beat from here on; the run's row goes. */
	stop(): Promise<void>;
}

const BEAT_MS = 20_000;
const GONE_S = 180;
/** Sessions come many at once, one for each thread, and are written down together. */
const NOTICE_MS = 500;

const TABLE = "tfm_state.heartbeats";
const CREATE = [
	"create schema if not exists tfm_state",
	`create table if not exists ${TABLE} (run_id varchar not null, host varchar not null, pid number(38,0) not null, sessions varchar not null, beat_at timestamp_ntz not null)`,
];

export function createPresence({ borrow, host, sessions }: PresenceParts): Heart {
	let beating: { readonly runId: string; readonly timer: NodeJS.Timeout; last: Promise<unknown> } | undefined;

	const beat = (runId: string): Promise<unknown> =>
		borrow((session) =>
			session.query(`update ${TABLE} set beat_at = sysdate(), sessions = $2 where run_id = $1`, [
				runId,
				sessions().join(","),
			]),
		);
	const beatNow = (): void => {
		// A beat that is lost is made up for by the next one; two at once would meet at one row.
		if (beating === undefined) return;
		const { runId, last } = beating;
		beating.last = last.then(() => beat(runId)).catch(connectionIsGone);
	};
	let noticed: NodeJS.Timeout | undefined;

	async function stop(): Promise<void> {
		const over = beating;
		beating = undefined;
		if (over === undefined) return;
		clearInterval(over.timer);
		clearTimeout(noticed);
		noticed = undefined;
		await over.last;
		// Whoever finds the row later sees that nobody beats.
		await borrow((session) => session.query(`delete from ${TABLE} where run_id = $1`, [over.runId])).catch(
			connectionIsGone,
		);
	}

	return Object.freeze({
		async announce(runId) {
			if (beating?.runId === runId) return;
			await stop();
			const made = await borrow(async (session) => {
				try {
					if ((await unlessMissing(session.query(`select count(*) from ${TABLE}`))) === null)
						for (const sql of CREATE) await session.execute(sql);
					await session.query(`delete from ${TABLE} where run_id = $1`, [runId]);
					const row = `insert into ${TABLE} (run_id, host, pid, sessions, beat_at) select $1, $2, $3, $4, sysdate()`;
					await session.query(row, [runId, host.name, host.pid, sessions().join(",")]);
					return true;
				} catch (error) {
					// A role that may make no tables keeps no notes either: what else is said of that, says why.
					if (error instanceof DatabaseError && error.sqlstate === "42501") return false;
					throw error;
				}
			});
			if (!made) return;
			const timer = setInterval(beatNow, BEAT_MS);
			timer.unref();
			beating = { runId, timer, last: Promise.resolve() };
		},
		async living(session, runIds) {
			if (runIds.length === 0) return new Set();
			const asked = `select run_id, host, pid, datediff('second', beat_at, sysdate()) from ${TABLE}`;
			const rows = (await unlessMissing(session.query(asked)))?.rows ?? [];
			const wanted = new Set(runIds);
			return new Set(
				rows.flatMap(([runId, name, pid, age]) => {
					const lives = Number(age) < GONE_S && (name !== host.name || isThere(Number(pid)));
					return lives && wanted.has(String(runId)) ? [String(runId)] : [];
				}),
			);
		},
		async endOrphans(session, runId) {
			if ((await this.living(session, [runId])).has(runId)) return false;
			const asked = session.query(`select sessions from ${TABLE} where run_id = $1`, [runId]);
			const left = (await unlessMissing(asked))?.rows.flatMap(([ids]) => String(ids).split(",")) ?? [];
			const sessionIds = left.filter((one) => /^\d+$/.test(one));
			for (const id of sessionIds) await session.query(`select system$cancel_all_queries(${id})`).catch(isNotOurs);
			if (sessionIds.length > 0) await abortTransactions(session, new Set(sessionIds));
			if (left.length > 0) await session.query(`delete from ${TABLE} where run_id = $1`, [runId]).catch(isNotOurs);
			return true;
		},
		noticeSession() {
			if (beating === undefined || noticed !== undefined) return;
			noticed = setTimeout(() => {
				noticed = undefined;
				beatNow();
			}, NOTICE_MS);
			noticed.unref();
		},
		stop,
	} satisfies Heart);
}

/**
 * A session whose process is gone keeps its transaction and what that locks, by Snowflake's documentation for five
 * minutes, while its statements that were cancelled are over at once.
 */
async function abortTransactions(session: Session, of: ReadonlySet<string>): Promise<void> {
	const open = await session.query("show transactions").catch(isNotOurs);
	if (open === undefined) return;
	const [id, owner] = ["id", "session"].map((name) => open.columns.findIndex((column) => column.name === name));
	for (const row of open.rows) {
		const transaction = String(row[id!]);
		if (of.has(String(row[owner!])) && /^-?\d+$/.test(transaction))
			await session.query(`select system$abort_transaction(${transaction})`).catch(isNotOurs);
	}
}

/** EPERM: it is another user's. */
function isThere(pid: number): boolean {
	try {
		kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** Another user's statements are not ours to end (ABORT_DETACHED_QUERY does), and another run may be first. */
function isNotOurs(error: unknown): void {
	if (!(error instanceof DatabaseError) || error.kind !== "sql") throw error;
}

/** Beats are refused when the server is away, and when another change of the table comes first. */
function connectionIsGone(error: unknown): void {
	if (!(error instanceof DatabaseError)) throw error;
}
