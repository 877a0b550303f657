/**
 * What an incremental model's run costs by the size of the table and of the new rows: build, each test, publish. Tests of
 * single rows read only the new ones once they have found nothing in the table; what is remembered of them is deleted
 * before the last run of each size, which shows what reading everything would cost.
 *
 *   node bench/incrementalAudit.mjs [--rows 1000000,10000000] [--delta 1000,10000,100000]
 *
 * Needs a build (`npm run build`) and the machine's own Postgres binaries; the server is thrown away.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { startPostgresServer } from "../scripts/postgresServer.mjs";

const TFM = join(dirname(dirname(fileURLToPath(import.meta.url))), "bin/tfm.js");
const { values } = parseArgs({
	options: {
		rows: { type: "string", default: "1000000,10000000" },
		delta: { type: "string", default: "1000,10000,100000" },
	},
});
const numbers = (text) => text.split(",").map(Number);

function writeProject(root, server) {
	mkdirSync(join(root, "models/mart"), { recursive: true });
	writeFileSync(join(root, "tfm_project.yml"), "name: audit\nprofile: audit\nlayers: [mart]\n");
	const { host, port, user, password, database: dbname } = server;
	const output = { type: "postgres", host, port, user, password, dbname, schema: "bench", threads: 1 };
	writeFileSync(join(root, "profiles.yml"), JSON.stringify({ audit: { target: "dev", outputs: { dev: output } } }));
	writeFileSync(
		join(root, "models/mart/orders.sql"),
		`{{ config(materialized='incremental', unique_key='id', incremental_strategy='merge', indexes=[{'columns': ['id'], 'unique': true}]) }}
{% if is_incremental() %}
select (i * {{ var('step') }})::bigint as id, 'open'::text as status, i * 1.5::numeric(12, 2) as amount
from generate_series(1, {{ var('delta') }}) i
{% else %}
select i::bigint as id, 'done'::text as status, (i % 1000)::numeric(12, 2) as amount from generate_series(1, {{ var('rows') }}) i
{% endif %}
`,
	);
	const tests =
		"{name: id, data_tests: [unique, not_null]}, {name: status, data_tests: [{accepted_values: {arguments: {values: [open, done]}}}]}";
	writeFileSync(join(root, "models/mart/_.yml"), `models: [{name: orders, columns: [${tests}]}]\n`);
}

function run(root, vars, more = []) {
	const started = performance.now();
	const done = spawnSync(process.execPath, [TFM, "run", "--vars", JSON.stringify(vars), ...more], {
		cwd: root,
		encoding: "utf8",
	});
	if (done.status !== 0) throw new Error(`${done.stdout}\n${done.stderr}`);
	const whole = (performance.now() - started) / 1000;
	const { results } = JSON.parse(readFileSync(join(root, "target/run_results.json"), "utf8"));
	const of = (part) => results.find((r) => r.unique_id.includes(part))?.execution_time ?? 0;
	return { whole, build: of("model."), unique: of(".unique_"), notNull: of(".not_null_"), values: of(".accepted_") };
}

const line = (cells) => cells.map((cell) => String(cell).padStart(12)).join("");
const seconds = (n) => `${n.toFixed(2)} s`;
const row = (rows, delta, read, r) =>
	console.log(
		line([
			rows,
			delta,
			read,
			seconds(r.build),
			seconds(r.unique),
			seconds(r.notNull),
			seconds(r.values),
			seconds(r.whole),
		]),
	);

const server = await startPostgresServer({ settings: { max_wal_size: "8GB", shared_buffers: "512MB" } });
const root = mkdtempSync(join(tmpdir(), "tfm-audit-"));
const client = new pg.Client({ connectionString: server.url });
try {
	await client.connect();
	writeProject(root, server);
	console.log(line(["table", "new rows", "tests read", "build", "unique", "not_null", "accepted", "whole run"]));
	for (const rows of numbers(values.rows)) {
		row(rows, "-", "all", run(root, { rows }, ["--full-refresh"]));
		for (const delta of numbers(values.delta))
			row(rows, delta, "new rows", run(root, { rows, delta, step: Math.floor(rows / delta) }));
		const delta = numbers(values.delta)[0];
		await client.query("delete from tfm_state.test_passes");
		row(rows, delta, "all", run(root, { rows, delta, step: Math.floor(rows / delta) }));
	}
} finally {
	await client.end();
	await server.dispose();
	rmSync(root, { recursive: true, force: true });
}
