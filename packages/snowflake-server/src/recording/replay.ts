import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type ClientRequest, type Exchange, type Recording, requestKey } from "./exchange.ts";
import { jsonOf } from "./record.ts";

export interface Replay {
	readonly url: string;
	/** Requests that the recording has no answer to, each once. */
	unknown(): readonly string[];
	stop(): Promise<void>;
}

/** Whether a statement is given up before its answer is there is a matter of time. */
const DONE: Exchange = { key: "abort", status: 200, body: { success: true, code: null, message: null, data: null } };

/** How long an answer that came after its client had given up is held back where nobody gives up. */
const PATIENCE_MS = 10_000;

/**
 * Answers as a recording says: of equal requests the first with the first answer, the second with the second, and the
 * last answer again and again. What it has no answer to it refuses by name.
 */
export async function startReplay({ of, exchanges }: Recording): Promise<Replay> {
	const answers = new Map<string, Exchange[]>();
	for (const one of exchanges) answers.set(one.key, [...(answers.get(one.key) ?? []), one]);
	const chunked: (readonly string[])[] = [];
	const unknown = new Set<string>();
	const folder = mkdtempSync(join(tmpdir(), "snowflake-replay-"));
	/** By the client's id of a request and the server's of a statement: who waits for it to be given up. */
	const waiting = new Map<string, () => void>();
	const queryIds = new Map<string, string>();
	const gone = new Set<string>();
	let url = "";

	function next(key: string): Exchange | undefined {
		const list = answers.get(key);
		return list !== undefined && list.length > 1 ? list.shift() : list?.[0];
	}

	const givenUp = async (ids: readonly string[]): Promise<void> => {
		if (ids.some((id) => gone.has(id))) return;
		let timer: NodeJS.Timeout | undefined;
		await new Promise<void>((resolve) => {
			for (const id of ids) waiting.set(id, resolve);
			timer = setTimeout(resolve, PATIENCE_MS);
		});
		clearTimeout(timer);
		for (const id of ids) waiting.delete(id);
	};

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part as Buffer);
		const target = new URL(request.url ?? "/", url);
		const chunk = /^\/chunks\/(\d+)\/(\d+)$/.exec(target.pathname);
		if (chunk !== null) {
			const text = chunked[Number(chunk[1])]?.[Number(chunk[2])] ?? "";
			response.writeHead(200, { "content-type": "application/octet-stream", "content-encoding": "gzip" });
			response.end(gzipSync(text));
			return;
		}
		const client: ClientRequest = { method: request.method ?? "GET", target, body: jsonOf(Buffer.concat(parts)) };
		const key = requestKey(client);
		if (key === null) return send(response, { status: 200, body: { success: true, data: null } });
		const requestId = String(client.body.requestId ?? target.searchParams.get("requestId") ?? "");
		const about = /^\/queries\/([0-9a-f-]{36})\//.exec(target.pathname)?.[1] ?? "";
		if (target.pathname.endsWith("/abort-request"))
			for (const id of [requestId, about, queryIds.get(requestId) ?? ""]) {
				gone.add(id);
				waiting.get(id)?.();
			}
		const found = next(key) ?? (key === "abort" ? DONE : undefined);
		if (found === undefined) {
			unknown.add(key);
			const message = `the recording of ${of} has no answer to: ${key}`;
			return send(response, {
				status: 200,
				body: { success: false, code: "000002", message, data: { sqlState: "0A000" } },
			});
		}
		if (found.abandoned === true) await givenUp([requestId, about].filter((id) => id !== ""));
		const { queryId } = ((found.body as { data?: unknown }).data ?? {}) as { readonly queryId?: string };
		if (queryId !== undefined) queryIds.set(requestId, queryId);
		send(response, { status: found.status, body: placed(found, client) });
	}

	/** The answer with what is of this machine: folders, files, and where chunks are fetched. */
	function placed({ body, chunks }: Exchange, { body: asked }: ClientRequest): unknown {
		const { data, ...told } = body as { readonly data: Readonly<Record<string, unknown>> | null };
		if (data === null || data === undefined) return body;
		const file = /\bput\s+'?file:\/\/([^'\s]*)/i.exec(String(asked.sqlText ?? ""))?.[1];
		const number = chunks === undefined ? -1 : chunked.push(chunks) - 1;
		return {
			...told,
			data: {
				...data,
				...(data.stageInfo === undefined ? {} : { stageInfo: { locationType: "LOCAL_FS", location: folder } }),
				...(data.src_locations === undefined || file === undefined ? {} : { src_locations: [file] }),
				...(chunks === undefined
					? {}
					: {
							chunks: chunks.map((text, i) => ({
								...{ url: `${url}/chunks/${number}/${i}`, rowCount: JSON.parse(`[${text}]`).length },
								...{ uncompressedSize: text.length, compressedSize: text.length },
							})),
						}),
			},
		};
	}

	const http: Server = createServer((request, response) => {
		answer(request, response).catch((error: unknown) =>
			send(response, { status: 500, body: { message: String(error) } }),
		);
	});
	await new Promise<void>((resolve, reject) => {
		http.once("error", reject);
		http.listen(0, "127.0.0.1", resolve);
	});
	const address = http.address();
	url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
	return {
		url,
		unknown: () => [...unknown].sort(),
		stop: async () => {
			http.closeAllConnections();
			await new Promise((resolve) => http.close(resolve));
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function send(response: ServerResponse, { status, body }: { readonly status: number; readonly body: unknown }): void {
	response.writeHead(status, { "content-type": "application/json" });
	response.end(JSON.stringify(body));
}
