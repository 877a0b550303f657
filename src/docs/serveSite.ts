import { createReadStream, type FSWatcher, realpathSync, statSync, watch } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import { extname, join, sep } from "node:path";
import { fail } from "../core/diagnostic.ts";
import { createRunTeller, type RunNow } from "./tellRun.ts";

export interface ServeOptions {
	readonly folder: string;
	readonly host: string;
	readonly port: number;
	/** Whether another free port will do. */
	readonly portMayDiffer: boolean;
	/** The run that goes on; null: none does. Asked only while a page is open. */
	readonly runNow?: () => RunNow | null;
}

export interface SiteServer {
	readonly url: string;
	/** Tells all open pages to load again. */
	reload(): void;
	close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".json": "application/json; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
	".jpg": "image/jpeg",
	".jpeg": "image/jpeg",
	".gif": "image/gif",
	".webp": "image/webp",
};
const HASHED = /\.[0-9A-Za-z]{8,10}\.(?:js|css|json)$/;
const TRIES = 20;
const LIVE = "/_live";
/** So often are pages told of the run that goes on. */
const RUN_MS = 500;
/** A build writes many files; pages are told when it has been quiet for so long. */
const QUIET_MS = 150;

/**
 * Serves a site's folder to this machine. Requests under another name than this machine's own are refused (421): a page
 * of the web whose name was made to point here (DNS rebinding) cannot read the site. Nothing outside the folder is
 * served, links included. Throws TFM-DOCS-004.
 */
export async function serveSite({ folder, host, port, portMayDiffer, runNow }: ServeOptions): Promise<SiteServer> {
	const root = realpathSync(folder);
	const listeners = new Set<ServerResponse>();
	const server = createServer((request, response) => answer(request, response, { root, host, listeners }));
	const taken = await listen(server, { host, port, tries: portMayDiffer ? TRIES : 1 });
	const reload = (): void => {
		for (const listener of listeners) listener.write("event: reload\ndata: now\n\n");
	};
	const watcher = watchIndex(root, reload);
	const teller = runNow && createRunTeller(runNow);
	const telling = teller && setInterval(() => listeners.size > 0 && teller.tell(listeners), RUN_MS);
	const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
	return {
		url: `http://${name}:${taken}/`,
		reload,
		close: () =>
			new Promise<void>((done) => {
				watcher.close();
				clearInterval(telling);
				for (const listener of listeners) listener.end();
				server.close(() => done());
				server.closeAllConnections();
			}),
	};
}

/** A site is new when its index.html is. */
function watchIndex(root: string, changed: () => void): FSWatcher {
	let timer: NodeJS.Timeout | undefined;
	return watch(root, (_, name) => {
		if (name !== "index.html") return;
		clearTimeout(timer);
		timer = setTimeout(changed, QUIET_MS);
		timer.unref();
	});
}

async function listen(
	server: Server,
	{ host, port, tries }: { readonly host: string; readonly port: number; readonly tries: number },
): Promise<number> {
	for (let tried = 0; ; tried++) {
		const problem = await new Promise<NodeJS.ErrnoException | null>((done) => {
			const failed = (error: NodeJS.ErrnoException): void => done(error);
			server.once("error", failed);
			server.listen(port === 0 ? 0 : port + tried, host, () => {
				server.off("error", failed);
				done(null);
			});
		});
		if (problem === null) return (server.address() as { port: number }).port;
		if (problem.code === "EADDRINUSE" && tried + 1 < tries) continue;
		const reason =
			problem.code === "EADDRINUSE"
				? tries === 1
					? "the port is in use"
					: `this port and the ${tries - 1} after it are in use`
				: problem.message;
		fail("TFM-DOCS-004", { port, host, reason });
	}
}

interface Serving {
	readonly root: string;
	readonly host: string;
	readonly listeners: Set<ServerResponse>;
}

const HEADERS = {
	"x-content-type-options": "nosniff",
	"referrer-policy": "no-referrer",
	"cross-origin-resource-policy": "same-origin",
	// In a frame the lineage tells the page around it what is chosen: that page is one of this machine.
	"content-security-policy": "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
};

function answer(request: IncomingMessage, response: ServerResponse, { root, host, listeners }: Serving): void {
	const refuse = (status: number, text: string): void => {
		response.writeHead(status, { ...HEADERS, "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
	};
	const path = pathOf(request.url ?? "/");
	if (!isOwnName(request.headers.host ?? "", host)) {
		refuse(
			421,
			"this server answers to localhost, to addresses, and to the name that tfm docs serve --host NAME gives",
		);
		return;
	}
	if (request.method !== "GET" && request.method !== "HEAD") {
		refuse(405, "only GET and HEAD");
		return;
	}
	if (path === null) {
		refuse(400, "no such path");
		return;
	}
	if (path === LIVE) {
		response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream", "cache-control": "no-store" });
		response.write(": open\n\n");
		listeners.add(response);
		response.on("close", () => listeners.delete(response));
		return;
	}
	const file = fileIn(root, path);
	if (file === null) {
		refuse(404, "not found");
		return;
	}
	response.writeHead(200, {
		...HEADERS,
		"content-type": TYPES[extname(file.path)] ?? "application/octet-stream",
		"content-length": file.size,
		"cache-control": HASHED.test(file.path) ? "public, max-age=31536000, immutable" : "no-cache",
	});
	if (request.method === "HEAD") response.end();
	else
		createReadStream(file.path)
			.on("error", () => response.destroy())
			.pipe(response);
}

/** localhost and addresses of loopback; where the user chose to be heard from outside, addresses and the name that was chosen. */
function isOwnName(header: string, host: string): boolean {
	const name = header.replace(/:\d+$/, "").toLowerCase();
	if (name === "localhost" || /^127(?:\.\d{1,3}){3}$/.test(name) || name === "[::1]") return true;
	if (name === host.toLowerCase() || name === `[${host.toLowerCase()}]`) return true;
	if (host !== "0.0.0.0" && host !== "::") return false;
	// An address cannot be rebound, and the machine's own name is not one that a page of the web can have.
	return name === hostname().toLowerCase() || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:]+\]$/.test(name);
}

function pathOf(url: string): string | null {
	try {
		const path = decodeURIComponent(url.split(/[?#]/)[0]!);
		return path.includes("\0") || path.includes("\\") || path.split("/").includes("..") ? null : path;
	} catch {
		return null;
	}
}

function fileIn(root: string, path: string): { readonly path: string; readonly size: number } | null {
	const asked = join(root, path.endsWith("/") ? `${path}index.html` : path);
	// A name of the spool or of a repository is nobody's page.
	if (path.split("/").some((part) => part.startsWith("."))) return null;
	try {
		const real = realpathSync(asked);
		const stat = statSync(real);
		return real.startsWith(root + sep) && stat.isFile() ? { path: real, size: stat.size } : null;
	} catch {
		return null;
	}
}
