import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SnowflakeServer, startSnowflakeServer } from "./server.ts";
import { type Client, connect, LOGIN, refusal } from "./testing/client.ts";

/** Runs until it is stopped. */
const ENDLESS =
	"select sum(a.n * b.n) as s from (select seq4() as n from table(generator(rowcount => 3000000))) a, (select seq4() as n from table(generator(rowcount => 3000000))) b";

describe("the protocol, with the real driver", () => {
	let server: SnowflakeServer;
	let client: Client;
	beforeAll(async () => {
		server = await startSnowflakeServer({ users: { tfm: { password: LOGIN.password } }, pollAfterMs: 50 });
		client = await connect(server);
	});
	afterAll(async () => {
		await client.close();
		await server.stop();
	});

	test("values of every type arrive as they are", async () => {
		const [row] = await client.rows(
			`select 1.50::number(10,2) as n, '2024-02-29'::date as d, '2024-01-01 10:00:00.123'::timestamp_ntz as ts,
				true as b, null as z, 1.5::float as f, parse_json('{"k":[1,2]}') as v, '10:11:12'::time as t,
				array_construct(1, 'x') as a, '0aFF'::binary as x, $$it's$$ as q, 'a\\nb' as e`,
			{ fetchAsString: ["Number", "Date", "JSON", "Buffer"] },
		);
		expect(row).toEqual({
			N: "1.50",
			D: "2024-02-29",
			TS: "2024-01-01 10:00:00.123",
			B: true,
			Z: null,
			F: "1.5",
			V: '{"k":[1,2]}',
			T: "10:11:12",
			A: '[1,"x"]',
			X: "0AFF",
			Q: "it's",
			E: "a\nb",
		});
	});

	test("whole numbers beyond 2^53 keep their digits when they are fetched as text", async () => {
		const rows = await client.rows("select 9007199254740993 as n", { fetchAsString: ["Number"] });
		expect(rows).toEqual([{ N: "9007199254740993" }]);
	});

	test("5,000 rows come in gzipped chunks, all at once and as a stream", async () => {
		const sql = "select seq4() as n from table(generator(rowcount => 5000)) order by 1";
		const rows = await client.rows(sql);
		expect([rows.length, rows[0]?.N, rows[4999]?.N]).toEqual([5000, 0, 4999]);
		const statement = await client.statement(sql, { streamResult: true });
		let count = 0;
		for await (const _ of statement.streamRows()) count++;
		expect(count).toBe(5000);
		expect(server.requests().some((request) => request.startsWith("GET /chunks/"))).toBe(true);
	});

	test("bind variables, one row and many", async () => {
		await client.rows("create or replace table bound (id int, name varchar, at timestamp_ntz)");
		const insert = "insert into bound values (?, ?, ?)";
		await client.rows(insert, { binds: [1, "o'k", "2024-01-01 00:00:00"] });
		const many = await client.statement(insert, {
			binds: [
				[2, "b", null],
				[3, "c", null],
			],
		});
		expect(many.getNumUpdatedRows()).toBe(2);
		expect(await client.rows("select id from bound where name = :1", { binds: ["o'k"] })).toEqual([{ ID: 1 }]);
	});

	test("a statement that takes its time is polled for", async () => {
		const rows = await client.rows(
			"select count(*) as n from (select distinct seq4() as s from table(generator(rowcount => 2000000)))",
		);
		expect(rows).toEqual([{ N: 2_000_000 }]);
		expect(server.requests().some((request) => /^GET .*\/result$/.test(request))).toBe(true);
	});

	test("cancelling by the driver ends the statement", async () => {
		let running: { cancel(callback: () => void): void } | undefined;
		const ended = refusal(
			new Promise((resolve, reject) => {
				running = client.connection.execute({
					sqlText: ENDLESS,
					complete: (error) => (error ? reject(error) : resolve(null)),
				});
			}),
		);
		await expect.poll(() => server.statements().at(-1)?.sql, { timeout: 10_000 }).toBe(ENDLESS);
		running!.cancel(() => {});
		expect((await ended).code).toBe("000604");
	});

	test("a statement begun without waiting is asked for, read and cancelled by its query id", async () => {
		const quick = (await client.statement("select 7 as z", { asyncExec: true })).getQueryId();
		const rows = await new Promise((resolve, reject) => {
			client.connection.getResultsFromQueryId({
				queryId: quick,
				sqlText: "",
				complete: (error, _, found) => (error ? reject(error) : resolve(found)),
			});
		});
		expect([rows, await client.connection.getQueryStatus(quick)]).toEqual([[{ Z: 7 }], "SUCCESS"]);
		const endless = await client.statement(ENDLESS, { asyncExec: true });
		expect(await client.connection.getQueryStatus(endless.getQueryId())).toBe("RUNNING");
		await new Promise<void>((resolve, reject) => endless.cancel((error) => (error ? reject(error) : resolve())));
		expect(await client.rows("select 1 as a")).toEqual([{ A: 1 }]);
		expect(await client.connection.getQueryStatus(endless.getQueryId())).toBe("FAILED_WITH_ERROR");
	}, 60_000);

	test("several statements in one request, and how many there are must be said", async () => {
		const sqlText = "select 1 as a; select 2 as b";
		expect((await refusal(client.rows(sqlText))).code).toBe("000008");
		const results: unknown[] = [];
		await new Promise<void>((resolve, reject) => {
			client.connection.execute({
				sqlText,
				parameters: { MULTI_STATEMENT_COUNT: 2 },
				complete: (error, statement, rows) => {
					if (error) return reject(error);
					results.push(rows);
					const more = statement as unknown as { hasNext(): boolean; NextResult(): void };
					return more.hasNext() ? more.NextResult() : resolve();
				},
			});
		});
		expect(results).toEqual([[{ A: 1 }], [{ B: 2 }]]);
	});

	test("a statement over its time limit is ended", async () => {
		await client.rows("alter session set statement_timeout_in_seconds = 1");
		expect((await refusal(client.rows(ENDLESS))).code).toBe("000630");
		await client.rows("alter session unset statement_timeout_in_seconds");
	});

	test("the query tag of the session, and of one statement", async () => {
		await client.rows("alter session set query_tag = 'run:1'");
		await client.rows("select 41");
		await client.rows("select 42", { parameters: { QUERY_TAG: "node:x" } });
		await client.rows("alter session unset query_tag");
		const tags = server.statements().filter(({ sql }) => /^select 4[12]$/.test(sql));
		expect(tags.map(({ tag }) => tag)).toEqual(["run:1", "node:x"]);
	});

	test("columns are described without running the statement", async () => {
		const statement = await client.statement("select 1::number(10,2) as n, 'x' as t", { describeOnly: true });
		expect(statement.getColumns()?.map((column) => [column.getName(), column.getType(), column.getScale()])).toEqual([
			["N", "fixed", 2],
			["T", "text", null],
		]);
	});
});
