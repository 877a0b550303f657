import type { Plain } from "../../core/node.ts";

/** Where and as whom to connect; what a profile, libpq's environment and its files come to. */
export interface ConnectionSettings {
	/** Tried in order, as libpq does with a list of hosts. A host that starts with / is a folder with a unix socket. */
	readonly hosts: readonly { readonly host: string; readonly port: number }[];
	readonly user: string;
	readonly database: string;
	/** Undefined: none is known, and a server that asks for one is not satisfied. */
	readonly passwordFor: (host: string, port: number) => string | undefined;
	/** What to try in order: without TLS, or with these options of node's tls.connect. */
	readonly tlsAttempts: (host: string) => readonly (false | object)[];
	/** Milliseconds; 0 waits for ever. */
	readonly connectTimeoutMs: number;
	/** Further attempts after a transient failure. */
	readonly retries: number;
	/** Milliseconds without traffic before a keepalive; 0: the system's default. Null: none are sent. */
	readonly keepaliveIdleMs: number | null;
	readonly applicationName: string;
	readonly role: string | undefined;
	/** As `set search_path` takes it. */
	readonly searchPath: string | undefined;
	readonly lockTimeoutMs: number | undefined;
	/** Command-line options for the server (PGOPTIONS). */
	readonly options: string | undefined;
}

export interface ProfileFields {
	readonly [name: string]: Plain;
}

const text = (value: Plain | undefined): string | undefined =>
	value === undefined || value === null || value === "" ? undefined : String(value);
const seconds = (value: Plain | undefined): number | undefined =>
	typeof value === "number" && value > 0 ? value * 1000 : undefined;

/** The fields of a profile's output (config/profileFields.ts) as settings. */
export function readSettings(fields: ProfileFields): ConnectionSettings {
	const password = text(fields.password);
	const keepalive = typeof fields.keepalives_idle === "number" ? fields.keepalives_idle * 1000 : 0;
	return Object.freeze({
		hosts: [{ host: text(fields.host) ?? "localhost", port: typeof fields.port === "number" ? fields.port : 5432 }],
		user: text(fields.user) ?? "",
		database: text(fields.database) ?? "",
		passwordFor: () => password,
		tlsAttempts: () => [false as const],
		connectTimeoutMs: (typeof fields.connect_timeout === "number" ? fields.connect_timeout : 10) * 1000,
		retries: typeof fields.retries === "number" ? fields.retries : 1,
		keepaliveIdleMs: fields.keepalives === false ? null : keepalive,
		applicationName: text(fields.application_name) ?? "tfm",
		role: text(fields.role),
		searchPath: text(fields.search_path),
		lockTimeoutMs: seconds(fields.lock_timeout),
		options: undefined,
	});
}
