import type { from as copyFrom } from "pg-copy-streams";
import type { StatementOptions } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { ServerError } from "../postgresFamily/errors.ts";
import { createPreparedStatements } from "../postgresFamily/preparedStatements.ts";
import type { CopyChunk, WireReply, WireRequest } from "../postgresFamily/wire.ts";
import { type CancelTarget, cancelStatement } from "./cancelStatement.ts";
import { ConnectFailure } from "./connectFailure.ts";
import { alreadySent, type Collected, connectionLost, nothingYet, submittable, untilReady } from "./exchange.ts";
import { cancelledBy, watchLimit } from "./statementLimit.ts";

/** A statement that does not end this long after the server was asked to end it costs the connection. */
const CANCEL_GRACE_MS = 10_000;

export interface ServerConnectionParts extends CancelTarget {
	readonly copyFrom: typeof copyFrom;
}

/** One connection that stands: messages out, replies in, statements ended on the server when their time is up. */
export interface ServerConnection {
	readonly open: boolean;
	readonly processId: number;
	readonly place: { readonly host: string; readonly port: number };
	readonly encrypted: boolean;
	/** What the server said as it ended the connection, if it said something. */
	readonly farewell: string | undefined;
	/** Resolves when the connection is gone, whoever ended it. */
	readonly ended: Promise<void>;
	/** Of use while the session is being prepared: the server's refusal as a failed login. */
	failure(error: ServerError): ConnectFailure;
	send(request: WireRequest, limits?: StatementOptions): Promise<WireReply>;
	/** The request and, with the same write, a text that puts the session back; what that is refused with is `back`. */
	sendAndPutBack(
		request: WireRequest,
		text: string,
		limits?: StatementOptions,
	): Promise<WireReply & { readonly back: Pick<Collected, "error" | "rows"> }>;
	copy(sql: string, chunks: AsyncIterable<CopyChunk>, limits?: StatementOptions): Promise<WireReply>;
	/** Says goodbye; a statement that still runs loses its connection. */
	end(): Promise<void>;
	/** Drops the socket at once. */
	destroy(): void;
}

export function createServerConnection(parts: ServerConnectionParts): ServerConnection {
	const { client } = parts;
	const place = { host: parts.host, port: parts.port };
	const encrypted = parts.ssl !== false;
	let open = true;
	let turn: Promise<unknown> = Promise.resolve();
	let loading = false;
	let farewell: string | undefined;
	const prepared = createPreparedStatements();
	const destroy = (): void => {
		open = false;
		client.connection.stream.destroy();
	};
	client.on("error", ({ message }) => {
		// pg's own words for a socket that closed say nothing.
		if (!message.startsWith("Connection terminated")) farewell ??= message;
	});
	const ended = new Promise<void>((resolve) => {
		client.connection.on("end", () => {
			open = false;
			resolve();
		});
	});

	/** One after the other, each with its own replies, whatever the caller does at once; limits count the work alone. */
	function inTurn<T>(work: () => Promise<T>): Promise<T> {
		const mine = turn.then(work, work);
		turn = mine.catch(() => undefined);
		return mine;
	}

	/** One exchange within its limits. `giveUp` is what the client itself can do to end it. */
	async function limited(
		sql: string | undefined,
		limits: StatementOptions,
		exchange: { readonly start: () => Promise<WireReply>; readonly giveUp: () => void },
	): Promise<WireReply> {
		if (limits.signal?.aborted) throw cancelledBy(limits.signal, sql);
		if (!open) throw connectionLost(farewell === undefined ? null : { message: farewell }, sql);
		let cancelling: Promise<unknown> | undefined;
		let grace: NodeJS.Timeout | undefined;
		const limit = watchLimit(limits, sql, () => {
			grace = setTimeout(destroy, CANCEL_GRACE_MS);
			exchange.giveUp();
			cancelling = cancelStatement(parts);
		});
		try {
			const reply = await exchange.start();
			return limit.reached === undefined || reply.error === null ? reply : { ...reply, limit: limit.reached };
		} catch (error) {
			open = false;
			throw limit.reached ?? error;
		} finally {
			limit.stop();
			clearTimeout(grace);
			// A cancel request still on its way would end the next statement.
			await cancelling;
		}
	}

	async function load(sql: string, chunks: AsyncIterable<CopyChunk>, into: Collected, stop: AbortSignal) {
		const copy = parts.copyFrom(sql);
		let over: "refused" | "stopped" | undefined;
		let wake: () => void = () => {};
		const end = (how: "refused" | "stopped"): void => {
			over ??= how;
			wake();
		};
		copy.on("error", () => end("refused"));
		stop.addEventListener("abort", () => end("stopped"), { once: true });
		// Not Promise.race: a promise that lasts as long as the load would keep every chunk that it was raced with.
		const orOver = <T>(work: Promise<T>): Promise<T | "over"> =>
			new Promise((resolve) => {
				wake = () => resolve("over");
				if (over === undefined) void work.then(resolve);
				else wake();
			});
		const ready = untilReady(client, into, sql, () => client.query(copy));
		// Awaited below; the server may refuse while rows are still being read.
		ready.catch(() => undefined);
		const source = chunks[Symbol.asyncIterator]();
		const read = (): Promise<IteratorResult<CopyChunk> | null> => source.next().catch(() => null);
		try {
			for (let upcoming = read(); ; ) {
				const next = await orOver(upcoming);
				if (next === "over" && over === "refused") break;
				if (next === null || next === "over") {
					copy.destroy(new Error(next === null ? "the rows could not be read" : "cancelled"));
					break;
				}
				if (next.done === true) {
					copy.end();
					break;
				}
				const { data } = next.value;
				// One chunk at a time: the stream keeps what it cannot send, and trips over it when the server refuses.
				const sent = new Promise<void>((resolve) => void copy.write(data, () => resolve()));
				// The next one is made while this one goes.
				upcoming = read();
				await orOver(sent);
			}
			return await ready;
		} finally {
			// Not awaited: a source that waits for its own data would keep a cancelled load.
			source.return?.()?.catch(() => undefined);
		}
	}

	async function ask(
		request: WireRequest,
		limits: StatementOptions,
		then?: { readonly text: string; readonly back: Collected },
	): Promise<WireReply> {
		const into = nothingYet();
		const sql = "sql" in request ? request.sql : undefined;
		const submit = (): void => {
			client.query(submittable(request, into, prepared, then?.text));
			if (then !== undefined) client.query(alreadySent(then.back));
		};
		const start = async () => {
			const reply = await untilReady(client, into, sql, submit, then?.back);
			prepared.settle(reply.error);
			return reply;
		};
		// The server takes nothing else until the load is over; a source of rows that asks here would wait for itself.
		if (loading) throw new DatabaseError("a load is running on this session", { sqlstate: "25001", sql });
		return inTurn(() => limited(sql, limits, { start, giveUp: () => {} }));
	}

	return {
		get open() {
			return open;
		},
		get farewell() {
			return farewell;
		},
		place,
		encrypted,
		ended,
		failure: (error) =>
			new ConnectFailure(error, {
				place,
				encrypted,
				passwordMissing: false,
			}),
		get processId() {
			return (client as unknown as { processID: number }).processID;
		},
		send: (request, limits = {}) => ask(request, limits),
		async sendAndPutBack(request, text, limits = {}) {
			const back = nothingYet();
			return { ...(await ask(request, limits, { text, back })), back };
		},
		copy(sql, chunks, limits = {}) {
			const stop = new AbortController();
			const start = () => load(sql, chunks, nothingYet(), stop.signal);
			return inTurn(async () => {
				loading = true;
				try {
					return await limited(sql, limits, { start, giveUp: () => stop.abort() });
				} finally {
					loading = false;
				}
			});
		},
		async end() {
			if (open) await client.end();
			open = false;
		},
		destroy,
	};
}
