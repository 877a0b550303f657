import { hash } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../../src/adapters/postgres/testing/testDatabase.ts";
import { type ShopOnServer, shopOnServer } from "./shopOnServer.ts";

const ROLES = ["e2e_plain", "e2e_dev1", "e2e_dev2"] as const;
type Role = (typeof ROLES)[number];
const DBT_PROJECT = "name: shop\nprofile: shop\n";

/** Roles as administrators hand them out: what each may do decides how tfm works, and what it says. */
describeOnPostgres("a role", () => {
	let database: TestDatabase;
	let shop: ShopOnServer;
	let admin: pg.Client;
	const as = (user: Role, schema: string) => ({ output: { user, password: user, schema } });
	const ask = async (sql: string) => (await admin.query({ text: sql, rowMode: "array" })).rows as unknown[][];

	beforeAll(async () => {
		database = await createTestDatabase();
		shop = shopOnServer(database);
		admin = new pg.Client({ connectionString: database.url });
		await admin.connect();
		for (const role of ROLES)
			await admin.query(`drop role if exists ${role}; create role ${role} login password '${role}'`);
		await admin.query("create schema plain; grant usage, create on schema plain to e2e_plain");
		shop.write("tfm_project.yml", DBT_PROJECT);
		shop.write("seeds/raw.csv", "id,amount\n1,3\n2,4\n");
		shop.write(
			"models/staging/orders.sql",
			`{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true}]) }}
			select id, amount {{ ', 1 as more' if var('more', false) }} from {{ ref('raw') }}`,
		);
		shop.write("models/staging/seen.sql", "select id from {{ ref('orders') }}");
		shop.write(
			"models/staging/keyed.sql",
			"{{ config(materialized='table', contract={'enforced': true}) }} select id from {{ ref('raw') }}",
		);
		shop.write(
			"models/staging/_models.yml",
			"models: [{name: keyed, columns: [{name: id, data_type: integer, constraints: [{type: primary_key}]}]}]",
		);
		shop.write(
			"models/staging/kept.sql",
			"{{ config(materialized='incremental', unique_key='id') }} select id, amount from {{ ref('orders') }}",
		);
		shop.write(
			"models/staging/filled.sql",
			"{{ config(materialized='materialized_view') }} select id from {{ ref('orders') }}",
		);
	});
	afterAll(async () => {
		shop.remove();
		for (const role of ROLES) await admin.query(`drop owned by ${role} cascade; drop role ${role}`);
		await admin.end();
		await database.drop();
	});

	it("that may only use its schema runs a dbt project, builds beside what it replaces, and is told once what is missing", async () => {
		expect(await shop.run("seed", as("e2e_plain", "plain"))).toMatchInlineSnapshot(`
			"tfm 0.1.0 · shop · dev (PostgreSQL <version>) · 2 threads · 1 seed · run <id>

			 ✓ raw                                          seed          <t>s   2 rows

			 Passed  1 built      <t>s
			[stderr]
			 warning[TFM-DB-023]: this run leaves no notes in the database: there is no schema tfm_state, and e2e_plain may not create one
			   = hint: without them: no history, no usual times, no lock between runs, seeds are always loaded, alerts remember in a file
			   = next: to have them, as an owner or an administrator: create schema tfm_state; grant usage, create on schema tfm_state to e2e_plain;
			[exit 0]
			"
		`);
		expect((await shop.call("build -q", as("e2e_plain", "plain").output)).code).toBe(0);
		await admin.query(`
			create index by_hand on plain.orders (amount); create statistics plain.by_hand_too on id, amount from plain.orders;
			create view public.of_others as select id from plain.orders; grant select on plain.orders to e2e_dev1;
			alter view public.of_others owner to e2e_plain`);
		await admin.query("grant create on schema public to e2e_plain");
		expect((await shop.call("build -q --vars {more:true}", as("e2e_plain", "plain").output)).code).toBe(0);
		expect((await shop.call("build -q --warn-error", as("e2e_plain", "plain").output)).code).toBe(0);
		expect(await ask("select id from public.of_others order by 1")).toEqual([[1], [2]]);
		expect(
			await ask(`select c.relname, c.relkind, case c.relkind when 'i' then pg_get_indexdef(c.oid) end from pg_class c
				where c.relnamespace = 'plain'::regnamespace and c.relname !~ '^[0-9a-f]{32}$' order by 1, 2`),
		).toMatchInlineSnapshot(`
			[
			  [
			    "by_hand",
			    "i",
			    "CREATE INDEX by_hand ON plain.orders USING btree (amount)",
			  ],
			  [
			    "filled",
			    "m",
			    null,
			  ],
			  [
			    "kept",
			    "r",
			    null,
			  ],
			  [
			    "keyed",
			    "r",
			    null,
			  ],
			  [
			    "keyed_pkey",
			    "i",
			    "CREATE UNIQUE INDEX keyed_pkey ON plain.keyed USING btree (id)",
			  ],
			  [
			    "orders",
			    "r",
			    null,
			  ],
			  [
			    "raw",
			    "r",
			    null,
			  ],
			  [
			    "seen",
			    "v",
			    null,
			  ],
			  [
			    "totals",
			    "r",
			    null,
			  ],
			]
		`);
		expect(
			await ask("select count(*)::int from pg_indexes where tablename = 'orders' and indexdef like '%UNIQUE%'"),
		).toEqual([[1]]);
		expect(await ask("select has_table_privilege('e2e_dev1', 'plain.orders', 'select')")).toEqual([[true]]);
		expect(await ask("select stxname from pg_statistic_ext")).toEqual([["by_hand_too"]]);
		expect(await ask("select nspname from pg_namespace where nspname like 'tfm%'")).toEqual([]);
	});

	it("that may only use its schema leaves nothing behind when a run was killed while it built", async () => {
		const stem = hash("sha256", "shop\0plain\0orders", "hex").slice(0, 8);
		const left = { own: `tfm_c_${stem}aaaaaaaa`, others: "tfm_c_00000000aaaaaaaa" };
		for (const name of Object.values(left))
			await admin.query(`create table plain.${name} (a int); alter table plain.${name} owner to e2e_plain`);
		expect((await shop.call("run -q -s orders", as("e2e_plain", "plain").output)).code).toBe(0);
		expect(await ask("select relname from pg_class where relname like 'tfm\\_c\\_%'")).toEqual([[left.others]]);
		await admin.query(`drop table plain.${left.others}`);
	});

	it("that may only use its schema is told by debug that it goes without, and with layers what to grant", async () => {
		expect(await shop.run("debug", as("e2e_plain", "plain"))).toMatchInlineSnapshot(`
			"tfm          0.1.0 (dbt 1.12.6 compatible)
			project      shop (tfm_project.yml)
			layers       none: runs as dbt does
			profile      shop (profiles.yml)
			target       dev: postgres, schema plain, 2 threads
			database     PostgreSQL <version>
			server       127.0.0.1:<port>, database <database>
			user         e2e_plain
			encryption   none
			pooling      sessions are kept from statement to statement
			sessions     2 at once for 2 threads
			database     e2e_plain may not create schemas in <database>: builds beside what it replaces
			schema       plain is owned by tfm
			state        runs without tfm's own tables: there is no schema tfm_state, and e2e_plain may not create one (to have them: create schema tfm_state; grant usage, create on schema tfm_state to e2e_plain;)
			connection   ok
			All checks passed. Next: tfm run
			[exit 0]
			"
		`);
		shop.write("tfm_project.yml", `${DBT_PROJECT}layers: [{name: all, path: ., schema: null}]\n`);
		expect(await shop.run("run", as("e2e_plain", "plain"))).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-DB-022]: tfm's own tables are needed here and cannot be used: there is no schema tfm_state, and e2e_plain may not create one
			   = hint: what tfm publishes safely, loads once and remembers is written down there; a project without layers runs without
			   = next: as an owner or an administrator: create schema tfm_state; grant usage, create on schema tfm_state to e2e_plain; grant create on database <database> to e2e_plain;

			 1 error, nothing was run (<t>s)
			[exit 2]
			"
		`);
		expect(await shop.run("debug", as("e2e_plain", "plain"))).toMatchInlineSnapshot(`
			"tfm          0.1.0 (dbt 1.12.6 compatible)
			project      shop (tfm_project.yml)
			layers       all
			profile      shop (profiles.yml)
			target       dev: postgres, schema plain, 2 threads
			database     PostgreSQL <version>
			server       127.0.0.1:<port>, database <database>
			user         e2e_plain
			encryption   none
			pooling      sessions are kept from statement to statement
			sessions     2 at once for 2 threads
			database     failed: e2e_plain may not create schemas in <database>
			schema       plain is owned by tfm
			state        failed: there is no schema tfm_state, and e2e_plain may not create one
			connection   ok
			2 checks failed. Next:
			  grant create on database "<database>" to "e2e_plain"
			  create schema tfm_state; grant usage, create on schema tfm_state to e2e_plain;
			[exit 1]
			"
		`);
		shop.write("tfm_project.yml", DBT_PROJECT);
	});

	it("shares the state schema that an administrator made with another one, each with a schema of its own", async () => {
		await admin.query(
			`create schema tfm_state; grant usage, create on schema tfm_state to e2e_dev1, e2e_dev2;
			grant create on database ${database.database} to e2e_dev1, e2e_dev2`,
		);
		expect(await shop.call("build -q", as("e2e_dev1", "dev1").output)).toMatchObject({ code: 0, stderr: "" });
		expect(await shop.call("build -q", as("e2e_dev2", "dev2").output)).toMatchObject({ code: 0, stderr: "" });
		// What one of them has loaded is not the other's: an older file that comes back is loaded where another one stands.
		const raw = "id,amount\n1,3\n2,4\n";
		for (const [role, schema, text] of [
			["e2e_dev1", "dev1", raw.replace("3", "5")],
			["e2e_dev2", "dev2", raw],
			["e2e_dev1", "dev1", raw],
		] as const) {
			shop.write("seeds/raw.csv", text);
			await shop.call("seed -q", as(role, schema).output);
		}
		expect(await ask("select sum(amount)::int from dev1.raw union all select sum(amount)::int from dev2.raw")).toEqual([
			[7],
			[7],
		]);
		expect((await shop.call("history", as("e2e_dev2", "dev2").output)).stdout).toMatch(/seed .*\n.* build /);
		expect(await ask("select distinct tableowner from pg_tables where schemaname = 'tfm_state'")).toEqual([
			["e2e_dev1"],
		]);
	});

	it("that finds tables of another role is told which rights on them it lacks", async () => {
		await admin.query(`revoke all on all tables in schema tfm_state from e2e_dev2`);
		const { code, stderr } = await shop.call("run", as("e2e_dev2", "dev2").output);
		expect(code).toBe(0);
		expect(await shop.call("docs generate -q", as("e2e_dev2", "dev2").output)).toMatchObject({ code: 0, stderr: "" });
		expect(stderr).toContain(
			"next: to have them, as an owner or an administrator: grant select, insert, update, delete on all tables in schema tfm_state to e2e_dev2;",
		);
		await admin.query(
			"update tfm_state.schema_version set version = version - 1; grant all on all tables in schema tfm_state to e2e_dev2",
		);
		expect((await shop.call("run", as("e2e_dev2", "dev2").output)).stderr).toContain(
			"the tables of schema tfm_state are of an older tfm, and e2e_dev2 may not change them: e2e_dev1 has to run this version once",
		);
		await admin.query("update tfm_state.schema_version set version = version + 1");
	});
});
