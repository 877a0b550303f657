import { describe, expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
import { type ContractBench, refusal } from "./contractBench.ts";

export function sessionContract({ on, adapter, maker }: ContractBench): void {
	describe("sessions", () => {
		test("a session starts clean whatever the one before did", async () => {
			const facts =
				"select current_user, session_user, current_setting('search_path'), current_setting('datestyle'), current_setting('timezone'), to_regclass('tmp')::text, (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())";
			const before = (await on((s) => s.query(facts))).rows;
			await on((s) => s.execute("drop role if exists conf_role; create role conf_role"));
			for (const spoil of [
				"set role conf_role",
				"set session authorization conf_role",
				"set search_path = conf; set datestyle = german; set timezone = 'Asia/Tokyo'",
				"create temp table tmp (a int); select pg_advisory_lock(42)",
				"begin; set local datestyle = sql; create table conf.left_open (a int)",
			]) {
				await on((s) => s.execute(spoil));
				expect((await on((s) => s.query(facts))).rows).toEqual(before);
			}
			await on((s) => s.execute("drop role conf_role"));
			expect(await on((s) => s.listRelations(["conf"]))).toEqual([]);
		});

		test("a failed transaction left open does not reach the next session", async () => {
			await on(async (s) => {
				await s.execute("begin");
				await refusal(s.execute("select 1 / 0"));
			});
			expect((await on((s) => s.query("select 1"))).rows).toEqual([[1]]);
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
						await s.query("select pg_sleep(0.001)");
						order.push(i);
					}),
				),
			);
			expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
		});

		test("the facts are known after opening", () => {
			expect(adapter().facts.type).toBe("postgres");
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
