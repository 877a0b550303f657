import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { ConnectionOptions } from "snowflake-sdk";
import { fail } from "../../core/diagnostic.ts";

/** The fields of a profile's target, under dbt-snowflake's names. */
export type ProfileFields = Readonly<Record<string, unknown>>;

/** How dbt-snowflake spells a login, and how the driver does. */
const AUTHENTICATORS: Readonly<Record<string, string>> = {
	snowflake: "SNOWFLAKE",
	username_password_mfa: "USERNAME_PASSWORD_MFA",
	snowflake_jwt: "SNOWFLAKE_JWT",
	externalbrowser: "EXTERNALBROWSER",
	oauth: "OAUTH",
	jwt: "OAUTH",
	oauth_client_credentials: "OAUTH_CLIENT_CREDENTIALS",
	oauth_authorization_code: "OAUTH_AUTHORIZATION_CODE",
	programmatic_access_token: "PROGRAMMATIC_ACCESS_TOKEN",
	workload_identity: "WORKLOAD_IDENTITY",
};

/** Seconds between heartbeats of `client_session_keep_alive`; the driver takes 900 to 3600. */
const HEARTBEAT_S = 900;

/** An account's name or locator, with its region or without; never an address. */
const ACCOUNT = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/**
 * The driver's options from a profile. Throws TFM-DB-025 for a field that cannot be used, before anything is sent.
 * `cwd`: relative paths of keys are of the folder that tfm was called in, as in dbt.
 */
export function connectionOptions(fields: ProfileFields, cwd: string): ConnectionOptions {
	const text = (name: string): string | undefined => {
		const value = fields[name];
		return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
	};
	const account = text("account") ?? "";
	if (!ACCOUNT.test(account)) {
		const problem = /[/:]|snowflakecomputing/i.test(account)
			? "it is an address; the account is what stands before .snowflakecomputing.com"
			: "an account is `organization-name`, or a locator with its region: `xy12345.eu-central-1`";
		fail("TFM-DB-025", { field: "account", problem });
	}
	if (/\.snowflakecomputing\.(?:com|cn)$/i.test(account))
		fail("TFM-DB-025", {
			field: "account",
			problem: `write it without the domain: ${account.replace(/\.snowflakecomputing\.\w+$/i, "")}`,
		});
	const options: Record<string, unknown> = {
		// A name of a host has no underscores; those of an account are hyphens there.
		account: account.replaceAll("_", "-"),
		username: text("user"),
		database: text("database"),
		schema: text("schema"),
		warehouse: text("warehouse"),
		role: text("role"),
		accessUrl: accessUrl(fields, text),
		application: text("application_name") ?? "tfm",
		queryTag: text("query_tag"),
		proxyHost: text("proxy_host"),
		proxyPort: typeof fields.proxy_port === "number" ? fields.proxy_port : undefined,
		// Pauses between tries are the driver's, so `connect_timeout`, which is dbt's, has nothing to say.
		sfRetryMaxLoginRetries: typeof fields.connect_retries === "number" ? fields.connect_retries : undefined,
		clientSessionKeepAlive: fields.client_session_keep_alive === true,
		clientSessionKeepAliveHeartbeatFrequency: HEARTBEAT_S,
		// Without it a null that is fetched as text is the text NULL.
		representNullAsStringNull: false,
		...loginOf(text, cwd),
	};
	for (const [name, value] of Object.entries(options)) if (value === undefined) delete options[name];
	return options as unknown as ConnectionOptions;
}

type Text = (name: string) => string | undefined;

/** `host`, `port` and `protocol` name another door than the account's, for private links and tests. */
function accessUrl(fields: ProfileFields, text: Text): string | undefined {
	const given = text("access_url");
	if (given !== undefined) return given;
	const host = text("host");
	if (host === undefined) return undefined;
	return `${text("protocol") ?? "https"}://${host}${fields.port === undefined ? "" : `:${fields.port}`}`;
}

function loginOf(text: Text, cwd: string): Readonly<Record<string, unknown>> {
	const given = text("authenticator");
	const hasKey = text("private_key") !== undefined || text("private_key_path") !== undefined;
	const named = given === undefined ? undefined : AUTHENTICATORS[given.toLowerCase()];
	const isOkta = given !== undefined && /^https:\/\//i.test(given);
	if (given !== undefined && named === undefined && !isOkta)
		fail("TFM-DB-025", {
			field: "authenticator",
			problem: `"${given}" is none of ${Object.keys(AUTHENTICATORS).join(", ")}, nor the address of an Okta login`,
		});
	const authenticator = named ?? given ?? (hasKey ? "SNOWFLAKE_JWT" : "SNOWFLAKE");
	const needs = (name: string, why: string): string =>
		text(name) ?? fail("TFM-DB-025", { field: name, problem: `it is missing, and ${why}` });
	switch (authenticator) {
		case "SNOWFLAKE":
			return { authenticator, password: needs("password", "a login by password needs it") };
		case "USERNAME_PASSWORD_MFA":
			return {
				authenticator,
				password: needs("password", "a login with a second factor needs it"),
				passcode: text("passcode"),
			};
		case "SNOWFLAKE_JWT":
			return {
				authenticator,
				privateKey: privateKey(text, cwd),
				privateKeyPass: text("private_key_passphrase"),
			};
		case "OAUTH":
			return text("oauth_client_id") === undefined
				? { authenticator, token: needs("token", "OAuth needs an access token") }
				: {
						authenticator: "OAUTH_AUTHORIZATION_CODE",
						oauthClientId: text("oauth_client_id"),
						oauthClientSecret: text("oauth_client_secret"),
						oauthTokenRequestUrl: text("oauth_token_request_url"),
						oauthScope: text("oauth_scope"),
					};
		case "OAUTH_CLIENT_CREDENTIALS":
			return {
				authenticator,
				oauthClientId: needs("oauth_client_id", "client credentials need it"),
				oauthClientSecret: needs("oauth_client_secret", "client credentials need it"),
				oauthTokenRequestUrl: needs("oauth_token_request_url", "client credentials need it"),
				oauthScope: text("oauth_scope"),
			};
		case "PROGRAMMATIC_ACCESS_TOKEN":
			return {
				authenticator,
				token: text("token") ?? needs("password", "a programmatic access token goes in `token` or `password`"),
			};
		case "WORKLOAD_IDENTITY":
			return {
				authenticator,
				workloadIdentityProvider: text("workload_identity_provider")?.toUpperCase(),
				workloadIdentityAzureEntraIdResource: text("workload_identity_entra_resource"),
				token: text("token"),
			};
		default:
			return { authenticator, password: text("password") };
	}
}

const PEM = /-----BEGIN (?:ENCRYPTED |RSA )?PRIVATE KEY-----/;

/** The key as PEM. dbt also takes the base64 between its lines, without them. */
function privateKey(text: Text, cwd: string): string {
	const path = text("private_key_path");
	const field = path === undefined ? "private_key" : "private_key_path";
	const problem = (what: string): never => fail("TFM-DB-025", { field, problem: what });
	let key = text("private_key");
	if (path !== undefined) {
		try {
			key = readFileSync(isAbsolute(path) ? path : resolve(cwd, path), "utf8");
		} catch (error) {
			problem(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown"}`);
		}
	}
	if (key === undefined || key.trim() === "") return problem("there is no key in it");
	const encrypted = /BEGIN ENCRYPTED/.test(key) || (!PEM.test(key) && text("private_key_passphrase") !== undefined);
	if (/BEGIN (?:PUBLIC|CERTIFICATE)/.test(key))
		problem("it holds a public key or a certificate, and the login signs with the private key");
	if (encrypted && text("private_key_passphrase") === undefined)
		problem("the key is encrypted, and `private_key_passphrase` is not given");
	if (PEM.test(key)) return key;
	const body = key.replace(/\s+/g, "");
	if (!/^[A-Za-z0-9+/]+=*$/.test(body)) problem("it is neither PEM nor base64");
	const kind = encrypted ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY";
	return `-----BEGIN ${kind}-----\n${body.replace(/.{64}/g, "$&\n")}\n-----END ${kind}-----\n`;
}
