import type { Adapter, Session } from "../../core/adapter.ts";
import { fail } from "../../core/diagnostic.ts";
import type { EnvironmentStore, IsolatedEnvironment } from "../../core/isolatedEnvironment.ts";

/**
 * Drops the schemas that are written down for it, one by one, and then its row; what is not written down is not touched.
 * Throws TFM-ENV-005 before anything is dropped. A row that by now is another run's stays.
 */
export function dropEnvironment(
	adapter: Adapter,
	store: EnvironmentStore,
	environment: Pick<IsolatedEnvironment, "project" | "name" | "runId">,
): Promise<void> {
	return adapter.withSession(async (session) => {
		// What is written down now, not what was when this run began.
		const row = await store.find(session, environment.project, environment.name);
		if (row === null) return;
		await requireNoReaders(adapter, session, row);
		for (const schema of row.schemas) {
			await session.execute(`drop schema if exists ${adapter.dialect.quote(schema)} cascade`);
			await store.release(session, schema);
		}
		await store.forget(session, environment);
	});
}

/** Drops what stands in its schemas, and keeps them for it: what a run that was killed left must not be built upon. */
export function emptyEnvironment(
	adapter: Adapter,
	store: EnvironmentStore,
	environment: Pick<IsolatedEnvironment, "project" | "name">,
): Promise<void> {
	return adapter.withSession(async (session) => {
		const row = await store.find(session, environment.project, environment.name);
		if (row === null) return;
		await requireNoReaders(adapter, session, row);
		for (const schema of row.schemas)
			await session.execute(`drop schema if exists ${adapter.dialect.quote(schema)} cascade`);
	});
}

/** On Postgres views go with what they read; on Snowflake they stay, and are refused when they are read. */
async function requireNoReaders(
	{ dialect }: Adapter,
	session: Session,
	{ name, schemas }: IsolatedEnvironment,
): Promise<void> {
	if (schemas.length === 0) return;
	const { sql, binds } = dialect.building.readersOf(schemas);
	const { rows } = await session.query(sql, binds);
	if (rows.length > 0) fail("TFM-ENV-005", { name, views: rows.map(([schema, view]) => `${schema}.${view}`) });
}
