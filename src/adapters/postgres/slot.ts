import { toDatabaseError } from "../postgresFamily/errors.ts";
import { DEALLOCATE_OTHERS } from "../postgresFamily/preparedStatements.ts";
import { isOwn, type Wire, type WireReply, type WireRequest } from "../postgresFamily/wire.ts";
import type { ServerConnection } from "./serverConnection.ts";

/** A place in the pool: a connection that is made when needed, and made anew after it was lost. */
export interface Slot {
	readonly wire: Wire;
	/** The server's process of the connection that stands. */
	readonly processId: number | undefined;
	/** How many messages have been sent so far, logins counted. */
	readonly messages: number;
	/** A message, or a login, that has not been answered yet. */
	readonly underWay: boolean;
	/** Takes a connection that was made and prepared elsewhere. */
	adopt(connection: ServerConnection): void;
	/**
	 * What another connection would start with; a connection that does not obey is dropped. Where only statements were
	 * sent that leave the session as it was there is nothing to do.
	 */
	reset(): Promise<void>;
	end(): Promise<void>;
}

export interface SlotParts {
	/** Logs in and prepares the session. */
	readonly connect: () => Promise<ServerConnection>;
	/** The message that brings a used session back to its beginning. */
	readonly resetMessage: () => string;
	/** What marks a session as a run's, once one is announced; sessions made before that get it with their next message. */
	readonly mark: () => string | undefined;
}

/**
 * Where the session is put back with the exchange that is its last, rather than in one of its own. A text that may ask
 * for rows (`copy … from stdin`) would take what comes behind it for them.
 */
function mayPutBackWith(request: WireRequest): boolean {
	if ((request.kind !== "execute" && request.kind !== "query") || request.last !== true) return false;
	return isOwn(request) || !/copy/i.test(request.sql);
}

/** The last answer of a reset: the names of what was prepared by others (prepareSession.ts). */
const isPutBack = ({ error, rows }: Pick<WireReply, "error" | "rows">): boolean => error === null && rows.length === 0;

async function letGoOfPrepared(
	connection: ServerConnection,
	{ error: refused }: Pick<WireReply, "error">,
): Promise<void> {
	const error = refused ?? (await connection.send({ kind: "execute", sql: DEALLOCATE_OTHERS })).error;
	if (error !== null) connection.destroy();
}

export function createSlot({ connect, resetMessage, mark }: SlotParts): Slot {
	let connection: ServerConnection | undefined;
	let generation = 0;
	let status: "I" | "T" | "E" = "I";
	let marked: string | undefined;
	let lostBecause: string | undefined;
	/** Something was sent that may have changed the session. */
	let touched = false;
	let messages = 0;
	let unanswered = 0;

	async function counted<T>(exchange: Promise<T>): Promise<T> {
		messages++;
		unanswered++;
		try {
			return await exchange;
		} finally {
			unanswered--;
		}
	}

	const standing = (): ServerConnection => {
		if (connection === undefined) throw new Error("a message was to be sent before the connection stood");
		return connection;
	};
	const remember = <T extends { readonly status: typeof status }>(reply: T): T => {
		status = reply.status;
		return reply;
	};

	/** The connection, marked. A lock of a session outlives the transaction it is taken in; a failed one takes nothing. */
	async function working(): Promise<ServerConnection> {
		const now = standing();
		const wanted = mark();
		if (wanted !== undefined && wanted !== marked && status !== "E") {
			const { error } = await now.send({ kind: "execute", sql: wanted });
			if (error !== null) throw toDatabaseError(error, wanted);
			marked = wanted;
		}
		return now;
	}

	const wire: Wire = {
		get generation() {
			return generation;
		},
		get standing() {
			return connection?.open === true;
		},
		get lostBecause() {
			return lostBecause;
		},
		async ready() {
			if (connection?.open) return;
			lostBecause = connection?.farewell;
			marked = mark();
			connection = await counted(connect());
			status = "I";
			touched = false;
			generation++;
		},
		async send(request, limits) {
			const to = await working();
			touched ||= !isOwn(request);
			if (!touched || !mayPutBackWith(request)) return remember(await counted(to.send(request, limits)));
			const { back, ...reply } = await counted(to.sendAndPutBack(request, resetMessage(), limits));
			// In a failed transaction nothing was put back; and what a whole one was set to ends with it.
			if (reply.status === "I" && isPutBack(back)) touched = false;
			return remember(reply);
		},
		async copy(sql, chunks, limits) {
			const to = await working();
			touched = true;
			return remember(await counted(to.copy(sql, chunks, limits)));
		},
	};

	return {
		wire,
		get processId() {
			return connection?.processId;
		},
		get messages() {
			return messages;
		},
		get underWay() {
			return unanswered > 0;
		},
		adopt(made) {
			connection = made;
			generation++;
		},
		async reset() {
			if (!connection?.open) return;
			if (!touched && status === "I" && marked === mark()) return;
			try {
				if (status !== "I") await connection.send({ kind: "execute", sql: "rollback" });
				const back = await counted(connection.send({ kind: "query", sql: resetMessage(), binds: [] }));
				if (!isPutBack(back)) await letGoOfPrepared(connection, back);
				marked = mark();
				status = "I";
				touched = false;
			} catch {
				// It went while it was told; the next use makes another one.
				connection.destroy();
			}
		},
		async end() {
			await connection?.end();
		},
	};
}
