import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

const STATE_SCHEMA = "tfm_state";

/** What runs did: node by node, test by test, ages of sources, columns of relations, figures of tables, incidents. */
export function historyTables(k: Knex): readonly BoundStatement[] {
	const createTable = (name: string, build: (t: Knex.CreateTableBuilder) => void) =>
		k.schema.withSchema(STATE_SCHEMA).createTable(name, build);
	return [
		createTable("node_runs", (t) => {
			t.text("run_id").notNullable();
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("layer");
			t.text("resource_type").notNullable();
			t.text("materialized");
			t.text("status").notNullable();
			t.text("published");
			t.timestamp("started_at").notNullable();
			t.double("seconds").notNullable();
			t.bigInteger("rows");
			t.text("code");
			t.text("message");
			t.primary(["run_id", "node"]);
			t.index(["project", "node", "started_at"]);
		}),
		createTable("test_results", (t) => {
			t.text("run_id").notNullable();
			t.text("project").notNullable();
			t.text("test").notNullable();
			t.text("node");
			t.text("column_name");
			t.text("layer");
			t.text("dimension");
			t.text("severity").notNullable();
			t.text("status").notNullable();
			t.bigInteger("failures");
			t.double("seconds").notNullable();
			t.timestamp("at").notNullable();
			t.primary(["run_id", "test"]);
			t.index(["project", "test", "at"]);
		}),
		createTable("source_ages", (t) => {
			t.text("run_id").notNullable();
			t.text("project").notNullable();
			t.text("source").notNullable();
			t.text("status").notNullable();
			t.timestamp("max_loaded_at").notNullable();
			t.double("age_seconds").notNullable();
			t.timestamp("at").notNullable();
			t.primary(["run_id", "source"]);
		}),
		createTable("schema_snapshots", (t) => {
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("run_id").notNullable();
			t.timestamp("at").notNullable();
			t.text("columns").notNullable();
			t.primary(["project", "node", "run_id"]);
		}),
		createTable("measures", (t) => {
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("measure").notNullable();
			// Empty: of the whole table.
			t.text("column_name").notNullable();
			t.text("run_id").notNullable();
			t.timestamp("at").notNullable();
			t.double("value").notNullable();
			t.primary(["project", "node", "measure", "column_name", "run_id"]);
		}),
		createTable("incidents", (t) => {
			t.text("project").notNullable();
			t.text("incident").notNullable();
			t.text("state").notNullable();
			t.text("opened_by").notNullable();
			t.timestamp("opened_at").notNullable();
			t.text("last_run").notNullable();
			t.timestamp("last_at").notNullable();
			t.timestamp("last_sent_at");
			t.timestamp("resolved_at");
			t.primary(["project", "incident"]);
		}),
		k.schema.withSchema(STATE_SCHEMA).alterTable("runs", (t) => {
			t.index(["project", "started_at"]);
		}),
	].flatMap(bound);
}
