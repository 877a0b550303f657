import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Adapter } from "../../core/adapter.ts";
import { type LocalSnowflake, startLocalSnowflake } from "./testing/localSnowflake.ts";

/** Runs until it is stopped. */
const ENDLESS =
	"select sum(a.n * b.n) as s from (select seq4() as n from table(generator(rowcount => 3000000))) a, (select seq4() as n from table(generator(rowcount => 3000000))) b";

describe("what goes wrong on the way to Snowflake", () => {
	let local: LocalSnowflake;
	let adapter: Adapter;
	beforeAll(async () => {
		local = await startLocalSnowflake();
		adapter = local.adapter();
		await adapter.open();
		await adapter.withSession((s) => s.execute("create table public.t (n int)"));
	});
	afterAll(async () => {
		await adapter.close();
		await local.server.stop();
	});

	test.each([
		["503 twice", { kind: "status", status: 503, times: 2 }],
		["a reset connection", { kind: "reset", times: 1 }],
		["an answer that was lost", { kind: "lost", times: 1 }],
		["a slow answer", { kind: "slow", delayMs: 300, times: 1 }],
		["a token that expired", { kind: "expire", times: 1 }],
	] as const)(
		"%s: the statement is done once",
		async (_, fault) => {
			await adapter.withSession(async (s) => {
				await s.execute("delete from public.t");
				local.server.faults.add([{ path: "query-request", ...fault }]);
				expect((await s.execute("insert into public.t values (1)")).rowCount).toBe(1);
				expect((await s.query("select n from public.t")).rows).toEqual([["1"]]);
			});
		},
		60_000,
	);

	test("a signal and a timeout end a statement on the server, and the session goes on", async () => {
		await adapter.withSession(async (s) => {
			const stop = new AbortController();
			setTimeout(() => stop.abort(new Error("stop it")), 200);
			await expect(s.query(ENDLESS, [], { signal: stop.signal })).rejects.toMatchObject({
				kind: "cancelled",
				sql: ENDLESS,
			});
			await expect(s.query(ENDLESS, [], { timeoutMs: 200 })).rejects.toMatchObject({ kind: "timeout", sql: ENDLESS });
			expect((await s.query("select 1 as a")).rows).toEqual([["1"]]);
		});
		expect(local.server.statements().every(({ outcome }) => outcome !== null)).toBe(true);
	});
});
