import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Adapter } from "../../core/adapter.ts";
import { coordinatorKey, sessionKey } from "./presence.ts";
import { serverAdapter } from "./testing/serverAdapter.ts";
import { createTestDatabase, describeOnPostgres, type TestDatabase } from "./testing/testDatabase.ts";

describeOnPostgres("who works in the database", () => {
	let database: TestDatabase;
	let observer: Adapter;
	const opened: Adapter[] = [];
	beforeAll(async () => {
		database = await createTestDatabase();
		observer = serverAdapter(database);
		await observer.open();
	});
	afterEach(async () => {
		for (const adapter of opened.splice(0)) await adapter.close();
	});
	afterAll(async () => {
		await observer.close();
		await database.drop();
	});

	async function open(): Promise<Adapter> {
		const adapter = serverAdapter(database);
		await adapter.open();
		opened.push(adapter);
		return adapter;
	}
	const living = async (...ids: string[]) =>
		[...(await observer.withSession((s) => observer.presence.living(s, ids)))].sort();
	const endOrphans = (id: string) => observer.withSession((s) => observer.presence.endOrphans(s, id));
	/** Ends the connection that holds the coordinator's lock, as a network that breaks would. */
	const holdersOf = async (key: bigint) =>
		observer.withSession(async (s) => {
			const sql = `select pid from pg_locks where locktype = 'advisory' and ((classid::int8 << 32) | objid::int8) = $1`;
			return (await s.query(sql, [String(key)])).rows.map(([pid]) => Number(pid));
		});
	const end = (pid: number | undefined) =>
		observer.withSession((s) => s.query("select pg_terminate_backend($1)", [pid ?? 0]));

	it("a run lives from its announcement until its adapter closes", async () => {
		const adapter = await open();
		expect(await living("a", "b")).toEqual([]);
		await adapter.presence.announce("a");
		expect(await living("a", "b")).toEqual(["a"]);
		await (await open()).presence.announce("b");
		expect(await living("a", "b")).toEqual(["a", "b"]);
		await adapter.close();
		expect(await living("a", "b")).toEqual(["b"]);
		expect(await living()).toEqual([]);
	});

	it("all its sessions carry its mark and name: those open, those to come, and those in the middle of something", async () => {
		const adapter = await open();
		const names = await adapter.withSession(async (s) => {
			await s.execute("begin");
			await adapter.presence.announce("marks");
			await s.execute("select 1");
			await adapter.withSession((other) => other.execute("select 1"));
			const sql = "select application_name from pg_stat_activity where pid = any ($1) order by 1";
			const pids = await holdersOf(sessionKey("marks"));
			return observer.withSession((o) => o.query(sql, [`{${pids.join(",")}}`]));
		});
		// Two sessions and the coordinator.
		expect(names.rows).toEqual(Array(3).fill(["tfm marks"]));
	});

	it("orphans are sessions whose coordinator is gone: they are ended, whatever they do", async () => {
		const adapter = await open();
		await adapter.presence.announce("led");
		expect(await endOrphans("led")).toBe(false);

		// What a killed process leaves for a while: a statement at work with the run's mark, nobody in charge.
		const left = new pg.Client({ connectionString: database.url });
		left.on("error", () => {});
		await left.connect();
		await left.query(`select pg_advisory_lock_shared(${sessionKey("orphaned")})`);
		const working = left.query("select pg_sleep(600)").catch((error: { code: string }) => error.code);
		expect(await living("orphaned")).toEqual(["orphaned"]);
		expect(await endOrphans("orphaned")).toBe(true);
		expect(await working).toBe("57P01");
		expect(await living("orphaned")).toEqual([]);
		expect(await endOrphans("orphaned")).toBe(true);
	});

	it("a coordinator whose connection breaks comes back", async () => {
		const adapter = await open();
		await adapter.presence.announce("back");
		const [before] = await holdersOf(coordinatorKey("back"));
		await end(before);
		let [now] = await holdersOf(coordinatorKey("back"));
		while (now === undefined || now === before) {
			await pause(10);
			[now] = await holdersOf(coordinatorKey("back"));
		}
		expect(await living("back")).toEqual(["back"]);
	});

	it("a role that may not end another one's sessions says so, and sees that they live", async () => {
		await observer.withSession((s) => s.execute("drop role if exists small; create role small login password 'x'"));
		const small = serverAdapter({ ...database, user: "small", password: "x" });
		await small.open();
		opened.push(small);
		const left = new pg.Client({ connectionString: database.url });
		await left.connect();
		await left.query(`select pg_advisory_lock_shared(${sessionKey("theirs")})`);
		await small.withSession(async (s) => {
			expect([...(await small.presence.living(s, ["theirs"]))]).toEqual(["theirs"]);
			expect(await small.presence.endOrphans(s, "theirs")).toBe(false);
		});
		await left.end();
		await small.close();
		await observer.withSession((s) => s.execute("drop role small"));
	});
});
