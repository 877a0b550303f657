import type { ConnectionOptions } from "snowflake-sdk";
import { fail } from "../../core/diagnostic.ts";
import type { RefreshRequest } from "./accessToken.ts";
import { accountProblem, hostOf } from "./account.ts";
import { loginFields } from "./loginFields.ts";
import { type ProxyRoute, proxyOf } from "./proxy.ts";

/** The fields of a profile's target, under dbt-snowflake's names. */
export type ProfileFields = Readonly<Record<string, unknown>>;

/** Seconds between heartbeats of `client_session_keep_alive`; the driver takes 900 to 3600. */
const HEARTBEAT_S = 900;

export interface ConnectionPlan {
	readonly options: ConnectionOptions;
	readonly proxy: ProxyRoute | undefined;
	/** As the profile writes it. */
	readonly account: string;
	/** Where the account is, and the field of the profile that says so. */
	readonly address: { readonly field: "account" | "access_url" | "host"; readonly host: string; readonly port: number };
	/** What must be asked for a token first. */
	readonly refresh: RefreshRequest | undefined;
}

export interface ConnectionPlace {
	/** Relative paths are of the folder that tfm was called in, as in dbt. */
	readonly cwd: string;
	/** For HTTPS_PROXY and NO_PROXY. */
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** The driver's options from a profile. Throws TFM-DB-025 for a field that cannot be used, before anything is sent. */
export function connectionOptions(fields: ProfileFields, { cwd, env }: ConnectionPlace): ConnectionPlan {
	const text = (name: string): string | undefined => {
		const value = fields[name];
		return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
	};
	const account = text("account") ?? "";
	const problem = accountProblem(account);
	if (problem !== undefined) fail("TFM-DB-025", { field: "account", problem });
	const proxy = proxyOf(fields, env);
	const door = accessUrl(text);
	const refresh = refreshOf(text);
	const flag = (name: string): boolean | undefined => (typeof fields[name] === "boolean" ? fields[name] : undefined);
	const options: Record<string, unknown> = {
		// A name of a host has no underscores; those of an account are hyphens there.
		account: account.replaceAll("_", "-"),
		username: text("user"),
		database: text("database"),
		schema: text("schema"),
		warehouse: text("warehouse"),
		role: text("role"),
		accessUrl: door,
		application: text("application_name") ?? "tfm",
		queryTag: text("query_tag"),
		...proxy,
		// Pauses between tries are the driver's, so `connect_timeout`, which is dbt's, has nothing to say.
		sfRetryMaxLoginRetries: typeof fields.connect_retries === "number" ? fields.connect_retries : undefined,
		clientSessionKeepAlive: fields.client_session_keep_alive === true,
		clientSessionKeepAliveHeartbeatFrequency: HEARTBEAT_S,
		// Without it a null that is fetched as text is the text NULL.
		representNullAsStringNull: false,
		...(refresh === undefined ? loginFields({ text, flag, cwd }) : { authenticator: "OAUTH", token: "" }),
	};
	for (const [name, value] of Object.entries(options)) if (value === undefined) delete options[name];
	const { hostname, protocol, port } = new URL(door ?? hostOf(account));
	const field = door === undefined ? "account" : text("access_url") === undefined ? "host" : "access_url";
	// An address of six parts stands in brackets there.
	const host = hostname.replace(/^\[|\]$/g, "");
	const address = { field, host, port: Number(port || (protocol === "http:" ? 80 : 443)) } as const;
	return { options: options as unknown as ConnectionOptions, account, proxy, refresh, address };
}

/** dbt: with a client's id and secret the token of `oauth` is a refresh token. */
function refreshOf(text: Text): RefreshRequest | undefined {
	const [clientId, clientSecret] = [text("oauth_client_id"), text("oauth_client_secret")];
	if (text("authenticator")?.toLowerCase() !== "oauth" || (clientId === undefined && clientSecret === undefined))
		return undefined;
	const missing = (field: string): never =>
		fail("TFM-DB-025", { field, problem: "it is missing: a refresh token is taken with the client's id and secret" });
	const host = hostOf(text("account") ?? "");
	return {
		url: text("oauth_token_request_url") ?? `${accessUrl(text) ?? host}/oauth/token-request`,
		clientId: clientId ?? missing("oauth_client_id"),
		clientSecret: clientSecret ?? missing("oauth_client_secret"),
		refreshToken: text("token") ?? missing("token"),
	};
}

type Text = (name: string) => string | undefined;

/**
 * `access_url`, or `host`, `port` and `protocol`, name another door than the account's, for private links and tests. What
 * is wrong is told without its text, which may hold a password. Throws TFM-DB-025.
 */
function accessUrl(text: Text): string | undefined {
	const wrong = (field: string, problem: string): never => fail("TFM-DB-025", { field, problem });
	const given = text("access_url");
	if (given !== undefined) {
		const url = URL.canParse(given) ? new URL(given) : null;
		if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "")
			return wrong("access_url", "it is no address like https://name.snowflakecomputing.com");
		if (url.username !== "" || url.password !== "" || url.pathname !== "/" || url.search !== "" || url.hash !== "")
			return wrong("access_url", "it is a protocol, a host and a port, and nothing else");
		return given;
	}
	const host = text("host");
	if (host === undefined) return undefined;
	const protocol = text("protocol") ?? "https";
	const port = text("port");
	if (!/^https?$/.test(protocol)) wrong("protocol", "it is https or http");
	if (!/^(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])$/.test(host))
		wrong("host", "it is the name of a host, without protocol, port and path");
	if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
		wrong("port", "it is a number from 1 to 65535");
	return `${protocol}://${host}${port === undefined ? "" : `:${port}`}`;
}
