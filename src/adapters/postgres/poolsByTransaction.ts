import { DatabaseError } from "../../core/databaseError.ts";
import type { ServerConnection } from "./serverConnection.ts";

/** Which session of the server answers: its process number. */
async function backendOf(connection: ServerConnection): Promise<number> {
	const { rows, error } = await connection.send({
		kind: "query",
		sql: "select pg_catalog.pg_backend_pid()",
		binds: [],
	});
	if (error !== null) throw connection.failure(error);
	return Number(rows[0]?.[0]);
}

/**
 * Whether a proxy stands between that gives each transaction another session of the server. Alone, a client of such a
 * proxy may well get the same session every time; so the second connection holds a transaction open right after the
 * first one was answered. Where both are then in one session, or the first is in another than before, sessions are not
 * ours to keep. (That a proxy makes up the process number told at the login proves nothing: session pools do it too.)
 */
export async function poolsByTransaction(first: ServerConnection, second: ServerConnection): Promise<boolean> {
	const before = await backendOf(first);
	try {
		const begun = await second.send({ kind: "execute", sql: "begin" });
		if (begun.error !== null) throw second.failure(begun.error);
	} catch (error) {
		// pgbouncer's statement pooling: "transaction blocks not allowed in statement pooling mode".
		if (error instanceof DatabaseError && /pool/i.test(error.message)) return true;
		throw error;
	}
	try {
		const beside = await backendOf(second);
		return beside === before || (await backendOf(first)) !== before;
	} finally {
		await second.send({ kind: "execute", sql: "rollback" });
	}
}
