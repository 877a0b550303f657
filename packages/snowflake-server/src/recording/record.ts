import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { type ClientRequest, type Exchange, type Recording, requestKey } from "./exchange.ts";
import { createRedactor, type KnownNames } from "./redact.ts";

export interface Recorder {
	/** Where clients go in place of the account. */
	readonly url: string;
	/** What was said so far. */
	recording(): Recording;
	stop(): Promise<void>;
}

/** Of a connection, not of what is sent over it; what is said of a body that is read anew is not true of it any more. */
const OF_TRANSPORT = new Set(
	"host connection content-length content-encoding transfer-encoding accept-encoding keep-alive".split(" "),
);

type Waiting = { requestId: string; queryId: string; abandoned: boolean };

/**
 * Stands between a client and Snowflake and passes on what they say as it is. What is kept is redacted before it is kept.
 * Files and chunks of rows go from and to the cloud's store past it; chunks are fetched once more, to be kept.
 */
export async function startRecorder(options: {
	/** `https://xy12345.snowflakecomputing.com`, or a server of this machine. */
	readonly upstream: string;
	readonly of: string;
	readonly names: KnownNames;
}): Promise<Recorder> {
	const { upstream, of, names } = options;
	const redactor = createRedactor(names);
	const kept: (Exchange | undefined)[] = [];
	const waiting = new Set<Waiting>();
	/** Statements that were given up, by the server's names for them. */
	const givenUp = new Set<string>();
	/** By the client's id of a request, what the server calls it. */
	const queryIds = new Map<string, string>();

	async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part as Buffer);
		const sent = Buffer.concat(parts);
		const target = new URL(request.url ?? "/", upstream);
		const client: ClientRequest = { method: request.method ?? "GET", target, body: jsonOf(sent) };
		const key = requestKey(client);
		const at = key === null ? -1 : kept.push(undefined) - 1;
		const requestId = target.searchParams.get("requestId") ?? "";
		const queryId = queryOf(target);
		const mine: Waiting = { requestId, queryId, abandoned: givenUp.has(queryId) };
		if (target.pathname.endsWith("/abort-request")) giveUp(client);
		waiting.add(mine);
		const answer = await fetch(target, {
			method: client.method,
			headers: headersOf(request),
			redirect: "manual",
			...(sent.length === 0 ? {} : { body: sent }),
		});
		const bytes = Buffer.from(await answer.arrayBuffer());
		waiting.delete(mine);
		const body = jsonOf(bytes);
		const data = (body.data ?? {}) as { readonly queryId?: string };
		if (data.queryId !== undefined) queryIds.set(requestId, data.queryId);
		if (key !== null) {
			const chunks = await chunksOf(body, redactor.text);
			kept[at] = {
				key: redactor.text(key),
				status: answer.status,
				body: redactor.answer(key, body),
				...(chunks === null ? {} : { chunks }),
				...(mine.abandoned && key !== "abort" ? { abandoned: true as const } : {}),
			};
		}
		const type = answer.headers.get("content-type");
		response.writeHead(answer.status, type === null ? {} : { "content-type": type });
		response.end(bytes);
	}

	/** Whoever waits for the statement that this request is about. */
	function giveUp({ target, body }: ClientRequest): void {
		const requestId = String(body.requestId ?? "");
		const queryId = queryOf(target) || (queryIds.get(requestId) ?? "");
		if (queryId !== "") givenUp.add(queryId);
		for (const one of waiting)
			if ((requestId !== "" && one.requestId === requestId) || (queryId !== "" && one.queryId === queryId))
				one.abandoned = true;
	}

	const http: Server = createServer((request, response) => {
		pass(request, response).catch((error: unknown) => {
			if (!response.headersSent) response.writeHead(502);
			response.end(String(error));
		});
	});
	await new Promise<void>((resolve, reject) => {
		http.once("error", reject);
		http.listen(0, "127.0.0.1", resolve);
	});
	const address = http.address();
	return {
		url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
		recording: () => ({ of, exchanges: kept.filter((one) => one !== undefined) }),
		stop: async () => {
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
		},
	};
}

/** The statement that a path is about. */
const queryOf = (target: URL): string =>
	/^\/queries\/([0-9a-f-]{36})\/(?:result|abort-request)$/.exec(target.pathname)?.[1] ?? "";

function headersOf({ headers }: IncomingMessage): Record<string, string> {
	const passed: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers))
		if (typeof value === "string" && (!OF_TRANSPORT.has(name) || name === "content-encoding")) passed[name] = value;
	return passed;
}

/** What is no JSON has no fields. */
export function jsonOf(sent: Buffer): Readonly<Record<string, unknown>> {
	const bytes = sent[0] === 0x1f && sent[1] === 0x8b ? gunzipSync(sent) : sent;
	const text = bytes.toString("utf8");
	return /^\s*\{/.test(text) ? (JSON.parse(text) as Record<string, unknown>) : {};
}

async function chunksOf(
	body: Readonly<Record<string, unknown>>,
	redacted: (text: string) => string,
): Promise<readonly string[] | null> {
	const { chunks, chunkHeaders } = (body.data ?? {}) as {
		readonly chunks?: readonly { readonly url: string }[];
		readonly chunkHeaders?: Readonly<Record<string, string>>;
	};
	if (chunks === undefined || chunks.length === 0) return null;
	const texts: string[] = [];
	for (const { url } of chunks) {
		const answer = await fetch(url, { headers: chunkHeaders ?? {} });
		const bytes = Buffer.from(await answer.arrayBuffer());
		texts.push(redacted((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8")));
	}
	return texts;
}
