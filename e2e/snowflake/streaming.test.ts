import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTfmProcesses, type TfmProcesses } from "../tfmProcess.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const PEAK = pathToFileURL(join(import.meta.dirname, "../../bench/peakMemory.mjs")).href;
const ROWS = 30_000;
/** Well below what the further rows would take if they were held: 210,000 of 150 bytes and more. */
const MORE_MB = 40;

let shop: ProjectOnSnowflake;
let processes: TfmProcesses;
beforeAll(async () => {
	const rows = (n: number): string =>
		`select seq8() as id, repeat('x', 100) as t, '2026-01-01'::timestamp_ntz as at, id * 1.5 as amount from table(generator(rowcount => ${n}))`;
	shop = await projectOnSnowflake({
		"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
		"models/few.sql": rows(ROWS),
		"models/many.sql": rows(8 * ROWS),
	});
	processes = await openTfmProcesses();
	expect(await shop.call("run")).toMatchObject({ code: 0, stderr: "" });
}, 120_000);
afterAll(async () => {
	processes.dispose();
	await shop.stop();
});

/** Megabytes that the process had at its most, and the size of what it wrote. */
async function exported(model: string, format: string): Promise<{ readonly peak: number; readonly bytes: number }> {
	const [file, peakFile] = [join(shop.root, `${model}.${format}`), join(shop.root, `${model}.peak`)];
	// Node takes room as it finds it, and gives it back when it must.
	const env = { NODE_OPTIONS: `--import=${PEAK} --max-old-space-size=80`, BENCH_PEAK_FILE: peakFile };
	const done = processes.start(["export", model, "--output", file, "-q"], shop.root, env);
	expect([await done.ended, done.said()]).toEqual([0, ""]);
	const { size } = statSync(file);
	rmSync(file);
	return { peak: Number(readFileSync(peakFile, "utf8")) / 1024, bytes: size };
}

test("eight times the rows are read in the same memory", { timeout: 240_000 }, async () => {
	const [few, many] = [await exported("few", "csv"), await exported("many", "csv")];
	expect(many.bytes).toBeGreaterThan(7 * few.bytes);
	expect(many.peak - few.peak).toBeLessThan(MORE_MB);
});
