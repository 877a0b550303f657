import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { fail } from "../../core/diagnostic.ts";

/** A profile's fields, as logins are made of them. */
export interface ProfileReader {
	/** Undefined where the field is missing or empty. */
	readonly text: (name: string) => string | undefined;
	readonly flag: (name: string) => boolean | undefined;
	/** Relative paths are of the folder that tfm was called in, as in dbt. */
	readonly cwd: string;
}

/** How dbt-snowflake spells a login, and how the driver does. */
const AUTHENTICATORS: Readonly<Record<string, string>> = {
	snowflake: "SNOWFLAKE",
	username_password_mfa: "USERNAME_PASSWORD_MFA",
	snowflake_jwt: "SNOWFLAKE_JWT",
	externalbrowser: "EXTERNALBROWSER",
	oauth: "OAUTH",
	// dbt: the token as it stands.
	jwt: "OAUTH",
	oauth_client_credentials: "OAUTH_CLIENT_CREDENTIALS",
	oauth_authorization_code: "OAUTH_AUTHORIZATION_CODE",
	programmatic_access_token: "PROGRAMMATIC_ACCESS_TOKEN",
	workload_identity: "WORKLOAD_IDENTITY",
};

/**
 * Tokens that the account gives for a person's second factor or browser are kept in the driver's own file, as dbt's
 * connector keeps them: otherwise each thread's login would ask the person again.
 */
const KEPT_TOKENS = { clientRequestMFAToken: true, clientStoreTemporaryCredential: true } as const;

/** The driver's options of the login that the profile describes. Throws TFM-DB-025 for what is missing or makes no sense. */
export function loginFields({ text, flag, cwd }: ProfileReader): Readonly<Record<string, unknown>> {
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
				passcodeInPassword: flag("passcode_in_password"),
				...KEPT_TOKENS,
			};
		case "EXTERNALBROWSER":
			return { authenticator, ...KEPT_TOKENS };
		case "SNOWFLAKE_JWT":
			return {
				authenticator,
				privateKey: privateKey(text, cwd),
				privateKeyPass: text("private_key_passphrase"),
			};
		case "OAUTH":
			return { authenticator, token: token(text, cwd) ?? needs("token", "OAuth needs an access token") };
		case "OAUTH_AUTHORIZATION_CODE": {
			// Snowflake's own page knows the driver by itself.
			const isElsewhere = (text("oauth_authorization_url") ?? text("oauth_token_request_url")) !== undefined;
			const ofClient = (name: string): string | undefined =>
				isElsewhere ? needs(name, "a login provider knows its clients") : text(name);
			return {
				authenticator,
				oauthClientId: ofClient("oauth_client_id"),
				oauthClientSecret: ofClient("oauth_client_secret"),
				oauthAuthorizationUrl: text("oauth_authorization_url"),
				oauthTokenRequestUrl: text("oauth_token_request_url"),
				oauthRedirectUri: text("oauth_redirect_uri"),
				oauthScope: text("oauth_scope"),
				...KEPT_TOKENS,
			};
		}
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
				token: token(text, cwd) ?? needs("password", "a programmatic access token goes in `token` or `password`"),
			};
		case "WORKLOAD_IDENTITY": {
			const provider = needs("workload_identity_provider", "a workload identity needs it").toUpperCase();
			if (!["AWS", "AZURE", "GCP", "OIDC"].includes(provider))
				fail("TFM-DB-025", { field: "workload_identity_provider", problem: "it is one of AWS, AZURE, GCP, OIDC" });
			return {
				authenticator,
				workloadIdentityProvider: provider,
				workloadIdentityAzureEntraIdResource: text("workload_identity_entra_resource"),
				// The others ask the machine that they run on.
				...(provider === "OIDC"
					? { token: token(text, cwd) ?? needs("token", "OIDC shows one: give `token` or `token_file_path`") }
					: {}),
			};
		}
		default:
			return { authenticator, password: text("password") };
	}
}

/** Read at each login, so that whoever renews the file is heard. */
function token(text: ProfileReader["text"], cwd: string): string | undefined {
	const path = text("token_file_path");
	if (path === undefined) return text("token");
	const problem = (what: string): never => fail("TFM-DB-025", { field: "token_file_path", problem: what });
	let read = "";
	try {
		read = readFileSync(isAbsolute(path) ? path : resolve(cwd, path), "utf8").trim();
	} catch (error) {
		problem(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown"}`);
	}
	return read === "" ? problem(`${path} is empty`) : read;
}

const PEM = /-----BEGIN (?:ENCRYPTED |RSA |EC )?PRIVATE KEY-----/;

/** The key as PEM. dbt also takes the base64 between its lines, without them. */
function privateKey(text: ProfileReader["text"], cwd: string): string {
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
	if (/BEGIN OPENSSH/.test(key))
		problem("it is a key of OpenSSH's own form; `ssh-keygen -p -m pkcs8 -f FILE` makes one of it that Snowflake takes");
	const encrypted =
		/BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(key) ||
		(!PEM.test(key) && text("private_key_passphrase") !== undefined);
	if (/BEGIN (?:PUBLIC|CERTIFICATE)/.test(key))
		problem("it holds a public key or a certificate, and the login signs with the private key");
	if (encrypted && text("private_key_passphrase") === undefined)
		problem("the key is encrypted, and `private_key_passphrase` is not given");
	const opened = (whole: string): string => {
		let kind: string | undefined;
		try {
			const passphrase = text("private_key_passphrase");
			kind = createPrivateKey({ key: whole, format: "pem", passphrase }).asymmetricKeyType;
		} catch {
			// OpenSSL's words name neither the file nor what to do.
			return encrypted
				? fail("TFM-DB-025", { field: "private_key_passphrase", problem: "it does not open the key" })
				: problem("it cannot be read as a private key");
		}
		return kind === "rsa" ? whole : problem(`its key is of type ${kind}, and the driver signs with RSA keys alone`);
	};
	if (PEM.test(key)) return opened(key);
	const body = key.replace(/\s+/g, "");
	if (!/^[A-Za-z0-9+/]+=*$/.test(body)) problem("it is neither PEM nor base64");
	const kind = encrypted ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY";
	return opened(`-----BEGIN ${kind}-----\n${body.replace(/.{64}/g, "$&\n")}\n-----END ${kind}-----\n`);
}
