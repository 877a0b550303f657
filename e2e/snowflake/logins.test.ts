/**
 * Every kind of login through the real driver, in processes that are not this one: Snowflake, an OAuth provider and Okta
 * answer under their names by https, behind a proxy, Azure on the machine, and nothing that is secret is said or written.
 * Longer than 500 lines because the logins are one table, with the exact words of each that is refused.
 */
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SnowflakeServer, startSnowflakeServer } from "../../packages/snowflake-server/src/server.ts";
import { type CommandOutcome, type CommandProcess, openCommandProcess } from "../commandProcess.ts";
import { openTfmProcesses, type TfmProcesses } from "../tfmProcess.ts";
import { azureMachine, createOauthProvider, okta } from "./loginProviders.ts";
import { type PrivateNetwork, privateNetwork } from "./privateNetwork.ts";
import { testCertificates } from "./testCertificates.ts";

const HOST = "acme.snowflakecomputing.com";
const pem = (cipher: object) => ({ format: "pem", type: "pkcs8", ...cipher }) as const;
const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** What must never be seen. */
const SECRETS = {
	password: "pw-PLANTED-1",
	passcode: "135790",
	accessToken: "pat-PLANTED-2",
	clientSecret: "cs-PLANTED-3",
	refreshToken: "rt-PLANTED-4",
	identity: "id-PLANTED-5",
	passphrase: "pp-PLANTED-6",
	proxyPassword: "px-PLANTED/@-7",
	assertion: "saml-PLANTED-8",
	issued: "issued-PLANTED-9",
};
const KEY = KEYS.privateKey.export(pem({})) as string;
const LOCKED_KEY = KEYS.privateKey.export(pem({ cipher: "aes-256-cbc", passphrase: SECRETS.passphrase })) as string;

/** Access tokens that the provider has given and still knows. */
const oauthTokens: string[] = [];
const oauthProvider = createOauthProvider({ ...SECRETS, clientId: "tfm", given: oauthTokens });

let server: SnowflakeServer;
let network: PrivateNetwork;
/** As above, but that its proxy wants a login. */
let guarded: PrivateNetwork;
/** What answers by plain http on this machine: the page of a login provider, and Azure's metadata. */
let machine: Server;
let machineUrl: string;
let processes: TfmProcesses;
let commands: CommandProcess;
const PROXY_LOGIN = `proxy:${SECRETS.proxyPassword}`;
const root = mkdtempSync(join(tmpdir(), "tfm-logins-"));

beforeAll(async () => {
	server = await startSnowflakeServer({
		accounts: ["acme"],
		users: {
			tfm: {
				password: SECRETS.password,
				publicKey: KEYS.publicKey.export({ format: "pem", type: "spki" }) as string,
				accessTokens: [SECRETS.accessToken],
				identities: {
					...{ OIDC: [SECRETS.identity], GCP: [SECRETS.identity], AWS: ["AKIATFM"] },
					AZURE: [`${SECRETS.identity} of a machine`, `${SECRETS.identity} of a service`],
				},
				assertions: [SECRETS.assertion],
				oauthTokens,
				browser: "confirms",
			},
			ada: {
				password: SECRETS.password,
				secondFactor: { passcode: SECRETS.passcode, push: "approves", isCached: true },
			},
			bob: {
				password: SECRETS.password,
				secondFactor: { passcode: SECRETS.passcode, push: "denies", isCached: false },
			},
			eve: { browser: "denies" },
		},
		pollAfterMs: 100,
	});
	const hosts = [HOST, "nobody.snowflakecomputing.com", "oauth2.googleapis.com", "login.example.com", "acme.okta.com"];
	const certificates = testCertificates([...hosts, "localhost"]);
	network = await privateNetwork({
		certificates,
		hosts: {
			[HOST]: server.url,
			"nobody.snowflakecomputing.com": (_, to) => void to.writeHead(403).end("Forbidden"),
			"oauth2.googleapis.com": (_, to) => {
				to.writeHead(200, { "content-type": "application/json" });
				to.end(JSON.stringify({ id_token: SECRETS.identity }));
			},
			"login.example.com": (from, to) => void oauthProvider.token(from, to),
			"acme.okta.com": okta({ ...SECRETS, user: "tfm", account: HOST }),
		},
	});
	guarded = await privateNetwork({
		certificates,
		hosts: { [HOST]: server.url, localhost: server.url },
		proxyLogin: PROXY_LOGIN,
	});
	const azure = azureMachine(SECRETS.identity);
	machine = createServer((from, to) => (from.url?.startsWith("/authorize") ? oauthProvider.page : azure)(from, to));
	await new Promise<void>((resolve) => machine.listen(0, "127.0.0.1", resolve));
	machineUrl = `http://127.0.0.1:${(machine.address() as AddressInfo).port}`;
	processes = await openTfmProcesses();
	commands = openCommandProcess(processes.script, network.env);
	for (const folder of ["cache", "models"]) mkdirSync(join(root, folder));
	writeFileSync(join(root, "dbt_project.yml"), "name: shop\nversion: '1.0'\nprofile: shop\n");
	writeFileSync(join(root, "key.p8"), LOCKED_KEY);
	writeFileSync(join(root, "token"), `${SECRETS.identity}\n`);
	const robot = { type: "service_account", client_email: "tfm@example.com", private_key: KEY };
	writeFileSync(join(root, "google.json"), JSON.stringify(robot));
	// The browser: it opens the page, and the page leads to the port where the driver waits.
	const browser = join(root, "browser.mjs");
	writeFileSync(
		browser,
		`#!${process.execPath}\nawait fetch(process.argv[2]).then((page) => page.text()).catch(() => {});\n`,
	);
	chmodSync(browser, 0o755);
});
afterAll(async () => {
	await commands.stop();
	processes.dispose();
	machine.closeAllConnections();
	machine.close();
	await guarded.stop();
	await network.stop();
	await server.stop();
	rmSync(root, { recursive: true });
});

let calls = 0;

/**
 * One command as a person gives it; what is secret must be nowhere. `alone`: in a process of its own, as in life; the
 * others are carried out by one, which is quicker.
 */
async function call(
	command: string,
	fields: object,
	env: Readonly<Record<string, string>> = {},
	alone = false,
): Promise<CommandOutcome> {
	const dev = {
		type: "snowflake",
		account: "acme",
		user: "tfm",
		database: "analytics",
		schema: "shop",
		threads: 3,
		proxy_host: "127.0.0.1",
		proxy_port: network.proxyPort,
		connect_retries: 0,
		...fields,
	};
	const filled = (text: string): string =>
		text.replaceAll("<proxy>", `http://127.0.0.1:${network.proxyPort}`).replaceAll("<machine>", machineUrl);
	const profiles = { shop: { target: "dev", outputs: { dev } } };
	writeFileSync(join(root, "profiles.yml"), filled(JSON.stringify(profiles)));
	const environment = {
		HOME: join(root, `home-${++calls}`),
		SF_TEMPORARY_CREDENTIAL_CACHE_DIR: join(root, "cache"),
		BROWSER: "",
		DISPLAY: "",
		WAYLAND_DISPLAY: "",
		HTTPS_PROXY: "",
		https_proxy: "",
		NO_PROXY: "",
		no_proxy: "",
		...network.env,
		...Object.fromEntries(Object.entries(env).map(([name, text]) => [name, filled(text)])),
	};
	const { code, said } = await (alone ? startAlone : commands.call)(command.split(" "), root, environment);
	const kept = ["logs", "target"].flatMap((folder) => textsUnder(join(root, folder)));
	for (const [name, secret] of Object.entries(SECRETS))
		for (const text of [said, ...kept])
			expect(text.includes(secret), `${name} in: ${text.slice(0, 2_000)}`).toBe(false);
	return { code, said };
}

const startAlone: CommandProcess["call"] = async (argv, cwd, env) => {
	const run = processes.start(argv, cwd, env);
	const code = await run.ended;
	return { code, said: run.said() };
};

function textsUnder(folder: string): readonly string[] {
	try {
		return readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
		throw error;
	}
}

const OPENED = "connection   ok\nAll checks passed. Next: tfm run\n";
const oauth = (more: object) => ({
	oauth_client_id: "tfm",
	oauth_client_secret: SECRETS.clientSecret,
	oauth_token_request_url: "https://login.example.com/token",
	...more,
});
const identity = (provider: string, more: object = {}) => ({
	authenticator: "workload_identity",
	workload_identity_provider: provider,
	...more,
});
const authorizationCode = (more: object = {}) =>
	oauth({ authenticator: "oauth_authorization_code", oauth_authorization_url: "<machine>/authorize", ...more });
const secondFactor = (user: string, more: object = {}) => ({
	authenticator: "username_password_mfa",
	user,
	password: SECRETS.password,
	...more,
});
const BROWSER = { BROWSER: join(root, "browser.mjs") };
/** Google's library finds its way out by the environment alone. */
const GCP = { GOOGLE_APPLICATION_CREDENTIALS: join(root, "google.json"), HTTPS_PROXY: "<proxy>" };
/** Where a virtual machine of Azure finds its metadata, but by this address; and where an app service does. */
const AZURE_MACHINE = { AZURE_POD_IDENTITY_AUTHORITY_HOST: "<machine>" };
const AZURE_SERVICE = { IDENTITY_ENDPOINT: "<machine>/msi/token", IDENTITY_HEADER: "of this service" };
const AWS = { AWS_REGION: "eu-central-1", AWS_EC2_METADATA_DISABLED: "true" };
const AWS_KEY = { ...AWS, AWS_ACCESS_KEY_ID: "AKIATFM", AWS_SECRET_ACCESS_KEY: SECRETS.identity };

describe("logins that Snowflake takes", () => {
	test.each<[string, object, Readonly<Record<string, string>>?]>([
		["a password", { password: SECRETS.password }],
		["a locked key in a file", { private_key_path: "key.p8", private_key_passphrase: SECRETS.passphrase }],
		["a locked key as text", { private_key: LOCKED_KEY, private_key_passphrase: SECRETS.passphrase }],
		["a key as text", { private_key: KEY }],
		["an access token", { authenticator: "programmatic_access_token", token: SECRETS.accessToken }],
		["client credentials", oauth({ authenticator: "oauth_client_credentials" })],
		[
			"a refresh token with the client's secret, as dbt has it",
			oauth({ authenticator: "oauth", token: SECRETS.refreshToken }),
		],
		["an OIDC token", identity("oidc", { token: SECRETS.identity })],
		["an OIDC token in a file", identity("oidc", { token_file_path: "token" })],
		["the identity of an AWS machine", identity("aws"), AWS_KEY],
		["the identity of a GCP machine", identity("gcp"), GCP],
		["the identity of a virtual machine of Azure", identity("azure"), AZURE_MACHINE],
		["Okta", { authenticator: "https://acme.okta.com", password: SECRETS.password }],
		["a code beside the password", secondFactor("bob", { passcode: SECRETS.passcode })],
		[
			"a code behind the password",
			secondFactor("bob", { password: SECRETS.password + SECRETS.passcode, passcode_in_password: true }),
		],
		["a telephone", secondFactor("ada")],
		["a browser", { authenticator: "externalbrowser" }, BROWSER],
		["no browser, where one was there before", { authenticator: "externalbrowser" }],
		["a login provider's page", authorizationCode(), BROWSER],
		["no page, where one was there before", authorizationCode()],
	])("%s", async (_, fields, env) => {
		const { code, said } = await call("debug --connection", fields, env);
		expect(said).toContain(OPENED);
		expect(code).toBe(0);
	});

	test.each<[string, object, Readonly<Record<string, string>>?]>([
		["by a password", { password: SECRETS.password }],
		["by a browser", { authenticator: "externalbrowser" }, BROWSER],
		[
			"by the identity of an app service of Azure, for an application of one's own",
			identity("azure", { workload_identity_entra_resource: "api://own" }),
			AZURE_SERVICE,
		],
	])("and %s a process of its own begins and ends", async (_, fields, env) => {
		const { code, said } = await call("debug --connection", fields, env, true);
		expect(said).toContain(OPENED);
		expect(code).toBe(0);
	});

	test("an access token of a login provider's page that has expired is renewed without the page", async () => {
		expect(await call("debug --connection", authorizationCode({ user: "TFM" }), BROWSER)).toMatchObject({ code: 0 });
		const pages = oauthProvider.pages();
		oauthTokens.length = 0;
		expect(await call("debug --connection", authorizationCode({ user: "TFM" }))).toMatchObject({ code: 0 });
		expect(oauthProvider.pages()).toBe(pages);
	});

	test("a person is asked for the second factor once, whatever the number of threads and commands", async () => {
		const before = server.pushes();
		rmSync(join(root, "cache"), { recursive: true });
		mkdirSync(join(root, "cache"));
		for (const name of ["a", "b", "c", "d"]) writeFileSync(join(root, `models/${name}.sql`), "select 1 as id");
		const fields = secondFactor("ada");
		for (const alone of [true, true]) expect(await call("run", fields, {}, alone)).toMatchObject({ code: 0 });
		expect(server.pushes() - before).toBe(1);
	});

	test("client credentials and a refresh token get a new access token for each command, so that none is too old", async () => {
		for (const fields of [
			oauth({ authenticator: "oauth_client_credentials" }),
			oauth({ authenticator: "oauth", token: SECRETS.refreshToken }),
		]) {
			expect(await call("debug --connection", fields)).toMatchObject({ code: 0 });
			// What was given so far has expired.
			oauthTokens.length = 0;
			expect(await call("debug --connection", fields)).toMatchObject({ code: 0 });
			expect(oauthTokens).toHaveLength(1);
		}
	});
});

const refused = (user: string, said: string, hint: string, next: string): string =>
	` error[TFM-DB-026]: Snowflake account acme refuses the login of ${user}: ${said}\n   = hint: ${hint}\n   = next: ${next}\n`;
const unreached = (said: string, hint: string, next: string): string =>
	refused("tfm", said, hint, next).replace("refuses the login", "is not reached for the login");
const unusable = (field: string, problem: string): string =>
	` error[TFM-DB-025]: \`${field}\` of the Snowflake profile cannot be used: ${problem}\n   = next: correct \`${field}\` in profiles.yml\n`;

const noBrowser = (reason: string): string =>
	` error[TFM-DB-028]: the login needs a browser, and none can be opened here: ${reason}\n   = hint: a person logs in there; a job without one needs another \`authenticator\`\n   = next: log in by a key pair (\`private_key_path\`), OAuth or a programmatic access token\n`;
const FACTOR = [
	"a second factor was refused or did not come",
	"give the code by `passcode`, or answer the push",
] as const;
const NO_IDENTITY = [
	"this machine has no identity of that provider",
	"run it where the provider gives one, or correct `workload_identity_provider`",
] as const;
const NOT_CONFIRMED = [
	"nobody confirmed the login in the browser",
	"run it again and confirm the login there",
] as const;
const UNKNOWN_CLIENT = [
	"the provider does not know this client, or its secret is wrong",
	"correct `oauth_client_id`, `oauth_client_secret` and `oauth_token_request_url`",
] as const;
const NOBODY =
	"nothing answers under this account: its name, locator or region may be wrong, or the proxy 127.0.0.1:<port> does not let it through";
const NEXT =
	"correct `account`: `organization-account`, or a locator with its region, which has the cloud behind it in some: `xy12345.eu-central-1`, `xy12345.us-east-2.aws`; or the proxy: `proxy_host` and `proxy_port`, or HTTPS_PROXY";

describe("logins that are refused", () => {
	test.each<[string, object, string, Readonly<Record<string, string>>?]>([
		[
			"a wrong password",
			{ password: "x" },
			refused(
				"tfm",
				"Incorrect username or password was specified (390100)",
				"user or password is wrong",
				"correct `user` and `password`",
			),
		],
		[
			"a wrong passphrase",
			{ private_key_path: "key.p8", private_key_passphrase: "no" },
			unusable("private_key_passphrase", "it does not open the key"),
		],
		[
			"what is no key",
			{ private_key: "-----BEGIN PRIVATE KEY-----\nbm8=\n-----END PRIVATE KEY-----" },
			unusable("private_key", "it cannot be read as a private key"),
		],
		[
			"an old access token",
			{ authenticator: "programmatic_access_token", token: "no" },
			refused(
				"tfm",
				"Invalid OAuth access token (390303)",
				"the access token is not valid, or has expired",
				"get a new `token`",
			),
		],
		[
			"an identity that is nobody's",
			identity("oidc", { token: "no" }),
			refused(
				"tfm",
				"The workload identity is not that of a user of this account (395001)",
				"no user of the account has this workload identity",
				"as an administrator: alter user … set workload_identity = (type = …)",
			),
		],
		[
			"OIDC without a token",
			identity("oidc"),
			unusable("token", "it is missing, and OIDC shows one: give `token` or `token_file_path`"),
		],
		[
			"a token's file that is not there",
			identity("oidc", { token_file_path: "nowhere" }),
			unusable("token_file_path", "nowhere cannot be read: ENOENT"),
		],
		[
			"another provider",
			identity("oracle"),
			unusable("workload_identity_provider", "it is one of AWS, AZURE, GCP, OIDC"),
		],
		[
			"a machine without an AWS identity",
			identity("aws"),
			refused("tfm", "Could not load credentials from any providers", ...NO_IDENTITY),
			AWS,
		],
		[
			"a machine without a GCP identity",
			identity("gcp"),
			refused(
				"tfm",
				"Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication/getting-started for more information",
				...NO_IDENTITY,
			),
			{ METADATA_SERVER_DETECTION: "none" },
		],
		[
			"a virtual machine of Azure without an identity",
			identity("azure", { workload_identity_entra_resource: "api://nobody" }),
			refused(
				"tfm",
				"ManagedIdentityCredential: Authentication failed. Message invalid_request: Error(s): Not Available - Timestamp: Not Available - Description: Identity not found",
				...NO_IDENTITY,
			),
			AZURE_MACHINE,
		],
		[
			"somebody who says no on a login provider's page",
			authorizationCode({ user: "eve", oauth_client_id: "other" }),
			refused("eve", "ErrorCode access_denied. Message: The user said no", ...NOT_CONFIRMED),
			BROWSER,
		],
		[
			"a login provider's page without a browser",
			authorizationCode({ user: "eve" }),
			noBrowser("there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)"),
		],
		[
			"a login provider's page without its client",
			authorizationCode({ user: "eve", oauth_client_id: "" }),
			unusable("oauth_client_id", "it is missing, and a login provider knows its clients"),
		],
		[
			"a client's wrong secret behind the page",
			authorizationCode({ user: "eve", oauth_client_secret: "no" }),
			refused("eve", "invalid_client: unknown client", ...UNKNOWN_CLIENT),
			BROWSER,
		],
		[
			"a client that nobody knows",
			oauth({ authenticator: "oauth_client_credentials", oauth_client_secret: "no" }),
			refused("tfm", "invalid_client: unknown client", ...UNKNOWN_CLIENT),
		],
		[
			"an old refresh token",
			oauth({ authenticator: "oauth", token: "no" }),
			refused(
				"tfm",
				"login.example.com gives no access token for the refresh token: invalid_grant: the refresh token is not valid",
				"the refresh token has expired or was taken back, or it is another client's",
				"get a new refresh token, and correct `token`, `oauth_client_id` and `oauth_client_secret`",
			),
		],
		[
			"a refresh token without the client's secret",
			{ authenticator: "oauth", oauth_client_id: "tfm", token: "no" },
			unusable("oauth_client_secret", "it is missing: a refresh token is taken with the client's id and secret"),
		],
		[
			"a password that Okta does not take",
			{ authenticator: "https://acme.okta.com", password: "no" },
			refused(
				"tfm",
				"Authentication failed",
				"the login provider refuses user or password",
				"correct `user` and `password`, which are the provider's here",
			),
		],
		[
			"no browser",
			{ authenticator: "externalbrowser", user: "eve" },
			noBrowser("there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)"),
		],
		[
			"a browser that is not there",
			{ authenticator: "externalbrowser", user: "eve" },
			noBrowser("BROWSER is /nowhere/firefox, which is not there"),
			{ BROWSER: "/nowhere/firefox" },
		],
		[
			"somebody who says no in the browser",
			{ authenticator: "externalbrowser", user: "eve" },
			refused("eve", "ErrorCode access_denied. Message: The user said no", ...NOT_CONFIRMED),
			BROWSER,
		],
		[
			"somebody who says no on the telephone",
			secondFactor("bob"),
			refused("bob", "Authentication attempt rejected by Duo: login request denied (390120)", ...FACTOR),
		],
		[
			"a wrong code",
			secondFactor("bob", { passcode: "000000" }),
			refused("bob", "Incorrect passcode was specified (390127)", ...FACTOR),
		],
		[
			"a password alone where a second factor is wanted",
			{ user: "bob", password: SECRETS.password },
			refused(
				"bob",
				"Failed to authenticate: multi-factor authentication is required (394508)",
				"this user logs in with a second factor, which a password alone does not bring",
				"set `authenticator: username_password_mfa`; for a job use a key pair or a programmatic access token",
			),
		],
	])("%s", async (_, fields, text, env) => {
		const { code, said } = await call("debug --connection", fields, env);
		expect(said).toContain(text);
		expect(code).toBe(1);
	});
});

describe("proxies", () => {
	const address = (who: string) => `http://${who}@127.0.0.1:${guarded.proxyPort}`;
	const own = (more: object) => ({
		password: SECRETS.password,
		proxy_host: "127.0.0.1",
		proxy_port: guarded.proxyPort,
		...more,
	});
	const none = { password: SECRETS.password, proxy_host: null, proxy_port: null };
	const through = async (fields: object, env: Readonly<Record<string, string>> = {}) => {
		const before = guarded.asked.length;
		const { said } = await call("debug --connection", fields, env);
		return {
			said: said.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:<port>"),
			asked: [...new Set(guarded.asked.slice(before))],
		};
	};

	test("the profile's, with its login", async () => {
		const { said, asked } = await through(own({ proxy_user: "proxy", proxy_password: SECRETS.proxyPassword }));
		expect(said).toContain(OPENED);
		expect(asked).toEqual([`${HOST}:443`]);
	});

	test("HTTPS_PROXY where the profile names none, its login as addresses spell it", async () => {
		const env = { HTTPS_PROXY: address(PROXY_LOGIN.replace("/", "%2F").replace("@", "%40")) };
		expect(await through(none, env)).toMatchObject({ said: expect.stringContaining(OPENED), asked: [`${HOST}:443`] });
	});

	test("NO_PROXY, and `no_proxy` of the profile, name hosts that are met without it", async () => {
		const direct = { ...none, access_url: `https://localhost:${guarded.directPort}` };
		const proxied = { HTTPS_PROXY: address(encodeURIComponent("proxy")) };
		for (const [fields, env] of [
			[direct, { ...proxied, NO_PROXY: "example.com,localhost" }],
			[{ ...direct, no_proxy: "localhost" }, proxied],
		] as const)
			expect(await through(fields, env)).toMatchObject({ said: expect.stringContaining(OPENED), asked: [] });
	});

	test.each<[string, object, string]>([
		[
			"one that wants a login",
			{},
			unreached(
				"Request to Snowflake failed (HTTP 407) (401002)",
				"the proxy 127.0.0.1:<port> wants a login, or another one",
				"correct `proxy_user` and `proxy_password`, or HTTPS_PROXY",
			),
		],
		[
			"one that does not listen",
			{ proxy_port: 1 },
			unreached(
				"nothing listens at 127.0.0.1:<port> (ECONNREFUSED)",
				"that is the proxy, and nothing was sent to Snowflake",
				"correct `proxy_host` and `proxy_port`, or HTTPS_PROXY",
			),
		],
		[
			"one that lets nobody through",
			{ account: "elsewhere", proxy_user: "proxy", proxy_password: SECRETS.proxyPassword },
			unreached("Request to Snowflake failed (HTTP 403) (401002)", NOBODY, NEXT).replace("acme", "elsewhere"),
		],
		[
			"a user without a password",
			{ proxy_user: "proxy" },
			unusable("proxy_password", "it is missing, and `proxy_user` is given"),
		],
		["no port", { proxy_port: null }, unusable("proxy_port", "it is missing, and `proxy_host` is given")],
		[
			"an address",
			{ proxy_host: "http://proxy:8080/x" },
			unusable("proxy_host", "it is the name of a host, without port and path"),
		],
	])("%s is told", async (_, fields, text) => {
		expect((await through(own(fields))).said).toContain(text);
	});

	test("a variable that is no address is told without its text", async () => {
		expect((await through(none, { HTTPS_PROXY: `ftp://${PROXY_LOGIN}@x` })).said).toContain(
			unusable("HTTPS_PROXY", "the variable is no address like http://host:port"),
		);
	});
});
