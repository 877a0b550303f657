import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/** What was alerted to whom; what started a run, and with which words. */
export function alertTables(k: Knex, schema: string): readonly BoundStatement[] {
	return [
		k.schema.withSchema(schema).createTable("alerts", (t) => {
			t.text("project").notNullable();
			t.text("target").notNullable();
			t.text("route").notNullable();
			t.text("channel").notNullable();
			t.text("key").notNullable();
			t.text("item").notNullable();
			t.text("opened_by").notNullable();
			t.timestamp("opened_at").notNullable();
			t.text("last_run").notNullable();
			// Written before the message is sent; null: no channel took it.
			t.timestamp("claimed_at");
			t.timestamp("resolved_at");
			t.primary(["project", "target", "route", "channel", "key"]);
		}),
		k.schema.withSchema(schema).alterTable("runs", (t) => {
			t.text("args");
			t.text("trigger");
		}),
	].flatMap(bound);
}
