import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Fault } from "./protocol/faults.ts";
import { type SnowflakeServer, startSnowflakeServer } from "./server.ts";
import { type Client, connect, LOGIN } from "./testing/client.ts";

describe("faults, and what the driver makes of them", () => {
	let server: SnowflakeServer;
	let client: Client;
	beforeAll(async () => {
		server = await startSnowflakeServer({ users: { tfm: { password: LOGIN.password } }, pollAfterMs: 50 });
		client = await connect(server);
		await client.rows("create table landed (what varchar)");
	});
	afterAll(async () => {
		await client.close();
		await server.stop();
	});

	test.each<[string, Fault]>([
		["503 twice", { path: "query-request", kind: "status", times: 2 }],
		["429 once", { path: "query-request", kind: "status", status: 429 }],
		["a connection reset before the statement is read", { path: "query-request", kind: "reset" }],
		["a connection reset after the statement is done", { path: "query-request", kind: "lost" }],
		["an answer that stops in the middle", { path: "query-request", kind: "cut" }],
		["a token that expires", { path: "query-request", kind: "expire" }],
		["a slow answer", { path: "query-request", kind: "slow", delayMs: 300 }],
	])(
		"%s: the insert is done exactly once",
		async (what, fault) => {
			server.faults.add([fault]);
			await client.rows("insert into landed values (?)", { binds: [what] });
			expect(await client.rows("select count(*) as n from landed where what = ?", { binds: [what] })).toEqual([
				{ N: 1 },
			]);
			expect(server.faults.left()).toEqual([]);
		},
		60_000,
	);

	test("polls that fail and are slow still bring the rows", async () => {
		server.faults.add([
			{ path: "/result$", kind: "status" },
			{ path: "/result$", kind: "slow", delayMs: 200 },
		]);
		const sql = "select count(*) as n from (select distinct seq4() as s from table(generator(rowcount => 2000000)))";
		expect(await client.rows(sql)).toEqual([{ N: 2_000_000 }]);
	}, 60_000);

	test("a chunk that fails is fetched again", async () => {
		server.faults.add([{ path: "^/chunks/", kind: "status" }]);
		const rows = await client.rows("select seq4() as n from table(generator(rowcount => 3000))");
		expect(rows).toHaveLength(3000);
	}, 60_000);

	test("the script is set and read over HTTP", async () => {
		const send = (faults: unknown) =>
			fetch(`${server.url}/control/faults`, { method: "POST", body: JSON.stringify(faults) }).then((answer) =>
				answer.json(),
			);
		expect(await send([{ path: "heartbeat", kind: "status", times: 3 }])).toEqual({
			faults: [{ path: "heartbeat", kind: "status", times: 3 }],
		});
		while (server.faults.take("heartbeat"));
	});
});
