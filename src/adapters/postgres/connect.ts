import { setTimeout as pause } from "node:timers/promises";
import { from as copyFrom } from "pg-copy-streams";
import { ConnectFailure } from "./connectFailure.ts";
import type { ConnectionSettings } from "./connectionSettings.ts";
import { loadDriver } from "./driver.ts";
import { createServerConnection, type ServerConnection } from "./serverConnection.ts";
import { cancelledBy } from "./statementLimit.ts";
import type { TlsAttempt } from "./tlsAttempts.ts";

/** The only file that imports the driver; itself imported when a database is opened. */

type Place = ConnectionSettings["hosts"][number];

/** How long to wait before attempt n + 1, as dbt does: 1 s, 4 s, 9 s … */
const backoffMs = (attempt: number): number => attempt * attempt * 1000;

/** Logs in, again after transient failures as often as the settings say. Rejects with ConnectFailure. */
export async function connect(settings: ConnectionSettings, signal?: AbortSignal): Promise<ServerConnection> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await login(settings, signal);
		} catch (error) {
			if (!(error instanceof ConnectFailure) || !error.transient || attempt > settings.retries) throw error;
		}
		await pause(backoffMs(attempt), undefined, signal === undefined ? {} : { signal }).catch(() => {
			throw cancelledBy(signal, undefined);
		});
	}
}

/** One login: every host, every way of encryption that the settings allow, in their order. */
async function login(settings: ConnectionSettings, signal: AbortSignal | undefined): Promise<ServerConnection> {
	let failure: ConnectFailure | undefined;
	for (const place of settings.hosts)
		for (const tls of settings.tlsAttempts(place.host)) {
			if (signal?.aborted) throw cancelledBy(signal, undefined);
			const tried = await attempt(settings, place, tls);
			if (!(tried instanceof ConnectFailure)) return tried;
			// What a server said beats what the other way of encryption, or another host, met with.
			if (tried.spoken || failure?.spoken !== true) failure = tried;
			if (!tried.dependsOnTls) break;
		}
	throw failure ?? new Error("there was no host to connect to");
}

async function attempt(
	settings: ConnectionSettings,
	place: Place,
	tls: TlsAttempt,
): Promise<ServerConnection | ConnectFailure> {
	let asked = false;
	const pg = loadDriver();
	const client = new pg.Client({
		...place,
		user: settings.user,
		database: settings.database,
		// A function, since pg asks the environment and files of its own where there is no password.
		password() {
			asked = true;
			return settings.passwordFor(place) ?? "";
		},
		ssl: tls,
		connectionTimeoutMillis: settings.connectTimeoutMs,
		keepAlive: settings.keepaliveIdleMs !== null,
		keepAliveInitialDelayMillis: settings.keepaliveIdleMs ?? 0,
		application_name: settings.applicationName,
		...(settings.options === undefined ? {} : { options: settings.options }),
	});
	// An error event that nobody listens to would end the program.
	client.on("error", () => {});
	try {
		await client.connect();
	} catch (cause) {
		const missing = asked && settings.passwordFor(place) === undefined;
		return new ConnectFailure(cause, { place, encrypted: tls !== false, passwordMissing: missing });
	}
	return createServerConnection({ driver: pg, copyFrom, client, ...place, ssl: tls });
}
