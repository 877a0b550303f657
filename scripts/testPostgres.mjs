/**
 * For the whole test run: one real Postgres, `TFM_TEST_POSTGRES_URL` or a throw-away server from the machine's binaries.
 * Without either the tests that need it are skipped, which is said aloud; with `TFM_REQUIRE_POSTGRES` that is a failure.
 */
import { findPostgresBinaries, startPostgresServer } from "./postgresServer.mjs";

/** Fast rather than safe, and small waits: nothing here outlives the tests. */
const SETTINGS = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: 100 };

export default async function testPostgres({ provide }) {
	const given = process.env.TFM_TEST_POSTGRES_URL;
	if (given) {
		provide("postgresUrl", given);
		return;
	}
	if (findPostgresBinaries() === null) {
		const problem = "no Postgres server: initdb was found nowhere and TFM_TEST_POSTGRES_URL is not set";
		if (process.env.TFM_REQUIRE_POSTGRES) throw new Error(problem);
		console.warn(`\n  SKIPPED: everything that needs a real Postgres, because there is ${problem}\n`);
		provide("postgresUrl", "");
		return;
	}
	const server = await startPostgresServer({ settings: SETTINGS });
	provide("postgresUrl", server.url);
	return () => server.dispose();
}
