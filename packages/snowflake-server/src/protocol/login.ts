import { createHash, createPublicKey, randomUUID, timingSafeEqual, verify } from "node:crypto";
import { SnowflakeError } from "../snowflakeError.ts";

/** Who may log in. Without any of these fields a user cannot. */
export interface User {
	readonly password?: string;
	/** PEM; the driver signs with the private key that belongs to it. */
	readonly publicKey?: string;
	/** Tokens that are taken for this user, by OAuth or as a programmatic access token. */
	readonly oauthTokens?: readonly string[];
	readonly accessTokens?: readonly string[];
	/** Tokens of a workload's identity, by provider: `OIDC`, `GCP`, …; of `AWS` the id of the access key that signs. */
	readonly identities?: Readonly<Record<string, readonly string[]>>;
	/** What a login provider asserts of this user (`SAMLResponse`), by Okta's own login. */
	readonly assertions?: readonly string[];
	/** A page of the account logs this user in, or says no. */
	readonly browser?: "confirms" | "denies";
	/** Beside the password. */
	readonly secondFactor?: SecondFactor;
}

export interface SecondFactor {
	/** The code that is right. */
	readonly passcode: string;
	/** What the user does on the telephone. */
	readonly push: "approves" | "denies";
	/** ALLOW_CLIENT_MFA_CACHING of the account: a token is given that stands for the factor later. */
	readonly isCached: boolean;
}

/** The login request's `data`. */
export interface LoginData {
	readonly LOGIN_NAME?: string;
	readonly PASSWORD?: string;
	readonly AUTHENTICATOR?: string;
	readonly TOKEN?: string;
	readonly PASSCODE?: string;
	readonly EXT_AUTHN_DUO_METHOD?: string;
	readonly passcodeInPassword?: boolean;
	readonly PROVIDER?: string;
	readonly PROOF_KEY?: string;
	readonly RAW_SAML_RESPONSE?: string;
	readonly SESSION_PARAMETERS?: Readonly<Record<string, unknown>>;
}

const WRONG_PASSWORD = () => new SnowflakeError("390100", "08001", "Incorrect username or password was specified.");
const WRONG_TOKEN = () => new SnowflakeError("390303", "08001", "Invalid OAuth access token.");
const WRONG_JWT = () => new SnowflakeError("390144", "08001", "JWT token is invalid.");

const DENIED = () =>
	new SnowflakeError("390120", "08001", "Authentication attempt rejected by Duo: login request denied.");
const WRONG_PASSCODE = () => new SnowflakeError("390127", "08001", "Incorrect passcode was specified.");
const NO_FACTOR = () =>
	new SnowflakeError("394508", "08001", "Failed to authenticate: multi-factor authentication is required.");
const WRONG_ASSERTION = () =>
	new SnowflakeError("390190", "08001", "There was an error related to the SAML Identity Provider account parameter.");
const WRONG_IDENTITY = () =>
	new SnowflakeError("395001", "08001", "The workload identity is not that of a user of this account.");

/** Who it is, and what may be shown instead of a second factor or a browser next time. */
export interface Authenticated {
	readonly user: string;
	readonly mfaToken?: string;
	readonly idToken?: string;
}

export interface Authentication {
	/** `authenticator-request`: where the person logs in. Throws. */
	prepare(data: PrepareData): object;
	/** Throws with the server's code for a login that is refused. */
	authenticate(data: LoginData): Authenticated;
	/** A person's browser on the account's page: where it is sent to. */
	confirm(page: URLSearchParams): string;
	/** Requests for a second factor that went to a telephone. */
	pushes(): number;
}

export interface PrepareData {
	readonly LOGIN_NAME?: string;
	readonly AUTHENTICATOR?: string;
	readonly BROWSER_MODE_REDIRECT_PORT?: string;
}

export function createAuthentication(
	users: ReadonlyMap<string, User>,
	{ url, now }: { readonly url: () => string; readonly now: () => number },
): Authentication {
	/** Tokens that this server gave, and whom they stand for. */
	const factors = new Map<string, string>();
	const identities = new Map<string, string>();
	const confirmed = new Map<string, { readonly user: string; readonly proof: string }>();
	let pushes = 0;
	const issue = (kind: Map<string, string>, user: string): string => {
		const token = randomUUID();
		kind.set(token, user);
		return token;
	};

	const wantsFactor = (data: LoginData, factor: SecondFactor, name: string): void => {
		if (factors.get(data.TOKEN ?? "") === name) return;
		switch (data.EXT_AUTHN_DUO_METHOD) {
			case "passcode": {
				const code = data.passcodeInPassword === true ? (data.PASSWORD ?? "").slice(-6) : data.PASSCODE;
				if (code !== factor.passcode) throw WRONG_PASSCODE();
				return;
			}
			case "push":
				pushes++;
				if (factor.push === "denies") throw DENIED();
				return;
			default:
				throw NO_FACTOR();
		}
	};

	const byPassword = (data: LoginData, name: string): Authenticated => {
		const user = users.get(name);
		const given = data.passcodeInPassword === true ? (data.PASSWORD ?? "").slice(0, -6) : (data.PASSWORD ?? "");
		if (user?.password === undefined || !equal(user.password, given)) throw WRONG_PASSWORD();
		const factor = user.secondFactor;
		if (factor === undefined) return { user: name };
		wantsFactor(data, factor, name);
		const asks = data.SESSION_PARAMETERS?.CLIENT_REQUEST_MFA_TOKEN === true && factor.isCached;
		return { user: name, ...(asks ? { mfaToken: issue(factors, name) } : {}) };
	};

	const byBrowser = (data: LoginData): Authenticated => {
		const page = confirmed.get(data.TOKEN ?? "");
		if (page === undefined || page.proof !== data.PROOF_KEY) throw WRONG_ASSERTION();
		confirmed.delete(data.TOKEN ?? "");
		const asks = data.SESSION_PARAMETERS?.CLIENT_STORE_TEMPORARY_CREDENTIAL === true;
		return { user: page.user, ...(asks ? { idToken: issue(identities, page.user) } : {}) };
	};

	return {
		pushes: () => pushes,
		prepare(data) {
			const address = data.AUTHENTICATOR ?? "";
			if (/^https:/i.test(address))
				return { ssoUrl: `${address}/app/snowflake/sso/saml`, tokenUrl: `${address}/api/v1/authn`, proofKey: null };
			if (address.toUpperCase() !== "EXTERNALBROWSER") throw WRONG_ASSERTION();
			const proofKey = randomUUID();
			const page = new URLSearchParams({
				user: data.LOGIN_NAME ?? "",
				port: data.BROWSER_MODE_REDIRECT_PORT ?? "",
				proof: proofKey,
			});
			return { ssoUrl: `${url()}/sso?${page}`, tokenUrl: null, proofKey };
		},
		confirm(page) {
			const user = (page.get("user") ?? "").toUpperCase();
			const back = `http://localhost:${Number(page.get("port"))}/`;
			if (users.get(user)?.browser !== "confirms")
				return `${back}?error=access_denied&error_description=The+user+said+no`;
			const token = randomUUID();
			confirmed.set(token, { user, proof: page.get("proof") ?? "" });
			return `${back}?token=${token}`;
		},
		authenticate(data) {
			const name = (data.LOGIN_NAME ?? "").toUpperCase();
			const user = users.get(name);
			const token = data.TOKEN ?? "";
			if (data.RAW_SAML_RESPONSE !== undefined) {
				const said = /name="SAMLResponse" value="([^"]*)"/.exec(data.RAW_SAML_RESPONSE)?.[1] ?? "";
				return { user: byToken(said, "", users, (candidate) => candidate.assertions, WRONG_ASSERTION) };
			}
			switch ((data.AUTHENTICATOR ?? "SNOWFLAKE").toUpperCase()) {
				case "SNOWFLAKE":
				case "USERNAME_PASSWORD_MFA":
					return byPassword(data, name);
				case "SNOWFLAKE_JWT":
					if (user?.publicKey === undefined || !isSigned({ token, name, publicKey: user.publicKey, now: now() }))
						throw WRONG_JWT();
					return { user: name };
				case "OAUTH":
					return { user: byToken(token, name, users, (candidate) => candidate.oauthTokens, WRONG_TOKEN) };
				case "PROGRAMMATIC_ACCESS_TOKEN":
					return { user: byToken(token, name, users, (candidate) => candidate.accessTokens, WRONG_TOKEN) };
				case "WORKLOAD_IDENTITY": {
					const tokens = (candidate: User) => candidate.identities?.[data.PROVIDER ?? ""];
					const shown = data.PROVIDER === "AWS" ? signerOf(token) : token;
					return { user: byToken(shown, "", users, tokens, WRONG_IDENTITY) };
				}
				case "EXTERNALBROWSER":
					return byBrowser(data);
				case "ID_TOKEN":
					if (identities.get(token) !== name)
						throw new SnowflakeError("390195", "08001", "The provided ID Token is invalid.");
					return { user: name };
				default:
					throw new SnowflakeError(
						"390179",
						"08001",
						`Authenticator ${data.AUTHENTICATOR} is not known to this server.`,
					);
			}
		},
	};
}

const equal = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** A token names its user; a login name beside it must be that user's. */
function byToken(
	token: string,
	name: string,
	users: ReadonlyMap<string, User>,
	tokensOf: (user: User) => readonly string[] | undefined,
	refusal: () => SnowflakeError,
): string {
	for (const [owner, user] of users)
		if (tokensOf(user)?.some((known) => equal(known, token)) && (name === "" || name === owner)) return owner;
	throw refusal();
}

/** Signed with the user's key, issued by `ACCOUNT.USER.SHA256:fingerprint` for `ACCOUNT.USER`, and not expired. */
function isSigned({
	token,
	name,
	publicKey,
	now,
}: {
	readonly token: string;
	readonly name: string;
	readonly publicKey: string;
	readonly now: number;
}): boolean {
	const [head = "", body = "", signature = ""] = token.split(".");
	const key = createPublicKey(publicKey);
	const fingerprint = createHash("sha256")
		.update(key.export({ format: "der", type: "spki" }))
		.digest("base64");
	if (!verify("RSA-SHA256", Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url"))) return false;
	const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Record<string, unknown>;
	return (
		String(claims.iss).endsWith(`.${name}.SHA256:${fingerprint}`) &&
		String(claims.sub).endsWith(`.${name}`) &&
		inMs(claims.exp) > now &&
		inMs(claims.iat) < now + 60_000
	);
}

/** Seconds by the standard, milliseconds by Snowflake's driver for Node. */
const inMs = (time: unknown): number => (Number(time) < 1e11 ? Number(time) * 1000 : Number(time));

/** AWS: a signed request to its token service, which Snowflake would send on; whose key signed it is read here. */
function signerOf(token: string): string {
	const text = Buffer.from(token, "base64").toString("utf8");
	if (!text.startsWith("{")) return "";
	const request = JSON.parse(text) as { readonly url: string; readonly headers: Readonly<Record<string, string>> };
	const host = new URL(request.url).host;
	const signed = /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(request.headers.authorization ?? "");
	return /^sts\.[\w-]+\.amazonaws\.com$/.test(host) &&
		request.headers["x-snowflake-audience"] === "snowflakecomputing.com"
		? (signed?.[1] ?? "")
		: "";
}
