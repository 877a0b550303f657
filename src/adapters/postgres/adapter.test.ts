import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Adapter, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { serverAdapter } from "./testing/serverAdapter.ts";
import { createTestDatabase, describeOnPostgres, type TestDatabase } from "./testing/testDatabase.ts";

/** Only a server has these: sessions side by side, and others who end them. */
describeOnPostgres("a server's sessions", () => {
	let database: TestDatabase;
	let adapter: Adapter;
	let observer: Adapter;
	beforeAll(async () => {
		database = await createTestDatabase();
		observer = serverAdapter(database);
		await observer.open();
	});
	afterAll(async () => {
		await observer.close();
		await database.drop();
	});
	beforeEach(async () => {
		adapter = serverAdapter(database);
		await adapter.open();
		await adapter.withSession((s) => s.execute("drop table if exists t; create table t (a int)"));
	});
	afterEach(() => adapter.close());

	const refusal = async (work: Promise<unknown>): Promise<DatabaseError> => {
		const error = await work.then(
			() => undefined,
			(e: unknown) => e,
		);
		if (!(error instanceof DatabaseError)) throw error ?? new Error("nothing was refused");
		return error;
	};
	const pidOf = async (s: Session): Promise<number> => Number((await s.query("select pg_backend_pid()")).rows[0]?.[0]);
	const observed = async (sql: string, binds: readonly (string | number)[] = []) =>
		(await observer.withSession((s) => s.query(sql, binds))).rows;
	const gone = async (pid: number): Promise<void> => {
		while ((await observed("select 1 from pg_stat_activity where pid = $1", [pid])).length > 0) await pause(5);
		await pause(20);
	};
	const end = async (pid: number): Promise<void> => {
		await observed("select pg_terminate_backend($1)", [pid]);
		await gone(pid);
	};

	it("work side by side: each waits for what the other does", async () => {
		const meet = (mine: number, other: number) =>
			adapter.withSession(async (s) => {
				await s.execute(`insert into t values (${mine})`);
				while ((await s.query("select 1 from t where a = $1", [other])).rows.length === 0) await pause(2);
				return "met";
			});
		expect(await Promise.all([meet(1, 2), meet(2, 1)])).toEqual(["met", "met"]);
		expect(adapter.capabilities.concurrency).toBe(4);
	});

	/** Of the session that was used last: settings, locks, prepared statements, temporary tables. */
	const left = (): Promise<unknown> =>
		adapter.withSession(async (s) => {
			const { rows } = await s.query(
				`select current_setting('app.left', true), current_setting('work_mem'), current_user,
					(select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
					(select count(*) from pg_prepared_statements where name !~ '^tfm:'),
					(select count(*) from pg_class where relpersistence = 't' and pg_table_is_visible(oid))`,
			);
			return rows[0]?.map((value) => String(value ?? ""));
		});
	const LEAVE = {
		setting: "select set_config('app.left', 'x', false)",
		"function in a table": "create table u as select set_config('app.left', 'x', false) as c",
		"view that sets":
			"create view v as select set_config('app.left', 'x', false) as c; create table u as select * from v",
		"one text with a view first": "create view v as select 1 as c; set work_mem = '5MB'",
		lock: "select pg_advisory_lock(5)",
		prepared: "prepare theirs as select 1",
		temporary: "create temp table left_behind (a int)",
		function: "do $$ begin perform set_config('app.left', 'x', false); end $$",
	};

	it.each(Object.entries(LEAVE))("leave nothing to the next one: %s", async (_, sql) => {
		const before = await left();
		const clear = () => adapter.withSession((s) => s.execute("drop table if exists u; drop view if exists v"));
		for (const last of [false, true]) {
			await adapter.withSession((s) => s.transaction(() => s.execute(sql), { last }));
			expect(await left()).toEqual(before);
			await clear();
		}
		// Statements of tfm's own before and after do not hide it.
		const own = [{ sql: "select 1", binds: [], often: true }];
		await adapter.withSession(async (s) => {
			await s.atOnce!(own);
			await s.execute(sql);
			await s.atOnce!(own);
		});
		expect(await left()).toEqual(before);
		await clear();
	});

	it("are put back after each use, but for statements of tfm's own and for views that are made", async () => {
		const seen = async (work: (s: Session) => Promise<unknown>): Promise<boolean> => {
			// What tfm's own never do: it shows whether the session was put back.
			await adapter.withSession(async (s) => {
				await s.atOnce!([{ sql: "select set_config('app.left', 'mark', false)", binds: [] }]);
				await work(s);
			});
			return adapter.withSession(async (s) => {
				const { rows } = await s.atOnce!([{ sql: "select current_setting('app.left', true)", binds: [] }]);
				await s.execute("select 1");
				return rows[0]?.[0] !== "mark";
			});
		};
		expect(await seen((s) => s.atOnce!([{ sql: "select 1", binds: [] }]))).toBe(false);
		expect(await seen((s) => s.transaction(() => s.execute("create view w as select 1 as c;")))).toBe(false);
		expect(await seen((s) => s.execute("create view x as select 1 as c; select 1"))).toBe(true);
		expect(await seen((s) => s.query("select 1"))).toBe(true);
		expect(await seen((s) => s.transaction(async () => s.later("select 1")))).toBe(true);
		expect(await seen((s) => s.transaction(async () => s.later("select 1", [], { own: true })))).toBe(false);
		await adapter.withSession((s) => s.execute("drop view w, x"));
	});

	it("are put back with the message that is the last, but for one that was refused in a transaction", async () => {
		const SET = "select set_config('app.left', 'x', false)";
		const kept = async (work: (s: Session) => Promise<unknown>): Promise<unknown> => {
			const shown = await adapter.withSession(async (s) => {
				await work(s).catch(() => undefined);
				return (await s.query("select current_setting('app.left', true), pg_backend_pid() > 0")).rows[0];
			});
			return shown?.[0];
		};
		const once = "create table once (a int unique deferrable initially deferred); insert into once values (1), (1)";
		expect(await kept((s) => s.query(SET))).toBe("x");
		expect(await kept((s) => s.query(SET, [], { last: true }))).not.toBe("x");
		expect(await kept((s) => s.transaction(() => s.query(SET), { last: true }))).not.toBe("x");
		expect(await kept((s) => s.query(`${SET}; select 1/0`, [], { last: true }))).not.toBe("x");
		expect(await kept((s) => s.transaction(() => s.execute(once), { last: true }))).not.toBe("x");
		const inside = (s: Session) =>
			s.transaction(async () => {
				await s.query(SET, [], { last: true });
				return (await s.query("select current_setting('app.left', true)")).rows[0]?.[0];
			});
		expect(await adapter.withSession(inside)).toBe("x");
		// A text that asks for rows, and one that opens a transaction which nobody ends.
		expect(await kept((s) => s.query("copy t from stdin", [], { last: true }))).not.toBe("x");
		expect(await left()).toEqual(await left());
		await adapter.withSession((s) => s.query(`begin; ${SET}`, [], { last: true }));
		expect((await adapter.withSession((s) => s.query("select current_setting('app.left', true)"))).rows).not.toEqual([
			["x"],
		]);
	});

	it("commit with the last statement, and say of it what they say of it alone", async () => {
		const asked = (sql: string, behind: readonly string[] = ["analyze t", "insert into t values (7)"]) =>
			adapter.withSession((s) => s.transaction(() => s.executeAndCommit!(sql, behind)));
		const alone = (sql: string) => adapter.withSession((s) => s.transaction(() => s.execute(sql)));
		const there = async () => (await observed("select a from t order by a")).flat();
		expect(await asked("insert into t values (1), (2) -- no more")).toMatchObject({
			status: "INSERT 0 2",
			rowCount: 2,
		});
		expect(await there()).toEqual([1, 2, 7]);
		expect(await asked("set work_mem = '5MB'; create table u as select 1 as c;", [])).toMatchObject({
			status: "SELECT 1",
		});
		expect((await left()) as string[]).not.toContain("5MB");
		for (const sql of [
			"select 1; select nowhere",
			"insert into t values (1/0)",
			"insert into t values (8); drop table gone",
		])
			expect(await refusal(asked(sql)), sql).toEqual(await refusal(alone(sql)));
		// Nothing was sent, and what could not be read is for the caller to send.
		for (const sql of ["select 'open", "select 1 /* open", "selec 1"]) expect(await asked(sql), sql).toBeUndefined();
		const second = async (s: Session) => {
			await s.execute("insert into t values (9)");
			return s.executeAndCommit!("insert into t values (9)", []);
		};
		expect(await adapter.withSession((s) => s.transaction(() => second(s)))).toBeUndefined();
		expect(await there()).toEqual([1, 2, 7, 9]);
		await adapter.withSession((s) => s.execute("drop table u"));
	});

	it("prepare anew what somebody's function has let go of", async () => {
		const own = [{ sql: "select 7", binds: [], often: true }];
		const answers = await adapter.withSession(async (s) => {
			const first = await s.atOnce!(own);
			const kept = await s.query("select count(*)::int from pg_prepared_statements where statement = 'select 7'");
			await s.execute("do $$ begin execute 'deallocate all'; end $$");
			return [first.rows, kept.rows, (await s.atOnce!(own)).rows];
		});
		expect(answers).toEqual([[[7]], [[1]], [[7]]]);
	});

	it("can be asked for inside another one's work, even when all are busy", async () => {
		const nested = () =>
			adapter.withSession((s) => adapter.withSession(async (n) => (await pidOf(n)) !== (await pidOf(s))));
		expect(await Promise.all(Array.from({ length: 12 }, nested))).toEqual(Array(12).fill(true));
	});

	it("a statement that is cancelled ends on the server, and its connection works on", async () => {
		const stop = new AbortController();
		await adapter.withSession(async (s) => {
			const pid = await pidOf(s);
			const running = refusal(s.execute("select pg_sleep(600)", { signal: stop.signal }));
			const state = () => observed("select state from pg_stat_activity where pid = $1 and query like '%600%'", [pid]);
			while ((await state())[0]?.[0] !== "active") await pause(5);
			stop.abort(new Error("enough"));
			expect(await running).toMatchObject({ kind: "cancelled", sqlstate: "57014" });
			expect((await state())[0]?.[0]).toBe("idle");
			expect(await pidOf(s)).toBe(pid);
		});
	});

	it("cancelling needs no free connection: with all of the pool busy every statement ends", async () => {
		const stop = new AbortController();
		const busy = Array.from({ length: 12 }, () =>
			refusal(adapter.withSession((s) => s.execute("select pg_sleep(600)", { signal: stop.signal }))),
		);
		while ((await observed("select 1 from pg_stat_activity where query like 'select pg_sleep(600)'")).length < 6)
			await pause(5);
		stop.abort(new Error("enough"));
		expect((await Promise.all(busy)).map((e) => e.kind)).toEqual(Array(12).fill("cancelled"));
	});

	it("a load that waits for its rows can be cancelled", async () => {
		const stop = new AbortController();
		async function* never(): AsyncGenerator<readonly (readonly string[])[]> {
			yield [["1"]];
			stop.abort(new Error("enough"));
			await new Promise(() => {});
		}
		await adapter.withSession(async (s) => {
			const load = { relation: { database: "", schema: "", identifier: "t" }, columns: ["a"], rows: never() };
			expect(await refusal(s.bulkLoad(load, { signal: stop.signal }))).toMatchObject({ kind: "cancelled" });
			expect((await s.query("select count(*)::int from t")).rows).toEqual([[0]]);
		});
	});

	it("statements sent at once are done one after the other, each with its own answer", async () => {
		const ask = (s: Session) => (n: number) => s.query(`select ${n} from pg_sleep(0.001)`);
		const answers = await adapter.withSession((s) => Promise.all([1, 2, 3, 4, 5].map(ask(s))));
		expect(answers.map((a) => a.rows[0]?.[0])).toEqual([1, 2, 3, 4, 5]);
	});

	it("a source of rows that asks the session it feeds is refused, not left waiting for itself", async () => {
		await adapter.withSession(async (s) => {
			async function* fromItself(): AsyncGenerator<readonly (readonly string[])[]> {
				yield [[String((await s.query("select 1")).rows[0]?.[0])]];
			}
			const load = { relation: { database: "", schema: "", identifier: "t" }, columns: ["a"], rows: fromItself() };
			expect(await refusal(s.bulkLoad(load))).toMatchObject({ sqlstate: "25001" });
		});
	});

	it("limits of the server's own are told as what they are", async () => {
		await adapter.withSession(async (s) => {
			await s.execute("set statement_timeout = '50ms'");
			const slow = await refusal(s.execute("select pg_sleep(600)"));
			expect(slow).toMatchObject({ kind: "timeout", sqlstate: "57014" });
			expect(slow.message).toBe("canceling statement due to statement timeout");
			await s.execute("set statement_timeout = 0; set lock_timeout = '50ms'");
			await adapter.withSession((other) =>
				other.transaction(async () => {
					await other.execute("lock table t");
					expect(await refusal(s.execute("insert into t values (1)"))).toMatchObject({
						kind: "timeout",
						sqlstate: "55P03",
						retryable: true,
					});
				}),
			);
		});
	});

	it("a session that idled too long in its transaction is told why it is gone", async () => {
		const error = await refusal(
			adapter.withSession(async (s) => {
				const pid = await pidOf(s);
				await s.execute("set idle_in_transaction_session_timeout = '50ms'");
				await s.transaction(async () => {
					await s.execute("insert into t values (1)");
					await gone(pid);
					await s.execute("insert into t values (2)");
				});
			}),
		);
		expect(error).toMatchObject({ kind: "connection", sqlstate: "25P02", retryable: false });
		expect(error.message).toContain("idle-in-transaction timeout");
		expect(await observed("select * from t")).toEqual([]);
	});

	it("ended between two statements goes on with a new one, prepared like the first", async () => {
		await adapter.close();
		adapter = serverAdapter(database, { fields: { search_path: "pg_catalog", options: { work_mem: "7MB" } } });
		await adapter.open();
		await adapter.withSession(async (s) => {
			const before = await pidOf(s);
			await end(before);
			expect(await pidOf(s)).not.toBe(before);
			expect((await s.query("select current_setting('search_path'), current_setting('work_mem')")).rows).toEqual([
				["pg_catalog", "7MB"],
			]);
		});
	});

	it("ended inside a transaction refuses the rest of it; nothing of it stays", async () => {
		await adapter.withSession(async (s) => {
			const error = await refusal(
				s.transaction(async () => {
					await s.execute("insert into t values (1)");
					await end(await pidOf(s));
					expect(await refusal(s.execute("insert into t values (2)"))).toMatchObject({ sqlstate: "25P02" });
				}),
			);
			expect(error).toMatchObject({ kind: "connection", sqlstate: "25P02" });
			expect((await s.query("select * from t")).rows).toEqual([]);
		});
	});

	it("ended while a statement runs: its effect is unknown, so it is not retryable", async () => {
		await adapter.withSession(async (s) => {
			const pid = await pidOf(s);
			const running = refusal(s.execute("select pg_sleep(600)"));
			await end(pid);
			expect(await running).toMatchObject({ kind: "connection", sqlstate: "57P01", retryable: false });
			expect((await s.query("select 1")).rows).toEqual([[1]]);
		});
	});

	it("ended while they wait in the pool are replaced without a word", async () => {
		const pids = await Promise.all(Array.from({ length: 4 }, () => adapter.withSession(async (s) => pidOf(s))));
		for (const pid of new Set(pids)) await end(pid);
		expect(await adapter.withSession(async (s) => (await s.query("select 1")).rows)).toEqual([[1]]);
	});

	it("are given the role, and get it back after whatever was set", async () => {
		await observed("do $$ begin create role worker; exception when duplicate_object then null; end $$");
		await adapter.close();
		adapter = serverAdapter(database, { fields: { role: "worker", lock_timeout: 7, application_name: "nightly" } });
		await adapter.open();
		const seen = () =>
			adapter.withSession(async (s) => {
				const facts = "select current_user, current_setting('lock_timeout'), current_setting('application_name')";
				const { rows } = await s.query(facts);
				await s.execute("set role none; set lock_timeout = 0; set application_name = 'x'");
				return rows[0];
			});
		expect([await seen(), await seen()]).toEqual(Array(2).fill(["worker", "7s", "nightly"]));
	});

	it("with fewer places than threads they share what there is", async () => {
		await observed("drop role if exists few");
		await observed(`create role few login password 'x' connection limit 3`);
		const narrow = serverAdapter({ ...database, user: "few", password: "x" }, { threads: 8 });
		await narrow.open();
		expect(narrow.capabilities.concurrency).toBeLessThanOrEqual(3);
		const work = () => narrow.withSession(async (s) => (await s.query("select 1 from pg_sleep(0.02)")).rows.length);
		expect(await Promise.all(Array.from({ length: 8 }, work))).toEqual(Array(8).fill(1));
		await narrow.close();
		await observed("drop role few");
	});
});
