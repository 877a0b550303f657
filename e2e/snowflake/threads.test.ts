import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const MODELS = ["a_slow", "b", "c", "d", "e", "f", "g"];

let shop: ProjectOnSnowflake;
beforeEach(async () => {
	shop = await projectOnSnowflake({
		"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
		...Object.fromEntries(
			MODELS.map((name) => [`models/${name}.sql`, `{{ config(materialized='table') }} select '${name}' as name`]),
		),
	});
});
afterEach(() => shop.stop());

test("a statement that takes long holds up its own thread alone", { timeout: 120_000 }, async () => {
	const { server } = shop.local;
	server.faults.add([{ path: "query-request", sql: "select 'a_slow' as name", kind: "slow", delayMs: 100_000 }]);
	const steps = () =>
		server.statements().flatMap(({ sql }) => {
			const [, built] = /select '(\w+)' as name/.exec(sql) ?? [];
			const [, published] = /^alter table \S+ rename to \S+"(\w+)"$/.exec(sql.trim()) ?? [];
			if (built !== undefined) return [`build ${built}`];
			return published === undefined ? [] : [`publish ${published.toLowerCase()}`];
		});
	let isOver = false;
	const run = shop.call("run", { threads: 2 }).finally(() => (isOver = true));
	while (!isOver && steps().filter((step) => step.startsWith("publish")).length < MODELS.length - 1) await pause(20);

	// One session waits for its answer: meanwhile the other thread has built and published all the rest, one by one. A
	// heartbeat may borrow its session between two models, so that it goes on with another one.
	const others = MODELS.slice(1).flatMap((name) => [`build ${name}`, `publish ${name}`]);
	expect(steps().filter((step) => step !== "build a_slow")).toEqual(others);
	expect(isOver).toBe(false);
	const all = server.statements();
	const slow = all.findIndex(({ sql }) => sql.includes("select 'a_slow' as name"));
	expect(all.slice(slow + 1).filter(({ sessionId }) => sessionId === all[slow]!.sessionId)).toEqual([]);

	server.faults.release();
	const done = await run;
	expect(done.code, `${done.stdout}${done.stderr}`).toBe(0);
	expect(steps().slice(-1)).toEqual(["publish a_slow"]);
});
