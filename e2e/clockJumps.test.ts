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
	"models/staging/moments.sql":
		"{{ config(event_time='at') }} select generate_series(timestamp '2026-11-18 12:00', '2026-11-25 12:00', '1 day') as at",
	"models/staging/days.sql": `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at',
		begin='2026-11-18', batch_size='day', unique_key='at') }} select at from {{ ref('moments') }}`,
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
	// Days that an earlier run built stay built when a later one takes them for days to come.
	const days =
		"select (select string_agg(extract(day from at)::text, ' ' order by at) from staging.days) as days, (select string_agg(extract(day from window_start at time zone 'UTC')::text, ' ' order by window_start) from tfm_state.intervals) as windows";
	expect((await tfm([...show, days], root)).stdout).toBe("days,windows\r\n18 19 20 21,18 19 20 21\r\n");
	const runs = `select (select count(*) from tfm_state.runs where status = 'success') as runs,
		(select count(*) from tfm_state.node_runs where seconds < 0) as negative, (select count(*) from tfm_state.leases) as leases`;
	expect((await tfm([...show, runs], root)).stdout).toBe("runs,negative,leases\r\n3,0,0\r\n");
	const past = JSON.parse((await tfm(["history", "--output", "json"], root)).stdout).runs as { started_at: string }[];
	const begun = past.map((run) => run.started_at);
	expect([begun.length, begun]).toEqual([3, [...begun].sort().reverse()]);
});
