import type { Session } from "../../core/adapter.ts";
import type { Inspection } from "../../core/inspection.ts";

export interface InspectionParts {
	readonly session: Session;
	/** Those that the project writes to. */
	readonly schemas: readonly string[];
	readonly sessions: number;
	readonly threads: number;
	/** Whether what is built stands in schemas of tfm's own until it is published. */
	readonly layered: boolean;
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

/** Of each schema that is there: its owner, and what the role may. */
const SCHEMAS = `select n.nspname, pg_catalog.pg_get_userbyid(n.nspowner),
	pg_catalog.has_schema_privilege(n.oid, 'USAGE'), pg_catalog.has_schema_privilege(n.oid, 'CREATE')
from pg_catalog.pg_namespace n
where n.nspname in (select s::pg_catalog.name from pg_catalog.json_array_elements_text($1::pg_catalog.json) s)`;

interface InspectedSchema {
	readonly found: Inspection;
	readonly missing: boolean;
}

async function inspectSchemas(session: Session, schemas: readonly string[], user: string): Promise<InspectedSchema[]> {
	const { rows } = await session.query(SCHEMAS, [JSON.stringify(schemas)]);
	const there = new Map(rows.map(([name, ...rest]) => [String(name), rest] as const));
	return schemas.map((schema): InspectedSchema => {
		const [owner, mayUse, mayCreate] = there.get(schema) ?? [];
		if (owner === undefined) return { found: { name: "schema", value: `${schema} is not there yet` }, missing: true };
		const may = mayUse === true && mayCreate === true;
		const found = {
			name: "schema",
			value: `${schema} is owned by ${owner}${may ? "" : `, and ${user} may not ${mayUse === true ? "create in it" : "use it"}`}`,
			...(may ? {} : { problem: `grant usage, create on schema ${quoted(schema)} to ${quoted(user)}` }),
		};
		return { found, missing: false };
	});
}

export async function inspectServer({
	session,
	schemas,
	sessions,
	threads,
	layered,
}: InspectionParts): Promise<readonly Inspection[]> {
	const [row = []] = (await session.query(QUESTIONS)).rows;
	const [login, user, database, address, port, tls, mayCreate, readOnly, limits] = row;
	const inside = await inspectSchemas(session, schemas, String(user));
	// Without layers a schema is made only where one is missing.
	const needsCreate = layered || inside.some(({ missing }) => missing);
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
			value:
				mayCreate === true
					? "may create schemas"
					: `${user} may not create schemas in ${database}${needsCreate ? "" : ": builds beside what it replaces"}`,
			...(mayCreate === true || !needsCreate
				? {}
				: { problem: `grant create on database ${quoted(database)} to ${quoted(user)}` }),
		},
		...inside.map(({ found }) => found),
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
