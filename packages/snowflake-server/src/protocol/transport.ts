import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";

export interface Reply {
	readonly status?: number;
	readonly body: object | string | Buffer;
	readonly headers?: Readonly<Record<string, string>>;
}

/** JSON, gzipped or not, or a form. */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part as Buffer);
	const sent = Buffer.concat(parts);
	const bytes = sent[0] === 0x1f && sent[1] === 0x8b ? gunzipSync(sent) : sent;
	const text = bytes.toString("utf8");
	if (text === "") return {};
	// curl calls everything a form that it is not told otherwise of.
	if (!/^\s*[[{]/.test(text)) return Object.fromEntries(new URLSearchParams(text));
	const parsed: unknown = JSON.parse(text);
	return Array.isArray(parsed) ? { faults: parsed } : (parsed as Record<string, unknown>);
}

/** `cut`: the connection ends when half of the body is out. */
export async function sendReply(response: ServerResponse, reply: Reply, cut = false): Promise<void> {
	const { body } = reply;
	const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
	const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
	response.writeHead(reply.status ?? 200, { "content-type": type, "content-length": bytes.length, ...reply.headers });
	if (!cut) {
		response.end(bytes);
		return;
	}
	await new Promise<void>((resolve) => response.write(bytes.subarray(0, bytes.length >> 1), () => resolve()));
	response.destroy();
}
