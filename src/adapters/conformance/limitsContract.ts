import { describe, expect, test } from "vitest";
import { type ContractBench, refusal } from "./contractBench.ts";

export function limitsContract({ on, words, inConf, stored }: ContractBench): void {
	const { endless: ENDLESS, int } = words;
	describe("cancel and timeout", () => {
		test("a signal ends a running statement; what was committed stays", async () => {
			const stop = new AbortController();
			await on(async (s) => {
				await s.execute(`create table conf.kept as select 1::${int} as a`);
				const running = refusal(s.execute(ENDLESS, { signal: stop.signal }));
				setTimeout(() => stop.abort(new Error("stop it")), 100);
				const error = await running;
				expect(error).toMatchObject({ kind: "cancelled", retryable: false, sql: ENDLESS });
				expect(error.cause).toMatchObject({ message: "stop it" });
				expect((await s.query("select a from conf.kept")).rows).toEqual([[1]]);
			});
		});

		test("a statement whose signal is already given is not sent, and the transaction around it lives", async () => {
			await on(async (s) => {
				await s.transaction(async () => {
					await s.execute("create table conf.t (a int)");
					expect(await refusal(s.execute("drop table conf.t", { signal: AbortSignal.abort() }))).toMatchObject({
						kind: "cancelled",
					});
				});
				expect((await s.listRelations([stored("conf")])).map((r) => r.identifier)).toEqual([stored("t")]);
			});
		});

		test("a timeout ends a running statement", async () => {
			const error = await refusal(on((s) => s.query(ENDLESS, [], { timeoutMs: 100 })));
			expect(error).toMatchObject({ kind: "timeout", sql: ENDLESS });
			expect((await on((s) => s.query(`select 1::${int}`))).rows).toEqual([[1]]);
		});

		test("a transaction cancelled half-way is gone, refuses more, and then the session is free", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				const failed = await refusal(
					s.transaction(async () => {
						await s.execute("insert into conf.t values (1)");
						await s.execute(ENDLESS, { timeoutMs: 100 }).catch(() => undefined);
						expect(await refusal(s.execute("insert into conf.t values (2)"))).toMatchObject({ sqlstate: "25P02" });
						expect(await refusal(s.transaction(async () => 1))).toMatchObject({ sqlstate: "25P02" });
					}),
				);
				expect(failed.sqlstate).toBe("25P02");
				expect((await s.query("select * from conf.t")).rows).toEqual([]);
			});
		});

		test("a transaction begun in SQL and cancelled ends the session, lest the rest run outside of it", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (a int)");
				await s.execute("begin; insert into conf.t values (1)");
				await refusal(s.execute(ENDLESS, { timeoutMs: 100 }));
				const after = await s.execute("insert into conf.t values (2)").then(
					() => "accepted",
					(error: { sqlstate?: string }) => error.sqlstate,
				);
				expect(["08003", "25P02"]).toContain(after);
			});
			expect((await on((s) => s.query("select * from conf.t"))).rows).toEqual([]);
		});

		test("a load and a stream can be cancelled", async () => {
			const stop = new AbortController();
			async function* endless(): AsyncGenerator<readonly (readonly string[])[]> {
				for (let i = 0; ; i++) {
					if (i === 50) stop.abort(new Error("enough"));
					yield Array.from({ length: 1000 }, () => ["some text that fills the message"]);
				}
			}
			await on(async (s) => {
				await s.execute("create table conf.t (a text)");
				expect(
					await refusal(
						s.bulkLoad({ relation: inConf("t"), columns: [stored("a")], rows: endless() }, { signal: stop.signal }),
					),
				).toMatchObject({ kind: "cancelled" });
				expect((await s.query("select * from conf.t")).rows).toEqual([]);
				const read = async (signal: AbortSignal): Promise<void> => {
					for await (const _ of s.stream(`select * from ${words.series(100_000, "s")}`, { signal }));
				};
				expect(await refusal(read(AbortSignal.abort()))).toMatchObject({ kind: "cancelled" });
				expect((await s.query(`select 1::${int}`)).rows).toEqual([[1]]);
			});
		});

		test("the next session works after a cancelled one", async () => {
			await refusal(on((s) => s.execute(ENDLESS, { timeoutMs: 50 })));
			await on((s) => s.execute("create table conf.t (a int)"));
			expect((await on((s) => s.listRelations([stored("conf")]))).length).toBe(1);
		});
	});
}
