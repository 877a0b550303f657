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
	server.faults.add([{ path: "query-request", sql: "select 'a_slow' as name", kind: "slow", delayMs: 15_000 }]);
	const done = await shop.call("run", { threads: 2 });
	expect(done.code, `${done.stdout}${done.stderr}`).toBe(0);
	expect(server.faults.left()).toEqual([]);

	const all = server.statements();
	const made = (name: string): number => all.findIndex(({ sql }) => sql.includes(`select '${name}' as name`));
	const slow = made("a_slow");
	const next = all.findIndex(({ sessionId }, i) => i > slow && sessionId === all[slow]!.sessionId);
	// While one session waits for its answer, the other one builds and publishes all the rest.
	const others = MODELS.slice(1);
	expect(others.filter((name) => made(name) < next)).toEqual(others);
	const published = all.filter(({ sql }, i) => i < next && /^alter table \S+ rename to/.test(sql));
	expect(published).toHaveLength(others.length);
	expect(
		new Set(
			others
				.map((name) => made(name))
				.filter((i) => i > slow)
				.map((i) => all[i]!.sessionId),
		).size,
	).toBe(1);
});
