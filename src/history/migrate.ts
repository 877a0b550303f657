import type { Knex } from "knex";
import type { Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import { MIGRATIONS, type Migration, STATE_SCHEMA } from "./migrations.ts";

const VERSIONS = `"${STATE_SCHEMA}".schema_version`;

/** Any number will do, so long as every tfm takes the same: two first runs on one server must not both migrate. */
const MIGRATION_LOCK = 7_462_001;

/** How many steps the state tables have taken; 0 where there are none. */
export async function versionOf(session: Session): Promise<number> {
	const there = await session.query("select pg_catalog.to_regclass($1) is not null", [VERSIONS]);
	if (there.rows[0]?.[0] !== true) return 0;
	const { rows } = await session.query(`select max(version) from ${VERSIONS}`);
	return Number(rows[0]?.[0] ?? 0);
}

/**
 * Brings the state tables to the newest version in one transaction, or leaves them as they were. Current tables cost
 * two small queries and no definition, so a role that may not create anything can still run. Tables of a newer tfm are
 * refused (TFM-DB-009): their columns may mean something else.
 */
export async function migrate(session: Session, k: Knex, steps: readonly Migration[] = MIGRATIONS): Promise<void> {
	const found = await versionOf(session);
	if (found > steps.length) fail("TFM-DB-009", { found, known: steps.length });
	if (found === steps.length) return;
	await session.transaction(async () => {
		await session.query("select pg_catalog.pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
		await session.execute(
			`create schema if not exists "${STATE_SCHEMA}"; create table if not exists ${VERSIONS} (version integer not null)`,
		);
		// Somebody else may have migrated while this one waited for the lock.
		const before = await versionOf(session);
		let waiting: string[] = [];
		const send = async (): Promise<void> => {
			if (waiting.length > 0) await session.execute(waiting.join(";\n"));
			waiting = [];
		};
		// In as few messages as can be: the first command in a database waits for all of them.
		for (const [i, step] of steps.entries()) {
			if (i < before) continue;
			for (const { sql, binds } of step(k)) {
				if (binds.length === 0) {
					waiting.push(sql);
					continue;
				}
				await send();
				await session.query(sql, binds);
			}
			waiting.push(`insert into ${VERSIONS} (version) values (${i + 1})`);
		}
		await send();
		await shareTables(session);
	});
}

/** Roles that the schema's owner lets create in it, and that owner: they work with its tables, whoever of them made these. */
const SHARERS = `select distinct pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.role)) from pg_catalog.pg_namespace n,
	lateral (select n.nspowner as role union all
		select a.grantee from pg_catalog.aclexplode(n.nspacl) a where a.privilege_type = 'CREATE' and a.grantee <> 0) r
where n.nspname = $1 and r.role <> (select oid from pg_catalog.pg_roles where rolname = current_user) order by 1`;

const OWN = `select pg_catalog.string_agg(case c.relkind when 'S' then null else pg_catalog.format('%I.%I', n.nspname, c.relname) end, ', '),
	pg_catalog.string_agg(case c.relkind when 'S' then pg_catalog.format('%I.%I', n.nspname, c.relname) end, ', ')
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind in ('r', 'v', 'S') and c.relowner = (select oid from pg_catalog.pg_roles where rolname = current_user)`;

/** An administrator who gives several roles `create` on the schema need not know of the tables that one of them makes. */
async function shareTables(session: Session): Promise<void> {
	const sharers = (await session.query(SHARERS, [STATE_SCHEMA])).rows.map(([role]) => String(role));
	if (sharers.length === 0) return;
	const to = sharers.join(", ");
	const [tables, sequences] = (await session.query(OWN, [STATE_SCHEMA])).rows[0] ?? [];
	if (tables != null) await session.execute(`grant select, insert, update, delete on ${tables} to ${to}`);
	if (sequences != null) await session.execute(`grant usage on sequence ${sequences} to ${to}`);
}
