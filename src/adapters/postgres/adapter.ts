import type { Adapter, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { fail } from "../../core/diagnostic.ts";
import { createPostgresDialect } from "../postgresFamily/dialect.ts";
import { createPostgresPublisher } from "../postgresFamily/publish/publisher.ts";
import { serverLocks } from "../postgresFamily/publish/serverLocks.ts";
import { createSession } from "../postgresFamily/session.ts";
import { type ConnectionSettings, readSettings, type SettingsSource } from "./connectionSettings.ts";
import { type Coordinator, startCoordinator } from "./coordinator.ts";
import { addressOf, explainFailure } from "./explainFailure.ts";
import { createLogins, type Logins } from "./login.ts";
import { createPool, type Pool } from "./pool.ts";
import { poolsByTransaction } from "./poolsByTransaction.ts";
import { coordinatorKey, createPresence, sessionKey } from "./presence.ts";
import { askServer, type ServerFacts } from "./serverFacts.ts";
import { createSlot, type Slot } from "./slot.ts";

/**
 * A Postgres server, through pg.
 *
 *   adapter.ts             open: connect once and look around → pool; sessions
 *   connectionSettings.ts  profile, libpq's environment and files → where and as whom
 *   tlsAttempts.ts         sslmode → what to try
 *   connect.ts             one login, with retries; the only file that imports the driver
 *   explainFailure.ts      why a login failed → a coded error that says what to do
 *   serverFacts.ts         version and room; poolsByTransaction.ts: is it a server at all
 *   serverConnection.ts    a connection that stands: messages out, replies in, limits kept on the server
 *   exchange.ts            one message and its replies, in pg's terms
 *   preparedStatements.ts  what a connection keeps prepared of tfm's own statements
 *   slot.ts, pool.ts       connections that are made when needed and made anew when lost
 *   prepareSession.ts      what every session begins with
 *   presence.ts            who works in the database; coordinator.ts: the connection that says that we do
 *
 * The session on top of it is postgresFamily/session.ts.
 */
export interface PostgresOptions extends SettingsSource {
	readonly threads: number;
	/** Limit of every statement that brings none of its own; none when absent. */
	readonly statementTimeoutMs?: number | undefined;
}

/** For what nests in a session's work: the watch of a publish, a second look. */
const EXTRA_SESSIONS = 2;

/** What an open adapter holds. */
interface Opened {
	readonly settings: ConnectionSettings;
	readonly logins: Logins;
	readonly facts: ServerFacts;
	readonly pool: Pool;
	coordinator: Coordinator | undefined;
}

export function createPostgresAdapter(options: PostgresOptions): Adapter {
	const dialect = createPostgresDialect();
	const catalogTypes = new Map<string, string>();
	let opened: Opened | undefined;
	/** Of the server opened last: it stays to be told after closing. */
	let version = "";

	const isOpen = (): Opened => {
		if (opened === undefined)
			throw new DatabaseError("the database is not open", { kind: "connection", sqlstate: "08003" });
		return opened;
	};

	/** What marks a session as the announced run's: sent with every message that begins its work, so made once. */
	let mark: string | undefined;

	/** Session marks hold nobody up: shared, and never asked for exclusively. */
	function markOf(runId: string, { applicationName }: ConnectionSettings): string {
		const name = dialect.literal(`${applicationName} ${runId}`.slice(0, 63));
		return `select pg_catalog.pg_advisory_lock_shared(${sessionKey(runId)}), pg_catalog.set_config('application_name', ${name}, false)`;
	}

	async function openServer(signal: AbortSignal | undefined): Promise<Opened> {
		const settings = readSettings(options);
		const logins = createLogins({ dialect, settings, mark: () => mark });
		const { resetMessage } = logins;
		const makeSlot = (): Slot => createSlot({ connect: () => logins.prepared(), resetMessage, mark: () => mark });
		const slots = [makeSlot(), makeSlot()];
		const [first, second] = slots as [Slot, Slot];
		try {
			const connection = await logins.plain(signal);
			first.adopt(connection);
			const facts = await askServer(connection);
			// Without room for a second connection nothing can be told of a proxy, and not much be done in parallel.
			if (facts.free > 0) {
				const another = await logins.plain(signal);
				second.adopt(another);
				if (await poolsByTransaction(connection, another)) fail("TFM-DB-018", { address: addressOf(connection.place) });
				await logins.prepare(another);
			}
			// Not before: behind a proxy that pools by transaction a role or a setting would reach other people's sessions.
			await logins.prepare(connection);
			// The coordinator of a run needs a place as well; the first connection has its own.
			const capacity = Math.max(1, Math.min(options.threads + EXTRA_SESSIONS, facts.free));
			// An idle connection that the pool may not use would take the coordinator's place.
			if (capacity < slots.length) await slots.pop()!.end();
			return { settings, logins, facts, pool: createPool({ makeSlot, slots, capacity }), coordinator: undefined };
		} catch (error) {
			for (const slot of slots) await slot.end();
			return explainFailure(error, settings);
		}
	}

	async function pinned<T>(slot: Slot, { pool }: Opened, work: (session: Session) => Promise<T>): Promise<T> {
		const session = createSession({
			wire: slot.wire,
			dialect,
			defaultTimeoutMs: options.statementTimeoutMs,
			catalogTypes,
			keepsPrepared: true,
		});
		try {
			return await work(session);
		} finally {
			session.end();
			await slot.reset();
			pool.give(slot);
		}
	}

	/** A publish waits on one connection and looks from another one at who is in its way. */
	const locks = serverLocks({
		async watch(work) {
			const open = isOpen();
			return pinned(await extraSlot(open.pool), open, work);
		},
		ownBackends: () => [...(opened?.pool.slots ?? [])].flatMap((slot) => slot.processId ?? []),
	});

	return {
		get facts() {
			return { adapter: "postgres", type: "postgres", version } as const;
		},
		get capabilities() {
			const { threads } = options;
			return Object.freeze({
				concurrency: opened === undefined ? threads : Math.max(1, Math.min(threads, opened.pool.capacity)),
				transactionalDdl: "full",
				savepoints: "full",
				atomicReplace: "full",
				clone: "unsupported",
				swap: "emulated",
				cancel: "full",
				timeout: "full",
				mergeStatement: opened === undefined || opened.facts.versionNumber >= 150_000 ? "full" : "unsupported",
			} as const);
		},
		dialect,
		publisher: createPostgresPublisher(dialect, locks),
		presence: createPresence(async (runId) => {
			const open = isOpen();
			const wanted = markOf(runId, open.settings);
			// Announced already: without its coordinator for a moment, others would take its sessions for orphans.
			if (open.coordinator !== undefined && mark === wanted) return;
			await open.coordinator?.end();
			mark = wanted;
			const lock = `select pg_catalog.pg_advisory_lock(${coordinatorKey(runId)})`;
			open.coordinator = await startCoordinator(() => open.logins.prepared(), lock);
		}),
		async open({ signal } = {}) {
			if (opened !== undefined) return;
			signal?.throwIfAborted();
			opened = await openServer(signal);
			version = `PostgreSQL ${opened.facts.version}`;
		},
		async close() {
			const closing = opened;
			opened = undefined;
			mark = undefined;
			await closing?.pool.close();
			await closing?.coordinator?.end();
		},
		async withSession(work) {
			const open = isOpen();
			return pinned(await readySlot(open.pool), open, work);
		},
	};
}

/** A slot whose connection stands. Where the server has no room for another one, the next that is given back. */
async function readySlot(pool: Pool): Promise<Slot> {
	for (;;) {
		const slot = await pool.take();
		try {
			await slot.wire.ready();
			return slot;
		} catch (error) {
			const noRoom = error instanceof DatabaseError && error.sqlstate === "53300";
			const others = pool.drop(slot, { forGood: noRoom });
			if (!noRoom || !others) throw error;
		}
	}
}

async function extraSlot(pool: Pool): Promise<Slot> {
	const slot = pool.takeExtra();
	try {
		await slot.wire.ready();
		return slot;
	} catch (error) {
		pool.drop(slot, { forGood: false });
		throw error;
	}
}
