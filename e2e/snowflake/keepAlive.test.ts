import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type OpenSnowflake, openLocalSnowflake } from "../../src/adapters/snowflake/testing/openLocalSnowflake.ts";
import type { Session } from "../../src/core/adapter.ts";

/** An account on which sessions are over after two seconds of silence, and heartbeats come every second. */
const IMPATIENT = { idleMs: 2_000, heartbeatSeconds: 1 };
const SILENCE_MS = 3_500;

let snowflake: OpenSnowflake;
const open = async (fields: object): Promise<void> => {
	snowflake = await openLocalSnowflake(IMPATIENT, { ...fields });
};
afterEach(() => snowflake.dispose());

const came = (path: string): number => snowflake.server.requests().filter((request) => request.endsWith(path)).length;
const sessionOf = async (session: Session): Promise<unknown> =>
	(await session.query("select current_session()")).rows[0]?.[0];

test("client_session_keep_alive: heartbeats keep a session over a silence, such as another thread's long model", async () => {
	await open({ client_session_keep_alive: true });
	await snowflake.adapter.withSession(async (session) => {
		const before = await sessionOf(session);
		await pause(SILENCE_MS);
		expect(await sessionOf(session)).toBe(before);
	});
	expect(came("/session/heartbeat")).toBeGreaterThanOrEqual(2);
	expect(came("/login-request")).toBe(1);
});

test("without it a session that nobody used in time is made anew before the next statement", async () => {
	await open({});
	const before = await snowflake.adapter.withSession(sessionOf);
	await pause(SILENCE_MS);
	expect(await snowflake.adapter.withSession(sessionOf)).not.toBe(before);
	expect(came("/session/heartbeat")).toBe(0);
	expect(came("/login-request")).toBe(2);
});

test("without it a session in use that falls silent is lost, and the error says what keeps it", async () => {
	await open({});
	const lost = snowflake.adapter.withSession(async (session) => {
		await pause(SILENCE_MS);
		await session.query("select 1");
	});
	await expect(lost).rejects.toMatchObject({
		kind: "connection",
		hint: "the session rested for too long: `client_session_keep_alive: true` keeps it",
	});
});
