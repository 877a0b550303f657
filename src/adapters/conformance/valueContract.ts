import { describe, expect, test } from "vitest";
import type { CellValue } from "../../core/resultTable.ts";
import type { ContractBench } from "./contractBench.ts";

/** `expression` → the value it must come back as, its family and its printed type. */
const VALUES: readonly (readonly [sql: string, value: CellValue, family: string, type: string])[] = [
	["null::text", null, "text", "text"],
	["null::int", null, "integer", "integer"],
	["true", true, "boolean", "boolean"],
	["false", false, "boolean", "boolean"],
	["(-32768)::smallint", -32768, "integer", "smallint"],
	["2147483647", 2147483647, "integer", "integer"],
	["9007199254740993::bigint", "9007199254740993", "integer", "bigint"],
	["(-9223372036854775808)::bigint", "-9223372036854775808", "integer", "bigint"],
	["1.10::numeric", "1.10", "decimal", "numeric"],
	["12345678901234567890.123456789::numeric(38, 9)", "12345678901234567890.123456789", "decimal", "numeric(38,9)"],
	["'NaN'::numeric", "NaN", "decimal", "numeric"],
	["0.1::real", 0.1, "float", "real"],
	["0.1::double precision + 0.2", 0.30000000000000004, "float", "double precision"],
	["1e300::double precision", 1e300, "float", "double precision"],
	["'-Infinity'::double precision", -Infinity, "float", "double precision"],
	["'NaN'::double precision", Number.NaN, "float", "double precision"],
	["''", "", "text", "text"],
	["'ж 日本 🦆 ''\\'", "ж 日本 🦆 '\\", "text", "text"],
	["'ab'::varchar(20)", "ab", "text", "character varying(20)"],
	["'ab'::char(4)", "ab  ", "text", "character(4)"],
	["'x'::name", "x", "text", "name"],
	["date '2026-02-28'", "2026-02-28", "date", "date"],
	["date '0044-03-15 BC'", "0044-03-15 BC", "date", "date"],
	["timestamp '2026-02-28 13:14:15'", "2026-02-28T13:14:15", "timestamp", "timestamp without time zone"],
	["timestamp(3) '2026-02-28 13:14:15.5'", "2026-02-28T13:14:15.5", "timestamp", "timestamp(3) without time zone"],
	[
		"timestamptz '2026-02-28 13:14:15.123456+05:30'",
		"2026-02-28T07:44:15.123456+00:00",
		"timestamp",
		"timestamp with time zone",
	],
	["timestamp 'infinity'", "infinity", "timestamp", "timestamp without time zone"],
	["time '13:14:15.5'", "13:14:15.5", "time", "time without time zone"],
	["timetz '13:14:15+02'", "13:14:15+02:00", "time", "time with time zone"],
	["interval '1 year 2 days 3 hours'", "1 year 2 days 03:00:00", "other", "interval"],
	[`'{"b": 1.10,  "a": [1]}'::json`, '{"b": 1.10,  "a": [1]}', "json", "json"],
	[`'{"b": 1.10,  "a": [1]}'::jsonb`, '{"a": [1], "b": 1.10}', "json", "jsonb"],
	["'\\x00ff10'::bytea", "\\x00ff10", "other", "bytea"],
	["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "other", "uuid"],
	["array[1, null, 3]", "{1,NULL,3}", "other", "integer[]"],
	["array['a,b', 'c\"d']", '{"a,b","c\\"d"}', "other", "text[]"],
	["row(1, 'x')", "(1,x)", "other", "record"],
	["'10.0.0.0/8'::cidr", "10.0.0.0/8", "other", "cidr"],
];

export function valueContract({ on, adapter }: ContractBench): void {
	describe("values", () => {
		test.each(VALUES)("%s leaves the database without loss", async (sql, value, family, type) => {
			const table = await on((s) => s.query(`select ${sql} as v`));
			expect(table.rows).toEqual([[value]]);
			expect(table.columns).toEqual([{ name: "v", family, type }]);
		});

		test.each<[CellValue, CellValue]>([
			[null, null],
			[true, true],
			[false, false],
			[0, 0],
			[-1.5, "-1.5"],
			[Number.NaN, Number.NaN],
			["", ""],
			["it's", "it's"],
			["a\\b\\", "a\\b\\"],
			["\n\t\r", "\n\t\r"],
			["🦆 $1 ? :x", "🦆 $1 ? :x"],
		])("the literal of %j is read back", async (value, back) => {
			const sql = `select ${adapter().dialect.literal(value)}`;
			expect((await on((s) => s.query(sql))).rows).toEqual([[back]]);
		});

		test("binds arrive as the type of the place where they stand", async () => {
			const sql =
				"select $1::bigint + 1, $2::text, $3::boolean, $4::double precision, $5::timestamptz, $6::int is null, $7::jsonb ->> 'a'";
			const table = await on((s) =>
				s.query(sql, ["9007199254740993", "a'b\\c\t🦆", true, 0.1, "2026-02-28T13:14:15+01:00", null, '{"a": "b"}']),
			);
			expect(table.rows).toEqual([
				["9007199254740994", "a'b\\c\t🦆", true, 0.1, "2026-02-28T12:14:15+00:00", true, "b"],
			]);
		});

		test("types of the user's own making keep their names", async () => {
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
			const table = await on((s) => s.query("select 1 as a, 2 as a"));
			expect(table.columns.map((c) => c.name)).toEqual(["a", "a"]);
			expect(table.rows).toEqual([[1, 2]]);
		});

		test("a zero byte is refused before it cuts a statement short", async () => {
			await expect(on((s) => s.execute("select 'a\0b'"))).rejects.toMatchObject({
				name: "DatabaseError",
				sqlstate: "22021",
			});
			await expect(on((s) => s.query("select $1", ["a\0b"]))).rejects.toMatchObject({
				name: "DatabaseError",
				sqlstate: "22021",
			});
			await expect(on((s) => s.query("select $1::text", ["fine"]))).resolves.toMatchObject({ rows: [["fine"]] });
		});
	});
}
