import type { TargetConfig } from "../core/config.ts";

/** What a field of a connection holds. `secret` may be text or `{command: …}` and is never shown. */
export type FieldKind = "text" | "secret" | "integer" | "number" | "boolean" | "list" | "mapping" | readonly string[];

export interface ConnectionFields {
	readonly fields: ReadonlyMap<string, FieldKind>;
	/** Other names of a field: `pass` for `password`. */
	readonly aliases: ReadonlyMap<string, string>;
	readonly required: readonly string[];
	/** Fields that templates see in `target` (dbt's connection_info). */
	readonly shown: readonly string[];
	readonly defaults: { readonly database: string | null; readonly schema: string | null; readonly threads: number };
}

type Table = readonly (readonly [FieldKind, string])[];

/** "a b c" under one kind, several kinds to a table. */
const table = (rows: Table): ReadonlyMap<string, FieldKind> =>
	new Map(rows.flatMap(([kind, names]) => names.split(/\s+/).map((name) => [name, kind] as const)));

/** Every output has these. */
const SHARED: Table = [
	["text", "type database schema"],
	["integer", "threads"],
];

const PGLITE: ConnectionFields = {
	fields: table([...SHARED, ["text", "path"], ["list", "extensions"], ["integer", "statement_timeout"]]),
	aliases: new Map([["dbname", "database"]]),
	required: [],
	shown: ["path"],
	defaults: { database: "postgres", schema: "dev", threads: 4 },
};

/** dbt-postgres' names, and below them what libpq and node's pg can do besides. */
const POSTGRES: ConnectionFields = {
	fields: table([
		...SHARED,
		["text", "host user role search_path sslcert sslkey sslrootcert application_name"],
		["secret", "password sslpassword"],
		["integer", "port connect_timeout keepalives_idle retries statement_timeout lock_timeout"],
		["boolean", "autocommit keepalives"],
		[["disable", "allow", "prefer", "require", "verify-ca", "verify-full"], "sslmode"],
		["text", "passfile service connection_string"],
		["mapping", "options"],
	]),
	aliases: new Map([
		["dbname", "database"],
		["pass", "password"],
		["username", "user"],
	]),
	required: ["host", "user", "database", "schema"],
	shown: [
		"host",
		"port",
		"user",
		"connect_timeout",
		"role",
		"search_path",
		"keepalives_idle",
		"sslmode",
		"application_name",
		"retries",
	],
	defaults: { database: null, schema: null, threads: 1 },
};

const SNOWFLAKE: ConnectionFields = {
	fields: table([
		...SHARED,
		["text", "account user warehouse role authenticator private_key_path oauth_client_id query_tag host"],
		["text", "proxy_host protocol s3_stage_vpce_dns_name workload_identity_provider workload_identity_entra_resource"],
		["text", "oauth_authorization_url oauth_token_request_url oauth_redirect_uri oauth_scope access_url"],
		["text", "application_name token_file_path proxy_user no_proxy"],
		["secret", "password private_key private_key_passphrase token oauth_client_secret passcode proxy_password"],
		["integer", "port proxy_port connect_retries connect_timeout statement_timeout"],
		["number", "platform_detection_timeout_seconds"],
		["boolean", "passcode_in_password"],
		["boolean", "client_session_keep_alive retry_on_database_errors retry_all insecure_mode reuse_connections"],
		["mapping", "session_parameters"],
	]),
	aliases: new Map([
		["pass", "password"],
		["username", "user"],
	]),
	required: ["account", "database", "schema"],
	shown: [
		"account",
		"user",
		"warehouse",
		"role",
		"authenticator",
		"oauth_client_id",
		"query_tag",
		"client_session_keep_alive",
		"host",
		"port",
		"proxy_host",
		"proxy_port",
		"protocol",
		"connect_retries",
		"connect_timeout",
		"retry_on_database_errors",
		"retry_all",
		"insecure_mode",
		"reuse_connections",
	],
	defaults: { database: null, schema: null, threads: 1 },
};

/** The fields of each kind of connection, under dbt's names. */
export const CONNECTIONS: Readonly<Record<TargetConfig["type"], ConnectionFields>> = {
	pglite: PGLITE,
	postgres: POSTGRES,
	snowflake: SNOWFLAKE,
};

export const CONNECTION_TYPES = Object.keys(CONNECTIONS) as TargetConfig["type"][];
