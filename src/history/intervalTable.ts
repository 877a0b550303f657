import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/** Which windows of time of a microbatch model are in its published table. */
export function intervalTable(k: Knex): readonly BoundStatement[] {
	return bound(
		k.schema.withSchema("tfm_state").createTable("intervals", (t) => {
			t.text("project").notNullable();
			t.text("node").notNullable();
			t.timestamp("window_start").notNullable();
			t.timestamp("window_end").notNullable();
			t.text("run_id").notNullable();
			t.timestamp("built_at").notNullable();
			t.primary(["project", "node", "window_start", "window_end"]);
		}),
	);
}
