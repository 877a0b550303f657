import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/** The commit whose files a run was made of, so that a later plan can say what has changed since. */
export const runCommit = (k: Knex): readonly BoundStatement[] =>
	bound(
		k.schema.withSchema("tfm_state").alterTable("runs", (t) => {
			t.text("commit_id");
			t.boolean("uncommitted");
		}),
	);
