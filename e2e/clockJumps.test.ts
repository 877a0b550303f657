import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tfm } from "./runCase.ts";

const FILES = {
	"tfm_project.yml": "name: shop\nlayers: [landing, staging]\nschema_naming: exact\nmodels: {+materialized: table}\n",
	"models/landing/_raw.yml": JSON.stringify({
		sources: [{ name: "raw", tables: [{ name: "events", load: { files: "data/*.csv", columns: "infer" } }] }],
	}),
	"models/staging/stg.sql": "select {{ var('gen') }} as gen, count(*) as n from {{ source('raw', 'events') }}",
	"models/staging/log.sql":
		"{{ config(materialized='incremental', incremental_strategy='append') }} select gen from {{ ref('stg') }}",
};
const HOUR = 3_600_000;

/** A clock that is set to another time while it is read: each reading is a second later, and every few it jumps. */
function jumpingClock(from: string, jumps: readonly number[]): () => Date {
	let at = Date.parse(from);
	let readings = 0;
	return () => {
		at += 1000 + (++readings % 4 === 0 ? (jumps[(readings / 4 - 1) % jumps.length] ?? 0) : 0);
		return new Date(at);
	};
}

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), "tfm-clock-"));
	for (const [path, text] of Object.entries(FILES)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("a run whose clock jumps hours back and forth does its work once and says no negative times", async () => {
	const clocks = [
		jumpingClock("2026-11-21T06:00:00Z", [-2 * HOUR]),
		jumpingClock("2026-11-21T05:00:00Z", [3 * HOUR, -5 * HOUR]),
		jumpingClock("2026-11-20T23:00:00Z", [24 * HOUR]),
	];
	for (const [i, clock] of clocks.entries()) {
		const gen = i + 1;
		mkdirSync(join(root, "data"), { recursive: true });
		writeFileSync(join(root, `data/${gen}.csv`), `id\n${gen}\n`);
		const { code, stdout, stderr } = await tfm(["run", "--vars", `{gen: ${gen}}`], root, {}, clock);
		expect(code, stdout + stderr).toBe(0);
		expect(stdout).not.toMatch(/-\d+(\.\d+)?s|NaN|Invalid/);
		const { results, elapsed_time } = JSON.parse(readFileSync(join(root, "target/run_results.json"), "utf8"));
		for (const time of [elapsed_time, ...results.map((r: { execution_time: number }) => r.execution_time)])
			expect(time).toBeGreaterThanOrEqual(0);
	}
	const show = ["show", "--output", "csv", "--vars", "{gen: 0}", "--inline"];
	const rows =
		"select s.gen, s.n, (select string_agg(gen::text, ' ' order by gen) from staging.log) as log from staging.stg s";
	expect((await tfm([...show, rows], root)).stdout).toBe("gen,n,log\r\n3,3,1 2 3\r\n");
	const runs = `select (select count(*) from tfm_state.runs where status = 'success') as runs,
		(select count(*) from tfm_state.node_runs where seconds < 0) as negative, (select count(*) from tfm_state.leases) as leases`;
	expect((await tfm([...show, runs], root)).stdout).toBe("runs,negative,leases\r\n3,0,0\r\n");
	expect((await tfm(["history"], root)).code).toBe(0);
});
