import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../../src/adapters/postgres/testing/testDatabase.ts";
import { newRepository, type Repository } from "../ci/repository.ts";
import { tfm as run } from "../runCase.ts";
import { openTfmProcesses, type TfmProcess, type TfmProcesses } from "../tfmProcess.ts";

const OTHER_FILTER = {
	"models/staging/stg_orders.sql": (sql: string) => sql.replace("where amount >=", "where amount >"),
};

describeOnPostgres("tfm ci on a server", { timeout: 180_000 }, () => {
	let database: TestDatabase;
	let shop: Repository;
	let processes: TfmProcesses;
	let env: Record<string, string>;
	let client: pg.Client;
	const holders = new Set<pg.Client>();
	const tfm = (argv: readonly string[], more: Readonly<Record<string, string>> = {}) =>
		run(argv, shop.root, { ...env, ...more });
	const rows = async (sql: string): Promise<unknown[]> =>
		(await client.query({ text: sql, rowMode: "array" })).rows.flat();
	/** Schemas of pull requests, and what is written down of them. */
	const left = () =>
		rows(`select nspname from pg_namespace where nspname like '%\\_\\_ci\\_%' or nspname ~ '^tfm_c_.*_ci_'
			union all select name from tfm_state.environments union all select schema_name from tfm_state.environment_schemas`);
	const ciArgs = ["ci", "--base", "main", "--target", "dev"];
	const pull = (number: number) => ({ GITHUB_REF: `refs/pull/${number}/merge` });

	beforeAll(async () => {
		database = await createTestDatabase();
		shop = newRepository();
		const { host, port, user, password } = database;
		const target = { type: "postgres", host, port, user, password, database: database.database, threads: 2 };
		mkdirSync(join(shop.work, "profiles"));
		const outputs = { dev: { ...target, schema: "dev" }, nightly: { ...target, schema: "nightly" } };
		writeFileSync(join(shop.work, "profiles/profiles.yml"), JSON.stringify({ server: { target: "dev", outputs } }));
		env = {
			...shop.env,
			PATH: process.env.PATH ?? "",
			TFM_PROFILES_DIR: join(shop.work, "profiles"),
			TFM_PROFILE: "server",
		};
		client = new pg.Client({ connectionString: database.url });
		await client.connect();
		processes = await openTfmProcesses();
		expect(await tfm(["run-operation", "fill_raw"])).toMatchObject({ code: 0 });
		expect(await tfm(["run"])).toMatchObject({ code: 0 });
	}, 180_000);
	afterEach(async () => {
		for (const holder of holders) await holder.end();
		holders.clear();
	});
	afterAll(async () => {
		processes.dispose();
		shop.remove();
		await client.end();
		await database.drop();
	}, 60_000);

	it("writes the comment that it writes on the embedded database, and leaves nothing behind", async () => {
		shop.branch("filter-changed", OTHER_FILTER);
		const { code, stdout } = await tfm(ciArgs);
		// The first commit lacks the setting that those branches began from.
		const same = (text: string) => text.replace(/`[0-9a-f]{7}`/g, "`<commit>`");
		const [line] = await rows("select count(*)::int from dev_staging.stg_orders");
		expect({ code, line }).toEqual({ code: 0, line: 20 });
		const embedded = readFileSync(new URL("../ci/filter-changed.md", import.meta.url), "utf8");
		expect(same(`${stdout}\n[exit ${code}]\n`)).toBe(same(embedded));
		expect(await left()).toEqual([]);
	});

	it("reads and compares by the names of another target, where the project says so", async () => {
		expect(await tfm(["run", "--target", "nightly", "-q"])).toMatchObject({ code: 0 });
		await client.query("delete from nightly_marts.customers where customer = 'customer 1'");
		shop.branch("deferred", {
			"tfm_project.yml": (text) => `${text}ci: { defer: nightly, against: { target: nightly } }\n`,
			"models/marts/customers.sql": (sql) => sql.replace("count(*)", "count(*) + 0"),
		});
		const { code, stdout } = await tfm(ciArgs);
		expect(stdout).toContain("built in the environment `ci_deferred` · compared with what stands in nightly");
		expect(stdout).toMatch(/\| marts.customers \| 2\/2 \| 3 → 4 \| 1 \| 0 \| 0 \| – \|/);
		expect(code).toBe(0);
	});

	it("lets incremental models go on from what stands, on both sides, where the project says so", async () => {
		const log = (extra: string) => `{{ config(materialized='incremental', unique_key='order_id') }}
			select order_id, customer${extra} from {{ ref('stg_orders') }}
			{% if is_incremental() %}where order_id > (select max(order_id) from {{ this }}) - 2{% endif %}`;
		shop.branch("log-main", {
			"tfm_project.yml": (text) => `${text}ci: { incremental: clone }\n`,
			"models/marts/log.sql": log(""),
		});
		expect(await tfm(["run", "-s", "log", "-q"])).toMatchObject({ code: 0 });
		shop.git("checkout", "--quiet", "-b", "log");
		shop.write({ "models/marts/log.sql": log(" || '!' as customer") });
		shop.git("commit", "--quiet", "--all", "--message", "Another log");
		const { code, stdout, stderr } = await tfm(["ci", "--base", "log-main", "--target", "dev"]);
		expect(stderr).toContain("log goes on from a copy of dev_marts.log");
		expect(stdout).toContain("1 built in the environment `ci_log` · marts.log from a copy of what stands");
		// Of twenty rows the two that a run brings in again.
		expect(stdout).toMatch(/\| marts.log \| – \| 20 → 20 \| 0 \| 0 \| 2 \| `customer` 2 \|/);
		expect(code).toBe(0);
		expect(await left()).toEqual([]);
	});

	it("plans the same for a person: new rows only of an incremental model, in a schema of its own or where it stands", async () => {
		shop.git("checkout", "--quiet", "--force", "log");
		const planned = await tfm(["plan", "--target", "dev"]);
		expect(planned.stdout).toMatch(
			/^~ marts\.log +new rows only +20 +\S+ kB +- +its SQL changed; columns: values customer$/m,
		);
		expect(planned.stdout).toContain("1 node and 0 tests · 20 rows");
		expect((await tfm(["env", "create", "anna"])).code).toBe(0);
		const aside = await tfm(["plan", "--env", "anna", "--apply", "--yes"]);
		expect(aside.stdout).toMatch(/~ marts\.log +new rows only[\s\S]*log goes on from a copy of dev_marts\.log/);
		expect(await rows("select count(*)::int from dev_marts__anna.log where customer like '%!'")).toEqual([2]);
		expect(await rows("select count(*)::int from dev_marts.log where customer like '%!'")).toEqual([0]);
		expect((await tfm(["env", "drop", "anna"])).code).toBe(0);
		expect(await tfm(["plan", "--target", "dev", "--apply", "--yes", "-q"])).toMatchObject({ code: 0 });
		expect(await rows("select count(*)::int from dev_marts.log where customer like '%!'")).toEqual([2]);
		expect((await tfm(["plan", "--target", "dev"])).stdout).toContain("nothing to build");
	});

	/** A process that waits in its first build, for as long as `release` was not called. */
	async function waiting(more: Readonly<Record<string, string>>) {
		const holder = new pg.Client({ connectionString: database.url });
		await holder.connect();
		holders.add(holder);
		await holder.query("begin; lock table raw.orders in access exclusive mode");
		const started = processes.start(ciArgs, shop.root, { ...env, ...more });
		await until(started, async () => (await rows(LOCKED))[0] === 1);
		const release = async () => {
			holders.delete(holder);
			await holder.end();
		};
		return { started, release };
	}
	const LOCKED = "select count(*)::int from pg_locks where relation = 'raw.orders'::regclass and not granted";
	async function until({ process: child, said }: TfmProcess, holds: () => Promise<boolean>): Promise<void> {
		while (!(await holds())) {
			if (child.exitCode !== null) throw new Error(`it ended too early:\n${said()}`);
			await pause(50);
		}
	}

	it("cleans up at once where the runner ends it with SIGTERM", async () => {
		shop.branch("ended", OTHER_FILTER);
		const { started, release } = await waiting(pull(7));
		expect(await left()).toContain("ci_7");
		started.process.kill("SIGTERM");
		expect({ ended: await started.ended, said: started.said() }).toMatchObject({ ended: 130 });
		expect(await left()).toEqual([]);
		await release();
	});

	it("goes to the later of two jobs of a pull request: the earlier stops, cleans up and has no comment", async () => {
		shop.branch("twice", OTHER_FILTER);
		const { started: first, release } = await waiting(pull(8));
		const second = processes.start(ciArgs, shop.root, { ...env, ...pull(8) });
		expect(await first.ended).toBe(130);
		expect(first.said()).not.toContain("nothing was run");
		expect(first.said()).toMatch(
			/error\[TFM-ENV-007\]: a later run \(.*\) took over the environment ci_8: this one stops/,
		);
		expect(first.said()).not.toContain("### ");
		await release();
		expect({ ended: await second.ended, said: second.said() }).toMatchObject({ ended: 0 });
		expect(second.said()).toContain("| staging.stg_orders | 2/2 | 20 → 19 |");
		expect(await left()).toEqual([]);
	});

	it("leaves what a killed job built to the cleaning job, which asks GitHub which pull requests are closed", async () => {
		shop.branch("killed", OTHER_FILTER);
		for (const number of [9, 10]) {
			const { started, release } = await waiting(pull(number));
			started.process.kill("SIGKILL");
			await started.ended;
			await release();
		}
		expect(await left()).toEqual(expect.arrayContaining(["ci_9", "ci_10"]));
		const github = createServer((request, response) => {
			response.setHeader("content-type", "application/json");
			response.end(JSON.stringify({ state: request.url === "/repos/acme/shop/pulls/9" ? "closed" : "open" }));
		});
		await new Promise<void>((listening) => github.listen(0, "127.0.0.1", listening));
		const api = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;
		const asks = { GITHUB_TOKEN: "t0ken", GITHUB_REPOSITORY: "acme/shop", GITHUB_API_URL: api };
		const cleaned = await tfm(["ci", "--cleanup", "--target", "dev"], asks);
		expect(cleaned.stdout).toMatch(/^dropped ci_9 \(its pull request is closed\): [^\n]*dev_staging__ci_9[^\n]*\n$/);
		expect(await left()).not.toContain("ci_9");
		// The job of a pull request that is being closed names it.
		expect((await tfm(["ci", "--cleanup", "--target", "dev"], pull(10))).stdout).toContain("(this pull request)");
		expect(await left()).toEqual([]);
		github.close();
	});
});
