import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTfmProcesses, type TfmProcesses } from "./tfmProcess.ts";

let processes: TfmProcesses;
beforeAll(async () => {
	processes = await openTfmProcesses();
});
afterAll(() => processes.dispose());

describe("a run that is killed", () => {
	it("is what retry takes up, though its results were never written", { timeout: 120_000 }, async () => {
		const root = mkdtempSync(join(tmpdir(), "tfm-killed-run-"));
		mkdirSync(join(root, "models/staging"), { recursive: true });
		const files = {
			"tfm_project.yml": "name: shop\nlayers: [staging]\nmodels: {+materialized: table}\n",
			"models/staging/a.sql": "select 1 as n",
			"models/staging/b.sql": "select n, pg_sleep({{ var('sleep', 0) }})::text as slept from {{ ref('a') }}",
		};
		for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
		const tfm = async (...argv: string[]) => {
			const command = processes.start(argv, root);
			return { code: await command.ended, said: command.said() };
		};
		expect((await tfm("run", "-q")).code).toBe(0);
		const run = processes.start(["run", "--vars", "{sleep: 600}"], root);
		while (!run.said().includes("staging.a ") && run.process.exitCode === null) await pause(20);
		run.process.kill("SIGKILL");
		expect(await run.ended, run.said()).toBe("SIGKILL");
		expect(existsSync(join(root, "target/tfm_begun.json"))).toBe(true);

		const again = await tfm("retry", "--vars", "{sleep: 0}");
		expect(again.code, again.said).toBe(0);
		expect(again.said).toMatch(/TFM-APP-020.* was killed before it could say how it ended/);
		expect(again.said).toMatch(/staging\.b /);
		expect((await tfm("retry")).said).toContain("nothing to retry");
		rmSync(root, { recursive: true, force: true });
	});

	it("by SIGTERM tells OpenLineage the end of all that it began, once, and that it was broken off", {
		timeout: 120_000,
	}, async () => {
		const root = mkdtempSync(join(tmpdir(), "tfm-terminated-run-"));
		mkdirSync(join(root, "models/staging"), { recursive: true });
		writeFileSync(join(root, "tfm_project.yml"), "name: shop\nlayers: [staging]\nmodels: {+materialized: table}\n");
		writeFileSync(join(root, "models/staging/a.sql"), "select 1 as n");
		writeFileSync(join(root, "models/staging/b.sql"), "select pg_sleep(600)::text as slept from {{ ref('a') }}");
		const file = join(root, "lineage.ndjson");
		const transport = { OPENLINEAGE__TRANSPORT__TYPE: "file", OPENLINEAGE__TRANSPORT__LOG_FILE_PATH: file };
		const run = processes.start(["run"], root, transport);
		const begun = () => existsSync(file) && readFileSync(file, "utf8").includes("shop.b");
		while (!begun() && run.process.exitCode === null) await pause(20);
		run.process.kill("SIGTERM");
		expect(await run.ended, run.said()).toBe(130);
		const types = new Map<string, string[]>();
		for (const line of readFileSync(file, "utf8").trim().split("\n")) {
			const { job, eventType } = JSON.parse(line);
			types.set(job.name, [...(types.get(job.name) ?? []), eventType]);
		}
		expect(Object.fromEntries(types)).toEqual({
			"shop.run": ["START", "ABORT"],
			"shop.a": ["START", "ABORT"],
			"shop.b": ["START", "ABORT"],
		});
		rmSync(root, { recursive: true, force: true });
	});
});
