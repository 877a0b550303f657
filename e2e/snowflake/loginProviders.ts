/** Who gives tokens and assertions beside Snowflake: what they answer is written after their documentation. */
import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

const bodyOf = async (from: IncomingMessage): Promise<string> => {
	let body = "";
	for await (const part of from) body += part;
	return body;
};

const answerJson = (to: ServerResponse, status: number, body: object): void =>
	void to.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

export interface OauthClient {
	/** Whom a person lets in on the provider's page; of every other client the person says no there. */
	readonly clientId: string;
	readonly clientSecret: string;
	readonly refreshToken: string;
	/** What access tokens begin with; each is another one. */
	readonly issued: string;
	/** The access tokens that were given are added here. */
	readonly given: string[];
}

export interface OauthProvider {
	/** RFC 6749: client credentials, refresh tokens, and codes with the proof of RFC 7636. */
	readonly token: (from: IncomingMessage, to: ServerResponse) => Promise<void>;
	/** Where a person confirms: sends the browser back with a code. */
	readonly page: RequestListener;
	/** How often the page was asked for. */
	readonly pages: () => number;
}

export function createOauthProvider(client: OauthClient): OauthProvider {
	/** The challenge of each code that nobody has used. */
	const codes = new Map<string, { readonly challenge: string; readonly back: string }>();
	let pages = 0;
	let tokens = 0;

	const refusalOf = (form: URLSearchParams): string | null => {
		switch (form.get("grant_type")) {
			case "refresh_token":
				return form.get("refresh_token") === client.refreshToken ? null : "the refresh token is not valid";
			case "authorization_code": {
				const code = codes.get(form.get("code") ?? "");
				codes.delete(form.get("code") ?? "");
				const proof = createHash("sha256")
					.update(form.get("code_verifier") ?? "")
					.digest("base64url");
				const isRight = code?.challenge === proof && code.back === form.get("redirect_uri");
				return isRight ? null : "the code is not valid";
			}
			default:
				return null;
		}
	};

	return {
		pages: () => pages,
		page(from, to) {
			pages++;
			const asked = new URL(from.url ?? "/", "http://localhost").searchParams;
			const back = new URL(asked.get("redirect_uri") ?? "");
			const state = asked.get("state") ?? "";
			if (asked.get("client_id") === client.clientId && asked.get("code_challenge_method") === "S256") {
				const code = `code-${pages}`;
				codes.set(code, { challenge: asked.get("code_challenge") ?? "", back: asked.get("redirect_uri") ?? "" });
				back.search = new URLSearchParams({ code, state }).toString();
			} else back.search = "?error=access_denied&error_description=The user said no";
			to.writeHead(302, { location: back.href }).end();
		},
		async token(from, to) {
			const form = new URLSearchParams(await bodyOf(from));
			const basic = Buffer.from((from.headers.authorization ?? "").replace("Basic ", ""), "base64").toString();
			const isKnown =
				basic === `${client.clientId}:${client.clientSecret}` || form.get("client_secret") === client.clientSecret;
			if (!isKnown) return answerJson(to, 400, { error: "invalid_client", error_description: "unknown client" });
			const refusal = refusalOf(form);
			if (refusal !== null) return answerJson(to, 400, { error: "invalid_grant", error_description: refusal });
			const token = `${client.issued}-${++tokens}`;
			client.given.push(token);
			const more = form.get("grant_type") === "authorization_code" ? { refresh_token: client.refreshToken } : {};
			answerJson(to, 200, { access_token: token, token_type: "Bearer", expires_in: 600, ...more });
		},
	};
}

export interface OktaUser {
	readonly user: string;
	readonly password: string;
	/** The host of the Snowflake account. */
	readonly account: string;
	readonly assertion: string;
}

/** Okta's own login: a password for a token, and the token for a page with the assertion. */
export const okta =
	({ user, password, account, assertion }: OktaUser): RequestListener =>
	(from, to) =>
		void bodyOf(from).then((body) => {
			if (from.url === "/api/v1/authn") {
				const given = JSON.parse(body) as Record<string, string>;
				const isRight = given.username === user && given.password === password;
				return isRight
					? answerJson(to, 200, { sessionToken: "once" })
					: answerJson(to, 401, { errorSummary: "Authentication failed" });
			}
			const once = new URL(from.url ?? "/", "https://acme.okta.com").searchParams.get("onetimetoken");
			const form = `<form method="POST" action="https&#x3a;&#x2f;&#x2f;${account}&#x2f;fed"><input name="SAMLResponse" value="${assertion}"/></form>`;
			to.writeHead(200, { "content-type": "text/html" }).end(once === "once" ? form : "<p>no</p>");
		});

/**
 * Azure on the machine itself: the metadata service of a virtual machine, and the endpoint that an app service is told
 * by IDENTITY_ENDPOINT. `identity`: what tokens begin with; a machine gives one for every application but `api://nobody`.
 */
export const azureMachine =
	(identity: string): RequestListener =>
	(from, to) => {
		const { pathname, searchParams } = new URL(from.url ?? "/", "http://localhost");
		const resource = searchParams.get("resource");
		const given = (of: string): void =>
			answerJson(to, 200, {
				access_token: `${identity} of a ${of}`,
				expires_on: `${Math.floor(Date.now() / 1000) + 3600}`,
				resource,
				token_type: "Bearer",
			});
		if (pathname === "/metadata/identity/oauth2/token/" && from.headers.metadata === "true") {
			if (resource !== "api://nobody") return given("machine");
			return answerJson(to, 400, { error: "invalid_request", error_description: "Identity not found" });
		}
		if (pathname === "/msi/token" && from.headers["x-identity-header"] === "of this service") return given("service");
		answerJson(to, 400, { error: "invalid_request", error_description: "Required metadata header not specified" });
	};
