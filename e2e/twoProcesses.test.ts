import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkshop, type Workshop } from "../src/adapters/pglite/testing/bundledAdapter.ts";
import { TEMPLATE } from "../src/adapters/pglite/testing/testAdapter.ts";
import { tfm } from "./runCase.ts";

/** Another program with the embedded database open, on the machine that the cases' commands run on; to be killed. */
const HOLDER = `
	const mine = { name: "host", pid: process.pid };
	const adapter = createPgliteAdapter({ dataDir: args[0], host: mine, templateFile: args[1] });
	await adapter.open();
	say("open");
	await new Promise(() => setInterval(() => {}, 1000));
`;

describe("an embedded database that another process has open", () => {
	let shop: Workshop;
	let root: string;
	beforeAll(async () => {
		shop = await openWorkshop();
		root = join(shop.root, "project");
		mkdirSync(join(root, "models"), { recursive: true });
		writeFileSync(join(root, "tfm_project.yml"), "name: shop\n");
		writeFileSync(join(root, "models/orders.sql"), "{{ config(materialized='table') }} select 7 as id");
	});
	afterAll(() => shop.dispose());

	it("is left alone, told with the process that holds it, and free again when that one was killed", async () => {
		const holder = shop.run(HOLDER, join(root, ".tfm/database"), TEMPLATE);
		while (!holder.lines.includes("open") && holder.process.exitCode === null) await pause(20);

		const refused = await tfm(["run"], root);
		expect(refused.code).toBe(2);
		expect(refused.stderr).toContain("error[TFM-DB-001]");
		expect(refused.stderr).toContain(`in use by process ${holder.process.pid}`);
		expect(refused.stderr).toContain("= next:");
		expect((await tfm(["ls"], root)).stdout).toBe("shop.orders\n");

		holder.process.kill("SIGKILL");
		await holder.ended;
		const run = await tfm(["run"], root);
		expect(run.code, run.stdout + run.stderr).toBe(0);
		expect((await tfm(["show", "--inline", "select id from {{ ref('orders') }}"], root)).stdout).toContain("|  7 |");
	});
});
