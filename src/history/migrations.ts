import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { alertTables } from "./alertTables.ts";
import { bound } from "./bound.ts";
import { builtFrom } from "./builtFrom.ts";
import { environmentTable } from "./environmentTable.ts";
import { historyTables } from "./historyTables.ts";
import { incidentView } from "./incidentView.ts";
import { intervalsByTable } from "./intervalsByTable.ts";
import { intervalTable } from "./intervalTable.ts";
import { ledgerByTable } from "./ledgerByTable.ts";
import { runCommit } from "./runCommit.ts";
import { stateByTarget } from "./stateByTarget.ts";

export const STATE_SCHEMA = "tfm_state";

/** What takes the state tables from one version to the next. */
export type Migration = (k: Knex) => readonly BoundStatement[];

/** One step each, never edited once released: a warehouse may be at any of them. */
export const MIGRATIONS: readonly Migration[] = [
	firstTables,
	leasesGatesAndGenerations,
	deltasAndTestPasses,
	historyTables,
	(k) => alertTables(k, STATE_SCHEMA),
	intervalTable,
	incidentView,
	ledgerByTable,
	intervalsByTable,
	stateByTarget,
	environmentTable,
	builtFrom,
	runCommit,
];

function firstTables(k: Knex): readonly BoundStatement[] {
	// A schema builder collects what it is asked, so each table takes a new one.
	const createTable = (name: string, build: (t: Knex.CreateTableBuilder) => void) =>
		k.schema.withSchema(STATE_SCHEMA).createTable(name, build);
	return [
		createTable("runs", (t) => {
			t.text("run_id").primary();
			t.text("project").notNullable();
			t.text("command").notNullable();
			t.text("host").notNullable();
			t.integer("pid").notNullable();
			t.timestamp("started_at").notNullable();
			t.timestamp("ended_at");
			t.text("status");
		}),
		createTable("candidates", (t) => {
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("run_id").notNullable();
			t.jsonb("candidate").notNullable();
			t.jsonb("target").notNullable();
			t.text("kind").notNullable();
			t.text("code_hash").notNullable();
			t.text("inputs_hash").notNullable();
			t.text("response").notNullable();
			t.primary(["project", "node"]);
		}),
		createTable("publishes", (t) => {
			t.text("run_id").notNullable();
			t.text("project").notNullable();
			t.text("unit").notNullable();
			t.timestamp("published_at").notNullable();
			t.primary(["run_id", "unit"]);
		}),
		createTable("published", (t) => {
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("run_id").notNullable();
			t.text("code_hash").notNullable();
			t.timestamp("published_at").notNullable();
			t.primary(["project", "node"]);
		}),
		createTable("seeds", (t) => {
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("content_hash").notNullable();
			t.primary(["project", "node"]);
		}),
		createTable("loaded_files", (t) => {
			t.text("source").notNullable();
			t.text("path").notNullable();
			t.bigInteger("bytes").notNullable();
			t.text("content_hash").notNullable();
			t.bigInteger("rows").notNullable();
			t.bigInteger("rejects").notNullable();
			t.text("run_id").notNullable();
			t.timestamp("loaded_at").notNullable();
			t.primary(["source", "path"]);
		}),
	].flatMap(bound);
}

/** Who writes what at this moment; what gates held and what a person let through; previous generations that are kept. */
function leasesGatesAndGenerations(k: Knex): readonly BoundStatement[] {
	const createTable = (name: string, build: (t: Knex.CreateTableBuilder) => void) =>
		k.schema.withSchema(STATE_SCHEMA).createTable(name, build);
	return [
		createTable("leases", (t) => {
			t.text("schema_name").notNullable();
			t.text("relation_name").notNullable();
			t.text("run_id").notNullable();
			t.primary(["schema_name", "relation_name"]);
		}),
		createTable("gate_failures", (t) => {
			t.text("run_id").notNullable();
			t.text("project").notNullable();
			t.text("layer").notNullable();
			t.text("node").notNullable();
			t.text("status").notNullable();
			t.bigInteger("failures");
			t.primary(["run_id", "layer", "node"]);
		}),
		createTable("held", (t) => {
			t.text("run_id").notNullable();
			t.text("project").notNullable();
			t.text("layer").notNullable();
			t.text("node").notNullable();
			t.integer("position").notNullable();
			t.text("built_by").notNullable();
			t.text("code_hash").notNullable();
			t.text("inputs_hash").notNullable();
			t.text("seed_hash");
			t.text("candidate").notNullable();
			t.text("reason").notNullable();
			t.primary(["run_id", "layer", "node"]);
		}),
		createTable("acceptances", (t) => {
			t.text("run_id").notNullable();
			t.text("layer").notNullable();
			t.text("test").notNullable();
			t.text("project").notNullable();
			t.text("accepted_by").notNullable();
			t.text("reason").notNullable();
			t.timestamp("accepted_at").notNullable();
			t.text("published_by").notNullable();
			t.primary(["run_id", "layer", "test"]);
		}),
		createTable("generations", (t) => {
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("generation").notNullable();
			t.text("layer").notNullable();
			t.text("code_hash").notNullable();
			t.text("seed_hash");
			t.text("candidate").notNullable();
			t.text("kept_as");
			t.primary(["project", "node", "generation"]);
		}),
		createTable("stood", (t) => {
			t.bigIncrements("seq", { primaryKey: false });
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("run_id").notNullable();
			t.text("layer").notNullable();
			t.text("generation").notNullable();
			t.timestamp("since").notNullable();
			t.primary(["project", "node", "run_id"]);
		}),
	].flatMap(bound);
}

/** How a delta comes into its target, for `retry`; tests that found nothing in what is published. */
function deltasAndTestPasses(k: Knex): readonly BoundStatement[] {
	return [
		k.schema.withSchema(STATE_SCHEMA).alterTable("candidates", (t) => {
			t.text("apply");
		}),
		k.schema.withSchema(STATE_SCHEMA).createTable("test_passes", (t) => {
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.text("test_hash").notNullable();
			t.primary(["project", "node", "test_hash"]);
		}),
	].flatMap(bound);
}
