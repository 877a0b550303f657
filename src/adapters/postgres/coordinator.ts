import { setTimeout as pause } from "node:timers/promises";
import type { ServerConnection } from "./serverConnection.ts";

/** A connection that holds the run's exclusive lock as long as the process lives, and takes it again when it was lost. */
export interface Coordinator {
	end(): Promise<void>;
}

const RETRY_MS = 1_000;

/** Rejects when the first attempt fails; later ones go on until `end`. */
export async function startCoordinator(
	connect: () => Promise<ServerConnection>,
	lockStatement: string,
): Promise<Coordinator> {
	const ended = new AbortController();
	let connection = await hold();

	async function hold(): Promise<ServerConnection> {
		const made = await connect();
		const { error } = await made.send({ kind: "execute", sql: lockStatement });
		if (error !== null) {
			await made.end();
			throw made.failure(error);
		}
		return made;
	}

	async function keep(): Promise<void> {
		while (!ended.signal.aborted) {
			await connection.ended;
			if (ended.signal.aborted) return;
			try {
				connection = await hold();
			} catch {
				// The server is away; the statements of the run say so, each for itself.
				await pause(RETRY_MS, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
			}
		}
		await connection.end();
	}
	const keeping = keep();

	return {
		async end() {
			ended.abort();
			await connection.end();
			await keeping;
		},
	};
}
