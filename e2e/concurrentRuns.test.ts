import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../src/adapters/postgres/testing/testDatabase.ts";
import { tfm } from "./runCase.ts";
import { openTfmProcesses, type TfmProcesses } from "./tfmProcess.ts";

describeOnPostgres("two runs on one server", () => {
	let database: TestDatabase;
	let client: pg.Client;
	let gate: pg.Client;
	let processes: TfmProcesses;
	const root = mkdtempSync(join(tmpdir(), "tfm-two-runs-"));
	const write = (path: string, text: string): void => {
		mkdirSync(join(root, path, ".."), { recursive: true });
		writeFileSync(join(root, path), text);
	};
	const rows = async (sql: string): Promise<unknown[]> =>
		(await client.query({ text: sql, rowMode: "array" })).rows.flat();
	const until = async (sql: string): Promise<void> => {
		while ((await rows(sql))[0] !== true) await pause(20);
	};
	// The model `gated` waits for a table lock, so that a run can be met in its middle.
	const waiting = "exists(select 1 from pg_locks where relation = 'public.gate'::regclass and not granted)";
	const atTheGate = () => until(`select ${waiting}`);
	const shut = () => gate.query("begin; lock table public.gate in exclusive mode");
	const open = () => gate.query("commit");

	beforeAll(async () => {
		database = await createTestDatabase();
		client = new pg.Client({ connectionString: database.url });
		gate = new pg.Client({ connectionString: database.url });
		await Promise.all([client.connect(), gate.connect()]);
		await client.query("create table public.gate ()");
		processes = await openTfmProcesses();
		const { host, port, user, password } = database;
		const dev = {
			type: "postgres",
			host,
			port,
			user,
			password,
			database: database.database,
			schema: "dev",
			threads: 4,
		};
		write("profiles.yml", JSON.stringify({ shop: { target: "dev", outputs: { dev } } }));
		write("tfm_project.yml", "name: shop\nlayers: [staging]\nprofile: shop\nmodels: {+materialized: table}\n");
		write(
			"models/staging/gated.sql",
			"{{ config(pre_hook='lock table public.gate in share mode') }} select {{ var('gen', 0) }} as gen",
		);
		for (const name of ["a", "b", "c", "d"]) write(`models/staging/${name}.sql`, `select {{ var('gen', 0) }} as gen`);
	}, 60_000);
	afterAll(async () => {
		processes.dispose();
		await Promise.all([client.end(), gate.end()]);
		await database.drop();
		rmSync(root, { recursive: true, force: true });
	});

	it("that write different relations go on together; a first one that began the state tables hinders nobody", async () => {
		const [one, two] = await Promise.all([tfm(["run", "-s", "a", "b"], root), tfm(["run", "-s", "c", "d"], root)]);
		expect([one.code, two.code], one.stdout + one.stderr + two.stdout + two.stderr).toEqual([0, 0]);
		await shut();
		const slow = processes.start(["run", "-s", "gated"], root);
		await atTheGate();
		// Stopped between two statements: it is alive, holds its leases, and no snapshot for which a publish would wait.
		slow.process.kill("SIGSTOP");
		await open();
		const quick = await tfm(["run", "-s", "a", "b", "--vars", "{gen: 1}"], root);
		expect(quick.code, quick.stdout + quick.stderr).toBe(0);
		expect(await rows("select relation_name from tfm_state.leases")).toEqual(["gated"]);
		slow.process.kill("SIGCONT");
		expect(await slow.ended, slow.said()).toBe(0);
		expect(await rows("select array_agg(status order by status) from tfm_state.runs")).toEqual([
			["success", "success", "success", "success"],
		]);
	});

	it("that write the same relation go one after the other, or the second gives up with the first one's name", async () => {
		await shut();
		const first = tfm(["run", "-s", "gated", "--vars", "{gen: 1}"], root);
		await atTheGate();
		const impatient = await tfm(["run", "-s", "gated", "a", "--lock-timeout", "1s"], root);
		expect(impatient.code).toBe(2);
		expect(impatient.stderr).toMatch(
			/TFM-RUN-013\]: waited 1 s in vain for run \S+ \(tfm run on host, process \d+, since .*\), which writes dev_staging\.gated/,
		);
		const patient = processes.start(["run", "-s", "gated", "--vars", "{gen: 2}"], root);
		while (!patient.said().includes("waiting for run") && patient.process.exitCode === null) await pause(20);
		await open();
		expect((await first).code).toBe(0);
		expect(await patient.ended, patient.said()).toBe(0);
		expect(patient.said()).toMatch(/waiting for run \S+ \(tfm run on host, process \d+, since /);
		expect(await rows("select gen from dev_staging.gated")).toEqual([2]);
		expect(await rows("select count(*)::int from tfm_state.leases")).toEqual([0]);
	});

	it("one of which is killed: the other takes over at once, ends its statement, and readers see the old rows till then", async () => {
		await shut();
		const killed = processes.start(["run", "-s", "gated", "a", "--vars", "{gen: 7}"], root);
		await atTheGate();
		killed.process.kill("SIGKILL");
		expect(await killed.ended).toBe("SIGKILL");
		expect(await rows("select gen from dev_staging.gated union all select gen from dev_staging.a")).toEqual([2, 1]);
		const next = tfm(["run", "-s", "a", "gated", "--vars", "{gen: 8}"], root);
		await until("select exists(select 1 from tfm_state.runs where status = 'killed')");
		await open();
		const done = await next;
		expect(done.code, done.stdout + done.stderr).toBe(0);
		expect(await rows("select gen from dev_staging.gated union all select gen from dev_staging.a")).toEqual([8, 8]);
		expect(await rows("select count(*)::int from tfm_state.runs where status is null")).toEqual([0]);
		expect((await tfm(["history", "--limit", "2"], root)).stdout).toMatch(/ killed /);
	});

	it("is cancelled by SIGINT: its statement ends on the server, its leases are free, exit code 130", async () => {
		await shut();
		const run = processes.start(["run", "-s", "gated"], root);
		await atTheGate();
		run.process.kill("SIGINT");
		expect(await run.ended, run.said()).toBe(130);
		expect(await rows(`select ${waiting}`)).toEqual([false]);
		expect(await rows("select count(*)::int from tfm_state.leases")).toEqual([0]);
		await open();
	});

	it("stops one node alone at its own statement_timeout", async () => {
		write("models/staging/slow.sql", "{{ config(statement_timeout='1s') }} select 1 as id from pg_sleep(60)");
		const run = await tfm(["run", "-s", "slow", "a", "--vars", "{gen: 9}"], root);
		expect(run.code).toBe(1);
		expect(run.stdout).toContain("slow was stopped: the statement took longer than 1 s");
		expect(await rows("select gen from dev_staging.a")).toEqual([9]);
	});
});
