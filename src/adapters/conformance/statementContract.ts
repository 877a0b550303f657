import { describe, expect, test } from "vitest";
import { type ContractBench, refusal } from "./contractBench.ts";

export function statementContract({ on }: ContractBench): void {
	describe("statements", () => {
		test("several statements go in one message; the last one's status counts", async () => {
			const result = await on((s) =>
				s.execute("create table conf.t (a int); insert into conf.t values (1), (2); delete from conf.t where a = 1"),
			);
			expect(result).toEqual({ status: "DELETE 1", rowCount: 1, notices: [] });
			expect((await on((s) => s.query("select a from conf.t"))).rows).toEqual([[2]]);
		});

		test.each([
			["select 1 union all select 2", "SELECT 2", 2],
			["create table conf.a as select * from generate_series(1, 3)", "SELECT 3", 3],
			["create view conf.v as select 1 as x", "CREATE VIEW", null],
			["update pg_class set relname = relname where false", "UPDATE 0", 0],
			["", "", null],
			["-- nothing but a comment", "", null],
		])("%s has the status %s", async (sql, status, rowCount) => {
			expect(await on((s) => s.execute(sql))).toEqual({ status, rowCount, notices: [] });
		});

		test("what looks like a placeholder goes to the database untouched", async () => {
			const sql = `create table conf.t as select 'what?' as a, ':x' as b, '$1' as c, '{"k": 1}'::jsonb ? 'k' as d, 'a%b' as e, '{{ x }}' as f`;
			await on((s) => s.execute(sql));
			expect((await on((s) => s.query("select * from conf.t"))).rows).toEqual([
				["what?", ":x", "$1", true, "a%b", "{{ x }}"],
			]);
		});

		test("an empty result has its columns", async () => {
			const table = await on((s) => s.query("select 1 as a, 'x' as b where false"));
			expect(table).toMatchObject({ rows: [], rowCount: 0, status: "SELECT 0" });
			expect(table.columns.map((c) => c.name)).toEqual(["a", "b"]);
		});

		test("a query that returns no rows at all says what it did", async () => {
			const table = await on((s) => s.query("create table conf.t (a int)"));
			expect(table).toEqual({ columns: [], rows: [], rowCount: null, status: "CREATE TABLE" });
		});

		test("notices are collected", async () => {
			const { notices } = await on((s) => s.execute("do $$ begin raise notice 'one'; raise warning 'two'; end $$"));
			expect(notices).toEqual(["one", "two"]);
		});

		test("a refusal carries SQLSTATE, text, position, detail and hint", async () => {
			const sql = "select 1,\n  nope from pg_class";
			const error = await refusal(on((s) => s.execute(sql)));
			expect(error).toMatchObject({
				sqlstate: "42703",
				kind: "sql",
				retryable: false,
				sql,
				message: 'column "nope" does not exist',
			});
			expect(sql.slice((error.position ?? 0) - 1)).toBe("nope from pg_class");
			await on((s) => s.execute("create table conf.t (a int primary key); insert into conf.t values (7)"));
			const duplicate = await refusal(on((s) => s.query("insert into conf.t values ($1)", [7])));
			expect(duplicate).toMatchObject({ sqlstate: "23505", detail: "Key (a)=(7) already exists." });
			const hinted = await refusal(
				on((s) => s.execute("do $$ begin raise exception 'bad' using hint = 'do this', errcode = '22012'; end $$")),
			);
			expect(hinted).toMatchObject({ message: "bad", sqlstate: "22012", hint: "do this" });
		});

		test("positions index the JavaScript string even behind characters of two units", async () => {
			const sql = "select '🦆🦆', nope";
			const error = await refusal(on((s) => s.execute(sql)));
			expect(sql.slice((error.position ?? 0) - 1)).toBe("nope");
		});

		test("a position in the second of several statements counts from the start of the text", async () => {
			const sql = "select 1; select nope";
			const error = await refusal(on((s) => s.execute(sql)));
			expect(sql.slice((error.position ?? 0) - 1)).toBe("nope");
		});

		test("several statements without begin are one transaction", async () => {
			await refusal(on((s) => s.execute("create table conf.t (a int); select 1 / 0")));
			expect(await on((s) => s.listRelations(["conf"]))).toEqual([]);
		});

		test("an error inside begin … commit leaves the session usable and nothing behind", async () => {
			await on(async (s) => {
				expect(await refusal(s.execute("begin; create table conf.t (a int); select 1 / 0; commit"))).toMatchObject({
					sqlstate: "22012",
				});
				expect((await s.query("select 1")).rows).toEqual([[1]]);
				expect(await s.listRelations(["conf"])).toEqual([]);
			});
		});

		test("query answers the last of several statements; with binds it takes one", async () => {
			expect((await on((s) => s.query("select 1 as a, 2 as b; select 3 as c"))).rows).toEqual([[3]]);
			const none = await on((s) => s.query("select 1; create table conf.t (a int)"));
			expect({ columns: none.columns, rows: none.rows }).toEqual({ columns: [], rows: [] });
			expect(await refusal(on((s) => s.query("select $1::int; select 2", [1])))).toMatchObject({ sqlstate: "42601" });
		});

		test("a statement of a megabyte goes through", async () => {
			const text = "x".repeat(1_000_000);
			expect((await on((s) => s.query(`select length('${text}')`))).rows).toEqual([[1_000_000]]);
		});
	});
}
