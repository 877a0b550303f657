import { Worker } from "node:worker_threads";
import type { StatementOptions } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { fail } from "../../core/diagnostic.ts";
import { createPreparedStatements } from "../postgresFamily/preparedStatements.ts";
import type { WireReply } from "../postgresFamily/wire.ts";
import { failOnFile } from "./fileProblem.ts";
import type { OpenReply, WorkerAnswer, WorkerRequest } from "./workerProtocol.ts";

/**
 * The worker thread as the session sees it: one request at a time, each with its own limit and signal.
 *
 * PGlite has no way to interrupt a statement and ignores statement_timeout: the thread is ended instead and started
 * again on the same directory, where Postgres' own recovery keeps what was committed and forgets the rest.
 */
export interface Engine {
	/** Counts starts. A session that sees another number than before has lost its transaction and settings. */
	readonly generation: number;
	/** Whether the thread lives. */
	readonly running: boolean;
	/** Of the server, once started: "18.1". */
	readonly version: string;
	/** Starts the thread where it does not run; a damaged directory fails with TFM-DB-006. */
	start(): Promise<void>;
	/** initdb into a directory. The thread ends afterwards. */
	create(dataDir: string): Promise<void>;
	send(request: WorkerRequest, limits?: StatementOptions): Promise<WireReply>;
	/** Orderly where possible, in any case soon. */
	stop(): Promise<void>;
}

type Ask = { readonly request: WorkerRequest; readonly limits: StatementOptions };

/** How long an orderly shutdown may take before the thread is ended; recovery at the next start does the rest. */
const STOP_MS = 15_000;

const sqlOf = (request: WorkerRequest): string | undefined => ("sql" in request ? request.sql : undefined);

export function createEngine(dataDir: string): Engine {
	let worker: Worker | undefined;
	let ending: Promise<unknown> = Promise.resolve();
	let queue: Promise<unknown> = Promise.resolve();
	let generation = 0;
	let version = "";
	let compiled: unknown;
	let lastId = 0;
	let prepared = createPreparedStatements();

	/** Names what is sent often: to read and plan it is most of what it costs. */
	function withNames(request: WorkerRequest): WorkerRequest {
		if (request.kind !== "query") return request;
		const all = [...(request.ahead ?? []), request];
		if (!all.some(({ often }) => often === true)) return request;
		return { ...request, kept: all.map(({ sql, often }) => (often === true ? prepared.nameOf(sql) : undefined)) };
	}

	/** Ends the thread; the next start waits until it is gone, since two servers on one directory destroy it. */
	function end(): void {
		const ended = worker;
		worker = undefined;
		if (ended !== undefined) ending = ended.terminate();
	}

	function spawn(): Worker {
		// Beside this module in the source tree and beside the bundle's chunks in dist/.
		const spawned = new Worker(new URL("./pgliteWorker.js", import.meta.url), {
			name: "tfm-pglite",
			resourceLimits: { stackSizeMb: 16 },
			// What the program was started with (loaders, inspectors) has no business here, and costs time at each start.
			execArgv: [],
			// Nothing of the engine's may reach the program's own output. Unread: reading them would keep the program alive.
			stdout: true,
			stderr: true,
		});
		spawned.unref();
		// A thread that dies between two requests is noticed by the next one.
		const forget = (): void => {
			if (worker === spawned) worker = undefined;
		};
		spawned.on("error", forget).on("exit", forget);
		worker = spawned;
		return spawned;
	}

	/** One request to the thread; rejects when the thread dies, when time is up, or when the signal says so. */
	function ask(to: Worker, { request, limits }: Ask): Promise<WorkerAnswer> {
		return new Promise((resolve, reject) => {
			const id = ++lastId;
			const { signal, timeoutMs } = limits;
			let timer: NodeJS.Timeout | undefined;
			const settle = (finish: () => void): void => {
				clearTimeout(timer);
				signal?.removeEventListener("abort", onAbort);
				to.off("message", onMessage).off("error", onError).off("exit", onExit).unref();
				finish();
			};
			const giveUp = (error: DatabaseError): void =>
				settle(() => {
					end();
					reject(error);
				});
			const onMessage = (answer: WorkerAnswer): void => {
				if (answer.id === id) settle(() => resolve(answer));
			};
			const onError = (cause: Error): void => giveUp(stopped(request, cause.message, cause));
			const onExit = (): void => giveUp(stopped(request, "its thread ended"));
			const onAbort = (): void => giveUp(cancelled(request, signal));
			to.on("message", onMessage).on("error", onError).on("exit", onExit).ref();
			signal?.addEventListener("abort", onAbort, { once: true });
			if (timeoutMs !== undefined && timeoutMs > 0)
				timer = setTimeout(() => giveUp(timedOut(request, timeoutMs)), timeoutMs);
			to.postMessage({ id, request }, request.kind === "copy" ? [request.data.buffer as ArrayBuffer] : []);
		});
	}

	/** Requests queue up here, so that limits count the work and not the waiting. */
	function inTurn<T>(work: () => Promise<T>): Promise<T> {
		const turn = queue.then(work, work);
		queue = turn.catch(() => undefined);
		return turn;
	}

	async function startNow(): Promise<void> {
		if (worker !== undefined) return;
		await ending;
		const answer = await ask(spawn(), { request: { kind: "open", dataDir, engine: compiled }, limits: {} });
		if (!answer.ok) {
			end();
			failToStart(dataDir, answer);
		}
		const opened = answer.value as OpenReply;
		version = opened.version;
		compiled = opened.engine;
		prepared = createPreparedStatements();
		generation++;
	}

	return {
		get generation() {
			return generation;
		},
		get running() {
			return worker !== undefined;
		},
		get version() {
			return version;
		},
		start: () => inTurn(startNow),
		create: (dir) =>
			inTurn(async () => {
				const answer = await ask(spawn(), { request: { kind: "create", dataDir: dir }, limits: {} });
				end();
				if (!answer.ok) failToStart(dataDir, answer);
			}),
		send: (request, limits = {}) =>
			inTurn(async () => {
				if (limits.signal?.aborted) throw cancelled(request, limits.signal);
				if (worker === undefined) throw stopped(request, "it does not run");
				const answer = await ask(worker, { request: withNames(request), limits });
				if (answer.ok) {
					const reply = answer.value as WireReply;
					prepared.settle(reply.error);
					return reply;
				}
				end();
				throw stopped(request, [answer.problem, lastLine(answer.text)].filter((s) => s !== "").join(": "));
			}),
		stop: () =>
			inTurn(async () => {
				const running = worker;
				// A server that cannot shut down in order is ended; its log of changes is enough for the next start.
				if (running !== undefined)
					await ask(running, { request: { kind: "close" }, limits: { timeoutMs: STOP_MS } }).catch(() => undefined);
				end();
				await ending;
			}),
	};
}

/** The server's complaint, without timestamp and process number. */
function lastLine(text: string): string {
	const complaint = text.split("\n").findLast((line) => /\b(PANIC|FATAL|ERROR):/.test(line));
	return complaint?.replace(/^.*?\b(PANIC|FATAL|ERROR):\s*/, "") ?? "";
}

function failToStart(dataDir: string, answer: { problem: string; code?: string; text: string }): never {
	if (answer.code === "ERR_MODULE_NOT_FOUND" || answer.code === "MODULE_NOT_FOUND")
		fail("TFM-DB-008", { path: "@electric-sql/pglite", problem: "the package is missing" });
	const said = lastLine(answer.text);
	if (/no space left/i.test(said)) fail("TFM-DB-003", { path: dataDir });
	if (answer.code?.startsWith("E"))
		failOnFile(Object.assign(new Error(answer.problem), { code: answer.code }), dataDir);
	if (/permission denied/i.test(said)) fail("TFM-DB-002", { path: dataDir, problem: said });
	fail("TFM-DB-006", { path: dataDir, problem: said === "" ? answer.problem : said });
}

const cancelled = (request: WorkerRequest, signal: AbortSignal | undefined): DatabaseError =>
	new DatabaseError("cancelled", {
		kind: "cancelled",
		sqlstate: "57014",
		sql: sqlOf(request),
		cause: signal?.reason,
	});

const timedOut = (request: WorkerRequest, ms: number): DatabaseError =>
	new DatabaseError(`the statement took longer than ${ms / 1000} s`, {
		kind: "timeout",
		sqlstate: "57014",
		sql: sqlOf(request),
	});

const stopped = (request: WorkerRequest, problem: string, cause?: unknown): DatabaseError =>
	new DatabaseError(`the embedded database stopped: ${problem}`, {
		kind: "connection",
		sqlstate: "57P02",
		sql: sqlOf(request),
		cause,
	});
