import { backendOf } from "./backendOf.ts";
import type { ServerConnection } from "./serverConnection.ts";

/**
 * Whether a proxy stands between that gives each transaction another session of the server. A server tells its own
 * process number when it lets somebody in; where another one answers, a proxy does. While that is alone it may well
 * answer from the same session every time, so a second connection asks inside an open transaction: where both are
 * answered by one session, or the first by another one than before, sessions are not ours to keep.
 */
export async function poolsByTransaction(
	first: ServerConnection,
	another: () => Promise<ServerConnection>,
): Promise<boolean> {
	const before = await backendOf(first);
	if (before === first.processId && (await backendOf(first)) === before) return false;
	const second = await another();
	try {
		await second.send({ kind: "execute", sql: "begin" });
		const beside = await backendOf(second);
		return beside === before || (await backendOf(first)) !== before;
	} finally {
		await second.end();
	}
}
