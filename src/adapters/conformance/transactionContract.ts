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

		test("a statement that cannot be read fails its transaction, first in it or not, and its place is told", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				for (const before of [[], ["insert into conf.t values (1)"]])
					await refusal(
						s.transaction(async () => {
							for (const sql of before) await s.execute(sql);
							expect(await refusal(s.execute("select 1; selec 2"))).toMatchObject({ sqlstate: "42601", position: 11 });
							expect(await refusal(s.execute("insert into conf.t values (2)"))).toMatchObject({ sqlstate: "25P02" });
						}),
					);
				await s.transaction(async () => {
					await refusal(s.transaction(() => s.execute("selec 1")));
					await s.execute("insert into conf.t values (3)");
				});
				expect(await rows(s)).toEqual([3]);
			});
		});

		test("what goes later is there for the next statement and with the commit, which fails with it", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int primary key)");
				await s.transaction(async () => {
					s.later("insert into conf.t values (1)");
					expect(await rows(s)).toEqual([1]);
					s.later("insert into conf.t values ($1)", [2]);
					expect((await s.query("select a from conf.t where a > $1 order by a", [0])).rows.flat()).toEqual([1, 2]);
					s.later("insert into conf.t values ($1)", [3]);
				});
				expect(await rows(s)).toEqual([1, 2, 3]);
				const twice = s.transaction(async () => s.later("insert into conf.t values ($1)", [3]));
				expect(await refusal(twice)).toMatchObject({ sqlstate: "23505" });
				await s.transaction(async () => {
					await s.transaction(async () => s.later("insert into conf.t values (4)"));
					const stopped = s.transaction(async () => {
						s.later("delete from conf.t");
						throw new Error("stop");
					});
					await expect(stopped).rejects.toThrow("stop");
				});
				expect(await rows(s)).toEqual([1, 2, 3, 4]);
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

		test("work that may commit by itself goes on after it, and what then fails takes nothing back", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				await s.transaction(
					async () => {
						await s.execute("insert into conf.t values (1); commit");
						await s.execute("insert into conf.t values (2)");
						await s.transaction(() => s.execute("insert into conf.t values (3)"));
						const inner = s.transaction(async () => {
							await s.execute("insert into conf.t values (4)");
							await s.execute("select 1 / 0");
						});
						expect((await refusal(inner)).sqlstate).toBe("22012");
					},
					{ mayEnd: true },
				);
				expect(await rows(s)).toEqual([1, 2, 3]);
				await s.transaction(() => s.execute("insert into conf.t values (5)"), { mayEnd: true });
				expect(await refusal(s.transaction(() => s.execute("select 1 / 0"), { mayEnd: true }))).toMatchObject({
					sqlstate: "22012",
				});
				expect(await rows(s)).toEqual([1, 2, 3, 5]);
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
