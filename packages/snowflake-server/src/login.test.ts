import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SnowflakeServer, startSnowflakeServer } from "./server.ts";
import { type ClientOptions, connect, LOGIN, refusal } from "./testing/client.ts";

const keys = () =>
	generateKeyPairSync("rsa", {
		modulusLength: 2048,
		publicKeyEncoding: { type: "spki", format: "pem" },
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
	});

describe("logging in with the driver", () => {
	const own = keys();
	let server: SnowflakeServer;
	beforeAll(async () => {
		const user = { password: LOGIN.password, publicKey: own.publicKey, oauthTokens: ["oauth"], accessTokens: ["pat"] };
		server = await startSnowflakeServer({ users: { tfm: user } });
	});
	afterAll(() => server.stop());

	const jwt = (privateKey: string): ClientOptions => ({ username: "tfm", authenticator: "SNOWFLAKE_JWT", privateKey });
	const token = (authenticator: string, value: string): ClientOptions => ({
		username: "tfm",
		authenticator,
		token: value,
	});

	test.each<[string, ClientOptions]>([
		["a password", LOGIN],
		["a key pair, its signature verified", jwt(own.privateKey)],
		["an OAuth token", token("OAUTH", "oauth")],
		["a programmatic access token", token("PROGRAMMATIC_ACCESS_TOKEN", "pat")],
	])("%s opens a session", async (_, options) => {
		const client = await connect(server, options);
		expect(await client.rows("select current_user() as who")).toEqual([{ WHO: "TFM" }]);
		await client.close();
	});

	test.each<[string, ClientOptions, string]>([
		["a wrong password", { username: "tfm", password: "no" }, "390100"],
		["an unknown user", { username: "nobody", password: "secret" }, "390100"],
		["another key", jwt(keys().privateKey), "390144"],
		["an unknown OAuth token", token("OAUTH", "no"), "390303"],
		["a token of the other kind", token("PROGRAMMATIC_ACCESS_TOKEN", "oauth"), "390303"],
	])("%s is refused", async (_, options, code) => {
		expect((await refusal(connect(server, options))).code).toBe(code);
	});

	test("an account that it does not stand for is refused before the login is looked at", async () => {
		const enter = (account: string) =>
			fetch(`${server.url}/session/v1/login-request`, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify({ data: { ACCOUNT_NAME: account, LOGIN_NAME: "tfm", PASSWORD: LOGIN.password } }),
			});
		expect((await enter("elsewhere")).status).toBe(403);
		expect(await (await enter("LOCAL")).json()).toMatchObject({ success: true });
	});
});
