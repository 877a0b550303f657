import { describe, expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
import { type ContractBench, needing, refusal } from "./contractBench.ts";

const rows = async (s: Session): Promise<unknown> => (await s.query("select a from conf.t order by a")).rows.flat();

export function transactionContract({ on, adapter, words, stored }: ContractBench): void {
	const { int, lacks } = words;
	const table = `create table conf.t (a ${int})`;

	describe("transactions", () => {
		test("commit keeps, a rejection rolls back and is passed on", async () => {
			await on(async (s) => {
				await s.execute(table);
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

		test("what the engine lacks is what the adapter says it lacks", async () => {
			const { savepoints, transactionalDdl } = adapter().capabilities;
			expect(savepoints === "unsupported").toBe(lacks.savepoints !== undefined);
			expect(transactionalDdl === "unsupported").toBe(lacks["transactional definitions"] !== undefined);
		});

		needing(words, "savepoints")("a nested transaction is a savepoint: it can fail alone", async () => {
			await on(async (s) => {
				await s.execute(table);
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

		if (lacks.savepoints !== undefined)
			test("where there are no savepoints, a nested transaction that fails takes the outer one with it", async () => {
				await on(async (s) => {
					await s.execute(table);
					const outer = s.transaction(async () => {
						await s.execute("insert into conf.t values (1)");
						expect(await s.transaction(async () => (await s.execute("insert into conf.t values (2)")).rowCount)).toBe(
							1,
						);
						await refusal(s.transaction(() => s.execute("select 1 / 0")));
						expect(await refusal(s.execute("insert into conf.t values (3)"))).toMatchObject({ sqlstate: "25P02" });
					});
					expect(await refusal(outer)).toMatchObject({ sqlstate: "25P02" });
					expect(await rows(s)).toEqual([]);
				});
			});

		test("a statement that cannot be read fails its transaction, first in it or not, and its place is told", async () => {
			await on(async (s) => {
				await s.execute(table);
				for (const before of [[], ["insert into conf.t values (1)"]])
					await refusal(
						s.transaction(async () => {
							for (const sql of before) await s.execute(sql);
							const unreadable = await refusal(s.execute("select 1; selec 2"));
							expect(unreadable).toMatchObject({ ...words.unreadable, position: 11 });
							expect(await refusal(s.execute("insert into conf.t values (2)"))).toMatchObject({ sqlstate: "25P02" });
						}),
					);
				await s.transaction(() => s.execute("insert into conf.t values (3)"));
				expect(await rows(s)).toEqual([3]);
			});
		});

		needing(words, "savepoints")("nor does one in a nested transaction fail more than that", async () => {
			await on(async (s) => {
				await s.execute(table);
				await s.transaction(async () => {
					await refusal(s.transaction(() => s.execute("selec 1")));
					await s.execute("insert into conf.t values (3)");
				});
				expect(await rows(s)).toEqual([3]);
			});
		});

		test("what goes later is there for the next statement and with the commit, which fails with it", async () => {
			const { columns, value, sqlstate } = words.refusedRow;
			await on(async (s) => {
				await s.execute(`create table conf.t (${columns})`);
				await s.transaction(async () => {
					s.later("insert into conf.t values (1)");
					expect(await rows(s)).toEqual([1]);
					s.later("insert into conf.t values ($1)", [2]);
					expect((await s.query("select a from conf.t where a > $1 order by a", [0])).rows.flat()).toEqual([1, 2]);
					s.later("insert into conf.t values ($1)", [3]);
				});
				expect(await rows(s)).toEqual([1, 2, 3]);
				const refused = s.transaction(async () => s.later("insert into conf.t values ($1)", [value]));
				expect(await refusal(refused)).toMatchObject({ sqlstate });
				await s.transaction(() => s.transaction(async () => s.later("insert into conf.t values (4)")));
				expect(await rows(s)).toEqual([1, 2, 3, 4]);
				const stopped = s.transaction(async () => {
					s.later("delete from conf.t");
					throw new Error("stop");
				});
				await expect(stopped).rejects.toThrow("stop");
				expect(await rows(s)).toEqual([1, 2, 3, 4]);
			});
		});

		needing(words, "savepoints")("what goes later in a nested transaction goes with it", async () => {
			await on(async (s) => {
				await s.execute(table);
				await s.transaction(async () => {
					await s.transaction(async () => s.later("insert into conf.t values (4)"));
					const stopped = s.transaction(async () => {
						s.later("delete from conf.t");
						throw new Error("stop");
					});
					await expect(stopped).rejects.toThrow("stop");
				});
				expect(await rows(s)).toEqual([4]);
			});
		});

		needing(words, "transactional definitions")("definitions roll back too", async () => {
			await on(async (s) => {
				await s.execute(table);
				await s
					.transaction(async () => {
						await s.execute("drop table conf.t; create table conf.u (b int)");
						throw new Error("stop");
					})
					.catch(() => undefined);
				expect((await s.listRelations([stored("conf")])).map((r) => r.identifier)).toEqual([stored("t")]);
			});
		});

		if (lacks["transactional definitions"] !== undefined)
			test("where a definition commits, what came before it stays and what comes behind it is taken back", async () => {
				await on(async (s) => {
					await s.execute(table);
					await s
						.transaction(async () => {
							await s.execute("insert into conf.t values (1)");
							await s.execute("create table conf.u (b int)");
							await s.execute("insert into conf.t values (2)");
							throw new Error("stop");
						})
						.catch(() => undefined);
					expect(await rows(s)).toEqual([1]);
					expect(await s.listRelations([stored("conf")])).toHaveLength(2);
				});
			});

		test("an error that the work swallowed does not become a silent rollback", async () => {
			await on(async (s) => {
				await s.execute(table);
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
				await s.execute(table);
				expect(await refusal(s.transaction(() => s.execute("insert into conf.t values (1); commit")))).toMatchObject({
					sqlstate: "25P01",
				});
				expect((await s.query(`select 1::${int}`)).rows).toEqual([[1]]);
			});
		});

		test("work that may commit by itself goes on after it, and what then fails takes nothing back", async () => {
			await on(async (s) => {
				await s.execute(table);
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

		needing(words, "constraints checked at commit")(
			"a constraint checked at commit rejects the transaction",
			async () => {
				await on(async (s) => {
					await s.execute("create table conf.t (a int, constraint one unique (a) deferrable initially deferred)");
					expect(await refusal(s.transaction(() => s.execute("insert into conf.t values (1), (1)")))).toMatchObject({
						sqlstate: "23505",
					});
					expect(await s.transaction(async () => rows(s))).toEqual([]);
				});
			},
		);
	});
}
