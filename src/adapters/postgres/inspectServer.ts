import type { Session } from "../../core/adapter.ts";

/** What `tfm debug` says of a server, line by line; never a secret. */
export interface Inspection {
	readonly name: string;
	readonly value: string;
	/** What to do where this keeps tfm from working. */
	readonly problem?: string;
}

export interface InspectionParts {
	readonly session: Session;
	/** Of the profile's target. */
	readonly schema: string;
	readonly sessions: number;
	readonly threads: number;
}

const QUESTIONS = `select session_user, current_user, pg_catalog.current_database(),
	pg_catalog.host(pg_catalog.inet_server_addr()), pg_catalog.inet_server_port(),
	(select version || ' (' || cipher || ')' from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid() and ssl),
	pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
	(select pg_catalog.pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = $1),
	(select pg_catalog.has_schema_privilege(oid, 'CREATE') from pg_catalog.pg_namespace where nspname = $1),
	pg_catalog.pg_is_in_recovery() or pg_catalog.current_setting('default_transaction_read_only') = 'on',
	(select pg_catalog.string_agg(name || ' ' || pg_catalog.current_setting(name), ', ' order by name)
		from pg_catalog.pg_settings
		where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout',
			'temp_file_limit') and setting not in ('0', '-1'))`;

export async function inspectServer({
	session,
	schema,
	sessions,
	threads,
}: InspectionParts): Promise<readonly Inspection[]> {
	const [row = []] = (await session.query(QUESTIONS, [schema])).rows;
	const [login, user, database, address, port, tls, mayCreate, owner, mayWrite, readOnly, limits] = row;
	const at = address === null ? "a unix socket" : `${address}:${port}`;
	const quoted = (name: unknown): string => `"${String(name).replaceAll('"', '""')}"`;
	return [
		{ name: "server", value: `${at}, database ${database}` },
		{ name: "user", value: login === user ? String(user) : `${login}, working as ${user}` },
		{ name: "encryption", value: tls === null ? "none" : String(tls) },
		{ name: "pooling", value: "sessions are kept from statement to statement" },
		{ name: "sessions", value: `${sessions} at once for ${threads} threads` },
		...(limits === null ? [] : [{ name: "limits", value: `${limits} (set by the server, the role or the profile)` }]),
		{
			name: "database",
			value: mayCreate === true ? "may create schemas" : `${user} may not create schemas in ${database}`,
			...(mayCreate === true ? {} : { problem: `grant create on database ${quoted(database)} to ${quoted(user)}` }),
		},
		{
			name: "schema",
			value:
				owner === null
					? `${schema} is not there yet`
					: `${schema} is owned by ${owner}${mayWrite === true ? "" : `, and ${user} may not create in it`}`,
			...(owner === null || mayWrite === true
				? {}
				: { problem: `grant usage, create on schema ${quoted(schema)} to ${quoted(user)}` }),
		},
		...(readOnly === true
			? [
					{
						name: "writing",
						value: "this server takes no changes",
						problem:
							"connect to the primary server; if it is that one, switch default_transaction_read_only off for the role or the database",
					},
				]
			: []),
	];
}
