import { describe, expect, test } from "vitest";
import type { CellValue } from "../../core/resultTable.ts";
import { type ContractBench, needing } from "./contractBench.ts";

export function valueContract({ on, adapter, words, stored }: ContractBench): void {
	const { int } = words;
	describe("values", () => {
		test.each(words.values)("%s leaves the database without loss", async (sql, value, family, type) => {
			const table = await on((s) => s.query(`select ${sql} as v`));
			expect(table.rows).toEqual([[value]]);
			expect(table.columns).toEqual([{ name: stored("v"), family, type }]);
		});

		test.each<[CellValue]>([
			[null],
			[true],
			[false],
			[0],
			[-1.5],
			[Number.NaN],
			[""],
			["it's"],
			["a\\b\\"],
			["\n\t\r"],
			["🦆 $1 ? :x"],
		])("the literal of %j is read back", async (value) => {
			const [[cell] = []] = (await on((s) => s.query(`select ${adapter().dialect.literal(value)} as v`))).rows;
			// Which type a bare number has is the engine's affair, and so whether it comes as a number or as its digits.
			expect(typeof value === "number" ? Number(cell) : cell).toEqual(value);
		});

		test("binds arrive as the type of the place where they stand", async () => {
			const { sql, binds, back } = words.binds;
			expect((await on((s) => s.query(sql, binds))).rows).toEqual([back]);
		});

		needing(words, "types of the user's own")("types of the user's own making keep their names", async () => {
			await on((s) =>
				s.execute("create type conf.mood as enum ('sad', 'ok'); create domain conf.positive as int check (value > 0)"),
			);
			const table = await on((s) => s.query("select 'ok'::conf.mood as m, 5::conf.positive as p"));
			expect(table.rows).toEqual([["ok", 5]]);
			expect(table.columns.map((c) => [c.name, c.type, c.family])).toEqual([
				["m", "conf.mood", "other"],
				["p", "integer", "integer"],
			]);
		});

		test("columns of one name both arrive", async () => {
			const table = await on((s) => s.query(`select 1::${int} as a, 2::${int} as a`));
			expect(table.columns.map((c) => c.name)).toEqual(["a", "a"].map(stored));
			expect(table.rows).toEqual([[1, 2]]);
		});

		needing(words, "texts without the character NUL")(
			"a zero byte is refused before it cuts a statement short",
			async () => {
				await expect(on((s) => s.execute("select 'a\0b'"))).rejects.toMatchObject({
					name: "DatabaseError",
					sqlstate: "22021",
				});
				await expect(on((s) => s.query("select $1", ["a\0b"]))).rejects.toMatchObject({
					name: "DatabaseError",
					sqlstate: "22021",
				});
				await expect(on((s) => s.query("select $1::text", ["fine"]))).resolves.toMatchObject({ rows: [["fine"]] });
			},
		);
	});
}
