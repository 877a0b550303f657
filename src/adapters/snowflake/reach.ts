import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { otherAccount } from "./account.ts";
import type { ConnectionPlan } from "./connectionOptions.ts";
import { isAround } from "./proxy.ts";

/** Why no connection can be made at all. */
export interface Unreachable {
	readonly said: string;
	readonly hint: string;
	/** The field of the profile that names the place. */
	readonly next: string;
}

const AGAIN_MS = 1_000;
const PATIENCE_MS = 3_000;

/**
 * A look before the first login: the driver takes a name that nobody knows, or a port where nobody listens, for a fault
 * that passes, and tries for minutes. Asked twice. Anything else, also silence, is left to the login: undefined.
 */
export async function lookFor({ account, address, proxy }: ConnectionPlan): Promise<Unreachable | undefined> {
	const around = proxy === undefined || isAround(proxy, address.host);
	const place = around ? address : { host: proxy.proxyHost, port: proxy.proxyPort };
	let code = await failureOf(place);
	if (code !== undefined) {
		await pause(AGAIN_MS);
		code = await failureOf(place);
	}
	if (code === undefined) return undefined;
	const unknown = code === "ENOTFOUND";
	const said = unknown
		? `there is no host ${place.host} (${code})`
		: `nothing listens at ${place.host}:${place.port} (${code})`;
	if (!around)
		return {
			said,
			hint: "that is the proxy, and nothing was sent to Snowflake",
			next: "correct `proxy_host` and `proxy_port`, or HTTPS_PROXY",
		};
	if (address.field !== "account")
		return {
			said,
			hint: `the profile's \`${address.field}\` names another door than the account's own`,
			next: `correct \`${address.field}\`${address.field === "host" ? " and `port`" : ""}, or leave it out`,
		};
	return {
		said,
		hint: unknown
			? `no account is called ${account}: its name, locator or region is wrong, or this machine is offline`
			: "a firewall or a proxy may stand between",
		next: otherAccount(account),
	};
}

/** The code of a failure that does not pass by itself. */
function failureOf(place: { readonly host: string; readonly port: number }): Promise<string | undefined> {
	return new Promise((resolve) => {
		const socket = connect(place);
		const done = (code: string | undefined): void => {
			socket.destroy();
			resolve(code === "ENOTFOUND" || code === "ECONNREFUSED" ? code : undefined);
		};
		socket.setTimeout(PATIENCE_MS, () => done(undefined));
		socket.once("connect", () => done(undefined));
		socket.once("error", (error: NodeJS.ErrnoException) => done(error.code));
	});
}
