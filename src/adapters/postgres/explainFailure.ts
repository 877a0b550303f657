import { fail } from "../../core/diagnostic.ts";
import { ConnectFailure, NO_TLS } from "./connectFailure.ts";
import type { ConnectionSettings } from "./connectionSettings.ts";

const TLS_CODES = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|ERR_OSSL|HOSTNAME_MISMATCH|EPROTO/;

const REACHING: Readonly<Record<string, string>> = {
	ECONNREFUSED: "nobody listens there",
	ENOTFOUND: "the host's name is not known",
	EAI_AGAIN: "the host's name could not be looked up just now",
	EHOSTUNREACH: "there is no way to that host",
	ENETUNREACH: "there is no way to that network",
	ECONNRESET: "the connection was closed at once",
	ENOENT: "there is no socket",
	EACCES: "this user may not use that socket",
};

/** `host:port`, or the socket's path. */
export const addressOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
	host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;

/** Turns a failed login into the coded error that says what to do; anything else is thrown as it is. */
export function explainFailure(error: unknown, settings: ConnectionSettings): never {
	if (!(error instanceof ConnectFailure)) throw error;
	const { place, encrypted, passwordMissing } = error.attempt;
	const address = addressOf(place);
	const { user, database, role } = settings;
	const cause = { cause: error };
	const said = error.message;
	if (!error.spoken) {
		if (said === NO_TLS) fail("TFM-DB-015", { address, mode: settings.sslMode }, cause);
		if (encrypted && TLS_CODES.test(error.systemCode ?? "")) fail("TFM-DB-017", { address, problem: said }, cause);
		const seconds = settings.connectTimeoutMs / 1000;
		const problem =
			error.systemCode === "TIMEOUT"
				? `no answer within ${seconds} s`
				: (REACHING[error.systemCode ?? ""] ?? said.replace(/^Connection terminated.*$/, "the connection was closed"));
		if (passwordMissing) fail("TFM-DB-014", { user, address, ...passwordFile(settings) }, cause);
		fail("TFM-DB-010", { address, problem }, cause);
	}
	switch (error.sqlstate) {
		case "28P01":
			if (passwordMissing) fail("TFM-DB-014", { user, address, ...passwordFile(settings) }, cause);
			return fail("TFM-DB-011", { user, address }, cause);
		case "28000":
			return fail("TFM-DB-012", { user, database, address, said, encrypted }, cause);
		case "3D000":
			return fail("TFM-DB-013", { database, address, user }, cause);
		case "22023":
		case "42501":
			if (role !== undefined && said.includes(role)) fail("TFM-DB-021", { role, user, said }, cause);
	}
	return fail("TFM-DB-020", { address, said, sqlstate: error.sqlstate ?? "" }, cause);
}

function passwordFile({ passwordFile: file }: ConnectionSettings) {
	return { passwordFile: file.path, unused: file.kind === "open_to_others" };
}
