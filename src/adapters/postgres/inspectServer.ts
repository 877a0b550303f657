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
	/** Those that the project writes to. */
	readonly schemas: readonly string[];
	readonly sessions: number;
	readonly threads: number;
}

const QUESTIONS = `select session_user, current_user, pg_catalog.current_database(),
	pg_catalog.host(pg_catalog.inet_server_addr()), pg_catalog.inet_server_port(),
	(select version || ' (' || cipher || ')' from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid() and ssl),
	pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
	pg_catalog.pg_is_in_recovery() or pg_catalog.current_setting('default_transaction_read_only') = 'on',
	(select pg_catalog.string_agg(name || ' ' || pg_catalog.current_setting(name), ', ' order by name)
		from pg_catalog.pg_settings
		where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout',
			'temp_file_limit') and setting not in ('0', '-1'))`;

const quoted = (name: unknown): string => `"${String(name).replaceAll('"', '""')}"`;

/** tfm's own tables, in the schema that src/history makes. */
const STATE = "tfm_state";

/** Of each schema that is there: owner, what the role may, and whether it may write every table in it. */
const SCHEMAS = `select n.nspname, pg_catalog.pg_get_userbyid(n.nspowner),
	pg_catalog.has_schema_privilege(n.oid, 'USAGE'), pg_catalog.has_schema_privilege(n.oid, 'CREATE'),
	coalesce((select pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, p)) from pg_catalog.pg_class c,
		pg_catalog.unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p
		where c.relnamespace = n.oid and c.relkind = 'r'), true)
from pg_catalog.pg_namespace n
where n.nspname in (select s::pg_catalog.name from pg_catalog.json_array_elements_text($1::pg_catalog.json) s)`;

async function inspectSchemas(session: Session, schemas: readonly string[], user: string): Promise<Inspection[]> {
	const { rows } = await session.query(SCHEMAS, [JSON.stringify([...schemas, STATE])]);
	const there = new Map(rows.map(([name, ...rest]) => [String(name), rest] as const));
	const found = schemas.map((schema): Inspection => {
		const [owner, mayUse, mayCreate] = there.get(schema) ?? [];
		if (owner === undefined) return { name: "schema", value: `${schema} is not there yet` };
		const may = mayUse === true && mayCreate === true;
		return {
			name: "schema",
			value: `${schema} is owned by ${owner}${may ? "" : `, and ${user} may not ${mayUse === true ? "create in it" : "use it"}`}`,
			...(may ? {} : { problem: `grant usage, create on schema ${quoted(schema)} to ${quoted(user)}` }),
		};
	});
	const [owner, ...rights] = there.get(STATE) ?? [];
	if (owner === undefined || rights.every((right) => right === true)) return found;
	const value = `${STATE} is owned by ${owner}, and ${user} may not work with its tables`;
	// Candidates stand in schemas that are the first role's too, so grants on these tables alone would not do.
	const problem = `grant ${quoted(owner)} to ${quoted(user)}, and set \`role: ${owner}\` in the profile: all who run tfm on a database work as one role`;
	return [...found, { name: "state", value, problem }];
}

export async function inspectServer({
	session,
	schemas,
	sessions,
	threads,
}: InspectionParts): Promise<readonly Inspection[]> {
	const [row = []] = (await session.query(QUESTIONS)).rows;
	const [login, user, database, address, port, tls, mayCreate, readOnly, limits] = row;
	const at = address === null ? "a unix socket" : `${address}:${port}`;
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
		...(await inspectSchemas(session, schemas, String(user))),
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
