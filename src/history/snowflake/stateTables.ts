/**
 * tfm's own tables as Snowflake holds them. Keys are not enforced there, so the ways in which rows are written keep them;
 * documents are text, for they are written and read whole. Instants keep their zone, so that no session changes them.
 */
const TEXT = "varchar";
const NEEDED = "varchar not null";
const AT = "timestamp_tz";
const WHOLE = "number(38,0)";

export const STATE_TABLES = {
	schema_version: { version: WHOLE },
	// One row, changed by who wants the leases for itself: Snowflake has no statement that locks a table.
	turns: { name: NEEDED, turn: WHOLE },
	runs: {
		...{ run_id: NEEDED, project: NEEDED, target: TEXT, target_schema: TEXT, command: NEEDED, host: NEEDED },
		...{ pid: WHOLE, started_at: AT, ended_at: AT, status: TEXT, args: TEXT, trigger: TEXT },
		...{ commit_id: TEXT, uncommitted: "boolean" },
	},
	leases: { schema_name: NEEDED, relation_name: NEEDED, run_id: NEEDED },
	candidates: {
		...{ project: NEEDED, node: NEEDED, table_schema: NEEDED, run_id: NEEDED, candidate: NEEDED, target: NEEDED },
		...{ kind: NEEDED, code_hash: NEEDED, inputs_hash: NEEDED, response: NEEDED, apply: TEXT },
	},
	publishes: { run_id: NEEDED, project: NEEDED, unit: NEEDED, published_at: AT },
	published: {
		...{ project: NEEDED, node: NEEDED, table_schema: NEEDED, run_id: NEEDED, code_hash: NEEDED, build: TEXT },
		...{ published_at: AT },
	},
	seeds: { project: NEEDED, node: NEEDED, table_schema: NEEDED, content_hash: NEEDED },
	test_passes: { project: NEEDED, node: NEEDED, table_schema: NEEDED, test_hash: NEEDED },
	passed_tests: { project: NEEDED, target_schema: NEEDED, test: NEEDED, hash: NEEDED },
	loaded_files: {
		...{ source: NEEDED, table_schema: NEEDED, table_name: NEEDED, path: NEEDED, bytes: WHOLE, content_hash: NEEDED },
		...{ rows: WHOLE, rejects: WHOLE, run_id: NEEDED, loaded_at: AT, table_database: TEXT },
	},
	gate_failures: {
		...{ run_id: NEEDED, project: NEEDED, layer: NEEDED, node: NEEDED, status: NEEDED, failures: WHOLE },
	},
	held: {
		...{ run_id: NEEDED, project: NEEDED, layer: NEEDED, node: NEEDED, position: WHOLE, built_by: NEEDED },
		...{ code_hash: NEEDED, inputs_hash: NEEDED, seed_hash: TEXT, candidate: NEEDED, reason: NEEDED },
	},
	acceptances: {
		...{ run_id: NEEDED, layer: NEEDED, test: NEEDED, project: NEEDED, accepted_by: NEEDED, reason: NEEDED },
		...{ accepted_at: AT, published_by: NEEDED },
	},
	generations: {
		...{ project: NEEDED, node: NEEDED, generation: NEEDED, layer: NEEDED, code_hash: NEEDED, seed_hash: TEXT },
		...{ candidate: NEEDED, kept_as: TEXT },
	},
	// `seq`: the server's clock, since its numbering of rows is in no order.
	stood: {
		...{ seq: "timestamp_ntz default sysdate()", project: NEEDED, node: NEEDED, run_id: NEEDED, layer: NEEDED },
		...{ generation: NEEDED, since: AT },
	},
	intervals: {
		...{ project: NEEDED, node: NEEDED, table_schema: NEEDED, window_start: AT, window_end: AT, run_id: NEEDED },
		...{ built_at: AT },
	},
	node_runs: {
		...{ run_id: NEEDED, project: NEEDED, node: NEEDED, layer: TEXT, resource_type: NEEDED, materialized: TEXT },
		...{ status: NEEDED, published: TEXT, started_at: AT, seconds: "float", rows: WHOLE, code: TEXT, message: TEXT },
	},
	test_results: {
		...{ run_id: NEEDED, project: NEEDED, test: NEEDED, node: TEXT, column_name: TEXT, layer: TEXT, dimension: TEXT },
		...{ severity: NEEDED, status: NEEDED, failures: WHOLE, seconds: "float", at: AT },
	},
	source_ages: {
		...{ run_id: NEEDED, project: NEEDED, source: NEEDED, status: NEEDED, max_loaded_at: AT, age_seconds: "float" },
		...{ at: AT },
	},
	schema_snapshots: { project: NEEDED, node: NEEDED, table_schema: NEEDED, run_id: NEEDED, at: AT, columns: NEEDED },
	measures: {
		...{ project: NEEDED, node: NEEDED, table_schema: NEEDED, measure: NEEDED, column_name: NEEDED, run_id: NEEDED },
		...{ at: AT, value: "float" },
	},
	alerts: {
		...{ project: NEEDED, target: NEEDED, route: NEEDED, channel: NEEDED, key: NEEDED, item: NEEDED },
		...{ opened_by: NEEDED, opened_at: AT, last_run: NEEDED, claimed_at: AT, resolved_at: AT },
	},
	environments: {
		...{ project: NEEDED, name: NEEDED, purpose: NEEDED, owner: NEEDED, target: NEEDED, defer: NEEDED, pull: TEXT },
		...{ commit_id: TEXT, created_at: AT, expires_at: AT, run_id: TEXT },
	},
	native_relations: { project: NEEDED, table_schema: NEEDED, table_name: NEEDED },
	environment_schemas: { schema_name: NEEDED, project: NEEDED, name: NEEDED },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type StateTable = keyof typeof STATE_TABLES;

export const columnTypesOf = (table: string): Readonly<Record<string, string>> => STATE_TABLES[table as StateTable];

/** Stored as a bare name would be; quoted, for ROWS, TRIGGER and AT are words of the language. */
export const column = (name: string): string => `"${name.toUpperCase()}"`;

/** `tfm_state.runs`, in the database of the session. */
export const place = (table: string): string => `tfm_state.${table}`;

/** How many columns' worth of changes the tables have seen; a warehouse says which of them it has. */
export const STATE_VERSION = 3;

/** Each of them may be sent again. */
export const CREATE_STATE: readonly string[] = [
	"create schema if not exists tfm_state",
	...Object.entries(STATE_TABLES).map(
		([table, columns]) =>
			`create table if not exists ${place(table)} (${Object.entries(columns)
				.map(([name, type]) => `${column(name)} ${type}`)
				.join(", ")})`,
	),
	// Version 3: until then the ledger knew of the tables in this database alone.
	`alter table ${place("loaded_files")} add column if not exists ${column("table_database")} ${TEXT}`,
	`update ${place("loaded_files")} set ${column("table_database")} = current_database() where ${column("table_database")} is null`,
];
