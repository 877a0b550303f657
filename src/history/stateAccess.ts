/** May this role work with tfm's own tables, and if not, what would make it so. */
import type { Session } from "../core/adapter.ts";
import { sqlName } from "../core/codes/sqlName.ts";
import type { StateAccess } from "../core/state.ts";
import { MIGRATIONS, STATE_SCHEMA } from "./migrations.ts";

/** What the server says of the schema, its tables and the role, in one query. */
export interface StateFacts {
	readonly database: string;
	readonly role: string;
	/** Schemas may be created in the database. */
	readonly creates: boolean;
	readonly schemaThere: boolean;
	readonly usage: boolean;
	/** Relations may be created in the schema. */
	readonly create: boolean;
	readonly tablesThere: boolean;
	readonly tables: boolean;
	readonly sequences: boolean;
	/** One of the owners of tables whose rights the role does not have; null: it has them all, so that it may change tables. */
	readonly otherOwner: string | null;
}

const FACTS = `select pg_catalog.current_database()::text, current_user::text,
	pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
	n.oid is not null,
	coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), false),
	coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false),
	exists (select from pg_catalog.pg_class c where c.relnamespace = n.oid and c.relname = 'schema_version'),
	coalesce((select pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, p)) from pg_catalog.pg_class c,
		pg_catalog.unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p
		where c.relnamespace = n.oid and c.relkind = 'r'), true),
	coalesce((select pg_catalog.bool_and(pg_catalog.has_sequence_privilege(c.oid, 'USAGE')) from pg_catalog.pg_class c
		where c.relnamespace = n.oid and c.relkind = 'S'), true),
	(select pg_catalog.min(pg_catalog.pg_get_userbyid(c.relowner)) from pg_catalog.pg_class c
		where c.relnamespace = n.oid and c.relkind in ('r', 'v') and not pg_catalog.pg_has_role(c.relowner, 'USAGE'))
from (select 1) one left join pg_catalog.pg_namespace n on n.nspname = $1`;

export async function readStateFacts(session: Session): Promise<StateFacts> {
	const { rows } = await session.query(FACTS, [STATE_SCHEMA]);
	const [database, role, creates, schemaThere, usage, create, tablesThere, tables, sequences, owner] = rows[0] ?? [];
	return {
		database: String(database),
		role: String(role),
		creates: creates === true,
		schemaThere: schemaThere === true,
		usage: usage === true,
		create: create === true,
		tablesThere: tablesThere === true,
		tables: tables === true,
		sequences: sequences === true,
		otherOwner: owner === null || owner === undefined ? null : String(owner),
	};
}

/** `version`: of the tables that are there, for whoever may read it; null: there are none, or it may not. */
export function judgeStateAccess(facts: StateFacts, version: number | null): StateAccess {
	const role = sqlName(facts.role);
	const refused = (reason: string, grants: readonly string[]): StateAccess =>
		Object.freeze({ kind: "refused", role: facts.role, reason, grants: Object.freeze([...grants]) });
	if (!facts.schemaThere) {
		if (facts.creates) return READY;
		return refused(`there is no schema ${STATE_SCHEMA}, and ${role} may not create one`, [
			`create schema ${STATE_SCHEMA};`,
			`grant usage, create on schema ${STATE_SCHEMA} to ${role};`,
		]);
	}
	// Who makes the tables needs more than who finds them made.
	const needed = facts.tablesThere
		? [["usage", facts.usage] as const]
		: ([
				["usage", facts.usage],
				["create", facts.create],
			] as const);
	const onSchema = needed.filter(([, has]) => !has).map(([privilege]) => privilege);
	const grants = [
		...(onSchema.length === 0 ? [] : [`grant ${onSchema.join(", ")} on schema ${STATE_SCHEMA} to ${role};`]),
		...(facts.tables
			? []
			: [`grant select, insert, update, delete on all tables in schema ${STATE_SCHEMA} to ${role};`]),
		...(facts.sequences ? [] : [`grant usage on all sequences in schema ${STATE_SCHEMA} to ${role};`]),
	];
	if (grants.length > 0) return refused(`${role} may not work with the tables of schema ${STATE_SCHEMA}`, grants);
	if (version === null || version >= MIGRATIONS.length || (facts.otherOwner === null && facts.create)) return READY;
	const owner = sqlName(facts.otherOwner ?? facts.role);
	return refused(
		`the tables of schema ${STATE_SCHEMA} are of an older tfm, and ${role} may not change them: ${owner} has to run this version once`,
		facts.otherOwner === null ? [`grant create on schema ${STATE_SCHEMA} to ${role};`] : [`grant ${owner} to ${role};`],
	);
}

const READY: StateAccess = Object.freeze({ kind: "ready" });
