import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TfmError } from "../../core/diagnostic.ts";
import { accountProblem, otherAccount } from "./account.ts";
import { connectionOptions } from "./connectionOptions.ts";
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

const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PLAIN = KEYS.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
const ENCRYPTED = KEYS.privateKey.export({
	format: "pem",
	type: "pkcs8",
	cipher: "aes-256-cbc",
	passphrase: "open",
}) as string;
const OTHER = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
	format: "pem",
	type: "pkcs8",
}) as string;
const OLD_FORM = KEYS.privateKey.export({
	format: "pem",
	type: "pkcs1",
	cipher: "aes-256-cbc",
	passphrase: "open",
}) as string;
const ELLIPTIC = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
	format: "pem",
	type: "sec1",
}) as string;
const bare = (pem: string): string => pem.replace(/-----.*-----|\s/g, "");

describe("logging in to Snowflake", () => {
	let local: LocalSnowflake;
	const folder = mkdtempSync(join(tmpdir(), "tfm-key-"));
	writeFileSync(join(folder, "encrypted.p8"), ENCRYPTED);
	beforeAll(async () => {
		local = await startLocalSnowflake({
			databases: [LOCAL_LOGIN.database],
			users: {
				tfm: {
					publicKey: KEYS.publicKey.export({ format: "pem", type: "spki" }) as string,
					password: LOCAL_LOGIN.password,
					oauthTokens: ["oauth-1"],
					accessTokens: ["pat-1"],
				},
			},
		});
	});
	afterAll(async () => {
		rmSync(folder, { recursive: true });
		await local.server.stop();
	});

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
		["a key as PEM", { private_key: PLAIN, password: "" }],
		["a key without the lines around it", { private_key: bare(PLAIN), password: "" }],
		["an encrypted key", { private_key: ENCRYPTED, private_key_passphrase: "open", password: "" }],
		["an encrypted key in a file", { private_key_path: join(folder, "encrypted.p8"), private_key_passphrase: "open" }],
		["an encrypted key in OpenSSL's old form", { private_key: OLD_FORM, private_key_passphrase: "open", password: "" }],
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

	test("connect_retries says how often a login that got no answer is tried again", async () => {
		const unwell = () => local.server.faults.add([{ path: "login-request", kind: "status", times: 2 }]);
		unwell();
		expect((await refusal(open({ connect_retries: 0 }))).code).toBe("TFM-DB-026");
		local.server.faults.take("login-request");
		unwell();
		expect(await open({ connect_retries: 2 })).toBe("TFM");
	}, 60_000);

	test("underscores of an account are hyphens in the name of its host, as in dbt", () => {
		const fields = { account: "my_org-my_account", user: "tfm", password: "secret" };
		expect(connectionOptions(fields, { cwd: "/", env: {} }).options.account).toBe("my-org-my-account");
	});

	test.each([
		["https://myorg-acct.snowflakecomputing.com", "myorg-acct"],
		["https://XY12345.eu-central-1.aws.snowflakecomputing.com/console#/", "XY12345.eu-central-1.aws"],
		["xy12345.privatelink.snowflakecomputing.com", "xy12345.privatelink"],
		["xy12345.cn-northwest-1.aws.snowflakecomputing.cn", "xy12345.cn-northwest-1.aws"],
		["https://app.snowflake.com/myorg/acct/#/homepage", "myorg-acct"],
		["https://app.snowflake.com/us-east-2.aws/xy12345/worksheets", "xy12345.us-east-2.aws"],
	])("an address in place of an account is told with the account in it: %s", (account, name) => {
		expect(accountProblem(account)).toBe(`it is an address: write what names the account in it, \`account: ${name}\``);
		expect(accountProblem(name)).toBeUndefined();
	});

	test("where nobody answers, an organization's account with a dot is told with its hyphen", () => {
		expect(otherAccount("MYORG.MY_ACCT")).toContain("joined by a hyphen, `MYORG-MY_ACCT`");
		expect(otherAccount("xy12345.eu-central-1.aws")).toContain("a locator with its region");
	});

	test.each([
		[{ password: "wrong" }, "390100"],
		[{ authenticator: "oauth", token: "old" }, "390303"],
		[{ private_key: OTHER }, "390144"],
	])("what is wrong is refused by the server: %#", async (fields, code) => {
		expect((await refusal(open(fields))).message).toContain(`(${code})`);
	});

	test.each([
		[
			{ account: "nobody at home" },
			"`account` of the Snowflake profile cannot be used: an account is `organization-account`",
		],
		[{ access_url: "SECRET:pw" }, "`access_url` of the Snowflake profile cannot be used: it is no address like https:"],
		[
			{ access_url: "https://u:pw@a.example" },
			"`access_url` of the Snowflake profile cannot be used: it is a protocol,",
		],
		[
			{ access_url: "", host: "https://a.example" },
			"`host` of the Snowflake profile cannot be used: it is the name of",
		],
		[
			{ access_url: "", host: "a.example", port: 99999 },
			"`port` of the Snowflake profile cannot be used: it is a number",
		],
		[
			{ access_url: "", host: "a.example", protocol: "ftp" },
			"`protocol` of the Snowflake profile cannot be used: it is",
		],
		[{ authenticator: "pasword" }, '"pasword" is none of snowflake'],
		[
			{ password: "" },
			"`password` of the Snowflake profile cannot be used: it is missing, and a login by password needs it",
		],
		[{ private_key_path: "/nowhere/key.p8" }, "/nowhere/key.p8 cannot be read: ENOENT"],
		[{ private_key: ENCRYPTED }, "the key is encrypted, and `private_key_passphrase` is not given"],
		[{ private_key: OLD_FORM }, "the key is encrypted, and `private_key_passphrase` is not given"],
		[
			{ private_key: OLD_FORM, private_key_passphrase: "shut" },
			"`private_key_passphrase` of the Snowflake profile cannot",
		],
		[{ private_key: PLAIN.slice(0, 600) }, "it cannot be read as a private key"],
		[{ private_key: "no key!" }, "it is neither PEM nor base64"],
		[
			{ private_key: "-----BEGIN OPENSSH PRIVATE KEY-----" },
			"it is a key of OpenSSH's own form; `ssh-keygen -p -m pkcs8",
		],
		[{ private_key: ELLIPTIC }, "its key is of type ec, and the driver signs with RSA keys alone"],
		[{ private_key: "-----BEGIN PUBLIC KEY-----" }, "it holds a public key or a certificate"],
		[
			{ authenticator: "oauth" },
			"`token` of the Snowflake profile cannot be used: it is missing, and OAuth needs an access token",
		],
	])("what is wrong is told before anything is sent: %#", async (fields, message) => {
		expect(await refusal(open(fields))).toMatchObject({
			code: "TFM-DB-025",
			message: expect.stringContaining(message),
		});
	});
});
