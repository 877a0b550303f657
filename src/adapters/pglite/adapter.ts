import { AsyncLocalStorage } from "node:async_hooks";
import { dirname } from "node:path";
import type { Adapter, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { createPostgresDialect } from "../postgresFamily/dialect.ts";
import { noLocks } from "../postgresFamily/publish/lockProtocol.ts";
import { createPostgresPublisher } from "../postgresFamily/publish/publisher.ts";
import { createSession } from "../postgresFamily/session.ts";
import { ensureDataDirectory, resolveDataDir } from "./dataDirectory.ts";
import { type DirectoryLock, type LockHost, lockDirectory } from "./directoryLock.ts";
import { createEngine, type Engine } from "./engine.ts";
import { failOnFile } from "./fileProblem.ts";
import { createCheckpointer, vacuumWhatGrew } from "./housekeeping.ts";
import { type EngineWire, wireOf } from "./wire.ts";

/**
 * The embedded database: Postgres compiled to WebAssembly (PGlite) in a worker thread, its files in one directory that
 * one process uses at a time.
 *
 *   adapter.ts        open: lock → data directory → engine; sessions one after the other
 *   directoryLock.ts  who may use the directory
 *   dataDirectory.ts  is there a database, and if not, make one that is whole or absent
 *   engine.ts         the thread: start, one request at a time, limits by ending the thread
 *   pgliteWorker.js   the thread's inside: wire protocol in, text out
 *   wire.ts           the thread as the wire that core's Session works on (postgresFamily/session.ts)
 *   housekeeping.ts   checkpoints and vacuum, which a server would do in the background
 *
 * Durability: every commit is written to the operating system at once, so killing tfm at any instant loses nothing
 * that was committed; the engine does not fsync, so a power cut may.
 */
export interface PgliteOptions {
	/** Absolute path of the data directory; created when missing. */
	readonly dataDir: string;
	/** A template data directory to copy for a new database; without one, or when it is not there, initdb runs (slow). */
	readonly templateFile?: string | undefined;
	/** Limit of every statement that brings none of its own; none when absent. */
	readonly statementTimeoutMs?: number | undefined;
	/** This process, for the lock. */
	readonly host: LockHost;
}

export function createPgliteAdapter(options: PgliteOptions): Adapter {
	const dialect = createPostgresDialect();
	let opened: { readonly engine: Engine; readonly wire: EngineWire; readonly lock: DirectoryLock } | undefined;
	let version = "";
	let turn: Promise<unknown> = Promise.resolve();
	/** The session that the asynchronous code at hand works in, to tell a nested call from one that may wait. */
	const working = new AsyncLocalStorage<{ over: boolean }>();
	const checkpointer = createCheckpointer();
	const catalogTypes = new Map<string, string>();
	const announced = new Set<string>();

	async function pinned<T>(work: (session: Session) => Promise<T>): Promise<T> {
		if (opened === undefined)
			throw new DatabaseError("the database is not open", { kind: "connection", sqlstate: "08003" });
		const { engine, wire } = opened;
		await wire.putBack();
		const session = createSession({
			wire,
			dialect,
			defaultTimeoutMs: options.statementTimeoutMs,
			catalogTypes,
			keepsPrepared: true,
			whenIdle: () => checkpointer.whenIdle(engine),
		});
		const mine = { over: false };
		try {
			return await working.run(mine, () => work(session));
		} finally {
			mine.over = true;
			session.end();
		}
	}

	return {
		get facts() {
			return { adapter: "pglite", type: "postgres", version } as const;
		},
		capabilities: Object.freeze({
			concurrency: 1,
			transactionalDdl: "full",
			savepoints: "full",
			atomicReplace: "full",
			clone: "unsupported",
			swap: "emulated",
			cancel: "emulated",
			timeout: "emulated",
			mergeStatement: "full",
		}),
		dialect,
		publisher: createPostgresPublisher(dialect, noLocks),
		// The directory's lock has shut out every other process, so that no other run can be alive.
		presence: Object.freeze({
			announce: async (runId: string) => void announced.add(runId),
			living: async (_session: Session, runIds: readonly string[]) => new Set(runIds.filter((id) => announced.has(id))),
			endOrphans: async () => true,
		}),
		async open({ signal } = {}) {
			if (opened !== undefined) return;
			signal?.throwIfAborted();
			const dataDir = resolveDataDir(options.dataDir);
			const lock = takeLock(dataDir, options.host);
			const engine = createEngine(dataDir);
			try {
				await ensureDataDirectory(dataDir, options.templateFile, (dir) => engine.create(dir));
				signal?.throwIfAborted();
				await engine.start();
				signal?.throwIfAborted();
				version = `PostgreSQL ${engine.version} (embedded)`;
				opened = { engine, wire: wireOf(engine), lock };
			} catch (error) {
				await engine.stop();
				lock.release();
				throw error;
			}
		},
		async close() {
			if (opened === undefined) return;
			const { engine, lock } = opened;
			opened = undefined;
			try {
				if (engine.running) await vacuumWhatGrew(engine);
				await engine.stop();
			} finally {
				lock.release();
			}
		},
		async withSession(work) {
			if (working.getStore()?.over === false)
				throw new Error("withSession was called inside a session's work: the one connection would wait for itself");
			const mine = turn.then(() => pinned(work));
			turn = mine.catch(() => undefined);
			return mine;
		},
	};
}

function takeLock(dataDir: string, host: LockHost): DirectoryLock {
	try {
		return lockDirectory(dataDir, host);
	} catch (error) {
		return failOnFile(error, dirname(dataDir));
	}
}
