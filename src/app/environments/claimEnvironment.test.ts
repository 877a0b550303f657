import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serverAdapter } from "../../adapters/postgres/testing/serverAdapter.ts";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../../adapters/postgres/testing/testDatabase.ts";
import type { Adapter } from "../../core/adapter.ts";
import type { Invocation } from "../../core/invocation.ts";
import { createStateStore } from "../../history/stateStore.ts";
import { claimEnvironment } from "./claimEnvironment.ts";
import { dropEnvironment } from "./dropEnvironment.ts";
import { closeEnvironment, joinEnvironment } from "./joinEnvironment.ts";

const environmentOf = (runId: string, name = "ci_482") => ({
	project: "shop",
	name,
	purpose: "ci" as const,
	owner: "ada",
	target: "dev",
	defer: "dev",
	pull: "482",
	commit: null,
	createdAt: "2026-11-21T06:00:00.000Z",
	expiresAt: null,
	runId,
	schemas: [`marts__${name}`],
});

const RUN = { command: "run", host: "here", pid: 1 };

describeOnPostgres("an isolated environment", { timeout: 60_000 }, () => {
	let database: TestDatabase;
	let store: Awaited<ReturnType<typeof createStateStore>>;
	const open: Adapter[] = [];
	const opened = async (): Promise<Adapter> => {
		const adapter = serverAdapter(database);
		await adapter.open();
		open.push(adapter);
		return adapter;
	};
	const claim = (adapter: Adapter, runId: string, { name = "ci_482", lockTimeoutMs = 60_000 } = {}) => {
		const signal = new AbortController().signal;
		const invocation = { signal, flags: { lockTimeoutMs } as Invocation["flags"] };
		const sleep = (_: number, stop: AbortSignal) => pause(5, undefined, { signal: stop });
		return claimEnvironment({ adapter, store: store.environments, invocation, sleep }, environmentOf(runId, name));
	};
	const sql = (adapter: Adapter, text: string) => adapter.withSession((session) => session.query(text));
	const schemas = async (adapter: Adapter) =>
		(await sql(adapter, "select nspname from pg_namespace where nspname like 'marts%' order by 1")).rows.flat();

	beforeAll(async () => {
		database = await createTestDatabase();
		store = await createStateStore();
		await (await opened()).withSession((session) => store.migrate(session));
	}, 60_000);
	afterAll(async () => {
		for (const adapter of open) await adapter.close();
		await database.drop();
	}, 60_000);

	it("goes to the later of two runs, once the earlier has stopped and cleaned up", async () => {
		const [first, second] = [await opened(), await opened()];
		const mine = await claim(first, "run-1");
		await sql(first, "create schema marts__ci_482; create table marts__ci_482.orders (id int)");
		const stopped = new Promise((resolve) => mine.signal.addEventListener("abort", resolve));
		const later = claim(second, "run-2");
		await stopped;
		expect(() => mine.check()).toThrow("TFM-ENV-007: a later run (run-2) took over the environment ci_482");
		await mine.stop();
		await dropEnvironment(first, store.environments, environmentOf("run-1"));
		await first.close();
		const theirs = await later;
		theirs.check();
		expect(await schemas(second)).toEqual([]);
		const row = await second.withSession((session) => store.environments.find(session, "shop", "ci_482"));
		expect(row).toEqual(environmentOf("run-2"));
		await theirs.stop();
		await dropEnvironment(second, store.environments, environmentOf("run-2"));
		expect(await second.withSession((session) => store.environments.list(session, "shop"))).toEqual([]);
	});

	it("is refused to who waited in vain for the run that has it", async () => {
		const [first, second] = [await opened(), await opened()];
		const mine = await claim(first, "run-3", { name: "ci_3" });
		await expect(claim(second, "run-4", { name: "ci_3", lockTimeoutMs: 0 })).rejects.toThrow(
			"TFM-ENV-003: the run run-3 still works in the environment ci_3 after 0 s",
		);
		await mine.stop();
	});

	it("has no schema that was there before, nor another environment's", async () => {
		const adapter = await opened();
		await sql(adapter, "create schema marts__ci_5");
		await expect(claim(adapter, "run-5", { name: "ci_5" })).rejects.toThrow(
			"TFM-ENV-002: the environment ci_5 cannot have its schemas: marts__ci_5 exists already",
		);
		await dropEnvironment(adapter, store.environments, environmentOf("run-5", "ci_5"));
		expect(await schemas(adapter)).toEqual(["marts__ci_5"]);
		const register = (project: string) =>
			adapter.withSession((session) =>
				store.environments.register(session, { ...environmentOf("run-6", "ci_6"), project }),
			);
		expect((await register("shop")).kind).toBe("registered");
		expect(await register("other")).toEqual({
			kind: "refused",
			inTheWay: [{ schema: "marts__ci_6", environment: "shop@ci_6" }],
		});
	});

	it("of a person is dropped when the runs in it are over, and no run begins in it meanwhile", async () => {
		const own = (runId: string) => ({ ...environmentOf(runId, "anna"), purpose: "development" as const, pull: null });
		const [first, second, dropping, late] = [await opened(), await opened(), await opened(), await opened()];
		const place = (adapter: Adapter, lockTimeoutMs = 60_000) => ({
			adapter,
			state: store,
			invocation: { signal: new AbortController().signal, flags: { lockTimeoutMs } as Invocation["flags"] },
			sleep: (_: number, signal: AbortSignal) => pause(5, undefined, { signal }),
		});
		const begin = (adapter: Adapter, runId: string) =>
			adapter.withSession((session) =>
				store.beginRun(session, { ...RUN, runId, project: "shop@anna", startedAt: "2026-11-21T06:00:00.000Z" }),
			);
		await first.withSession((session) => store.environments.register(session, { ...own(""), runId: null }));
		await joinEnvironment(place(first), own("run-a"));
		// Not yet written down as a run: the next one waits until it is.
		await expect(joinEnvironment(place(second, 0), own("run-b"))).rejects.toThrow("TFM-ENV-003: the run run-a");
		await begin(first, "run-a");
		await joinEnvironment(place(second), own("run-b"));
		await begin(second, "run-b");
		const refused = closeEnvironment(place(dropping, 0), own("drop"), () => {});
		await expect(refused).rejects.toThrow("TFM-ENV-003: the run run-a still works in the environment anna after 0 s");
		const waited: string[] = [];
		await closeEnvironment(place(dropping), own("drop"), (run) => {
			waited.push(run);
			void first.close();
			void second.close();
		});
		expect(waited[0]).toBe("run-a");
		const gone = "TFM-ENV-004: there is no environment anna";
		const entering = expect(joinEnvironment(place(late), own("run-c"))).rejects.toThrow(gone);
		await dropEnvironment(dropping, store.environments, own("drop"));
		await entering;
		expect(await late.withSession((session) => store.environments.find(session, "shop", "anna"))).toBeNull();
	});

	it("is not dropped while a view outside of it reads what is in it", async () => {
		const adapter = await opened();
		const mine = await claim(adapter, "run-7", { name: "ci_7" });
		await mine.stop();
		await sql(adapter, "create schema marts__ci_7; create table marts__ci_7.orders as select 1 as id");
		await sql(adapter, "create view public.report as select * from marts__ci_7.orders");
		const drop = () => dropEnvironment(adapter, store.environments, environmentOf("run-7", "ci_7"));
		await expect(drop()).rejects.toThrow("TFM-ENV-005: the environment ci_7 is not dropped: public.report outside");
		await sql(adapter, "drop view public.report");
		await drop();
		expect(await schemas(adapter)).not.toContain("marts__ci_7");
	});
});
