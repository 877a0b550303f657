import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecording, recordingText, UUID } from "../../../packages/snowflake-server/src/recording/exchange.ts";
import type { Recorder } from "../../../packages/snowflake-server/src/recording/record.ts";
import { type Replay, startReplay } from "../../../packages/snowflake-server/src/recording/replay.ts";
import { type SnowflakeServer, startSnowflakeServer } from "../../../packages/snowflake-server/src/server.ts";
import { createSnowflakeAdapter } from "./adapter.ts";
import type { ProfileFields } from "./connectionOptions.ts";
import { RECORDED_LOGIN, recordAccount } from "./testing/recordAccount.ts";

/** Everything that must not be in a recording, and what a careless recording would have of it. */
const PLANTED = {
	account: "plantedorg-plantedacct",
	user: "planted_person",
	password: "planted-password-7",
	role: "planted_role",
	database: "planted_db",
	warehouse: "planted_wh",
};
const IN_ROWS = [
	"somebody@planted.example",
	"eyJhbGciOiJIUzI1NiJ9.cGxhbnRlZA.c2lnbmVk",
	"ver:1-hint:92233-ETMsDgAAAplanted",
	"AKIAPLANTEDPLANTED12",
	"10.20.30.40",
	"https://planted.s3.amazonaws.com/x?X-Amz-Signature=planted",
	"xy99999.eu-planted-1.snowflakecomputing.com",
	"-----BEGIN PRIVATE KEY-----planted-----END PRIVATE KEY-----",
];

const adapterTo = (fields: ProfileFields) =>
	createSnowflakeAdapter({ fields, cwd: "/", env: {}, threads: 2, host: { name: "tests", pid: 1 } });

/** Names, rows that come in chunks, a load, a refusal, and a statement that is given up. */
async function talk(fields: ProfileFields) {
	const adapter = adapterTo(fields);
	await adapter.open();
	try {
		return await adapter.withSession(async (session) => {
			const who = await session.query("select current_user(), current_database(), current_warehouse()");
			const many = await session.query("select seq4() as n from table(generator(rowcount => 2500)) order by n");
			await session.execute("create table public.t (a varchar)");
			const relation = { database: "", schema: "PUBLIC", identifier: "T" };
			const some = (async function* () {
				yield [["x"], ["y"]];
			})();
			const loaded = await session.bulkLoad({ relation, columns: ["A"], rows: some });
			const refused = await session.query("select * from missing").catch((error: Error) => error.message);
			const endless =
				"select sum(a.n * b.n) from (select seq4() as n from table(generator(rowcount => 3000000))) a, (select seq4() as n from table(generator(rowcount => 3000000))) b";
			const stopped = await session
				.query(endless, [], { timeoutMs: 150 })
				.catch((error: { kind?: string }) => error.kind);
			return {
				who: who.rows,

				many: many.rows.length,
				last: many.rows.at(-1),
				loaded: loaded.rows,
				refused,
				stopped,
			};
		});
	} finally {
		await adapter.close();
	}
}

/** A query whose rows give somebody away. */
async function tell(fields: ProfileFields): Promise<readonly unknown[]> {
	const adapter = adapterTo(fields);
	await adapter.open();
	try {
		const sql = IN_ROWS.map((text) => `select '${text}' as found`).join(" union all ");
		return await adapter.withSession(async (session) => (await session.query(sql)).rows.flat());
	} finally {
		await adapter.close();
	}
}

describe("a recording of what is said with an account", { timeout: 60_000 }, () => {
	let server: SnowflakeServer;
	let recorder: Recorder;
	let replay: Replay;
	let token: string;
	let said: Awaited<ReturnType<typeof talk>>;
	let found: readonly unknown[];
	let text: string;
	beforeAll(async () => {
		server = await startSnowflakeServer({
			accounts: [PLANTED.account],
			users: { [PLANTED.user]: { password: PLANTED.password } },
			pollAfterMs: 100,
		});
		const fields = { ...PLANTED, access_url: server.url };
		recorder = await recordAccount(fields, "the local protocol server");
		said = await talk({ ...fields, access_url: recorder.url });
		found = await tell({ ...fields, access_url: recorder.url });
		// A login whose token is known here.
		const answer = await fetch(`${recorder.url}/session/v1/login-request?databaseName=${PLANTED.database}`, {
			method: "POST",
			headers: { "content-type": "application/json", authorization: "Basic planted-header" },
			body: JSON.stringify({
				data: { LOGIN_NAME: PLANTED.user, PASSWORD: PLANTED.password, ACCOUNT_NAME: PLANTED.account },
			}),
		});
		token = ((await answer.json()) as { data: { token: string } }).data.token;
		text = recordingText(recorder.recording());
		replay = await startReplay(readRecording(text));
	});
	afterAll(async () => {
		await replay.stop();
		await recorder.stop();
		await server.stop();
	});

	test("passes on everything as it is", () => {
		expect(found).toEqual(IN_ROWS);
		expect(said).toMatchObject({ many: 2500, last: ["2499"], loaded: 2, stopped: "timeout" });
		expect(said.who).toEqual([["PLANTED_PERSON", "PLANTED_DB", "PLANTED_WH"]]);
	});

	test("holds no token, password, name of the account or its people, host, key or address", () => {
		expect(token.length).toBeGreaterThan(10);
		for (const secret of [...Object.values(PLANTED), ...IN_ROWS, token, "planted-header", server.url, recorder.url])
			expect(text.toLowerCase(), secret).not.toContain(secret.toLowerCase());
		expect(text).not.toMatch(/planted/i);
		// Ids are numbers.
		expect([...text.matchAll(UUID)].filter(([id]) => !id.startsWith("00000000-0000-0000-0000-")).map(String)).toEqual(
			[],
		);
		expect(text).not.toMatch(/authorization|PASSWORD|LOGIN_NAME|CLIENT_ENVIRONMENT/);
	});

	test("played to the same client gives what was said, with other names", async () => {
		const again = await talk({ ...RECORDED_LOGIN, access_url: replay.url });
		expect(again).toEqual({ ...said, who: [["TFM_USER", "TFM_DATABASE", "TFM_WAREHOUSE"]], refused: again.refused });
		expect(again.refused).toBe(String(said.refused).replaceAll("PLANTED_DB", "TFM_DATABASE"));
		expect(replay.unknown()).toEqual([]);
	});

	test("refuses by name what it has no answer to", async () => {
		await expect(tell({ ...RECORDED_LOGIN, access_url: replay.url })).rejects.toThrow(
			"the recording of the local protocol server has no answer to: query select 'somebody@planted",
		);
		expect(replay.unknown().length).toBe(1);
	});
});
