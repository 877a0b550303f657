/**
 * tfm's own tables on Snowflake. What is one statement on Postgres may be several here, in the caller's transaction all
 * the same. Rows that both engines read and write alike are those of src/history; the rest is beside this file.
 */
import type knexType from "knex";
import type { EnvironmentStore } from "../../core/isolatedEnvironment.ts";
import type { AlertStore, StateStore } from "../../core/state.ts";
import { createGateRows } from "../gateRows.ts";
import { createGenerationRows } from "../generationRows.ts";
import { createLedgerRows } from "../ledgerRows.ts";
import { createRelationRows } from "../relationRows.ts";
import { createAlertRowsOnSnowflake } from "./alertRows.ts";
import { createEnvironmentRowsOnSnowflake } from "./environmentRows.ts";
import { createHistoryRowsOnSnowflake } from "./historyRows.ts";
import { createIntervalRowsOnSnowflake } from "./intervalRows.ts";
import { migrateState, stateAccess, stateVersion } from "./migrate.ts";
import { createNativeRows } from "./nativeRows.ts";
import { createRunRowsOnSnowflake } from "./runRows.ts";
import { createSnowflakeTables } from "./tables.ts";

type Store = StateStore & { readonly alerts: AlertStore; readonly environments: EnvironmentStore };

/** `knex`: the library, which is imported where a store is wanted and not before. */
export function createSnowflakeStateStore(knex: typeof knexType): Store {
	// Names as a bare one is stored, so that people can read the tables without quoting anything.
	const k = knex({ client: "pg", wrapIdentifier: (name, quote) => quote(name === "*" ? name : name.toUpperCase()) });
	const tables = createSnowflakeTables(k);
	const history = createHistoryRowsOnSnowflake(tables);
	const { upsertAll } = tables;
	return {
		access: stateAccess,
		migrate: migrateState,
		async upgrade(session) {
			if ((await stateVersion(session)) === 0) return false;
			await migrateState(session);
			return true;
		},

		...createRunRowsOnSnowflake(tables, history.saveHistory),
		...createGateRows(tables),
		...createGenerationRows(tables),
		...history,
		alerts: createAlertRowsOnSnowflake(tables),
		environments: createEnvironmentRowsOnSnowflake(tables),
		...createIntervalRowsOnSnowflake(tables),
		...createLedgerRows(tables, { byDatabase: true }),
		...createRelationRows(tables),
		...createNativeRows(tables),

		savePublish: ({ runId: run_id, project, unit, at, nodes }) => [
			...(unit === null
				? []
				: upsertAll("publishes", [{ run_id, project, unit, published_at: at }], ["run_id", "unit"])),
			...upsertAll(
				"published",
				nodes.map(({ node, schema: table_schema, codeHash: code_hash, build }) => ({
					...{ project, node, table_schema, run_id, code_hash },
					...{ build: build === null ? null : JSON.stringify(build), published_at: at },
				})),
				["project", "node", "table_schema"],
			),
		],

		savePassedTests: ({ project, schema: target_schema }, passed) =>
			upsertAll(
				"passed_tests",
				[...passed].map(([test, hash]) => ({ project, target_schema, test, hash })),
				["project", "target_schema", "test"],
			),
	};
}
