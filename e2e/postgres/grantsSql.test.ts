import pg from "pg";
import { expect, it } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../../src/adapters/postgres/testing/testDatabase.ts";
import { shopOnServer } from "./shopOnServer.ts";

const ROLE = "e2e_granted";

describeOnPostgres("debug --grants-sql", () => {
	it("prints what lets a role that may nothing run the project, layers and sources and all", async () => {
		const database = await createTestDatabase();
		const shop = shopOnServer(database);
		const admin = new pg.Client({ connectionString: database.url });
		await admin.connect();
		try {
			await admin.query(`drop role if exists ${ROLE}; create role ${ROLE} login password '${ROLE}'`);
			await admin.query('create schema "Raw"; create table "Raw".orders as select 1 as id');
			await admin.query(`revoke all on database "${database.database}" from public`);
			shop.write("models/staging/raw.yml", "sources: [{name: Raw, tables: [{name: orders}]}]");
			shop.write("models/staging/from_raw.sql", "select * from {{ source('Raw', 'orders') }}");
			const output = { user: ROLE, password: ROLE };
			expect((await shop.call("build", output)).code).not.toBe(0);
			const { stdout, code } = await shop.call("debug --grants-sql", output);
			expect(code).toBe(0);
			await admin.query(stdout);
			await admin.query(stdout);
			await admin.query('create table "Raw".later as select 2 as id');
			expect(await shop.run("debug", { output })).toContain("All checks passed");
			expect((await shop.call("build", output)).code).toBe(0);
			expect((await shop.call('show --inline select\tid\tfrom\t"Raw".later', output)).code).toBe(0);
			expect((await shop.call("history", output)).stdout).toContain("passed");
		} finally {
			shop.remove();
			await admin.query(`drop owned by ${ROLE} cascade; drop role ${ROLE}`);
			await admin.end();
			await database.drop();
		}
	});
});
