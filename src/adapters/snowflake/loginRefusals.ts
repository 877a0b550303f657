import { otherAccount } from "./account.ts";
import type { ConnectionPlan } from "./connectionOptions.ts";
import { isMixed } from "./profileNames.ts";

export interface Reason {
	readonly hint: string;
	readonly next: string;
	/** Somebody of the account or of its login provider has answered. */
	readonly isReached: boolean;
}

/** By the code that the server or the driver refuses a login with, or by the words where there is none. */
const REASONS: readonly (readonly [code: RegExp | null, said: RegExp | null, hint: string, next: string])[] = [
	[/^390100$/, null, "user or password is wrong", "correct `user` and `password`"],
	[
		/^390144$/,
		null,
		"the key is not the user's, or the token it signed has expired",
		"compare the key's fingerprint with `desc user` (RSA_PUBLIC_KEY_FP), set it by `alter user … set rsa_public_key`, and look at this machine's clock",
	],
	[/^390(?:303|318)$/, null, "the access token is not valid, or has expired", "get a new `token`"],
	[
		/^390189$/,
		null,
		"there is no such role, or it was not granted to the user",
		"correct `role`, or: grant role … to user …;",
	],
	[
		/^39020[01]$/,
		null,
		"the role, warehouse or database of the login is not there, or not for this user",
		"correct `role`, or `grant role … to user …`",
	],
	[
		null,
		/unknown client|invalid_client/i,
		"the provider does not know this client, or its secret is wrong",
		"correct `oauth_client_id`, `oauth_client_secret` and `oauth_token_request_url`",
	],
	[
		null,
		/passcode|TOTP invalid|\bDuo\b/i,
		"a second factor was refused or did not come",
		"give the code by `passcode`, or answer the push",
	],
	[
		null,
		/multi-factor authentication is required|MFA authentication is required|TOTP is required/i,
		"this user logs in with a second factor, which a password alone does not bring",
		"set `authenticator: username_password_mfa`; for a job use a key pair or a programmatic access token",
	],
	[/^390(?:101|102|106|111)$/, null, "the user is locked or disabled", "have an administrator enable the user"],
	[
		/^3904(?:22|32)$/,
		null,
		"a network policy does not let this address in",
		"connect from an address that the policy allows",
	],
	[/^390179$/, null, "the account does not know this kind of login", "choose another `authenticator`"],
	[
		/^39019[01]$/,
		null,
		"the account and the login provider do not agree about this user",
		"correct `authenticator` and `user`, or have the account's SAML integration looked at",
	],
	[
		/^395\d{3}$/,
		null,
		"no user of the account has this workload identity",
		"as an administrator: alter user … set workload_identity = (type = …)",
	],
	[
		null,
		/^Authentication failed|status code 401/i,
		"the login provider refuses user or password",
		"correct `user` and `password`, which are the provider's here",
	],
	[
		null,
		/Browser action timed out|access_denied/i,
		"nobody confirmed the login in the browser",
		"run it again and confirm the login there",
	],
	[
		null,
		/gives no access token for the refresh token/,
		"the refresh token has expired or was taken back, or it is another client's",
		"get a new refresh token, and correct `token`, `oauth_client_id` and `oauth_client_secret`",
	],
	[
		null,
		/credentials? (?:from|for) any provider|Could not load (?:the default )?credentials|CredentialUnavailable|ChainedTokenCredential|DefaultAzureCredential/i,
		"this machine has no identity of that provider",
		"run it where the provider gives one, or correct `workload_identity_provider`",
	],
];

/** What to look at first; undefined for what nobody has met. `said`: the refusal's words. */
export function reasonOf(
	code: string,
	said: string,
	{ account, proxy, options }: Pick<ConnectionPlan, "account" | "proxy" | "options">,
): Reason | undefined {
	const known = REASONS.find(([byCode, bySaid]) => byCode?.test(code) ?? bySaid?.test(said));
	if (known !== undefined) return { hint: known[2], next: quotedRole(known[3], options), isReached: true };
	const unreachable = /^40\d{4}$/.test(code) || /ENOTFOUND|ECONNREFUSED|does not answer|status code \d/.test(said);
	if (!unreachable) return undefined;
	const next = otherAccount(account);
	if (proxy === undefined)
		return {
			hint: "nothing answers under this account: its name, locator or region may be wrong, or a proxy stands between",
			next,
			isReached: false,
		};
	const name = `${proxy.proxyHost}:${proxy.proxyPort}`;
	if (/\b407\b/.test(said))
		return {
			hint: `the proxy ${name} wants a login, or another one`,
			next: "correct `proxy_user` and `proxy_password`, or HTTPS_PROXY",
			isReached: false,
		};
	return {
		hint: `nothing answers under this account: its name, locator or region may be wrong, or the proxy ${name} does not let it through`,
		next: `${next}; or the proxy: \`proxy_host\` and \`proxy_port\`, or HTTPS_PROXY`,
		isReached: false,
	};
}

/** A role in mixed case is looked for in capitals, unless the profile has it in quotes. */
function quotedRole(next: string, { role }: ConnectionPlan["options"]): string {
	if (role === undefined || !isMixed(role) || !next.startsWith("correct `role`")) return next;
	return next.replace(
		"correct `role`",
		() => `correct \`role\` (in quotes, where its case is mixed: \`role: '"${role}"'\`)`,
	);
}
