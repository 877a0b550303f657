import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startPostgresServer } from "../../scripts/postgresServer.mjs";
import { type CuttableProxy, startCuttableProxy } from "../../src/adapters/postgres/testing/cuttableProxy.ts";
import { describeOnOwnServer } from "../../src/adapters/postgres/testing/testDatabase.ts";
import { openTfmProcesses, type TfmProcesses } from "../tfmProcess.ts";

/** Where a run is met, and the lock that keeps it there: a load that copies, a model that reads, a publish that swaps. */
const PLACES = {
	load: { lock: "landing.events in exclusive mode", waits: "landing.events" },
	build: { lock: "public.source in access exclusive mode", waits: "public.source" },
	// While somebody sits in a transaction that holds its locks, a publish makes no attempt: its gate's event says it.
	publish: { lock: "reporting.totals in access share mode", waits: null },
} as const;
type Place = keyof typeof PLACES;

const FILES = {
	"tfm_project.yml": "name: shop\nlayers: [landing, staging, reporting]\nschema_naming: exact\nprofile: shop\n",
	"models/landing/_raw.yml": JSON.stringify({
		sources: [{ name: "raw", tables: [{ name: "events", load: { files: "data/*.csv", columns: [{ name: "id" }] } }] }],
	}),
	"models/staging/stg.sql": `{{ config(materialized='table') }}
		select {{ var('gen') }} as gen, (select count(*) from {{ source('raw', 'events') }}) as n from public.source`,
	"models/staging/log.sql": `{{ config(materialized='incremental', incremental_strategy='append') }} select gen from {{ ref('stg') }}`,
	"models/reporting/totals.sql": "{{ config(materialized='table') }} select gen, n from {{ ref('stg') }}",
};
const ROWS = 1000;

describeOnOwnServer("a run whose server", () => {
	let server: Awaited<ReturnType<typeof startPostgresServer>>;
	let proxy: CuttableProxy;
	let processes: TfmProcesses;
	let gen = 0;
	const root = mkdtempSync(join(tmpdir(), "tfm-cut-"));
	const write = (path: string, text: string): void => {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	};
	/** A session of its own, straight to the server. */
	async function connect(): Promise<pg.Client> {
		const client = new pg.Client({ connectionString: server.url });
		client.on("error", () => {});
		await client.connect();
		return client;
	}
	async function rows(sql: string): Promise<unknown[]> {
		const client = await connect();
		const result = await client.query({ text: sql, rowMode: "array" });
		await client.end();
		return result.rows;
	}
	/** A file arrives, and a run takes it. */
	function start() {
		gen++;
		write(`data/${gen}.csv`, `id\n${Array.from({ length: ROWS }, (_, i) => `${gen}-${i}\n`).join("")}`);
		return processes.start(["run", "--log-format", "events", "--vars", `{gen: ${gen}}`], root);
	}
	async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
		while (!(await holds())) await pause(20);
	}

	/** A run that is met at a place, disturbed there and let go. */
	async function disturbed(place: Place, disturb: () => Promise<void>): Promise<string> {
		const { lock, waits } = PLACES[place];
		const holder = await connect();
		await holder.query(`begin; lock table ${lock}`);
		const run = start();
		if (waits === null) await until(() => /"gate.passed"[^\n]*"layer":"reporting"/.test(run.said()));
		else
			await until(async () => {
				const [[n]] = (await rows(
					`select count(*)::int from pg_locks where relation = '${waits}'::regclass and not granted`,
				)) as [[number]];
				return n > 0 || run.process.exitCode !== null;
			});
		await disturb();
		await holder.end().catch(() => {});
		expect(await run.ended, run.said()).toBe(0);
		return run.said();
	}

	/** Everything of this run stands, once, as if nothing had been. */
	async function expectWhole(): Promise<void> {
		expect(await rows("select gen, n::int from reporting.totals")).toEqual([[gen, gen * ROWS]]);
		expect(await rows("select array_agg(gen order by gen) from staging.log")).toEqual([
			[Array.from({ length: gen }, (_, i) => i + 1)],
		]);
		expect(await rows("select count(*)::int, count(distinct id)::int from landing.events")).toEqual([
			[gen * ROWS, gen * ROWS],
		]);
		expect(await rows("select count(*)::int, sum(rows)::int from tfm_state.loaded_files")).toEqual([[gen, gen * ROWS]]);
		expect(await rows("select status, count(*)::int from tfm_state.runs group by 1")).toEqual([["success", gen]]);
		expect(await rows("select count(*)::int from tfm_state.leases")).toEqual([[0]]);
		expect(await rows("select nspname from pg_namespace where nspname like 'tfm\\_o\\_%'")).toEqual([]);
	}

	beforeAll(async () => {
		server = await startPostgresServer();
		proxy = await startCuttableProxy(server);
		processes = await openTfmProcesses();
		for (const [path, text] of Object.entries(FILES)) write(path, text);
		await rows("create table public.source as select 1 as one");
		const { host, user, password, database } = server;
		const dev = { type: "postgres", host, port: proxy.port, user, password, database, schema: "dev", retries: 5 };
		write("profiles.yml", JSON.stringify({ shop: { target: "dev", outputs: { dev: { ...dev, threads: 2 } } } }));
		const first = start();
		expect(await first.ended, first.said()).toBe(0);
	});
	afterAll(async () => {
		processes.dispose();
		await proxy.close();
		await server.dispose();
		rmSync(root, { recursive: true, force: true });
	});
	beforeEach(expectWhole);

	for (const place of Object.keys(PLACES) as Place[]) {
		it(`is cut off in a ${place} goes on over new connections, and does everything once`, async () => {
			const said = await disturbed(place, async () => {
				expect(proxy.cut()).toBeGreaterThan(0);
			});
			expect(said).toContain('"node.retried"');
			await expectWhole();
		});

		it(`crashes in a ${place} and comes back goes on, and does everything once`, async () => {
			const said = await disturbed(place, async () => {
				await server.stop("immediate");
				await server.start();
			});
			expect(said).toContain('"node.retried"');
			await expectWhole();
		});
	}
});
