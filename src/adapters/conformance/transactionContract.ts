import { describe, expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
import { type ContractBench, refusal } from "./contractBench.ts";

const rows = async (s: Session): Promise<unknown> => (await s.query("select a from conf.t order by a")).rows.flat();

export function transactionContract({ on }: ContractBench): void {
	describe("transactions", () => {
		test("commit keeps, a rejection rolls back and is passed on", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				expect(await s.transaction(async () => (await s.execute("insert into conf.t values (1)")).rowCount)).toBe(1);
				const stop = new Error("stop");
				await expect(
					s.transaction(async () => {
						await s.execute("insert into conf.t values (2)");
						throw stop;
					}),
				).rejects.toBe(stop);
				expect(await rows(s)).toEqual([1]);
			});
		});

		test("a nested transaction is a savepoint: it can fail alone", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				await s.transaction(async () => {
					await s.execute("insert into conf.t values (1)");
					await refusal(
						s.transaction(async () => {
							await s.execute("insert into conf.t values (2)");
							await s.transaction(() => s.execute("insert into conf.t values (3)"));
							await s.execute("select 1 / 0");
						}),
					);
					await s.transaction(() => s.execute("insert into conf.t values (4)"));
				});
				expect(await rows(s)).toEqual([1, 4]);
			});
		});

		test("definitions roll back too", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				await s
					.transaction(async () => {
						await s.execute("drop table conf.t; create table conf.u (b int)");
						throw new Error("stop");
					})
					.catch(() => undefined);
				expect((await s.listRelations(["conf"])).map((r) => r.identifier)).toEqual(["t"]);
			});
		});

		test("an error that the work swallowed does not become a silent rollback", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				const error = await refusal(
					s.transaction(async () => {
						await s.execute("insert into conf.t values (1)");
						await s.execute("select 1 / 0").catch(() => undefined);
					}),
				);
				expect(error.sqlstate).toBe("25P02");
				expect(await rows(s)).toEqual([]);
			});
		});

		test("a commit in the caller's SQL is noticed", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				expect(await refusal(s.transaction(() => s.execute("insert into conf.t values (1); commit")))).toMatchObject({
					sqlstate: "25P01",
				});
				expect((await s.query("select 1")).rows).toEqual([[1]]);
			});
		});

		test("a constraint checked at commit rejects the transaction", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int, constraint one unique (a) deferrable initially deferred)");
				expect(await refusal(s.transaction(() => s.execute("insert into conf.t values (1), (1)")))).toMatchObject({
					sqlstate: "23505",
				});
				expect(await s.transaction(async () => rows(s))).toEqual([]);
			});
		});
	});
}
