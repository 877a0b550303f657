import { createPostgresAdapter } from "../postgres/adapter.ts";
import { createTestDatabase, describeOnPostgres, type TestDatabase } from "../postgres/testing/testDatabase.ts";
import { describeAdapterContract } from "./adapterContract.ts";
import { POSTGRES_WORDS } from "./postgresWords.ts";

describeOnPostgres("a Postgres server", () => {
	let created: TestDatabase | undefined;
	describeAdapterContract(
		"server",
		{
			async make() {
				created ??= await createTestDatabase();
				const { host, port, user, password, database } = created;
				return createPostgresAdapter({ fields: { host, port, user, password, database }, threads: 4 });
			},
			dispose: async () => created?.drop(),
		},
		POSTGRES_WORDS,
	);
});
