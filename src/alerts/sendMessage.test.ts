import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { AlertChannel, AlertMessage } from "../core/alerts.ts";
import type { SendingTimes } from "./sendHttp.ts";
import { sendMessage } from "./sendMessage.ts";
import {
	type LocalAnswer,
	type LocalService,
	likeTheServices,
	type Received,
	startService,
} from "./testing/localService.ts";
import { item, message } from "./testing/messages.ts";
import { startSmtpServer } from "./testing/smtpServer.ts";

const TIMES: SendingTimes = { tries: 3, tryMs: 1_000, totalMs: 6_000, pauseMs: 1 };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const service of open.splice(0)) await service.close();
});

async function service(answer: (request: Received, n: number) => LocalAnswer = likeTheServices): Promise<LocalService> {
	const started = await startService(answer);
	open.push(started);
	return started;
}

type Fields<C> = C extends AlertChannel ? Omit<C, "name" | "missing"> : never;

async function send(channel: Fields<AlertChannel>, about: AlertMessage = message()) {
	const slept: number[] = [];
	const world = {
		clock: () => new Date("2026-11-21T06:12:04.000Z"),
		sleep: async (ms: number) => void slept.push(ms),
		times: TIMES,
	};
	const reason = await sendMessage(about, { name: "c", missing: null, ...channel } as AlertChannel, world);
	return { reason, slept };
}

describe("what each service receives", () => {
	it("Slack takes blocks, and markup in names is no markup", async () => {
		const { url, received } = await service();
		const about = message({ items: [item({ label: "a<b>&c", what: "<!channel> 3 nulls" })] });
		expect(await send({ type: "slack", url: `${url}/slack/T1/B1` }, about)).toEqual({ reason: null, slept: [] });
		expect(received[0]?.body).not.toContain("<!channel>");
		expect(JSON.parse(received[0]!.body)).toMatchSnapshot();
	});

	it("Teams takes an Adaptive Card", async () => {
		const { url, received } = await service();
		expect((await send({ type: "teams", url: `${url}/teams/w` })).reason).toBeNull();
		expect(JSON.parse(received[0]!.body)).toMatchSnapshot();
	});

	it("PagerDuty opens one incident for a route and resolves it when nothing is open any more", async () => {
		const { url, received } = await service();
		const channel = { type: "pagerduty", key: "R1", url: `${url}/v2/enqueue` } as const;
		for (const about of [message(), message({ kind: "resolved", open: 1 }), message({ kind: "resolved", open: 0 })])
			expect((await send(channel, about)).reason).toBeNull();
		const events = received.map(({ body }) => JSON.parse(body));
		expect(events.map((event) => [event.event_action, event.dedup_key])).toEqual([
			["trigger", "tfm/acme/prod/all"],
			["resolve", "tfm/acme/prod/all"],
		]);
		expect(events[0]).toMatchSnapshot();
	});

	it("Twilio sends one text message of 160 characters to each number, and none of recovery", async () => {
		const { url, received } = await service();
		const channel = {
			type: "twilio",
			account: "AC1",
			token: "token",
			from: "+15550001",
			to: ["+15550002", "+15550003"],
			url,
		} as const;
		const long = message({ items: [item({ what: "x".repeat(300) })] });
		expect((await send(channel, long)).reason).toBeNull();
		expect((await send(channel, message({ kind: "resolved", open: 0 }))).reason).toBeNull();
		const forms = received.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
		expect(forms.map(({ To }) => To)).toEqual(["+15550002", "+15550003"]);
		expect(forms[0]?.Body).toHaveLength(160);
		expect(forms[0]?.Body).toContain("acme (prod): 1 failed, 100 blocked. unique(silver.stg_users.id): xxx");
		const other = await send({ ...channel, token: "other" });
		expect(other.reason).toMatch(/^127\.0\.0\.1:\d+ answered 401: .*Authenticate/);
	});

	it("a webhook gets the message as it is, signed with its time", async () => {
		const { url, received } = await service();
		const about = message();
		expect((await send({ type: "webhook", url: `${url}/hook`, hmac: "secret" }, about)).reason).toBeNull();
		const { headers, body } = received[0]!;
		expect(JSON.parse(body)).toEqual(about);
		expect(headers["x-tfm-delivery"]).toBe(about.id);
		const signed = createHmac("sha256", "secret").update(`${headers["x-tfm-timestamp"]}.${body}`).digest("hex");
		expect(headers["x-tfm-signature"]).toBe(`v1=${signed}`);
	});

	it("a mail server gets one mail for all receivers, after the login", async () => {
		const server = await startSmtpServer();
		open.push(server);
		const channel = {
			type: "smtp",
			host: "127.0.0.1",
			port: server.port,
			secure: false,
			user: "u",
			password: "p",
			from: "tfm@acme.test",
			to: ["a@acme.test", "b@acme.test"],
		} as const;
		expect((await send(channel)).reason).toBeNull();
		const [mail] = server.mails;
		expect(mail).toMatchObject({ from: "tfm@acme.test", to: ["a@acme.test", "b@acme.test"], login: "u:p" });
		expect(mail?.text).toContain("Subject: acme (prod): 1 failed, 100 blocked");
		expect(mail?.text.replace(/^[\s\S]*?\n\n/, "")).toMatchSnapshot();
		expect((await send({ ...channel, password: "wrong" })).reason).toBe(`127.0.0.1:${server.port} answered 535`);
	});
});

describe("what does not go well", () => {
	const slack = (url: string) => ({ type: "slack", url: `${url}/services/T/B/very-secret` }) as const;

	it("waits as long as Retry-After asks and tries again after 429 and 5xx", async () => {
		const answers: LocalAnswer[] = [{ status: 429, headers: { "retry-after": "2" } }, { status: 503 }, { body: "ok" }];
		const { url, received } = await service((_, n) => answers[n - 1]!);
		expect(await send(slack(url))).toEqual({ reason: null, slept: [2000, 2] });
		expect(new Set(received.map(({ body }) => body)).size).toBe(1);
	});

	it("does not wait for longer than a run may", async () => {
		const { url } = await service(() => ({ status: 429, headers: { "retry-after": "3600" } }));
		expect((await send(slack(url))).reason).toMatch(/answered 429, and asks to wait 3600 s$/);
	});

	it.each([
		["no answer", { fault: "hang" }, "did not answer in time (3 tries)", 3],
		["a cut connection", { fault: "cut" }, "cut the connection (3 tries)", 3],
		["500", { status: 500 }, "answered 500 (3 tries)", 3],
		["403", { status: 403, body: "invalid_token" }, 'answered 403: "invalid_token"', 1],
		["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1/" } }, "answered 302: nothing", 1],
		[
			"a page in place of an answer",
			{ body: "<html>Sign in</html>" },
			'it answered "<html>Sign in</html>", not "ok"',
			1,
		],
	] as const)("gives up on %s, and says so without the address", async (_, answer, says, tries) => {
		const { url, received } = await service(() => answer);
		const { reason } = await send(slack(url));
		expect(reason).toContain(says);
		expect(reason).not.toContain("very-secret");
		expect(received).toHaveLength(tries);
	});

	it("says of a channel that is not set up here what is missing", async () => {
		const channel = {
			name: "c",
			type: "slack",
			url: "",
			missing: "the environment variable SLACK_URL is not set",
		} as const;
		const reason = await sendMessage(message(), channel, { clock: () => new Date(), sleep: async () => {} });
		expect(reason).toBe("the environment variable SLACK_URL is not set");
	});

	it("tries a busy mail server again and gives up on one that knows no such receiver", async () => {
		const server = await startSmtpServer((n) => (n === 1 ? "421 busy" : "220 local"));
		open.push(server);
		const channel = {
			type: "smtp",
			host: "127.0.0.1",
			port: server.port,
			secure: false,
			user: null,
			password: null,
			from: "tfm@acme.test",
			to: ["a@acme.test"],
		} as const;
		expect(await send(channel)).toEqual({ reason: null, slept: [1] });
		expect((await send({ ...channel, to: ["nobody@acme.test"] })).reason).toBe(`127.0.0.1:${server.port} answered 550`);
	});
});
