import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { Header } from "tar";

export interface HubServer {
	readonly url: string;
	/** Paths asked for, in order. */
	readonly asked: string[];
	/** Answers to give by path: a body, or a status. */
	readonly answers: Map<string, Uint8Array | string | number>;
	close(): Promise<void>;
}

/** A package hub on this machine: answers what the test has put into `answers`. */
export async function startHub(): Promise<HubServer> {
	const asked: string[] = [];
	const answers = new Map<string, Uint8Array | string | number>();
	const server: Server = createServer((request, response) => {
		const path = request.url ?? "";
		asked.push(path);
		const answer = answers.get(path) ?? 404;
		if (typeof answer === "number") response.writeHead(answer).end();
		else response.end(answer);
	});
	await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		asked,
		answers,
		close: () => new Promise((done) => server.close(() => done())),
	};
}

export interface ArchiveEntry {
	readonly path: string;
	readonly text?: string;
	readonly type?: "File" | "SymbolicLink" | "Link" | "FIFO";
	readonly linkpath?: string;
}

/** A .tar.gz made by hand, so that it can hold what no honest program writes. */
export function makeArchive(entries: readonly ArchiveEntry[]): Uint8Array {
	const blocks = entries.flatMap(({ path, text = "", type = "File", linkpath }) => {
		const body = Buffer.from(text);
		const header = new Header({
			path,
			type,
			mode: 0o644,
			size: body.length,
			mtime: new Date(0),
			...(linkpath === undefined ? {} : { linkpath }),
		});
		const head = Buffer.alloc(512);
		header.encode(head, 0);
		return [head, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
	});
	return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
