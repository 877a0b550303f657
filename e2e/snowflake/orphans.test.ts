import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openTfmProcesses } from "../tfmProcess.ts";
import { projectOnSnowflake } from "./projectOnSnowflake.ts";

/** Takes no processor time, which what runs beside it would lack. */
const ENDLESS = "{{ config(materialized='table') }}\nselect system$wait(3600) as s";
const FILES = {
	"tfm_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nlayers: [marts]\n",
	"models/marts/slow.sql": ENDLESS,
};

test("what a killed run had sent is ended by the next one, which builds", async () => {
	const shop = await projectOnSnowflake(FILES);
	const processes = await openTfmProcesses();
	try {
		shop.writeProfile();
		const run = processes.start(["run"], shop.root);
		const statement = () => shop.local.server.statements().find(({ sql }) => /create.* table .*slow/is.test(sql));
		while (statement() === undefined && run.process.exitCode === null) await pause(20);
		// The sessions are written down half a second after the last of them began.
		const written = /set beat_at = sysdate\(\), sessions/;
		while (!shop.local.server.statements().some(({ sql, outcome }) => written.test(sql) && outcome !== null))
			await pause(20);
		run.process.kill("SIGKILL");
		expect(await run.ended, run.said()).toBe("SIGKILL");
		expect(statement()?.outcome).toBeNull();

		shop.write({ "models/marts/slow.sql": "{{ config(materialized='table') }} select 1 as s" });
		const next = processes.start(["run"], shop.root);
		expect(await next.ended, next.said()).toBe(0);
		expect(statement()?.outcome).toMatchObject({ error: { code: "000604" } });
		expect(await shop.rows("select s from SHOP_MARTS.SLOW")).toEqual([["1"]]);
		expect(await shop.rows("select * from tfm_state.heartbeats")).toEqual([]);
	} finally {
		processes.dispose();
		await shop.stop();
	}
});
