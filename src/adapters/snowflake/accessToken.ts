import { type IncomingMessage, request as plainRequest } from "node:http";
import { request } from "node:https";
import type { Socket } from "node:net";
import { connect } from "node:tls";
import { isAround, type ProxyRoute } from "./proxy.ts";

/** What an OAuth client shows for an access token; `token` is a refresh token then, as in dbt. */
export interface RefreshRequest {
	readonly url: string;
	readonly clientId: string;
	readonly clientSecret: string;
	readonly refreshToken: string;
}

/** The endpoint's word for a refusal, in OAuth's terms; never what was sent. */
export class TokenRefused extends Error {
	readonly code = "";
}

const TIMEOUT_MS = 30_000;

/**
 * An access token for a refresh token, by the request that dbt-snowflake sends. The driver knows this exchange only as
 * part of a login in a browser. Rejects with TokenRefused.
 */
export async function accessToken(asked: RefreshRequest, proxy: ProxyRoute | undefined): Promise<string> {
	const form = new URLSearchParams({
		grant_type: "refresh_token",
		refresh_token: asked.refreshToken,
		redirect_uri: "http://localhost:9999",
	});
	const { host } = new URL(asked.url);
	const answer = await post(asked, form.toString(), proxy).catch((error: Error) => {
		throw new TokenRefused(`${host} does not answer: ${error.message}`);
	});
	const said = parsed(answer.body);
	if (typeof said.access_token === "string" && said.access_token !== "") return said.access_token;
	const words = [said.error, said.error_description ?? said.message].filter((word) => typeof word === "string");
	throw new TokenRefused(
		`${host} gives no access token for the refresh token: ${words.length > 0 ? words.join(": ") : `HTTP ${answer.status}`}`,
	);
}

function parsed(body: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(body);
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

async function post(
	{ url, clientId, clientSecret }: RefreshRequest,
	body: string,
	proxy: ProxyRoute | undefined,
): Promise<{ readonly status: number; readonly body: string }> {
	const target = new URL(url);
	const secure = target.protocol === "https:";
	const socket =
		proxy === undefined || !secure || isAround(proxy, target.hostname) ? undefined : await tunnel(proxy, target);
	const answer = await new Promise<IncomingMessage>((resolve, reject) => {
		const sent = (secure ? request : plainRequest)(
			target,
			{
				method: "POST",
				timeout: TIMEOUT_MS,
				headers: {
					authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
					"content-type": "application/x-www-form-urlencoded;charset=utf-8",
					"content-length": Buffer.byteLength(body),
				},
				...(socket === undefined ? {} : { createConnection: () => connect({ socket, servername: target.hostname }) }),
			},
			resolve,
		);
		sent.on("timeout", () => sent.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
		sent.on("error", reject);
		sent.end(body);
	});
	let text = "";
	for await (const part of answer.setEncoding("utf8")) text += part;
	return { status: answer.statusCode ?? 0, body: text };
}

function tunnel(
	{ proxyHost, proxyPort, proxyProtocol, proxyUser, proxyPassword }: ProxyRoute,
	target: URL,
): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const path = `${target.hostname}:${target.port || 443}`;
		const login = `Basic ${Buffer.from(`${proxyUser}:${proxyPassword}`).toString("base64")}`;
		const asked = (proxyProtocol === "https" ? request : plainRequest)({
			host: proxyHost,
			port: proxyPort,
			method: "CONNECT",
			path,
			timeout: TIMEOUT_MS,
			headers: proxyUser === undefined ? {} : { "proxy-authorization": login },
		});
		asked.on("connect", ({ statusCode }, socket) => {
			if (statusCode === 200) resolve(socket);
			else reject(new Error(`the proxy ${proxyHost}:${proxyPort} answers ${statusCode}`));
		});
		asked.on("timeout", () => asked.destroy(new Error(`no answer of the proxy in ${TIMEOUT_MS / 1000} s`)));
		asked.on("error", reject);
		asked.end();
	});
}
