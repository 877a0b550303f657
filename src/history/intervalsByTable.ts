import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/** Windows are of a table in one schema. Those that are there keep an empty one, and count for whichever is asked about. */
export function intervalsByTable(k: Knex): readonly BoundStatement[] {
	return bound(
		k.schema.withSchema("tfm_state").alterTable("intervals", (t) => {
			t.text("table_schema").notNullable().defaultTo("");
			t.dropPrimary();
			t.primary(["project", "node", "table_schema", "window_start", "window_end"]);
		}),
	);
}
