/**
 * tfm's own tables, in the schema tfm_state of the warehouse: runs, candidates that stand, what was published by which
 * run, content hashes of seeds, the ledger of landing files. knex writes the SQL and the adapter's own session runs it,
 * so that a ledger row commits or fails with the load it records. The SQL of models never comes near knex.
 */
import type { Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { fail } from "../core/diagnostic.ts";
import type { EnvironmentStore } from "../core/isolatedEnvironment.ts";
import type { AlertStore, StateStore } from "../core/state.ts";
import { createAlertRows } from "./alertRows.ts";
import { createEnvironmentRows } from "./environmentRows.ts";
import { createGateRows } from "./gateRows.ts";
import { createGenerationRows } from "./generationRows.ts";
import { createHistoryRows } from "./historyRows.ts";
import { createIntervalRows } from "./intervalRows.ts";
import { createLedgerRows } from "./ledgerRows.ts";
import { migrate, versionOf } from "./migrate.ts";
import { MIGRATIONS, STATE_SCHEMA } from "./migrations.ts";
import { NO_NATIVE_RESULTS } from "./noNativeResults.ts";
import { createRelationRows } from "./relationRows.ts";
import { createRunRows } from "./runRows.ts";
import { judgeStateAccess, readStateFacts } from "./stateAccess.ts";
import { createTables } from "./tables.ts";

/** knex (60–100 ms) is imported here and not before: commands that read no state do not pay for it. */
export async function createStateStore(
	/** What templates see as the adapter's type. */
	engine: string = "postgres",
): Promise<StateStore & { readonly alerts: AlertStore; readonly environments: EnvironmentStore }> {
	const { default: knex } = await import("knex");
	if (engine === "snowflake") {
		const { createSnowflakeStateStore } = await import("./snowflake/stateStore.ts");
		return createSnowflakeStateStore(knex);
	}
	const k = knex({ client: "pg" });
	const tables = createTables(k);
	const history = createHistoryRows(tables);
	const { raw } = tables;
	/** A role that was given `select` alone. */
	async function mayRead(session: Session): Promise<boolean> {
		const { rows } = await session.query(
			`select pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, 'select')) from pg_catalog.pg_class c
			join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'`,
			[STATE_SCHEMA],
		);
		return rows[0]?.[0] === true;
	}

	async function bringUp(session: Session): Promise<void> {
		try {
			await migrate(session, k);
		} catch (error) {
			// insufficient_privilege: said with what would help. Anything else, and a refusal that this cannot explain, as it is.
			if (!(error instanceof DatabaseError && error.sqlstate === "42501")) throw error;
			const access = judgeStateAccess(await readStateFacts(session), 0);
			if (access.kind === "ready") throw error;
			fail("TFM-DB-022", access, { cause: error });
		}
	}

	return {
		access: async (session) => {
			const facts = await readStateFacts(session);
			// Only a role that lacks something of the tables is asked how old they are.
			const asked = facts.tablesThere && facts.usage && facts.tables && (facts.otherOwner !== null || !facts.create);
			return judgeStateAccess(facts, asked ? await versionOf(session) : null);
		},
		migrate: bringUp,
		async upgrade(session) {
			const { tablesThere, usage, tables } = await readStateFacts(session);
			if (!tablesThere || !usage) return false;
			if (!tables) return (await mayRead(session)) && (await versionOf(session)) === MIGRATIONS.length;
			await bringUp(session);
			return true;
		},

		...createRunRows(tables, history.saveHistory),
		...createGateRows(tables),
		...createGenerationRows(tables),
		...history,
		alerts: createAlertRows(tables),
		environments: createEnvironmentRows(tables),
		...createIntervalRows(tables),
		...createLedgerRows(tables, { byDatabase: false }),
		...createRelationRows(tables),
		...NO_NATIVE_RESULTS,

		/** One statement for everything: a project of small models sends one for each of them. */
		savePublish: ({ runId, project, unit, at, nodes }) => {
			const rows = JSON.stringify(
				nodes.map(({ node, schema, codeHash, build }) => [
					node,
					schema,
					codeHash,
					build === null ? null : JSON.stringify(build),
				]),
			);
			// Nobody knows of which target a row without a schema is: it counts until one of them publishes.
			const forget = `old as (
					delete from tfm_state.published where project = ? and table_schema = ''
					and node in (select e->>0 from json_array_elements(?::json) e)
				)`;
			const published = `insert into tfm_state.published (project, node, table_schema, run_id, code_hash, build, published_at)
				select ?, e->>0, e->>1, ?, e->>2, e->>3, ?::timestamptz from json_array_elements(?::json) e
				on conflict (project, node, table_schema) do update set run_id = excluded.run_id,
				code_hash = excluded.code_hash, build = excluded.build, published_at = excluded.published_at`;
			if (unit === null) return [raw(`with ${forget} ${published}`, [project, rows, project, runId, at, rows])];
			return [
				raw(
					`with unit as (
						insert into tfm_state.publishes (run_id, project, unit, published_at) values (?, ?, ?, ?::timestamptz)
						on conflict (run_id, unit) do update set published_at = excluded.published_at
					), ${forget} ${published}`,
					[runId, project, unit, at, project, rows, project, runId, at, rows],
				),
			];
		},

		savePassedTests: ({ project, schema }, passed) =>
			passed.size === 0
				? []
				: [
						raw(
							`insert into tfm_state.passed_tests (project, target_schema, test, hash)
							select ?, ?, e->>0, e->>1 from json_array_elements(?::json) e
							on conflict (project, target_schema, test) do update set hash = excluded.hash`,
							[project, schema, JSON.stringify([...passed])],
						),
					],
	};
}
