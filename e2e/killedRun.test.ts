import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
});
