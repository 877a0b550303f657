import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tfm } from "./runCase.ts";
import { openTfmProcesses, type TfmProcesses } from "./tfmProcess.ts";

const SCRIPT = fileURLToPath(new URL("../scripts/deploy/rollBack.mjs", import.meta.url));
const root = realpathSync(mkdtempSync(join(tmpdir(), "tfm-rollback-")));
let processes: TfmProcesses;

/** The step of the deploy workflow, as its runner calls it. */
function rollBack() {
	const { status, stdout } = spawnSync(process.execPath, [SCRIPT, "--target", "dev"], {
		cwd: root,
		encoding: "utf8",
		env: { ...process.env, NO_COLOR: "1", TFM: `${process.execPath} ${processes.script}` },
	});
	return { status, stdout };
}
const shown = async (model: string) =>
	(await tfm(["show", "--inline", `select n from {{ ref('${model}') }}`, "--output", "json"], root)).stdout;
function write(stage: number, mart: string): void {
	writeFileSync(join(root, "models/staging/stage.sql"), `select ${stage} as n`);
	writeFileSync(join(root, "models/marts/mart.sql"), `select ${mart} as n from {{ ref('stage') }}`);
}

beforeAll(async () => {
	processes = await openTfmProcesses();
	cpSync(fileURLToPath(new URL("./projects/rolled-back", import.meta.url)), root, { recursive: true });
}, 60_000);
afterAll(() => {
	processes.dispose();
	rmSync(root, { recursive: true, force: true });
});

it("puts back what failed deploys published, the last layer first", { timeout: 120_000 }, async () => {
	write(1, "n");
	expect((await tfm(["run", "-q"], root)).code).toBe(0);
	// A deploy fails in its last layer, and so does the next, which has published the layer before.
	write(2, "n");
	writeFileSync(join(root, "models/report/sums.sql"), "select n / 0 as n from {{ ref('mart') }}");
	expect((await tfm(["run", "-q"], root)).code).toBe(1);
	write(3, "1 / 0");
	expect((await tfm(["run", "-q"], root)).code).toBe(1);
	expect([await shown("stage"), await shown("mart")].join()).toMatch(/3[\s\S]*2/);
	const { status, stdout } = rollBack();
	expect(status).toBe(0);
	expect(stdout.match(/^(?:.*marts.*|.*staging.*|as after run .*)$/gm)).toMatchInlineSnapshot(`
		[
		  " ✓ marts.mart                                   table         0.0s",
		  " ✓ staging.stage                                table         0.0s",
		  "as after run 00000000-0000-4000-8000-000000000001",
		]
	`);
	expect([await shown("stage"), await shown("mart")].join()).not.toMatch(/[23]/);
});
