import type { Wire } from "../postgresFamily/wire.ts";
import type { ServerConnection } from "./serverConnection.ts";

/** A place in the pool: a connection that is made when needed, and made anew after it was lost. */
export interface Slot {
	readonly wire: Wire;
	readonly connection: ServerConnection | undefined;
	/** What another connection would start with; a connection that does not obey is dropped. */
	reset(): Promise<void>;
	end(): Promise<void>;
}

export interface SlotParts {
	/** Logs in and prepares the session. */
	readonly connect: () => Promise<ServerConnection>;
	/** The message that brings a used session back to its beginning. */
	readonly resetMessage: () => string;
}

export function createSlot({ connect, resetMessage }: SlotParts): Slot {
	let connection: ServerConnection | undefined;
	let generation = 0;
	let status: "I" | "T" | "E" = "I";

	const standing = (): ServerConnection => {
		if (connection === undefined) throw new Error("a message was to be sent before the connection stood");
		return connection;
	};
	const remember = <T extends { readonly status: typeof status }>(reply: T): T => {
		status = reply.status;
		return reply;
	};

	const wire: Wire = {
		get generation() {
			return generation;
		},
		get standing() {
			return connection?.open === true;
		},
		async ready() {
			if (connection?.open) return;
			connection = await connect();
			status = "I";
			generation++;
		},
		send: async (request, limits) => remember(await standing().send(request, limits)),
		copy: async (sql, chunks, limits) => remember(await standing().copy(sql, chunks, limits)),
	};

	return {
		wire,
		get connection() {
			return connection;
		},
		async reset() {
			if (!connection?.open) return;
			try {
				if (status !== "I") await wire.send({ kind: "execute", sql: "rollback" });
				const { error } = await wire.send({ kind: "execute", sql: resetMessage() });
				if (error !== null) connection.destroy();
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
