import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/** What each published relation was made of, and what each test last passed over, for `--changed`. */
export function builtFrom(k: Knex): readonly BoundStatement[] {
	const schema = () => k.schema.withSchema("tfm_state");
	return [
		...bound(
			schema().alterTable("published", (t) => {
				t.text("build");
			}),
		),
		...bound(
			schema().createTable("passed_tests", (t) => {
				t.text("project").notNullable();
				t.text("target_schema").notNullable();
				t.text("test").notNullable();
				t.text("hash").notNullable();
				t.primary(["project", "target_schema", "test"]);
			}),
		),
	];
}
