import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Fault } from "../../../packages/snowflake-server/src/protocol/faults.ts";
import { type OpenSnowflake, openLocalSnowflake } from "./testing/openLocalSnowflake.ts";

/** Runs until it is stopped. */
const ENDLESS =
	"select sum(a.n * b.n) as s from (select seq4() as n from table(generator(rowcount => 3000000))) a, (select seq4() as n from table(generator(rowcount => 3000000))) b";
const SHORT = "insert into public.t values (1)";
/** Longer than the server waits before it answers that it is not done. */
const LONG =
	"insert into public.t select count(*) from (select distinct seq4() as n from table(generator(rowcount => 2000000)))";

const FAULTS: readonly (readonly [title: string, sql: string, faults: readonly Fault[]])[] = [
	["503 twice", SHORT, [{ path: "query-request", kind: "status", status: 503, times: 2 }]],
	["a connection reset before the statement is read", SHORT, [{ path: "query-request", kind: "reset" }]],
	["a connection reset when the statement is done", SHORT, [{ path: "query-request", kind: "lost" }]],
	["an answer that stops in the middle", SHORT, [{ path: "query-request", kind: "cut" }]],
	["a slow answer", SHORT, [{ path: "query-request", kind: "slow", delayMs: 300 }]],
	[
		"a poll that fails, and one that is slow",
		LONG,
		[
			{ path: "/result$", kind: "status" },
			{ path: "/result$", kind: "slow", delayMs: 200 },
		],
	],
	["a token that expired before the statement", SHORT, [{ path: "query-request", kind: "expire" }]],
	["a token that expires while the statement goes on", LONG, [{ path: "/result$", kind: "expire" }]],
];

/** Faults of whole processes and sessions, and the tests that cause them. */
const ELSEWHERE = [
	[
		"SIGINT, or a timeout of tfm's",
		"a cancel goes at once, by the query's id; the session goes on",
		"src/adapters/snowflake/faults.test.ts",
	],
	[
		"SIGINT or SIGTERM while the answer of a login is held back",
		"tfm ends at once with exit code 130",
		"e2e/snowflake/cancel.test.ts",
	],
	[
		"SIGINT while the answer of a statement is held back",
		"a cancel goes at once; without an answer in 2 s tfm ends with 130, and the next run ends what may still be at work",
		"e2e/snowflake/cancel.test.ts",
	],
	[
		"a host that is not there, a port where nobody listens",
		"asked for twice, a second apart, then refused with the field that names it",
		"e2e/snowflake/cancel.test.ts",
	],
	[
		"a session silent for longer than the account allows",
		"it is made anew before the next node",
		"e2e/snowflake/keepAlive.test.ts",
	],
	["the same within a node", "the node fails, and is told what keeps a session", "e2e/snowflake/keepAlive.test.ts"],
	["SIGKILL within a model", "the next run ends the statement and builds", "e2e/snowflake/orphans.test.ts"],
	["SIGKILL at four places of a publish", "the next run finishes it", "e2e/snowflake/layers.test.ts"],
	[
		"SIGKILL within the transaction that brings new rows in",
		"the next run ends the transaction, and the rows come in once",
		"e2e/snowflake/layers.test.ts",
	],
	["an account, a provider or a proxy that does not answer", "refused with a hint", "e2e/snowflake/logins.test.ts"],
] as const;

describe("what goes wrong on the way to Snowflake", () => {
	let snowflake: OpenSnowflake;
	const lines: string[] = [];
	beforeAll(async () => {
		snowflake = await openLocalSnowflake();
		await snowflake.adapter.withSession((s) => s.execute("create table public.t (n int)"));
	});
	afterAll(() => snowflake.dispose());
	const requests = (path: RegExp): number => snowflake.server.requests().filter((request) => path.test(request)).length;

	test.each(FAULTS)(
		"%s: the statement is done once",
		async (title, sql, faults) => {
			await snowflake.adapter.withSession(async (s) => {
				await s.execute("delete from public.t");
				const [statements, asked, renewed] = [
					snowflake.server.statements().length,
					requests(/query-request$/),
					requests(/token-request$/),
				];
				snowflake.server.faults.add(faults);
				expect((await s.execute(sql)).rowCount).toBe(1);
				expect(snowflake.server.faults.left()).toEqual([]);
				const done = snowflake.server.statements().slice(statements);
				expect(done.map((query) => query.sql)).toEqual([sql]);
				const words = [
					["sent once", "sent twice", "sent three times"][requests(/query-request$/) - asked - 1],
					...(requests(/token-request$/) > renewed ? ["the token renewed"] : []),
					"done once",
				];
				expect((await s.query("select count(*) as n from public.t")).rows).toEqual([["1"]]);
				lines.push(`| ${title} | ${words.join(", ")} | \`src/adapters/snowflake/faults.test.ts\` |`);
			});
		},
		60_000,
	);

	test("a signal and a timeout end a statement on the server by the next request, and the session goes on", async () => {
		const stop = new AbortController();
		const sinceThen = () => snowflake.server.requests().slice(before);
		let before = 0;
		await snowflake.adapter.withSession(async (s) => {
			setTimeout(() => {
				before = snowflake.server.requests().length;
				stop.abort(new Error("stop it"));
			}, 200);
			await expect(s.query(ENDLESS, [], { signal: stop.signal })).rejects.toMatchObject({
				kind: "cancelled",
				sql: ENDLESS,
			});
			// What was under way is a poll; nothing else comes before the cancel.
			expect(sinceThen().find((request) => !/\/result$/.test(request))).toMatch(/\/abort-request$/);
			await expect(s.query(ENDLESS, [], { timeoutMs: 200 })).rejects.toMatchObject({ kind: "timeout", sql: ENDLESS });
			expect((await s.query("select 1 as a")).rows).toEqual([["1"]]);
		});
		expect(snowflake.server.statements().every(({ outcome }) => outcome !== null)).toBe(true);
	});

	test("docs/snowflake.md says what happens; UPDATE_DOCS=1 writes it", () => {
		for (const [, , file] of ELSEWHERE)
			expect(existsSync(new URL(`../../../${file}`, import.meta.url)), file).toBe(true);
		// One test alone knows one line.
		if (lines.length < FAULTS.length) return;
		const page = new URL("../../../docs/snowflake.md", import.meta.url);
		const rest = ELSEWHERE.map(([fault, then, file]) => `| ${fault} | ${then} | \`${file}\` |`);
		const head = "| fault | what happens | test |\n|---|---|---|\n";
		const text = readFileSync(page, "utf8");
		const now = text.replace(
			/(<!-- faults -->\n)[\s\S]*?(<!-- \/faults -->)/,
			(_, begin: string, end: string) => `${begin}${head}${[...lines, ...rest].join("\n")}\n${end}`,
		);
		if (process.env.UPDATE_DOCS === "1") writeFileSync(page, now);
		expect(now).toBe(readFileSync(page, "utf8"));
	});
});
