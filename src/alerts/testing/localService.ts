import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

export interface LocalAnswer {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** `hang`: no answer at all. `cut`: the connection is closed. */
	readonly fault?: "hang" | "cut";
}

export interface LocalService {
	readonly url: string;
	readonly received: Received[];
	close(): Promise<void>;
}

/** An HTTP server on this machine that answers as it is told and keeps what it was sent. */
export async function startService(answer: (request: Received, n: number) => LocalAnswer): Promise<LocalService> {
	const received: Received[] = [];
	const server: Server = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request.setEncoding("utf8")) body += chunk;
		const got = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
		received.push(got);
		const { status = 200, headers = {}, body: text = "", fault } = answer(got, received.length);
		if (fault === "hang") return;
		if (fault === "cut") return void request.socket.destroy();
		response.writeHead(status, headers).end(text);
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		received,
		close: () => {
			server.closeAllConnections();
			return new Promise((done) => server.close(() => done()));
		},
	};
}

/**
 * The services as they answer in life, each under a path of its own: Slack says `ok` or a word of refusal, Workflows
 * of Teams take silently, PagerDuty and Twilio answer JSON.
 */
export function likeTheServices({ path, body, headers }: Received): LocalAnswer {
	if (path.startsWith("/slack/")) {
		const { text, blocks } = JSON.parse(body) as { text?: string; blocks?: { type: string }[] };
		return typeof text === "string" && Array.isArray(blocks) && blocks.length <= 50
			? { body: "ok" }
			: { status: 400, body: "invalid_payload" };
	}
	if (path.startsWith("/teams/")) {
		const { type, attachments } = JSON.parse(body) as { type?: string; attachments?: { contentType: string }[] };
		const taken = type === "message" && attachments?.[0]?.contentType === "application/vnd.microsoft.card.adaptive";
		return taken && Buffer.byteLength(body) <= 28 * 1024 ? { status: 202 } : { status: 400, body: "BadRequest" };
	}
	if (path === "/v2/enqueue") {
		const event = JSON.parse(body) as {
			routing_key?: string;
			event_action?: string;
			dedup_key?: string;
			payload?: { summary?: string; source?: string; severity?: string };
		};
		const known = ["critical", "error", "warning", "info"].includes(event.payload?.severity ?? "");
		const whole = event.event_action === "resolve" || (event.payload?.summary && event.payload.source && known);
		return event.routing_key && whole
			? {
					status: 202,
					body: JSON.stringify({ status: "success", message: "Event processed", dedup_key: event.dedup_key }),
				}
			: {
					status: 400,
					body: JSON.stringify({ status: "invalid event", errors: ["Length of 'routing_key' is incorrect"] }),
				};
	}
	if (path.startsWith("/2010-04-01/")) {
		const form = new URLSearchParams(body);
		if (headers.authorization !== `Basic ${Buffer.from("AC1:token").toString("base64")}`)
			return { status: 401, body: JSON.stringify({ code: 20003, message: "Authenticate", status: 401 }) };
		return form.has("To") && form.has("From") && form.has("Body")
			? { status: 201, body: JSON.stringify({ sid: "SM1", status: "queued" }) }
			: { status: 400, body: JSON.stringify({ code: 21604, message: "A 'To' phone number is required." }) };
	}
	return { status: 200 };
}
