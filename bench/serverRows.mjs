/** Rows that are measured on a Postgres server: a throw-away one, with fsync as the server has it. */
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPostgresBinaries, startPostgresServer } from "../scripts/postgresServer.mjs";
import { here, run, runNode } from "./measure.mjs";

const CONNECTIONS = 4;
const PROFILE = ["--profile", "bench"];
const TFM = join(here, "../bin/tfm.js");
const must = (fact, message) => {
	if (!fact) throw new Error(message);
};

/** Null where no server is installed. Texts of refused statements would fill the pipe that nobody reads meanwhile. */
export async function startBenchServer() {
	const binaries = findPostgresBinaries();
	if (binaries === null) return null;
	const hba = ["host all all 127.0.0.1/32 trust"];
	const settings = { log_min_messages: "log", log_min_error_statement: "panic" };
	const server = await startPostgresServer({ hba, settings, binaries });
	const psql = existsSync(join(binaries, "psql")) ? join(binaries, "psql") : "psql";
	const urlOf = (database) => `postgresql://${server.user}@${server.host}:${server.port}/${database}`;
	const sql = (...statements) =>
		execFileSync(psql, [urlOf("postgres"), "-qX", "-v", "ON_ERROR_STOP=1", ...statements.flatMap((s) => ["-c", s])], {
			stdio: ["ignore", "ignore", "pipe"],
			env: { ...process.env, PGOPTIONS: "-c client_min_messages=error" },
		});
	return { ...server, psql, urlOf, sql };
}

/** A copy of `from`, in place of what was there. */
const copyDatabase = (server, from, to) =>
	server.sql(`drop database if exists ${to} with (force)`, `create database ${to} template ${from}`);

/** The profile `bench` for the server; the relay that records a run has another port. */
export function serverProfile(cwd, server) {
	const output = `type: postgres, host: 127.0.0.1, port: "{{ env_var('BENCH_PORT', '${server.port}') | int }}", user: ${server.user}, password: x, dbname: bench, schema: bench, threads: ${CONNECTIONS}, sslmode: disable`;
	writeFileSync(join(cwd, "profiles.yml"), `bench:\n  target: server\n  outputs:\n    server: { ${output} }\n`);
}

/**
 * A run of the project in `cwd` over four connections. Floors: its own statements sent again by as many sessions, and,
 * where everything stands already, the same tables, views and tests made plainly over four connections.
 */
export function serverRun(
	server,
	cwd,
	{ workDir, first = false, commands = [], runsBefore, args = ["run", ...PROFILE] },
) {
	const record = join(workDir, "wire");
	const target = join(cwd, "target");
	const results = join(target, "run_results.json");
	for (const path of [record, target]) rmSync(path, { recursive: true, force: true });
	copyDatabase(server, "template1", "bench");
	for (const command of commands) runNode([TFM, command, ...PROFILE], { cwd });
	for (let i = 0; i < (first ? 0 : runsBefore); i++) runNode([TFM, ...args], { cwd });
	copyDatabase(server, "bench", "bench_kept");
	const restore = () => copyDatabase(server, "bench_kept", "bench");
	runNode([join(here, "recordWire.mjs"), record, String(server.port), cwd, ...args], { cwd: workDir });
	restore();
	const replay = {
		title: "the run's statements, replayed",
		args: [join(here, "replayWire.mjs"), record, String(server.port), "bench"],
		options: { cwd: workDir },
		before: restore,
		check: (stdout) => must(/^[1-9]\d+ requests/.test(stdout), "nothing was replayed"),
	};
	const kept = join(workDir, "target");
	rmSync(kept, { recursive: true, force: true });
	execFileSync("cp", ["-r", target, kept]);
	const plain = {
		title: `the same SQL, plainly, ${CONNECTIONS} connections`,
		args: [join(here, "plainServerBuild.mjs"), kept, server.urlOf("bench"), String(CONNECTIONS)],
		options: { cwd: workDir },
		before: restore,
		check: (stdout) => must(/^[1-9]\d* results/.test(stdout), "nothing was built plainly"),
	};
	return {
		subject: {
			args: [TFM, ...args],
			options: { cwd },
			before: () => {
				rmSync(results, { force: true });
				restore();
			},
			check: () => must(existsSync(results), "the run left no results"),
		},
		floors: first ? [replay] : [replay, plain],
	};
}

/**
 * `tfm seed` or `tfm load` of one big file into `table`, beside `psql \copy` of the same rows into the same table. The
 * rows are read back from what tfm loaded, so that both write the same.
 */
export function serverLoad(server, cwd, { workDir, command, table, rows }) {
	const csv = join(workDir, "rows.csv");
	copyDatabase(server, "template1", "bench");
	runNode([TFM, "debug", ...PROFILE], { cwd });
	copyDatabase(server, "bench", "bench_kept");
	const args = [TFM, command, ...PROFILE];
	runNode(args, { cwd });
	const psql = (...commands) => [
		server.urlOf("bench"),
		"-qX",
		"-v",
		"ON_ERROR_STOP=1",
		...commands.flatMap((c) => ["-c", c]),
	];
	const ask = (sql) => run(server.psql, [...psql(sql), "-At"], { cwd: workDir }).stdout.trim();
	must(ask(`select count(*) from ${table}`) === String(rows), `${table} has not ${rows} rows`);
	run(server.psql, psql(`\\copy ${table} to '${csv}' csv`), { cwd: workDir });
	// The same table without rows, to copy into.
	const [schema, name] = table.split(".");
	runNode(args, { cwd });
	server.sql("drop database if exists bench_empty with (force)");
	copyDatabase(server, "bench", "bench_empty");
	run(server.psql, [server.urlOf("bench_empty"), "-qX", "-c", `truncate ${table}`], { cwd: workDir });
	return {
		subject: { args, options: { cwd }, before: () => copyDatabase(server, "bench_kept", "bench") },
		floors: [
			{
				title: `psql \\copy into ${schema === "bench" ? "" : `${schema}.`}${name}`,
				command: server.psql,
				args: psql(`\\copy ${table} from '${csv}' csv`),
				options: { cwd: workDir },
				before: () => copyDatabase(server, "bench_empty", "bench"),
				check: () => must(ask(`select count(*) from ${table}`) === String(rows), "not all rows were copied"),
			},
		],
	};
}

/** Peak memory in MB of a run of all models where nothing was built before. `peakOf`: runs Node and tells its peak. */
export function firstRunMemory(server, cwd, peakOf) {
	copyDatabase(server, "template1", "bench");
	runNode([TFM, "seed", "-q", ...PROFILE], { cwd });
	return peakOf([TFM, "run", "-q", ...PROFILE], { cwd });
}
