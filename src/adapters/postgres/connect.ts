import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { ConnectionSettings } from "./connectionSettings.ts";
import { createServerConnection, type ServerConnection } from "./serverConnection.ts";
import { cancelledBy } from "./statementLimit.ts";

/** The only file that imports the driver; itself imported when a database is opened. */

type Place = ConnectionSettings["hosts"][number];

/** One login: every host, every way of encryption that the settings allow, in their order; the last failure is told. */
export async function connect(settings: ConnectionSettings, signal?: AbortSignal): Promise<ServerConnection> {
	let failure: unknown;
	for (const place of settings.hosts) {
		for (const ssl of settings.tlsAttempts(place.host)) {
			if (signal?.aborted) throw cancelledBy(signal, undefined);
			try {
				return await attempt(settings, { place, ssl });
			} catch (error) {
				failure = error;
			}
		}
	}
	throw failure;
}

async function attempt(
	settings: ConnectionSettings,
	{ place, ssl }: { readonly place: Place; readonly ssl: false | object },
): Promise<ServerConnection> {
	const client = new pg.Client({
		...place,
		user: settings.user,
		database: settings.database,
		// A function, since pg asks the environment and files of its own where there is none.
		password: () => settings.passwordFor(place.host, place.port) ?? "",
		ssl: ssl as false,
		connectionTimeoutMillis: settings.connectTimeoutMs,
		keepAlive: settings.keepaliveIdleMs !== null,
		keepAliveInitialDelayMillis: settings.keepaliveIdleMs ?? 0,
		application_name: settings.applicationName,
		...(settings.options === undefined ? {} : { options: settings.options }),
	});
	// Before the first listener of a connection is there, an error event would end the program.
	client.on("error", () => {});
	await client.connect();
	return createServerConnection({ driver: pg, copyFrom, client, ...place, ssl });
}
