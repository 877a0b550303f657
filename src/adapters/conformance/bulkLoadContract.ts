import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ContractBench, refusal } from "./contractBench.ts";

type Row = readonly (string | null)[];

async function* inBatches(rows: readonly Row[], size = 7): AsyncGenerator<readonly Row[]> {
	for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size);
}

export function bulkLoadContract({ on, words, inConf, stored }: ContractBench): void {
	const { int } = words;
	describe("bulk loads", () => {
		test("every text arrives as it was, and empty is not null", async () => {
			const texts = [
				"",
				null,
				"\\N",
				"\\",
				"\\\\",
				"\\n",
				"a\tb",
				"a\nb",
				"a\r\nb",
				"\\.",
				"NULL",
				'"',
				"'",
				"🦆",
				" ",
				",",
				"a\\",
			];
			const rows = texts.map((t, i) => [String(i), t]);
			await on(async (s) => {
				await s.execute(`create table conf.t (i ${int}, v text)`);
				expect(
					await s.bulkLoad({ relation: inConf("t"), columns: ["i", "v"].map(stored), rows: inBatches(rows) }),
				).toMatchObject({ rows: texts.length });
				expect((await s.query("select v from conf.t order by i")).rows.flat()).toEqual(texts);
			});
		});

		test("any text without a zero byte arrives as it was", async () => {
			const cell = fc.option(
				fc.string({ unit: "grapheme" }).filter((t) => !t.includes("\0")),
				{ nil: null },
			);
			await fc.assert(
				fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 30 }), async (cells) => {
					const rows = cells.map(([a, b], i) => [String(i), a, b]);
					const back = await on(async (s) => {
						await s.execute(`drop table if exists conf.p; create table conf.p (i ${int}, a text, b text)`);
						await s.bulkLoad({ relation: inConf("p"), columns: ["i", "a", "b"].map(stored), rows: inBatches(rows) });
						return (await s.query("select a, b from conf.p order by i")).rows;
					});
					expect(back).toEqual(cells);
				}),
				{ numRuns: 40, ...(words.seed === undefined ? {} : { seed: words.seed }) },
			);
		});

		test("the columns' types decide, absent columns get their defaults", async () => {
			await on(async (s) => {
				await s.execute(`create table conf.t (${words.loaded.columns})`);
				const rows = [
					["1.5", "2026-02-28T13:00:00+01:00", "true", '{"a": "\\\\ \\n"}'],
					[null, null, null, null],
				];
				await s.bulkLoad({ relation: inConf("t"), columns: ["n", "at", "ok", "j"].map(stored), rows: inBatches(rows) });
				const back = (await s.query("select n, at, ok, d, j from conf.t order by n nulls last")).rows;
				expect(back.map((row) => row.slice(0, -1))).toEqual([
					["1.50", words.loaded.moment, true, 7],
					[null, null, null, 7],
				]);
				expect(back.map((row) => JSON.parse(String(row.at(-1))))).toEqual([{ a: "\\ \n" }, null]);
			});
		});

		test("100,000 rows of several messages are all counted", async () => {
			const rows = Array.from({ length: 100_000 }, (_, i) => [
				String(i),
				"some text that fills the message ".repeat(3),
			]);
			await on(async (s) => {
				await s.execute(`create table conf.t (i ${int}, v text)`);
				expect(
					await s.bulkLoad({ relation: inConf("t"), columns: ["i", "v"].map(stored), rows: inBatches(rows, 1000) }),
				).toMatchObject({ rows: 100_000 });
				expect((await s.query(`select count(*)::${int}, sum(i)::bigint from conf.t`)).rows).toEqual([
					[100_000, "4999950000"],
				]);
			});
		});

		test("a bad value names its row of the whole load, and nothing stays", async () => {
			const rows = Array.from({ length: 60_000 }, (_, i) => [
				i === 54_320 ? "x" : String(i),
				"some text that fills the message",
			]);
			await on(async (s) => {
				await s.execute(`create table conf.t (i ${int}, v text)`);
				const error = await refusal(
					s.bulkLoad({ relation: inConf("t"), columns: ["i", "v"].map(stored), rows: inBatches(rows, 1000) }),
				);
				expect(error.sqlstate).toBe(words.badValue.sqlstate);
				for (const part of words.badValue.says) expect(`${error.message}\n${error.detail}`).toContain(part);
				expect((await s.query(`select count(*)::${int} from conf.t`)).rows).toEqual([[0]]);
			});
		});

		test("a source of rows that fails takes the whole load with it", async () => {
			async function* failing(): AsyncGenerator<readonly Row[]> {
				for (let i = 0; i < 40_000; i++) yield [[String(i), "some text that fills the message"]];
				throw new Error("the file ended early");
			}
			await on(async (s) => {
				await s.execute(`create table conf.t (i ${int}, v text)`);
				await expect(
					s.bulkLoad({ relation: inConf("t"), columns: ["i", "v"].map(stored), rows: failing() }),
				).rejects.toThrow("the file ended early");
				expect((await s.query(`select count(*)::${int} from conf.t`)).rows).toEqual([[0]]);
			});
		});

		test("a load takes part in the transaction around it", async () => {
			await on(async (s) => {
				await s.execute(`create table conf.t (i ${int})`);
				await s
					.transaction(async () => {
						await s.bulkLoad({ relation: inConf("t"), columns: ["i"].map(stored), rows: inBatches([["1"]]) });
						throw new Error("stop");
					})
					.catch(() => undefined);
				expect((await s.query(`select count(*)::${int} from conf.t`)).rows).toEqual([[0]]);
			});
		});

		test("no rows are no error", async () => {
			await on(async (s) => {
				await s.execute(`create table conf.t (i ${int})`);
				expect(await s.bulkLoad({ relation: inConf("t"), columns: ["i"].map(stored), rows: inBatches([]) })).toEqual({
					rows: 0,
				});
			});
		});

		test("a wrong number of fields is refused", async () => {
			await on(async (s) => {
				await s.execute(`create table conf.t (i ${int}, j ${int})`);
				expect(
					await refusal(
						s.bulkLoad({ relation: inConf("t"), columns: ["i", "j"].map(stored), rows: inBatches([["1"]]) }),
					),
				).toMatchObject({ sqlstate: "22P04" });
			});
		});
	});
}
