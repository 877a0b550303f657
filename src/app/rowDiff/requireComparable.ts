import { fail } from "../../core/diagnostic.ts";
import type { Engine } from "../openAdapter.ts";

/** Throws TFM-DIFF-009 where rows cannot be compared, before anything is built for it. */
export function requireComparable({ dialect: { name } }: Pick<Engine, "dialect">): void {
	if (name !== "postgres") fail("TFM-DIFF-009", { engine: name === "snowflake" ? "Snowflake" : name });
}
