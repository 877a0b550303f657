import type { Dialect } from "../../core/adapter.ts";
import { OTHERS_PREPARED } from "../postgresFamily/preparedStatements.ts";
import { resetSteps } from "../postgresFamily/resetSteps.ts";
import type { ConnectionSettings } from "./connectionSettings.ts";

/**
 * What every session begins with, sent as one message after the login and again between two uses of a connection.
 *
 * `reset all`, one of the steps that put it back (resetSteps.ts), goes back to what the
 * server, the database, the role and the login's options say, so nothing of those is lost.
 */
export interface SessionPreparation {
	readonly dialect: Dialect;
	readonly settings: ConnectionSettings;
	/** Statement that takes the mark of the run, once one is announced. */
	readonly mark: string | undefined;
	/** 14 and later, on systems that tell, can notice that the client is gone while a statement runs. */
	readonly checksClient: boolean;
}

/** How often the server looks whether the client of a running statement is still there. */
const CLIENT_CHECK = "2s";

export function prepareSession({ dialect, settings, mark, checksClient }: SessionPreparation): string {
	const { role, searchPath, lockTimeoutMs, serverSettings } = settings;
	const set = (name: string, value: string): string =>
		`select pg_catalog.set_config(${dialect.literal(name)}, ${dialect.literal(value)}, false)`;
	return [
		// Values are read as ISO (postgresFamily/types.ts); the order of day and month in input stays the server's.
		"set datestyle = 'ISO'",
		...(checksClient ? [`set client_connection_check_interval = '${CLIENT_CHECK}'`] : []),
		...(lockTimeoutMs === undefined ? [] : [set("lock_timeout", `${lockTimeoutMs}ms`)]),
		...(searchPath === undefined ? [] : [set("search_path", searchPath)]),
		...serverSettings.map(([name, value]) => set(name, value)),
		...(mark === undefined ? [] : [mark]),
		...(role === undefined ? [] : [`set role ${dialect.quote(role)}`]),
	].join("; ");
}

/** Its last answer are the statements that others have prepared: where there are any, DEALLOCATE_OTHERS is due. */
export const resetSession = (preparation: SessionPreparation): string =>
	[...resetSteps("default"), prepareSession(preparation), OTHERS_PREPARED].join("; ");
