import { AsyncLocalStorage } from "node:async_hooks";
import type { Adapter, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { createPostgresDialect } from "../postgresFamily/dialect.ts";
import { toDatabaseError } from "../postgresFamily/errors.ts";
import { createPostgresPublisher } from "../postgresFamily/publish/publisher.ts";
import { serverLocks } from "../postgresFamily/publish/serverLocks.ts";
import { createSession } from "../postgresFamily/session.ts";
import { type ProfileFields, readSettings } from "./connectionSettings.ts";
import { createPool, type Pool } from "./pool.ts";
import { prepareSession, resetSession, type SessionPreparation } from "./prepareSession.ts";
import type { ServerConnection } from "./serverConnection.ts";
import { createSlot, type Slot } from "./slot.ts";

/**
 * A Postgres server, through pg.
 *
 *   adapter.ts             open: connect once and look around → pool; sessions
 *   connectionSettings.ts  profile fields → where and as whom
 *   connect.ts             one login; the only file that imports the driver
 *   serverConnection.ts    a connection that stands: messages out, replies in, limits kept on the server
 *   exchange.ts            one message and its replies, in pg's terms
 *   slot.ts, pool.ts       connections that are made when needed and made anew when lost
 *   prepareSession.ts      what every session begins with
 */
export interface PostgresOptions {
	/** The profile's output: config/profileFields.ts. */
	readonly fields: ProfileFields;
	readonly threads: number;
	/** Limit of every statement that brings none of its own; none when absent. */
	readonly statementTimeoutMs?: number | undefined;
}

/** For what nests in a session's work: the watch of a publish, a second look. */
const EXTRA_SESSIONS = 2;

export function createPostgresAdapter(options: PostgresOptions): Adapter {
	const dialect = createPostgresDialect();
	const settings = readSettings(options.fields);
	const catalogTypes = new Map<string, string>();
	/** Whether the asynchronous code at hand works in a session. */
	const working = new AsyncLocalStorage<{ over: boolean }>();
	let pool: Pool | undefined;
	let version = "";
	let versionNumber = 0;

	const preparation = (): SessionPreparation => ({
		dialect,
		settings,
		mark: undefined,
		checksClient: versionNumber >= 140_000,
	});

	async function login(signal?: AbortSignal): Promise<ServerConnection> {
		const { connect } = await import("./connect.ts");
		const connection = await connect(settings, signal);
		const asked = await connection.send({
			kind: "query",
			sql: "select current_setting('server_version'), current_setting('server_version_num')",
			binds: [],
		});
		version = `PostgreSQL ${asked.rows[0]?.[0] ?? ""}`;
		versionNumber = Number(asked.rows[0]?.[1] ?? 0);
		const sql = prepareSession(preparation());
		const { error } = await connection.send({ kind: "execute", sql });
		if (error === null) return connection;
		await connection.end();
		throw toDatabaseError(error, sql);
	}

	async function pinned<T>(slot: Slot, work: (session: Session) => Promise<T>): Promise<T> {
		await slot.wire.ready();
		const session = createSession({
			wire: slot.wire,
			dialect,
			defaultTimeoutMs: options.statementTimeoutMs,
			catalogTypes,
		});
		const mine = { over: false };
		try {
			return await working.run(mine, () => work(session));
		} finally {
			mine.over = true;
			session.end();
			await slot.reset();
		}
	}

	/** A publish waits on one connection and looks from another one at who is in its way. */
	const locks = serverLocks({
		watch: (work) => adapter.withSession(work),
		ownBackends: () => [...(pool?.slots ?? [])].flatMap((slot) => slot.connection?.processId ?? []),
	});

	const adapter: Adapter = {
		get facts() {
			return { adapter: "postgres", type: "postgres", version } as const;
		},
		get capabilities() {
			return Object.freeze({
				concurrency: pool === undefined ? options.threads : Math.min(options.threads, pool.capacity),
				transactionalDdl: "full",
				atomicReplace: "full",
				clone: "unsupported",
				swap: "emulated",
				cancel: "full",
				timeout: "full",
				mergeStatement: versionNumber >= 150_000 ? "full" : "unsupported",
			} as const);
		},
		dialect,
		publisher: createPostgresPublisher(dialect, locks),
		presence: Object.freeze({
			announce: async () => {},
			living: async () => new Set<string>(),
			endOrphans: async () => true,
		}),
		async open({ signal } = {}) {
			if (pool !== undefined) return;
			signal?.throwIfAborted();
			const slot = createSlot({ connect: () => login(signal), resetMessage: () => resetSession(preparation()) });
			await slot.wire.ready();
			let first: Slot | undefined = slot;
			const makeSlot = (): Slot => {
				const made = first ?? createSlot({ connect: () => login(), resetMessage: () => resetSession(preparation()) });
				first = undefined;
				return made;
			};
			pool = createPool(makeSlot, options.threads + EXTRA_SESSIONS);
		},
		async close() {
			const closing = pool;
			pool = undefined;
			await closing?.close();
		},
		async withSession(work) {
			if (pool === undefined)
				throw new DatabaseError("the database is not open", { kind: "connection", sqlstate: "08003" });
			const from = pool;
			const nested = working.getStore()?.over === false;
			const slot = nested ? from.takeExtra() : await from.take();
			try {
				return await pinned(slot, work);
			} finally {
				from.give(slot);
			}
		},
	};
	return adapter;
}
