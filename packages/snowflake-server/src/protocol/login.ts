import { createHash, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { SnowflakeError } from "../snowflakeError.ts";

/** Who may log in. Without any of these fields a user cannot. */
export interface User {
	readonly password?: string;
	/** PEM; the driver signs with the private key that belongs to it. */
	readonly publicKey?: string;
	/** Tokens that are taken for this user, by OAuth or as a programmatic access token. */
	readonly oauthTokens?: readonly string[];
	readonly accessTokens?: readonly string[];
}

/** The login request's `data`. */
export interface LoginData {
	readonly LOGIN_NAME?: string;
	readonly PASSWORD?: string;
	readonly AUTHENTICATOR?: string;
	readonly TOKEN?: string;
	readonly PASSCODE?: string;
	readonly SESSION_PARAMETERS?: Readonly<Record<string, unknown>>;
}

const WRONG_PASSWORD = () => new SnowflakeError("390100", "08001", "Incorrect username or password was specified.");
const WRONG_TOKEN = () => new SnowflakeError("390303", "08001", "Invalid OAuth access token.");
const WRONG_JWT = () => new SnowflakeError("390144", "08001", "JWT token is invalid.");

/** The user's name in capitals. Throws with the server's code for a login that is refused. */
export function authenticate(data: LoginData, users: ReadonlyMap<string, User>): string {
	const name = (data.LOGIN_NAME ?? "").toUpperCase();
	const user = users.get(name);
	const token = data.TOKEN ?? "";
	switch ((data.AUTHENTICATOR ?? "SNOWFLAKE").toUpperCase()) {
		case "SNOWFLAKE":
		case "USERNAME_PASSWORD_MFA":
			if (user?.password === undefined || !equal(user.password, data.PASSWORD ?? "")) throw WRONG_PASSWORD();
			return name;
		case "SNOWFLAKE_JWT":
			if (user?.publicKey === undefined || !isSigned(token, name, user.publicKey)) throw WRONG_JWT();
			return name;
		case "OAUTH":
			return byToken(token, name, users, (candidate) => candidate.oauthTokens);
		case "PROGRAMMATIC_ACCESS_TOKEN":
			return byToken(token, name, users, (candidate) => candidate.accessTokens);
		default:
			throw new SnowflakeError("390179", "08001", `Authenticator ${data.AUTHENTICATOR} is not known to this server.`);
	}
}

const equal = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** A token names its user; a login name beside it must be that user's. */
function byToken(
	token: string,
	name: string,
	users: ReadonlyMap<string, User>,
	tokensOf: (user: User) => readonly string[] | undefined,
): string {
	for (const [owner, user] of users)
		if (tokensOf(user)?.some((known) => equal(known, token)) && (name === "" || name === owner)) return owner;
	throw WRONG_TOKEN();
}

/** Signed with the user's key, issued by `ACCOUNT.USER.SHA256:fingerprint` for `ACCOUNT.USER`, and not expired. */
function isSigned(token: string, name: string, publicKey: string): boolean {
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
		Number(claims.exp) * 1000 > Date.now()
	);
}
