import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startPostgresServer } from "../../scripts/postgresServer.mjs";
import { describeOnOwnServer } from "../../src/adapters/postgres/testing/testDatabase.ts";
import { startTransactionPooler } from "../../src/adapters/postgres/testing/transactionPooler.ts";
import { type ShopOnServer, shopOnServer } from "./shopOnServer.ts";

describeOnOwnServer("a Postgres server of one's own", () => {
	let server: Awaited<ReturnType<typeof startPostgresServer>>;
	let shop: ShopOnServer;
	beforeAll(async () => {
		server = await startPostgresServer();
		shop = shopOnServer({ ...server, database: "postgres" });
	});
	afterAll(async () => {
		shop.remove();
		await server.dispose();
	});

	/** Until a statement with this text works on the server. */
	async function running(text: string): Promise<void> {
		const client = new pg.Client({ connectionString: server.url });
		await client.connect();
		const sql = "select 1 from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like $1";
		while ((await client.query(sql, [`%${text}%`])).rowCount === 0) await pause(20);
		await client.end();
	}

	const orders = (config: string, from: string): void =>
		shop.write(
			"models/staging/orders.sql",
			`{{ config(materialized='table'${config}) }}\nselect 7 as id, 3 as amount ${from}\n`,
		);

	it("that crashes while a model is built and comes back: the model is built again", async () => {
		const before = new Date().toISOString();
		orders("", `from pg_sleep(case when pg_postmaster_start_time() < '${before}' then 600 else 0 end)`);
		const run = shop.run("run", { output: { threads: 1, retries: 3 } });
		await running("pg_sleep(case");
		await server.stop("immediate");
		await server.start();
		expect(await run).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (PostgreSQL <version>) · 1 thread · 2 models · run <id>

			 staging  1 node
			 ! orders: the connection to the server was lost; try 2 of 4 in <t>s
			 ✓ staging.orders                               table         <t>s   1 row
			 staging     ✓ 1/1                                <t>s
			 reporting  1 node
			 ✓ reporting.totals                             table         <t>s   1 row
			 reporting   ✓ 1/1                                <t>s

			 Passed  2 built     tried again once      <t>s
			[exit 0]
			"
		`);
	});

	it("that is shut down in the middle of a run: what failed is told, and the next run makes up for it", async () => {
		orders(", retries=0", "from pg_sleep(600)");
		const run = shop.run("run", { output: { threads: 1 } });
		await running("pg_sleep(600)");
		await server.stop("fast");
		const told = (await run).replace(/(the end of the run ran: ).*/, "$1<shutting down, or gone>");
		expect(told).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (PostgreSQL <version>) · 1 thread · 2 models · run <id>

			 staging  1 node
			 ✗ staging.orders                               table         <t>s   the connection was lost while orders ran: the server ended the connection: terminating connection due to administrator command
			 staging     ✗ 0/1     1 failed                   <t>s   GATE CLOSED
			 reporting  1 node
			 reporting   ↷ 0/1     blocked by staging gate

			 ✗ staging.orders                                       error
			   models/staging/orders.sql:1
			     error[TFM-RUN-005]: the connection was lost while orders ran: the server ended the connection: terminating connection due to administrator command
			      ┌─ models/staging/orders.sql:1:1
			     1│ {{ config(materialized='table', retries=0) }}
			      │ ^
			       = next: tfm retry takes up what is missing
			   Reproduce     tfm run --select orders
			   SQL           target/run/shop/models/staging/orders.sql
			   Blocks        1 reporting model; previous reporting tables were left untouched

			 Blocked   1  reporting.totals

			 Failed  1 failed · 1 blocked      <t>s
			 Next    fix, then  tfm retry        (only what failed and was skipped)
			[stderr]
			 error[TFM-RUN-005]: the connection was lost while the end of the run ran: <shutting down, or gone>
			   = next: tfm retry takes up what is missing
			[exit 1]
			"
		`);
		await server.start();
		orders("", "");
		const history = async () => (await shop.run("history --limit 1")).replace(/2\d{3}-[\d-]+ [\d:]+/, "<time>");
		// Not "killed", and the nodes are told, though nothing could be written when it ended.
		expect(await history()).toMatchInlineSnapshot(`
			"RUN                                   STARTED (UTC)        COMMAND  STATUS  TOOK  WHAT BECAME OF IT
			00000000-0000-4000-8000-000000000002  <time>  run      failed  <t>s  1 node lost the connection to the server
			[exit 0]
			"
		`);
		expect((await shop.call("history orders --limit 1")).stdout).toContain("the connection was lost while orders ran");
		expect((await shop.call("retry")).code).toBe(0);
		expect(await history()).toContain("published staging, reporting");
	});

	it("behind a proxy that pools by transaction is refused", async () => {
		const pooler = await startTransactionPooler(server);
		const said = await shop.run("run", { output: { port: pooler.port } });
		expect(said.replaceAll(String(pooler.port), "<port>")).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-018]: 127.0.0.1:<port> is a proxy that pools by transaction: two statements of one session went to two servers' sessions
			   = hint: tfm works in sessions: locks, temporary tables and settings must still be there with the next statement
			   = next: connect to the server itself (its own port), or to a pool in session mode (pgbouncer: pool_mode=session)

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
		await pooler.close();
	});
});
