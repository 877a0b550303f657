import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, canBrowse, SHOTS } from "./siteBrowser.ts";
import { openTfmProcesses, type TfmProcesses } from "./tfmProcess.ts";

const FILES = {
	"tfm_project.yml": "name: shop\nlayers: [staging]\nmodels: {+materialized: table}\n",
	"models/staging/a.sql": "select 1 as n",
	"models/staging/b.sql": "select n, pg_sleep({{ var('sleep', 0) }})::text as slept from {{ ref('a') }}",
};

describe.skipIf(!canBrowse())("a run that goes on while tfm docs serve shows the project", () => {
	let processes: TfmProcesses;
	let browser: Browser;
	let root: string;
	beforeAll(async () => {
		processes = await openTfmProcesses();
		browser = await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
		root = mkdtempSync(join(tmpdir(), "tfm-live-run-"));
		mkdirSync(join(root, "models/staging"), { recursive: true });
		mkdirSync(SHOTS, { recursive: true });
		for (const [path, text] of Object.entries(FILES)) writeFileSync(join(root, path), text);
		const made = processes.start(["docs", "generate"], root);
		expect(await made.ended, made.said()).toBe(0);
	}, 120_000);
	afterAll(async () => {
		await browser?.close();
		processes?.dispose();
		rmSync(root, { recursive: true, force: true });
	});

	/** The model that sleeps is on its way when it is over. */
	const start = (sleep: number) => processes.start(["run", "--vars", `{sleep: ${sleep}}`], root);

	it("is a line on each page and the state of its nodes, and is gone when it has ended or was killed", {
		timeout: 240_000,
	}, async () => {
		const serving = processes.start(["docs", "serve", "--port", "0"], root);
		const url = async (): Promise<string> => {
			for (;;) {
				const found = /http:\S+/.exec(serving.said());
				if (found !== null) return found[0];
				if (serving.process.exitCode !== null) throw new Error(serving.said());
				await pause(50);
			}
		};
		const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
		const problems: string[] = [];
		page.on("pageerror", (error) => problems.push(error.message));
		const listening = page.waitForResponse((response) => response.url().endsWith("/_live"), { timeout: 60_000 });
		await page.goto(`${await url()}#/m/staging.b`);
		await listening;
		const line = page.locator(".run");
		const state = page.locator(".title-row .status");
		await expect.poll(() => state.textContent()).toContain("not run");
		expect(await line.count()).toBe(0);

		const run = start(3);
		await line.getByText("running: 1 of 2 · staging.b").first().waitFor({ timeout: 60_000 });
		await line.waitFor({ state: "detached", timeout: 60_000 });
		expect(await run.ended, run.said()).toBe(0);

		const killed = start(600);
		await line.getByText("running: 1 of 2 · staging.b").first().waitFor({ timeout: 60_000 });
		// The line comes first; what stands elsewhere on the page follows when it is drawn.
		await expect.poll(() => page.locator(".run [role=status]").textContent()).toMatch(/^running: [01] of 2/);
		await expect.poll(() => state.textContent()).toContain("running");
		await expect.poll(() => page.locator(".neighbourhood .status").first().textContent()).toContain("done");
		await page.goto(`${await url()}#/graph`);
		await expect.poll(() => page.locator(".legend").textContent()).toMatch(/running 1/);
		await page.goto(`${await url()}#/graph?focus=staging.b`);
		await expect.poll(() => page.locator(".card .glyph").allTextContents()).toEqual(["✓", "▸"]);
		await page.screenshot({ path: join(SHOTS, "live-run.png") });
		killed.process.kill("SIGKILL");
		await line.waitFor({ state: "detached", timeout: 60_000 });
		await expect.poll(() => page.locator(".legend").textContent()).not.toContain("running");
		expect(existsSync(join(root, "target/tfm_begun.json"))).toBe(true);
		expect(problems).toEqual([]);
		serving.process.kill("SIGTERM");
		expect(await serving.ended, serving.said()).toBe(0);
	});
});
