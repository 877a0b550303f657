import { mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Adapter } from "../../core/adapter.ts";
import type { ResultTable } from "../../core/resultTable.ts";
import { testAdapter } from "./testing/testAdapter.ts";

/** What only the embedded database does; the contract of all adapters is tested in conformance/. */
let root: string;
let adapter: Adapter;
const make = (statementTimeoutMs?: number): Adapter => testAdapter(join(root, "db"), { statementTimeoutMs });
beforeEach(async () => {
	root = mkdtempSync(join(tmpdir(), "tfm-pglite-"));
	adapter = make();
	await adapter.open();
});
afterEach(async () => {
	await adapter.close();
	rmSync(root, { recursive: true });
});

test("to templates it is Postgres, to the profile it is pglite", () => {
	expect(adapter.facts).toEqual({
		adapter: "pglite",
		type: "postgres",
		version: expect.stringMatching(/^PostgreSQL 18\.\d+ \(embedded\)$/),
	});
	expect(adapter.capabilities.concurrency).toBe(1);
});

test("the timeout of the profile holds for every statement, one of its own goes before", async () => {
	await adapter.close();
	adapter = make(100);
	await adapter.open();
	await expect(adapter.withSession((s) => s.execute("select pg_sleep(60)"))).rejects.toMatchObject({
		kind: "timeout",
		message: "the statement took longer than 0.1 s",
	});
	await expect(
		adapter.withSession((s) => s.query("select pg_sleep(0.3)", [], { timeoutMs: 30_000 })),
	).resolves.toMatchObject({ rowCount: 1 });
});

test("a session asked for inside another is a mistake told at once, not a wait for itself", async () => {
	const nested = adapter.withSession(async () => adapter.withSession((s) => s.query("select 1")));
	await expect(nested).rejects.toThrow("withSession was called inside a session's work");
});

test("a session asked for by what a session started, once that is over, is like any other", async () => {
	let asked: Promise<ResultTable> | undefined;
	await adapter.withSession(async () => {
		asked = new Promise((resolve) => setTimeout(resolve, 50)).then(() =>
			adapter.withSession((s) => s.query("select 1")),
		);
	});
	expect((await asked)?.rows).toEqual([[1]]);
});

test("a server that stops loses the statement, not the database", async () => {
	const log = join(root, "db/pg_wal");
	await adapter.withSession(async (s) => {
		await s.execute("create table kept as select 1 as a");
		// Postgres panics when it cannot write its log.
		renameSync(log, `${log}.away`);
		await expect(s.execute("create table lost as select 1 as a; select pg_switch_wal()")).rejects.toMatchObject({
			name: "DatabaseError",
			kind: "connection",
			retryable: false,
			message: expect.stringContaining('could not create file "pg_wal/'),
		});
		renameSync(`${log}.away`, log);
		expect((await s.listRelations(["public"])).map((r) => r.identifier)).toEqual(["kept"]);
		expect((await s.query("select a from kept")).rows).toEqual([[1]]);
	});
});

test("endless recursion is an error like any other", async () => {
	await adapter.withSession(async (s) => {
		await s.execute("create function f(i int) returns int language plpgsql as $$ begin return f(i + 1); end $$");
		await expect(s.execute("select f(1)")).rejects.toMatchObject({ sqlstate: "54001", kind: "sql" });
	});
});

test("what was committed is there after closing and opening", async () => {
	await adapter.withSession((s) => s.execute("create table kept as select 1 as a"));
	await adapter.close();
	await adapter.open();
	expect((await adapter.withSession((s) => s.query("select a from kept"))).rows).toEqual([[1]]);
});

test("closing while a session works lets the session end first or fails it, and frees the directory", async () => {
	const working = adapter.withSession(async (s) => {
		await s.query("select 1");
		await s.query("select pg_sleep(0.2)");
		return "done";
	});
	await new Promise((resolve) => setTimeout(resolve, 50));
	await adapter.close();
	expect(await working.catch((error: { kind?: string }) => error.kind)).toMatch(/^(done|connection)$/);
	expect(readdirSync(root)).toEqual(["db"]);
});

test("opening with a signal already given does not touch the disk", async () => {
	const other = testAdapter(join(root, "other"));
	await expect(other.open({ signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
	expect(readdirSync(root).filter((n) => n.startsWith("other"))).toEqual([]);
});

test("the log does not grow with the work of a long session", async () => {
	await adapter.withSession(async (s) => {
		await s.execute("create table t (i int, v text)");
		for (let round = 0; round < 8; round++) {
			await s.execute("insert into t select i, repeat('x', 100) from generate_series(1, 150000) i; delete from t");
			await s.query("select pg_sleep(1.05)");
		}
		const { rows } = await s.query(
			"select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 from pg_control_checkpoint()",
		);
		expect(rows[0]?.[0]).toBeLessThan(160 * 1024 * 1024);
	});
}, 60_000);

test("closing gives back the room of deleted rows to new ones", async () => {
	const size = (): number => statSync(join(root, "db/base/5", String(file))).size;
	let file: unknown;
	const fill = () =>
		adapter.withSession(async (s) => {
			await s.execute("create table if not exists t (i int, v text)");
			file = (await s.query("select pg_relation_filenode('t')::int")).rows[0]?.[0];
			await s.execute("insert into t select i, repeat('x', 100) from generate_series(1, 20000) i");
			await s.execute("delete from t");
		});
	await fill();
	await adapter.close();
	const once = size();
	for (let run = 0; run < 3; run++) {
		await adapter.open();
		await fill();
		await adapter.close();
	}
	expect(size()).toBeLessThanOrEqual(once * 2);
}, 60_000);
