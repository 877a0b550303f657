import { isAbsolute, join, resolve } from "node:path";
import { fail } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { ConnectionStringProblem, type LibpqParameters, parseConnectionString } from "./connectionString.ts";
import { type Environment, type PasswordFile, readPasswordFile, readService } from "./libpqFiles.ts";
import { TLS_MODES, type TlsAttempt, tlsAttempts } from "./tlsAttempts.ts";

/** Where and as whom to connect; what a profile, libpq's environment and its files come to. */
export interface ConnectionSettings {
	/** Tried in order, as libpq does with a list of hosts. A host that starts with / is a folder with a unix socket. */
	readonly hosts: readonly { readonly host: string; readonly port: number }[];
	readonly user: string;
	readonly database: string;
	/** Undefined: none is known, and a server that asks for one is not satisfied. */
	readonly passwordFor: (place: { readonly host: string; readonly port: number }) => string | undefined;
	/** The password file, for a message when no password was found. */
	readonly passwordFile: PasswordFile;
	readonly sslMode: string;
	/** What to try in order: without TLS, or with these options of node's tls.connect. */
	readonly tlsAttempts: (host: string) => readonly TlsAttempt[];
	/** Milliseconds; 0 waits for ever. */
	readonly connectTimeoutMs: number;
	/** Further attempts after a transient failure. */
	readonly retries: number;
	/** Milliseconds without traffic before a keepalive; 0: the system's default. Null: none are sent. */
	readonly keepaliveIdleMs: number | null;
	readonly applicationName: string;
	readonly role: string | undefined;
	/** As `set search_path` takes it: a list of names. */
	readonly searchPath: string | undefined;
	readonly lockTimeoutMs: number | undefined;
	/** The profile's `options`: settings of the server for every session. */
	readonly serverSettings: readonly (readonly [name: string, value: string])[];
	/** Command-line options for the server (PGOPTIONS). */
	readonly options: string | undefined;
}

export interface ProfileFields {
	readonly [name: string]: Plain;
}

export interface SettingsSource {
	/** The profile's output: config/profileFields.ts. */
	readonly fields: ProfileFields;
	/** libpq's variables are looked for here; none when absent. */
	readonly env?: Environment;
	/** Relative paths of certificates start here, as libpq's do. */
	readonly cwd?: string;
}

/** Profile's field → libpq's parameter, where they differ. */
const OWN_NAMES: Readonly<Record<string, string>> = { database: "dbname" };

/** libpq's parameter → environment variable, for those that are read here. */
const VARIABLES: Readonly<Record<string, string>> = {
	host: "PGHOST",
	port: "PGPORT",
	dbname: "PGDATABASE",
	user: "PGUSER",
	password: "PGPASSWORD",
	passfile: "PGPASSFILE",
	options: "PGOPTIONS",
	application_name: "PGAPPNAME",
	connect_timeout: "PGCONNECT_TIMEOUT",
	sslmode: "PGSSLMODE",
	sslcert: "PGSSLCERT",
	sslkey: "PGSSLKEY",
	sslrootcert: "PGSSLROOTCERT",
};

/** Parameters of the profile that are tfm's own, not libpq's. */
const OURS = new Set([
	...["type", "schema", "threads", "role", "search_path", "retries", "statement_timeout", "lock_timeout"],
	...["autocommit", "connection_string", "service", "options"],
]);

/**
 * As libpq ranks them: what the profile says, then its connection string, then the service, then the environment.
 * Fails with TFM-DB-019 for what contradicts itself and TFM-DB-016 for certificates, never with a secret.
 */
export function readSettings(source: SettingsSource): ConnectionSettings {
	const { fields, env = {}, cwd = "." } = source;
	const value = parametersOf(fields, env);
	const { hosts, database, user } = placesOf(value, env);
	const path = (name: string): string | undefined => absolute(value(name), env, cwd);
	const passwordFile = readPasswordFile(path("passfile") ?? join(env.HOME ?? "/", ".pgpass"));
	const given = value("password");
	const mode = value("sslmode") ?? "prefer";
	if (!TLS_MODES.includes(mode))
		fail("TFM-DB-019", { where: "sslmode", problem: `"${mode}" is none of ${TLS_MODES.join(", ")}` });
	const rootCert = value("sslrootcert") === "system" ? "system" : path("sslrootcert");
	const keyPassword = value("sslpassword");
	const tls = { mode, rootCert, cert: path("sslcert"), key: path("sslkey"), keyPassword, home: env.HOME };
	const keepalives = fields.keepalives === false || value("keepalives") === "0";
	const settings: ConnectionSettings = {
		hosts,
		user,
		database,
		passwordFor: (place) =>
			given ?? (passwordFile.kind === "read" ? passwordFile.passwordFor({ ...place, database, user }) : undefined),
		passwordFile,
		sslMode: mode,
		tlsAttempts: (host) => tlsAttempts(tls, host),
		connectTimeoutMs: (number(value("connect_timeout")) ?? 10) * 1000,
		retries: number(text(fields.retries)) ?? 1,
		keepaliveIdleMs: keepalives ? null : (number(value("keepalives_idle")) ?? 0) * 1000,
		applicationName: value("application_name") ?? "tfm",
		role: text(fields.role),
		searchPath: text(fields.search_path),
		lockTimeoutMs: milliseconds(fields.lock_timeout),
		serverSettings: serverSettings(fields.options),
		options: value("options"),
	};
	return Object.freeze(settings);
}

const text = (value: Plain | undefined): string | undefined =>
	value === undefined || value === null || value === "" ? undefined : String(value);
const number = (value: string | undefined): number | undefined =>
	value !== undefined && /^\d+$/.test(value.trim()) ? Number(value) : undefined;
const milliseconds = (value: Plain | undefined): number | undefined =>
	typeof value === "number" && value > 0 ? value * 1000 : undefined;

/** The value of a libpq parameter from the first source that has one. */
function parametersOf(fields: ProfileFields, env: Environment): (name: string) => string | undefined {
	const own: Record<string, string> = {};
	for (const [name, raw] of Object.entries(fields)) {
		const value = OURS.has(name) ? undefined : text(raw);
		if (value !== undefined) own[OWN_NAMES[name] ?? name] = value;
	}
	const written = connectionStringOf(text(fields.connection_string));
	const service = text(fields.service) ?? written.service ?? env.PGSERVICE;
	const served = service === undefined ? {} : readService(service, env);
	if (served === undefined)
		return fail("TFM-DB-019", { where: "service", problem: `no service file has a section [${service}]` });
	const environment = Object.fromEntries(
		Object.entries(VARIABLES).flatMap(([name, variable]) => (env[variable] ? [[name, env[variable]]] : [])),
	);
	const sources: readonly LibpqParameters[] = [own, written, served, environment];
	return (name) => sources.find((s) => s[name] !== undefined && s[name] !== "")?.[name];
}

function connectionStringOf(written: string | undefined): LibpqParameters {
	if (written === undefined) return {};
	try {
		return parseConnectionString(written);
	} catch (error) {
		if (!(error instanceof ConnectionStringProblem)) throw error;
		return fail("TFM-DB-019", { where: "connection_string", problem: error.message });
	}
}

function placesOf(value: (name: string) => string | undefined, env: Environment) {
	// Where nobody names a host libpq takes the local socket; a machine without one has its server on localhost.
	const names = (value("host") ?? "localhost").split(",").map((host) => host.trim() || "localhost");
	const ports = (value("port") ?? "5432").split(",").map((port) => port.trim() || "5432");
	if (ports.length > 1 && ports.length !== names.length)
		fail("TFM-DB-019", { where: "port", problem: `there are ${ports.length} ports for ${names.length} hosts` });
	const hosts = names.map((host, i) => {
		const port = Number(ports.length === 1 ? ports[0] : ports[i]);
		if (!Number.isInteger(port) || port < 1 || port > 65_535)
			fail("TFM-DB-019", { where: "port", problem: `"${ports[i] ?? ports[0]}" is no port` });
		return { host, port };
	});
	const user = value("user") ?? env.USER ?? "";
	if (user === "") fail("TFM-DB-019", { where: "user", problem: "none is given" });
	return { hosts, user, database: value("dbname") ?? user };
}

function absolute(path: string | undefined, env: Environment, cwd: string): string | undefined {
	if (path === undefined) return undefined;
	if (path.startsWith("~/") && env.HOME !== undefined) return join(env.HOME, path.slice(2));
	return isAbsolute(path) ? path : resolve(cwd, path);
}

function serverSettings(options: Plain | undefined): readonly (readonly [string, string])[] {
	if (options === null || typeof options !== "object" || Array.isArray(options)) return [];
	return Object.entries(options as Record<string, Plain>).map(([name, value]) => [name, String(value)] as const);
}
