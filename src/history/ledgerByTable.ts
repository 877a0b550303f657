import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/**
 * The ledger of files belongs to a table, not to a source: two targets may have the source in two schemas. Entries that
 * are there keep an empty name, for nobody can say in SQL which table they were written for: the next load can.
 */
export function ledgerByTable(k: Knex): readonly BoundStatement[] {
	return bound(
		k.schema.withSchema("tfm_state").alterTable("loaded_files", (t) => {
			t.text("table_schema").notNullable().defaultTo("");
			t.text("table_name").notNullable().defaultTo("");
			t.dropPrimary();
			t.primary(["source", "table_schema", "table_name", "path"]);
		}),
	);
}
