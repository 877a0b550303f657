import { describe, expect, test } from "vitest";
import { type ContractBench, refusal } from "./contractBench.ts";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
	const list: T[] = [];
	for await (const item of items) list.push(item);
	return list;
}

export function streamContract({ on, words, stored }: ContractBench): void {
	const { int, series } = words;
	const select = (rows: number): string => `select * from ${series(rows, "s")}`;
	describe("streams", () => {
		test("100,000 rows come in order, in batches", async () => {
			const seen = await on(async (s) => {
				let [rows, largest, sum] = [0, 0, 0n];
				for await (const batch of s.stream(
					`select n::bigint as i, repeat('x', 200) as x from ${series(100_000, "s")} order by n`,
				)) {
					for (const [i] of batch.rows)
						if (BigInt(i as string) !== BigInt(++rows)) throw new Error(`row ${rows} is ${i}`);
					largest = Math.max(largest, batch.rows.length);
					sum += BigInt(batch.rows.length);
					expect(batch.columns.map((c) => c.name)).toEqual(["i", "x"].map(stored));
				}
				return { rows, largest, sum };
			});
			expect(seen).toMatchObject({ rows: 100_000, sum: 100_000n });
			expect(seen.largest).toBeLessThanOrEqual(10_000);
		});

		test("an empty result is one batch with columns", async () => {
			const batches = await on((s) => collect(s.stream("select 1 as a where false")));
			expect(batches.map((b) => [b.columns.map((c) => c.name), b.rows])).toEqual([[[stored("a")], []]]);
		});

		test("a stream left early leaves the session free for the next one", async () => {
			await on(async (s) => {
				for await (const _ of s.stream(select(100_000))) break;
				expect((await s.query(`select 1::${int}`)).rows).toEqual([[1]]);
				await s.transaction(async () => {
					for await (const _ of s.stream(select(100_000))) break;
					expect((await collect(s.stream(`select 2::${int}`))).flatMap((b) => b.rows)).toEqual([[2]]);
				});
			});
		});

		test("inside a transaction other statements may run between batches", async () => {
			await on(async (s) => {
				await s.execute("create table conf.t (n int)");
				await s.transaction(async () => {
					for await (const batch of s.stream(select(5000)))
						await s.query("insert into conf.t values ($1)", [batch.rows.length]);
				});
				expect((await s.query(`select sum(n)::${int} from conf.t`)).rows).toEqual([[5000]]);
			});
		});

		test("outside a transaction they are refused or answered, and never mixed in", async () => {
			await on(async (s) => {
				let rows = 0;
				for await (const batch of s.stream(select(5000))) {
					rows += batch.rows.length;
					if (words.streamsWhileWorking) {
						expect(await refusal(s.execute("create table conf.t (a int)"))).toMatchObject({ sqlstate: "25001" });
						expect(await refusal(s.transaction(async () => 1))).toMatchObject({ sqlstate: "25001" });
					} else {
						await s.execute("create or replace table conf.t (a int)");
						expect((await s.query(`select 7::${int}`)).rows).toEqual([[7]]);
					}
				}
				expect(rows).toBe(5000);
				expect(await s.listRelations([stored("conf")])).toHaveLength(words.streamsWhileWorking ? 0 : 1);
			});
		});

		test("an error half-way is a DatabaseError and the session goes on", async () => {
			await on(async (s) => {
				let rows = 0;
				const read = async (): Promise<void> => {
					for await (const batch of s.stream(`select 1 / (50000 - n) from ${series(100_000, "s")}`))
						rows += batch.rows.length;
				};
				expect(await refusal(read())).toMatchObject({ sqlstate: "22012" });
				expect(rows > 0).toBe(words.streamsWhileWorking);
				expect((await s.query(`select 1::${int}`)).rows).toEqual([[1]]);
			});
		});
	});
}
