import { describe, expect, test } from "vitest";
import { type ContractBench, needing, refusal } from "./contractBench.ts";

export function statementContract({ on, words, stored }: ContractBench): void {
	const { int } = words;
	describe("statements", () => {
		test("several statements go in one message; the last one's status counts", async () => {
			const result = await on((s) =>
				s.execute(`create table conf.t (a ${int}); insert into conf.t values (1), (2); delete from conf.t where a = 1`),
			);
			expect(result).toMatchObject({ status: words.deleted, rowCount: 1, notices: [] });
			expect((await on((s) => s.query("select a from conf.t"))).rows).toEqual([[2]]);
		});

		test.each(words.statuses)("%s has the status %s", async (sql, status, rowCount) => {
			expect(await on((s) => s.execute(sql))).toMatchObject({ status, rowCount, notices: [] });
		});

		test("what looks like a placeholder goes to the database untouched", async () => {
			await on((s) => s.execute(`create table conf.t as ${words.placeholders}`));
			expect((await on((s) => s.query("select * from conf.t"))).rows).toEqual([
				["what?", ":x", "$1", 1, "a%b", "{{ x }}"],
			]);
		});

		test("an empty result has its columns", async () => {
			const table = await on((s) => s.query("select 1 as a, 'x' as b where false"));
			expect(table).toMatchObject({ rows: [], rowCount: 0, status: words.nothingFound });
			expect(table.columns.map((c) => c.name)).toEqual(["a", "b"].map(stored));
		});

		test("a statement that returns no rows of its own says what it did", async () => {
			const { columns, rows, rowCount, status } = await on((s) => s.query("create table conf.t (a int)"));
			expect({ rows, rowCount, status, columns: columns.map((c) => c.name) }).toEqual({
				...words.definition,
				rowCount: null,
			});
		});

		needing(words, "notices")("notices are collected", async () => {
			const { notices } = await on((s) => s.execute("do $$ begin raise notice 'one'; raise warning 'two'; end $$"));
			expect(notices).toEqual(["one", "two"]);
		});

		test("a refusal carries SQLSTATE, text and position", async () => {
			const { sql, ...told } = words.unknownColumn;
			const error = await refusal(on((s) => s.execute(sql)));
			expect(error).toMatchObject({ ...told, kind: "sql", retryable: false, sql });
			expect(sql.slice((error.position ?? 0) - 1)).toMatch(/^nope from /);
		});

		needing(words, "enforced keys")("a refusal says which row it is about", async () => {
			await on((s) => s.execute("create table conf.t (a int primary key); insert into conf.t values (7)"));
			const duplicate = await refusal(on((s) => s.query("insert into conf.t values ($1)", [7])));
			expect(duplicate).toMatchObject({ sqlstate: "23505", detail: "Key (a)=(7) already exists." });
		});

		needing(words, "errors raised in SQL")("a refusal carries the hint that came with it", async () => {
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

		needing(words, "several statements as one transaction")(
			"several statements without begin are one transaction",
			async () => {
				await refusal(on((s) => s.execute("create table conf.t (a int); select 1 / 0")));
				expect(await on((s) => s.listRelations(["conf"]))).toEqual([]);
			},
		);

		test("an error inside begin … commit leaves the session usable and nothing behind", async () => {
			await on(async (s) => {
				await s.execute(`create table conf.t (a ${int})`);
				expect(await refusal(s.execute("begin; insert into conf.t values (1); select 1 / 0; commit"))).toMatchObject({
					sqlstate: "22012",
				});
				expect((await s.query("select * from conf.t")).rows).toEqual([]);
				await s.execute("insert into conf.t values (2)");
			});
			expect((await on((s) => s.query("select * from conf.t"))).rows).toEqual([[2]]);
		});

		needing(words, "transactional definitions")("so does one behind a definition", async () => {
			await on(async (s) => {
				await refusal(s.execute("begin; create table conf.t (a int); select 1 / 0; commit"));
				expect(await s.listRelations([stored("conf")])).toEqual([]);
			});
		});

		test("query answers the last of several statements; with binds it takes one", async () => {
			expect((await on((s) => s.query(`select 1 as a, 2 as b; select 3::${int} as c`))).rows).toEqual([[3]]);
			const none = await on((s) => s.query("select 1; create table conf.t (a int)"));
			expect(none.columns.map((c) => c.name)).toEqual(words.definition.columns);
			expect(none.rows).toEqual(words.definition.rows);
			expect(await refusal(on((s) => s.query("select $1::int; select 2", [1])))).toMatchObject({ sqlstate: "42601" });
		});

		test("a statement of a megabyte goes through", async () => {
			const text = "x".repeat(1_000_000);
			expect((await on((s) => s.query(`select length('${text}')::${int}`))).rows).toEqual([[1_000_000]]);
		});
	});
}
