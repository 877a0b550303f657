import type { Adapter } from "../../../core/adapter.ts";
import { createPostgresAdapter, type PostgresOptions } from "../adapter.ts";
import type { TestDatabase } from "./testDatabase.ts";

/** The fields of a profile that lead to this database. */
export const fieldsOf = ({ host, port, user, password, database }: Omit<TestDatabase, "drop" | "url">) => ({
	host,
	port,
	user,
	password,
	database,
});

export const serverAdapter = (
	database: Omit<TestDatabase, "drop" | "url">,
	{ fields = {}, ...more }: Partial<PostgresOptions> = {},
): Adapter => createPostgresAdapter({ fields: { ...fieldsOf(database), retries: 0, ...fields }, threads: 4, ...more });
