import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/** Isolated environments, and which of them a schema belongs to: no schema belongs to two. */
export function environmentTable(k: Knex): readonly BoundStatement[] {
	return [
		k.schema.withSchema("tfm_state").createTable("environments", (t) => {
			t.text("project").notNullable();
			t.text("name").notNullable();
			t.text("purpose").notNullable();
			t.text("owner").notNullable();
			t.text("target").notNullable();
			t.text("defer").notNullable();
			t.text("pull");
			t.text("commit_id");
			t.timestamp("created_at").notNullable();
			t.timestamp("expires_at");
			t.text("run_id");
			t.primary(["project", "name"]);
		}),
		k.schema.withSchema("tfm_state").createTable("environment_schemas", (t) => {
			t.text("schema_name").primary();
			t.text("project").notNullable();
			t.text("name").notNullable();
		}),
	].flatMap(bound);
}
