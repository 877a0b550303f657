import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { type TestCertificates, testCertificates } from "./testCertificates.ts";

export interface PrivateNetwork {
	/** `host:port` that the proxy was asked for, in order. */
	readonly asked: readonly string[];
	readonly proxyPort: number;
	/** What a process needs to trust the network's certificates and to leave all others alone. */
	readonly env: Readonly<Record<string, string>>;
	/** Of the hosts themselves, for whoever goes around the proxy. */
	readonly directPort: number;
	/** A port where nothing listens any more. */
	readonly closedPort: number;
	stop(): Promise<void>;
}

export interface NetworkOptions {
	/** By the name of the host: who answers there, or the address (`http://127.0.0.1:…`) that it stands for. */
	readonly hosts: Readonly<Record<string, string | RequestListener>>;
	/** Of all the hosts; made for the network unless given. */
	readonly certificates?: TestCertificates;
	/** `user:password` that the proxy wants. */
	readonly proxyLogin?: string;
	/** Tunnels to these hosts are refused with 403. */
	readonly forbidden?: readonly string[];
}

/**
 * Hosts with names of their own, certificates and all, behind an HTTP proxy: whoever takes the proxy meets them under
 * https, as Snowflake and login providers are met in life.
 */
export async function privateNetwork({
	hosts,
	certificates = testCertificates(Object.keys(hosts)),
	proxyLogin,
	forbidden = [],
}: NetworkOptions): Promise<PrivateNetwork> {
	const folder = mkdtempSync(join(tmpdir(), "tfm-network-"));
	writeFileSync(join(folder, "authority.pem"), certificates.authority);
	const secure = createSecureServer({ cert: certificates.certificate, key: certificates.key }, (from, to) => {
		const host = hosts[(from.headers.host ?? "").replace(/:\d+$/, "")];
		if (host === undefined) to.writeHead(502).end();
		else if (typeof host === "string") passOn(from, to, host);
		else host(from, to);
	});
	const asked: string[] = [];
	const tunnels = new Set<Duplex>();
	const proxy = createServer((_, to) => void to.writeHead(405).end());
	proxy.on("connect", (from, socket) => {
		const given = Buffer.from((from.headers["proxy-authorization"] ?? "").replace("Basic ", ""), "base64").toString();
		tunnels.add(socket);
		socket.on("error", () => socket.destroy());
		if (proxyLogin !== undefined && given !== proxyLogin)
			return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
		asked.push(from.url ?? "");
		const [host = ""] = (from.url ?? "").split(":");
		if (forbidden.includes(host) || !(host in hosts)) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
		const tunnel = connect(portOf(secure), "127.0.0.1", () => {
			socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
			tunnel.pipe(socket).pipe(tunnel);
		});
		tunnel.on("error", () => socket.destroy());
	});
	const nobody = createServer();
	for (const server of [secure, proxy, nobody])
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const closedPort = portOf(nobody);
	await new Promise((resolve) => nobody.close(resolve));
	return {
		asked,
		proxyPort: portOf(proxy),
		directPort: portOf(secure),
		closedPort,
		env: { NODE_EXTRA_CA_CERTS: join(folder, "authority.pem"), SF_OCSP_RESPONSE_CACHE_SERVER_ENABLED: "false" },
		async stop() {
			for (const tunnel of tunnels) tunnel.destroy();
			for (const server of [secure, proxy]) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
			rmSync(folder, { recursive: true });
		},
	};
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function passOn(from: IncomingMessage, to: ServerResponse, address: string): void {
	const { method, headers, url } = from;
	const onward = request(address + url, { method, headers }, (answer) => {
		to.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(to);
	});
	onward.on("error", () => to.destroy());
	from.pipe(onward);
}
