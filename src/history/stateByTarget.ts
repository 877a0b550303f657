import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/**
 * Two targets may share a database: what is written of a relation is of one schema, what is written of a run of one
 * target. Candidates say in which schema they are. Of what else is there nobody can tell; it keeps an empty schema, or no
 * target, and counts for whichever is asked about. Shortcuts go: taken from another target they would hide that a seed or
 * a table differs, and without them a run loads and tests once more.
 */
export function stateByTarget(k: Knex): readonly BoundStatement[] {
	const alter = (name: string, build: (t: Knex.AlterTableBuilder) => void) =>
		bound(k.schema.withSchema("tfm_state").alterTable(name, build));
	const withSchema = (name: string, key: readonly string[]) =>
		alter(name, (t) => {
			t.text("table_schema").notNullable().defaultTo("");
			t.dropPrimary();
			t.primary(["project", "node", "table_schema", ...key]);
		});
	return [
		...withSchema("candidates", []),
		...bound(k.raw("update tfm_state.candidates set table_schema = target->>'schema'")),
		...withSchema("published", []),
		...bound(k.raw("delete from tfm_state.test_passes")),
		...withSchema("test_passes", ["test_hash"]),
		...bound(k.raw("delete from tfm_state.seeds")),
		...withSchema("seeds", []),
		...withSchema("measures", ["measure", "column_name", "run_id"]),
		...withSchema("schema_snapshots", ["run_id"]),
		...alter("runs", (t) => {
			t.text("target");
			t.text("target_schema");
		}),
	];
}
