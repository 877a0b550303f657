import { describe, expect, test } from "vitest";
import type { Fault } from "./protocol/faults.ts";
import { type SnowflakeServer, startSnowflakeServer } from "./server.ts";
import { type Client, connect, LOGIN } from "./testing/client.ts";

/** A server of its own for each fault: the driver waits seconds before it tries again, and all may wait at once. */
async function withServer(work: (server: SnowflakeServer, client: Client) => Promise<void>): Promise<void> {
	const server = await startSnowflakeServer({ users: { tfm: { password: LOGIN.password } }, pollAfterMs: 50 });
	try {
		const client = await connect(server);
		await work(server, client);
		await client.close();
	} finally {
		await server.stop();
	}
}

/** What curl -d says of every body. */
const CURL = { "content-type": "application/x-www-form-urlencoded" };

describe.concurrent("faults, and what the driver makes of them", { timeout: 60_000 }, () => {
	test.each<[string, Fault]>([
		["503 twice", { path: "query-request", kind: "status", times: 2 }],
		["a connection reset before the statement is read", { path: "query-request", kind: "reset" }],
		["a connection reset after the statement is done", { path: "query-request", kind: "lost" }],
		["an answer that stops in the middle", { path: "query-request", kind: "cut" }],
		["a token that expires", { path: "query-request", kind: "expire" }],
		["a slow answer", { path: "query-request", kind: "slow", delayMs: 300 }],
	])("%s: the insert is done exactly once", (what, fault) =>
		withServer(async (server, client) => {
			await client.rows("create table landed (what varchar)");
			server.faults.add([fault]);
			await client.rows("insert into landed values (?)", { binds: [what] });
			expect(await client.rows("select what from landed")).toEqual([{ WHAT: what }]);
			expect(server.faults.left()).toEqual([]);
		}),
	);

	test("a fault for one statement leaves the others alone", () =>
		withServer(async (server, client) => {
			server.faults.add([{ path: "query-request", sql: "^drop", kind: "status" }]);
			await client.rows("create table landed (what varchar)");
			expect(server.faults.left()).toHaveLength(1);
			await client.rows("drop table landed");
			expect(server.faults.left()).toEqual([]);
		}));

	test("polls that fail and are slow still bring the rows", () =>
		withServer(async (server, client) => {
			server.faults.add([
				{ path: "/result$", kind: "status" },
				{ path: "/result$", kind: "slow", delayMs: 200 },
			]);
			const sql = "select count(*) as n from (select distinct seq4() as s from table(generator(rowcount => 2000000)))";
			expect(await client.rows(sql)).toEqual([{ N: 2_000_000 }]);
		}));

	test("a chunk that fails is fetched again", () =>
		withServer(async (server, client) => {
			server.faults.add([{ path: "^/chunks/", kind: "status" }]);
			expect(await client.rows("select seq4() as n from table(generator(rowcount => 3000))")).toHaveLength(3_000);
			expect(server.faults.left()).toEqual([]);
		}));

	test("the script is set and read over HTTP", () =>
		withServer(async (server) => {
			const body = JSON.stringify([{ path: "heartbeat", kind: "status", times: 3 }]);
			const answer = await fetch(`${server.url}/control/faults`, { method: "POST", headers: CURL, body });
			expect(await answer.json()).toEqual({ faults: [{ path: "heartbeat", kind: "status", times: 3 }] });
		}));
});
