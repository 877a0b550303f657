import { describe, expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
import { type ContractBench, refusal } from "./contractBench.ts";

export function sessionContract({ on, adapter, maker, words }: ContractBench): void {
	const one = `select 1::${words.int}`;
	describe("sessions", () => {
		test("a session starts clean whatever the one before did", async () => {
			const { before, after, state, spoils } = words.session;
			const facts = () => on((s) => Promise.all(state.map(async (sql) => (await s.query(sql)).rows)));
			await on((s) => s.execute(before));
			const clean = await facts();
			for (const spoil of spoils) {
				await on((s) => s.execute(spoil));
				expect(await facts(), spoil).toEqual(clean);
			}
			await on((s) => s.execute(after));
		});

		test("a failed transaction left open does not reach the next session", async () => {
			await on(async (s) => {
				await s.execute("begin");
				await refusal(s.execute("select 1 / 0"));
			});
			expect((await on((s) => s.query(one))).rows).toEqual([[1]]);
		});

		test("a session kept beyond its end refuses work", async () => {
			const kept = await on(async (s): Promise<Session> => s);
			expect(await refusal(kept.query("select 1"))).toMatchObject({ kind: "connection" });
			expect(await refusal(kept.transaction(async () => 1))).toMatchObject({ kind: "connection" });
		});

		test("what the work returns or throws comes out of withSession", async () => {
			expect(await on(async () => 42)).toBe(42);
			const stop = new Error("stop");
			await expect(
				on(async () => {
					throw stop;
				}),
			).rejects.toBe(stop);
		});

		test("more sessions than the database has wait for each other", async () => {
			const order: number[] = [];
			await Promise.all(
				Array.from({ length: 20 }, (_, i) =>
					on(async (s) => {
						await s.query(words.pause);
						order.push(i);
					}),
				),
			);
			expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
		});

		test("the facts are known after opening", () => {
			expect(adapter().facts.type).toBe(words.type);
			expect(adapter().facts.version).toMatch(/\d+\.\d+/);
			expect(adapter().capabilities.concurrency).toBeGreaterThanOrEqual(1);
		});

		test("an adapter that is not open refuses sessions; closing twice is fine", async () => {
			const closed = await maker.make();
			expect(await refusal(closed.withSession(async () => 1))).toMatchObject({ kind: "connection" });
			await closed.close();
			await closed.close();
		});
	});
}
