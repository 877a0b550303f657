import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, describeOnPostgres, type TestDatabase } from "./testDatabase.ts";

describeOnPostgres("a test database", () => {
	let database: TestDatabase;
	beforeAll(async () => {
		database = await createTestDatabase();
	});
	afterAll(() => database.drop());

	it("is empty and its own", async () => {
		const client = new pg.Client({ connectionString: database.url });
		await client.connect();
		const { rows } = await client.query(
			"select current_database() as name, count(*)::int as tables from pg_class where relnamespace = 'public'::regnamespace",
		);
		await client.end();
		expect(rows).toEqual([{ name: database.database, tables: 0 }]);
	});
});
