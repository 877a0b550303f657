import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../../src/adapters/postgres/testing/testDatabase.ts";
import { type ShopOnServer, shopOnServer } from "./shopOnServer.ts";

/** What a person sees whose database is not as the profile says, word for word; and never a secret or a stack trace. */
describeOnPostgres("a Postgres server that", () => {
	let database: TestDatabase;
	let shop: ShopOnServer;
	let admin: pg.Client;
	beforeAll(async () => {
		database = await createTestDatabase();
		shop = shopOnServer(database);
		admin = new pg.Client({ connectionString: database.url });
		await admin.connect();
		await admin.query("drop role if exists e2e_reader; create role e2e_reader login password 'only for reading'");
		await admin.query("drop role if exists e2e_hurried; create role e2e_hurried login superuser password 'in a hurry'");
	});
	afterAll(async () => {
		shop.remove();
		await admin.query("drop owned by e2e_hurried; drop role e2e_hurried; drop role e2e_reader");
		await admin.end();
		await database.drop();
	});

	const reader = { user: "e2e_reader", password: "only for reading" };

	it("is not there", async () => {
		expect(await shop.run("run", { output: { port: 1 } })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-010]: no Postgres server answers at 127.0.0.1:1: nobody listens there
			   = hint: is the server running, are \`host\` and \`port\` of the profile right, does a firewall stand between?
			   = next: tfm debug

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("has a name nobody knows", async () => {
		expect(await shop.run("run", { output: { host: "no-such-host.invalid" } })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-010]: no Postgres server answers at no-such-host.invalid:<port>: the host's name is not known
			   = hint: is the server running, are \`host\` and \`port\` of the profile right, does a firewall stand between?
			   = next: tfm debug

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("knows another password", async () => {
		expect(await shop.run("run", { output: { password: "a wrong one" } })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-011]: the server at 127.0.0.1:<port> does not accept the password of "tfm"
			   = hint: a password of the profile wins over PGPASSWORD, and that over the password file
			   = next: put the right password where the profile takes it from, then: tfm debug

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("asks for a password when none is given", async () => {
		expect(await shop.run("run", { output: { password: null } })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-014]: the server at 127.0.0.1:<port> asks for the password of "tfm", and none is given
			   = hint: no line of <project>/.home/.pgpass fits
			   = next: set \`password\` in the profile (env_var, or a command that prints it), PGPASSWORD, or the password file

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("has no such database", async () => {
		expect(await shop.run("run", { output: { database: "nowhere" } })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-013]: the server at 127.0.0.1:<port> has no database "nowhere"
			   = hint: tfm creates schemas, not databases
			   = next: create it (\`create database nowhere\`), or set \`database\` of the profile's target

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("has no connection free for this role", async () => {
		await admin.query("create role e2e_crowd login password 'many' connection limit 0");
		expect(await shop.run("run", { output: { user: "e2e_crowd", password: "many" } })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-020]: the server at 127.0.0.1:<port> refuses the connection: too many connections for role "e2e_crowd"
			   = hint: all its connections are in use; tfm needs one for itself and one for each thread that is to work
			   = next: wait, end idle sessions, or raise max_connections

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
		await admin.query("drop role e2e_crowd");
	});

	it("has no such role to work as", async () => {
		expect(await shop.run("run", { output: { role: "nobody_here" } })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-021]: "tfm" cannot take the role "nobody_here": role "nobody_here" does not exist
			   = hint: \`role\` of the profile's target is set on every connection
			   = next: grant it (\`grant "nobody_here" to "tfm"\`), or correct \`role\`

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("offers no TLS where TLS is required", async () => {
		expect(await shop.run("run", { output: { sslmode: "require" } })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-015]: the server at 127.0.0.1:<port> offers no TLS, and sslmode is require
			   = hint: what is sent to it, the password included, could be read on the way
			   = next: switch TLS on at the server; in a network that you trust \`sslmode: prefer\` goes without

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("is to be verified by a certificate that is not there", async () => {
		const output = { sslmode: "verify-full", sslrootcert: "certs/ca.pem" };
		expect(await shop.run("run", { output })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-016]: \`sslrootcert\` cannot be used: <project>/certs/ca.pem: it does not exist
			   = hint: relative paths start in the folder where tfm is called
			   = next: correct \`sslrootcert\` of the profile's target

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("lets the role create nothing", async () => {
		expect(await shop.run("run", { output: reader })).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-022]: tfm's own tables are needed here and cannot be used: there is no schema tfm_state, and e2e_reader may not create one
			   = hint: what tfm publishes safely, loads once and remembers is written down there; a project without layers runs without
			   = next: as an owner or an administrator: create schema tfm_state; grant usage, create on schema tfm_state to e2e_reader; grant create on database <database> to e2e_reader;

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
		expect(await shop.run("debug", { output: reader })).toMatchInlineSnapshot(`
			"tfm          0.1.0 (dbt 1.12.6 compatible)
			project      shop (tfm_project.yml)
			layers       staging, reporting
			profile      shop (profiles.yml)
			target       dev: postgres, schema dev, 2 threads
			database     PostgreSQL <version>
			server       127.0.0.1:<port>, database <database>
			user         e2e_reader
			encryption   none
			pooling      sessions are kept from statement to statement
			sessions     2 at once for 2 threads
			database     failed: e2e_reader may not create schemas in <database>
			schema       dev_reporting is not there yet
			schema       dev_staging is not there yet
			state        failed: there is no schema tfm_state, and e2e_reader may not create one
			connection   ok
			2 checks failed. Next:
			  grant create on database "<database>" to "e2e_reader"
			  create schema tfm_state; grant usage, create on schema tfm_state to e2e_reader;
			[exit 1]
			"
		`);
	});

	it("has the schema owned by another role", async () => {
		await admin.query(`create schema dev_staging; grant create on database ${database.database} to e2e_reader`);
		expect(await shop.run("run", { output: reader })).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (PostgreSQL <version>) · 2 threads · 2 models · run <id>

			 staging  1 node
			 ✓ staging.orders                               table         <t>s   1 row
			 ✗ publish of staging failed
			 staging     ✗ 1/1                                <t>s
			 reporting  1 node
			 reporting   ↷ 0/1     blocked

			 ✗ publish of staging failed
			     error[TFM-RUN-011]: publishing staging failed, nothing was changed: permission denied for schema dev_staging (SQLSTATE 42501)
			       = hint: the role that tfm works as needs \`create\` on the database, \`usage\` and \`create\` on the schemas, and to own what it replaces
			       = next: tfm retry publishes what was built, once the cause is gone

			 Held      1  staging.orders
			 Blocked   1  reporting.totals

			 Failed  1 built · 1 held · 1 blocked      <t>s
			 Next    fix, then  tfm retry        (reuses the candidates that are unchanged, then the blocked models)
			[exit 1]
			"
		`);
		await admin.query(
			`revoke create on database ${database.database} from e2e_reader; drop owned by e2e_reader; drop schema dev_staging`,
		);
	});

	it("ends statements after a time that is too short", async () => {
		await admin.query("alter role e2e_hurried set statement_timeout = '300ms'");
		shop.write("models/staging/slow.sql", "{{ config(materialized='table') }}\nselect 1 as id from pg_sleep(600)\n");
		const output = { user: "e2e_hurried", password: "in a hurry" };
		expect(await shop.run("run", { output })).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (PostgreSQL <version>) · 2 threads · 3 models · run <id>

			 staging  2 nodes
			 ✓ staging.orders                               table         <t>s   1 row
			 ✗ staging.slow                                 table         <t>s   slow was stopped: canceling statement due to statement timeout
			 staging     ✗ 1/2     1 failed                   <t>s   GATE CLOSED
			 reporting  1 node
			 ✓ reporting.totals                             table         <t>s   1 row
			 reporting   ✓ 1/1                                <t>s

			 ✗ staging.slow                                         error
			   models/staging/slow.sql:1
			     error[TFM-RUN-004]: slow was stopped: canceling statement due to statement timeout
			      ┌─ models/staging/slow.sql:1:1
			     1│ {{ config(materialized='table') }}
			      │ ^
			       = next: the limit is the profile's or the server's (its settings, or those of the role or the database): allow more time there, or make the statement cheaper
			   Reproduce     tfm run --select slow
			   SQL           target/run/shop/models/staging/slow.sql

			 Published 2  staging.orders, reporting.totals

			 Failed  2 built · 1 failed      <t>s
			 Next    fix, then  tfm retry        (only what failed and was skipped)
			[exit 1]
			"
		`);
		await admin.query("alter role e2e_hurried reset statement_timeout");
	});

	it("ends a statement that writes too much beside its memory", async () => {
		await admin.query("alter role e2e_hurried set temp_file_limit = '100kB'");
		const big = "select a, repeat('x', 100) as b from generate_series(1, 300000) a order by b, a desc";
		shop.write("models/staging/slow.sql", `{{ config(materialized='table') }}\n${big}\n`);
		const output = { user: "e2e_hurried", password: "in a hurry", options: { work_mem: "64kB" } };
		expect(await shop.run("run --select slow", { output })).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (PostgreSQL <version>) · 2 threads · 1 model · run <id>

			 staging  1 node
			 ✗ staging.slow                                 table         <t>s   the database refused slow: temporary file size exceeds temp_file_limit (100kB) (SQLSTATE 53400)
			 staging   ✗ 0/1     1 failed                   <t>s   GATE CLOSED

			 ✗ staging.slow                                         error
			   models/staging/slow.sql:1
			     error[TFM-RUN-001]: the database refused slow: temporary file size exceeds temp_file_limit (100kB) (SQLSTATE 53400)
			      ┌─ models/staging/slow.sql:1:1
			     1│ {{ config(materialized='table') }}
			      │ ^ a limit of the server or the role was reached: have it raised, or make the statement cheaper
			       = next: read the SQL as executed in target/run/shop/models/staging/slow.sql
			   Reproduce     tfm run --select slow
			   SQL           target/run/shop/models/staging/slow.sql

			 Failed  1 failed      <t>s
			 Next    fix, then  tfm retry        (only what failed and was skipped)
			[exit 1]
			"
		`);
		shop.write("models/staging/slow.sql", "select 1 as id\n");
	});

	it("takes no changes", async () => {
		const output = { options: { default_transaction_read_only: "on" } };
		expect(await shop.run("run", { output })).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (PostgreSQL <version>) · 2 threads · 3 models · run <id>

			[stderr]
			 error[TFM-RUN-001]: the database refused the preparation of the run: cannot execute INSERT in a read-only transaction (SQLSTATE 25006)
			   = hint: this server takes no changes: it is a standby, or default_transaction_read_only is on; connect to the primary

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
	});

	it("is all right is described by debug", async () => {
		expect(await shop.run("debug")).toMatchInlineSnapshot(`
			"tfm          0.1.0 (dbt 1.12.6 compatible)
			project      shop (tfm_project.yml)
			layers       staging, reporting
			profile      shop (profiles.yml)
			target       dev: postgres, schema dev, 2 threads
			database     PostgreSQL <version>
			server       127.0.0.1:<port>, database <database>
			user         tfm
			encryption   none
			pooling      sessions are kept from statement to statement
			sessions     2 at once for 2 threads
			database     may create schemas
			schema       dev_reporting is owned by e2e_hurried
			schema       dev_staging is owned by e2e_hurried
			connection   ok
			All checks passed. Next: tfm run
			[exit 0]
			"
		`);
	});
});
