import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TfmError } from "../../core/diagnostic.ts";
import { configuredDriver, type Driver } from "./driver.ts";
import { LOCAL_LOGIN, type LocalSnowflake, startLocalSnowflake } from "./testing/localSnowflake.ts";

/** The code and message of what a promise is refused with. */
async function refusal(
	work: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string; readonly next: string | undefined }> {
	const error = await work.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	if (!(error instanceof TfmError)) throw error ?? new Error("it was not refused");
	const { code, message, next } = error.diagnostics[0]!;
	return { code, message, next };
}

describe("logging in to Snowflake", () => {
	let local: LocalSnowflake;
	beforeAll(async () => {
		local = await startLocalSnowflake({
			databases: [LOCAL_LOGIN.database],
			users: { tfm: { password: LOCAL_LOGIN.password, oauthTokens: ["oauth-1"], accessTokens: ["pat-1"] } },
		});
	});
	afterAll(() => local.server.stop());

	const open = async (fields: object): Promise<string> => {
		const adapter = local.adapter({ fields: { ...fields } });
		await adapter.open();
		const rows = await adapter.withSession(async (session) => (await session.query("select current_user()")).rows);
		await adapter.close();
		return String(rows[0]?.[0]);
	};

	test("the driver is not installed", async () => {
		const name = "snowflake-sdk-that-is-not-there";
		expect(await refusal(configuredDriver(async () => (await import(name)) as Driver))).toEqual({
			code: "TFM-DB-024",
			message: "the profile is of type snowflake, and Snowflake's driver is not installed",
			next: "npm install snowflake-sdk",
		});
	});

	test.each([
		["a password", {}],
		["an OAuth token", { authenticator: "oauth", token: "oauth-1", password: "" }],
		["a programmatic access token", { authenticator: "programmatic_access_token", token: "pat-1", password: "" }],
		[
			"a programmatic access token given as the password",
			{ authenticator: "programmatic_access_token", password: "pat-1" },
		],
		["a password with a second factor", { authenticator: "username_password_mfa", passcode: "123456" }],
	])("%s opens the door", async (_, fields) => {
		expect(await open(fields)).toBe("TFM");
	});

	test("a database that is not there or not for this role is told at once, with the grant", async () => {
		expect(await refusal(open({ database: "elsewhere" }))).toEqual({
			code: "TFM-DB-027",
			message: "the database elsewhere does not exist, or SYSADMIN may not use it",
			next: "correct `database`, or as its owner: grant usage on database elsewhere to role SYSADMIN;",
		});
	});

	test.each([
		[{ password: "wrong" }, "390100"],
		[{ authenticator: "oauth", token: "old" }, "390303"],
	])("%j is refused with %s", async (fields, code) => {
		expect((await refusal(open(fields))).message).toContain(`(${code})`);
	});
});
