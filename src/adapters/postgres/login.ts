import type { Dialect } from "../../core/adapter.ts";
import type { ConnectionSettings } from "./connectionSettings.ts";
import { prepareSession, resetSession } from "./prepareSession.ts";
import type { ServerConnection } from "./serverConnection.ts";

export interface LoginParts {
	readonly dialect: Dialect;
	readonly settings: ConnectionSettings;
	/** The statement that marks a session as a run's, once one is announced. */
	readonly mark: () => string | undefined;
}

/** Ways to a new connection. They reject with ConnectFailure. */
export interface Logins {
	/** As the server gives it. */
	plain(signal?: AbortSignal): Promise<ServerConnection>;
	/** Gives a connection the role, the search path and the settings of the profile; ends it where the server refuses. */
	prepare(connection: ServerConnection): Promise<void>;
	/** Both. */
	prepared(signal?: AbortSignal): Promise<ServerConnection>;
	/** The message that brings a used session back to that. */
	resetMessage(): string;
}

export function createLogins({ dialect, settings, mark }: LoginParts): Logins {
	// Before 14 there is no such setting, and some systems cannot tell.
	let checksClient = true;
	const preparation = () => ({ dialect, settings, mark: mark(), checksClient });

	async function plain(signal?: AbortSignal): Promise<ServerConnection> {
		const { connect } = await import("./connect.ts");
		return connect(settings, signal);
	}

	async function prepare(connection: ServerConnection): Promise<void> {
		const send = async () => (await connection.send({ kind: "execute", sql: prepareSession(preparation()) })).error;
		let error = await send();
		if (error !== null && /client_connection_check_interval/.test(error.message)) {
			checksClient = false;
			error = await send();
		}
		if (error === null) return;
		await connection.end();
		throw connection.failure(error);
	}

	async function prepared(signal?: AbortSignal): Promise<ServerConnection> {
		const connection = await plain(signal);
		await prepare(connection);
		return connection;
	}

	return { plain, prepare, prepared, resetMessage: () => resetSession(preparation()) };
}
