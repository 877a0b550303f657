import type { Knex } from "knex";
import type { Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import { bound } from "./bound.ts";
import { MIGRATIONS, type Migration, STATE_SCHEMA } from "./migrations.ts";

const VERSIONS = `"${STATE_SCHEMA}".schema_version`;

/** Any number will do, so long as every tfm takes the same: two first runs on one server must not both migrate. */
const MIGRATION_LOCK = 7_462_001;

/** How many steps the state tables have taken; 0 where there are none. */
async function versionOf(session: Session): Promise<number> {
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
		for (let version = await versionOf(session); version < steps.length; version++) {
			for (const { sql, binds } of steps[version]!(k)) await session.query(sql, binds);
			const done = k("schema_version")
				.withSchema(STATE_SCHEMA)
				.insert({ version: version + 1 });
			for (const { sql, binds } of bound(done)) await session.query(sql, binds);
		}
	});
}
