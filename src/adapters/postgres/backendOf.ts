import type { ServerConnection } from "./serverConnection.ts";

/** Which session of the server answers: its process number. */
export async function backendOf(connection: ServerConnection): Promise<number> {
	const { rows, error } = await connection.send({
		kind: "query",
		sql: "select pg_catalog.pg_backend_pid()",
		binds: [],
	});
	if (error !== null) throw connection.failure(error);
	return Number(rows[0]?.[0]);
}
