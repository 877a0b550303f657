/**
 * A landing load of one CSV of 2 GB on Postgres: its time, and the peak memory of tfm's process, which must not follow
 * the file's size. `node bench/largeLoad.mjs`, with --gb=0.01 a quick look.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { makeCsvLandingProject } from "./makeLoad.mjs";
import { here, peakMemory } from "./measure.mjs";
import { serverProfile, startBenchServer } from "./serverRows.mjs";

const BYTES_PER_ROW = 99;
const asked = Number(process.argv.find((argument) => argument.startsWith("--gb="))?.slice("--gb=".length) ?? 2);
const rows = Math.ceil((asked * 1e9) / BYTES_PER_ROW);
const server = await startBenchServer();
if (server === null) {
	console.error("no Postgres server is installed");
	process.exit(2);
}
const work = mkdtempSync(join(tmpdir(), "tfm-large-load-"));
try {
	const cwd = join(work, "project");
	await makeCsvLandingProject({ out: cwd, rows });
	server.sql("create database bench");
	serverProfile(cwd, server);
	const load = loadavg()[0];
	const started = performance.now();
	const peak = peakMemory([join(here, "../bin/tfm.js"), "load", "--profile", "bench"], { cwd }, work);
	const seconds = (performance.now() - started) / 1000;
	const gigabytes = statSync(join(cwd, "data/big.csv")).size / 1e9;
	const told = [
		`${rows.toLocaleString("en")} rows, ${gigabytes.toFixed(2)} GB`,
		`${seconds.toFixed(1)} s, ${Math.round(rows / seconds).toLocaleString("en")} rows/s`,
		`peak ${Math.round(peak)} MB`,
		`load average ${load.toFixed(1)}`,
	];
	console.log(told.join(" · "));
} finally {
	await server.dispose();
	rmSync(work, { recursive: true, force: true });
}
