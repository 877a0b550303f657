import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newRepository, type Repository } from "./ci/repository.ts";
import { tfm as run } from "./runCase.ts";

let shop: Repository;
const tfm = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
	run(argv, shop.root, { ...shop.env, PATH: process.env.PATH ?? "", ...env });

beforeAll(async () => {
	shop = newRepository();
	expect(await tfm(["run-operation", "fill_raw"])).toMatchObject({ code: 0 });
}, 120_000);
afterAll(() => shop.remove());

const told = ({ code, stdout, stderr }: Awaited<ReturnType<typeof tfm>>): string =>
	`${stdout}${stderr === "" ? "" : `[stderr]\n${stderr}`}[exit ${code}]\n`;

describe("tfm plan", { timeout: 120_000 }, () => {
	it("of a target where nothing stands builds everything", async () => {
		expect(told(await tfm(["plan"]))).toMatchInlineSnapshot(`
			"the files of fc90a79 beside dev, where nothing stands yet

			TO BUILD              HOW           ROWS  SIZE  USUALLY  WHY
			+ staging.countries   seed, loaded     -     -        -  it does not stand in dev yet
			+ staging.stg_orders  built anew       -     -        -  it does not stand in dev yet
			+ marts.customers     built anew       -     -        -  it does not stand in dev yet
			+ marts.orders        built anew       -     -        -  it does not stand in dev yet
			+ reporting.revenue   built anew       -     -        -  it does not stand in dev yet

			5 nodes and 6 tests · reads 16.4 kB of 1 relation that stays
			[exit 0]
			"
		`);
	});

	it("builds that, once --yes says so, and then there is nothing to build", async () => {
		expect(told(await tfm(["plan", "--apply"]))).toMatchInlineSnapshot(`
			"[stderr]
			 error[TFM-PLAN-004]: nobody can be asked whether to build this: there is no terminal
			   = next: add --yes

			 1 error, nothing was run (0.0s)
			[exit 2]
			"
		`);
		const applied = await tfm(["plan", "--apply", "--yes", "-q"]);
		expect(applied.code, applied.stdout + applied.stderr).toBe(0);
		expect(told(await tfm(["plan"]))).toMatchInlineSnapshot(`
			"the files of fc90a79 beside what was published in dev (fc90a79)

			nothing to build: every node does what it did there
			[exit 0]
			"
		`);
	});

	it("says of a branch what it changes in what was published, and what that reaches and breaks", async () => {
		shop.branch("renamed", { "models/marts/orders.sql": (sql) => sql.replace("as amount_cents", "as cents") });
		expect(told(await tfm(["plan"]))).toMatchInlineSnapshot(`
			"the files of c2ed99f beside what was published in dev (fc90a79)

			 error[TFM-CI-011]: revenue reads orders.amount_cents, which this change takes away
			  ┌─ models/reporting/revenue.sql:1:1
			 1│ select
			  │ ^ it was not changed with it, and its next build would fail

			 warning[TFM-CI-010]: this change can break who reads orders: amount_cents is now called cents
			  ┌─ models/marts/orders.sql:1:1
			 1│ select
			  │ ^

			TO BUILD             HOW         ROWS     SIZE  USUALLY  WHY
			~ marts.orders       built anew    20  16.4 kB        -  its SQL changed; columns: renamed amount_cents → cents
			· reporting.revenue  built anew    12  32.8 kB        -  it reads orders.amount_cents, which is gone

			reaches board (owner finance): it shows revenue

			2 nodes and 2 tests · 32 rows, 49.2 kB stand there · reads 22 rows, 32.8 kB of 2 relations that stay
			[exit 1]
			"
		`);
		const refused = await tfm(["plan", "--apply", "--yes"]);
		expect(refused.code).toBe(1);
		expect(refused.stderr).toContain("error[TFM-PLAN-005]: nothing was built: the plan has 2 findings");
	});

	it("knows which commit each relation was built from, also where only some were built since", async () => {
		shop.branch("two-commits", {
			"models/staging/stg_orders.sql": (sql) => sql.replace("where amount >=", "where amount >"),
			"models/marts/customers.sql": (sql) => sql.replace("count(*)", "max(ordered_at) as last_order,\n    count(*)"),
		});
		expect((await tfm(["run", "--select", "customers", "-q"])).code).toBe(0);
		// customers is built already; what it reads is not.
		expect(told(await tfm(["plan"]))).toMatchInlineSnapshot(`
			"the files of 8689577 beside what was published in dev (8689577)

			TO BUILD              HOW         ROWS     SIZE  USUALLY  WHY
			~ staging.stg_orders  built anew    20  16.4 kB        -  its SQL changed; it may have other rows
			· marts.customers     built anew     4  16.4 kB        -  it may have other rows
			· marts.orders        built anew    20  16.4 kB        -  it may have other rows
			· reporting.revenue   built anew    12  32.8 kB        -  it may have other rows

			reaches board (owner finance): it shows revenue

			4 nodes and 6 tests · 56 rows, 81.9 kB stand there · reads 2 rows, 32.8 kB of 2 relations that stay
			[exit 0]
			"
		`);
	});

	it("tells of a relation whose input was built in another way since", async () => {
		shop.branch("input-alone", {
			"models/staging/stg_orders.sql": (sql) => sql.replace("where amount >=", "where amount >"),
		});
		expect((await tfm(["run", "-q"])).code).toBe(0);
		shop.branch("input-again", {
			"models/staging/stg_orders.sql": (sql) => sql.replace("where amount >=", "where 2 <="),
		});
		expect((await tfm(["run", "--select", "stg_orders", "-q"])).code).toBe(0);
		expect((await tfm(["plan"])).stdout).toMatchInlineSnapshot(`
			"the files of 9ba878c beside what was published in dev (343ca1d)

			TO BUILD             HOW         ROWS     SIZE  USUALLY  WHY
			· marts.customers    built anew     4  16.4 kB     0.0s  stg_orders was built in another way since
			· marts.orders       built anew    19  16.4 kB        -  stg_orders was built in another way since
			· reporting.revenue  built anew    12  32.8 kB        -  it reads orders, which is built again

			3 nodes and 4 tests · 35 rows, 65.5 kB stand there · reads 2 rows, 24.6 kB of 2 relations that stay · usually 0.0s of work (3 of 7 known)
			"
		`);
		expect((await tfm(["plan", "--apply", "--yes", "-q"])).code).toBe(0);
		expect((await tfm(["plan"])).stdout).toContain("nothing to build");
	});

	it("says that a relation was built from files that no commit holds", async () => {
		shop.git("checkout", "--quiet", "--force", "main");
		shop.write({ "models/marts/customers.sql": (sql) => `${sql}having count(*) > 1\n` });
		expect((await tfm(["run", "--select", "customers", "-q"])).code).toBe(0);
		const { stdout, stderr } = await tfm(["plan"]);
		expect(stderr).toMatchInlineSnapshot(`
			" warning[TFM-PLAN-003]: 1 relation of dev was built from files that no commit holds: it is compared with fc90a79d5f
			   = hint: an edit since that commit shows as a change, whether it is built already or not
			"
		`);
		expect(stdout).toContain("~ marts.customers");
		expect((await tfm(["run", "--select", "+customers", "-q"])).code).toBe(0);
		shop.git("checkout", "--quiet", "--force", "main");
		expect((await tfm(["run", "--select", "customers", "-q"])).code).toBe(0);
		expect((await tfm(["plan"])).stderr).toContain("TFM-PLAN-003");
	});

	it("compares with an environment, and builds in it", async () => {
		expect((await tfm(["run", "-q"])).code).toBe(0);
		expect((await tfm(["env", "create", "anna"])).code).toBe(0);
		shop.branch("in-anna", { "models/marts/customers.sql": (sql) => `${sql}having count(*) > 1\n` });
		expect(told(await tfm(["plan", "--env", "anna", "--apply", "--yes"]))).toMatchInlineSnapshot(`
			"the files of 49b643a beside what was published in the environment anna (fc90a79), to be built in anna

			TO BUILD           HOW         ROWS     SIZE  USUALLY  WHY
			~ marts.customers  built anew     4  16.4 kB     0.0s  its SQL changed; it may have other rows

			1 node and 2 tests · 4 rows, 16.4 kB stand there · reads 20 rows, 16.4 kB of 1 relation that stays · usually 0.0s of work
			tfm 0.1.0 · shop@anna · dev (PostgreSQL 18.6 (embedded)) · 1 thread · 1 model, 2 tests · run 0000…22

			 marts  1 node, 2 tests
			 ✓ marts.customers                              table         0.0s   4 rows
			 marts    ✓ 1/1                                0.0s   tests 2/2

			 Passed  1 built     tests 2 ok      0.0s
			[exit 0]
			"
		`);
		expect((await tfm(["plan", "--env", "anna"])).stdout).toContain("nothing to build");
		expect((await tfm(["plan"])).stdout).toContain("~ marts.customers");
		expect((await tfm(["plan", "--env", "ana"])).stderr).toContain("error[TFM-ENV-004]");
	});

	it("compares with a commit or a folder of artifacts, where that is asked", async () => {
		expect((await tfm(["plan", "--base", "main"])).stdout).toMatch(
			/^the files of \w+ beside the merge base with main \(fc90a79\), for dev\n/,
		);
		shop.git("checkout", "--quiet", "--force", "main");
		expect((await tfm(["plan"])).code).toBe(0);
		cpSync(join(shop.root, "target"), join(shop.work, "kept"), { recursive: true });
		shop.git("checkout", "--quiet", "--force", "in-anna");
		const planned = await tfm(["plan", "--state", "../kept", "--output", "json"]);
		expect(JSON.parse(planned.stdout)).toMatchObject({
			against: { kind: "state", says: "the state in ../kept" },
			nodes: [
				{
					name: "customers",
					change: "modified",
					why: ["its SQL changed", "it may have other rows"],
					way: "built anew",
				},
			],
			tests: [expect.stringContaining("not_null_customers_customer"), expect.stringContaining("unique_customers")],
		});
		expect((await tfm(["plan", "--state", "nowhere"])).stderr).toContain("error[TFM-PLAN-006]");
		writeFileSync(join(shop.work, "kept/state.json"), "{");
		expect((await tfm(["plan", "--state", "../kept"])).stderr).toContain("error[TFM-STATE-002]");
	});

	it("builds anew what stands and is not known, and says what it would have to know", async () => {
		const setCommit = (of: string, commit: string) =>
			tfm(["run-operation", "set_commit", "--args", `{of: "${of}", commit: "${commit}"}`]).then(({ code }) =>
				expect(code).toBe(0),
			);
		shop.branch("forgetful", {
			"macros/set_commit.sql": `{% macro set_commit(of, commit) %}{% do run_query("update tfm_state.runs set commit_id = " ~ commit
				~ " where run_id in (select run_id from tfm_state.published where node like '" ~ of ~ "')") %}{% endmacro %}\n`,
		});
		expect((await tfm(["run", "-q"])).code).toBe(0);
		expect((await tfm(["run", "--select", "customers", "-q"])).code).toBe(0);
		await setCommit("%customers", "null");
		expect((await tfm(["plan"])).stdout).toContain("what it was built from is not known");
		await setCommit("%orders", `'${"7".repeat(40)}'`);
		expect((await tfm(["plan"])).stderr).toMatchInlineSnapshot(`
			" error[TFM-PLAN-002]: dev was built from the commit 7777777777, which this clone does not have
			   = next: git fetch origin 7777777777777777777777777777777777777777, or compare with another one: tfm plan --base origin/main

			 1 error, nothing was run (0.0s)
			"
		`);
		await setCommit("%", "null");
		expect((await tfm(["plan"])).stderr).toMatchInlineSnapshot(`
			" error[TFM-PLAN-001]: what dev was built from is not known: none of the 5 relations there names a commit
			   = hint: runs of tfm in a git repository write their commit down; those of an earlier tfm, or of dbt, did not
			   = next: tfm plan --base origin/main compares with a commit, tfm plan --state FOLDER with a folder of artifacts

			 1 error, nothing was run (0.0s)
			"
		`);
	});
});
