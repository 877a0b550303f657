import { once } from "node:events";
import type pg from "pg";

/** The methods of pg's Connection that a cancel request needs; its published types leave them out. */
interface CancelSocket {
	connect(port: number | string, host?: string): void;
	requestSsl(): void;
	cancel(processId: number, secretKey: number): void;
	on(event: "connect" | "sslconnect" | "end", listener: () => void): unknown;
	on(event: "error", listener: (error: Error) => void): unknown;
	readonly stream: { destroy(): void };
}

export interface CancelTarget {
	readonly driver: typeof pg;
	/** The connection whose statement is to end. */
	readonly client: pg.Client;
	readonly host: string;
	readonly port: number;
	readonly ssl: false | object;
}

/** How long one attempt may take. */
const ATTEMPT_MS = 5_000;

/**
 * Asks the server to end what a connection is doing: a cancel request on a socket of its own, which needs no free
 * place on the server and no login. Resolves when the server has closed that socket, so that the signal is on its way
 * and cannot hit a later statement; false when it could not be reached.
 */
export async function cancelStatement({ driver, client, host, port, ssl }: CancelTarget): Promise<boolean> {
	const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
	const socket = new driver.Connection({ ssl } as pg.ConnectionConfig) as unknown as CancelSocket;
	const send = (): void => socket.cancel(processID, secretKey);
	let failed = false;
	// A server closes without a word; some proxies reset.
	socket.on("error", () => void (failed = true));
	socket.on("connect", () => (ssl === false ? send() : socket.requestSsl()));
	socket.on("sslconnect", send);
	const closed = once(socket as unknown as NodeJS.EventEmitter, "end", { signal: AbortSignal.timeout(ATTEMPT_MS) });
	if (host.startsWith("/")) socket.connect(`${host}/.s.PGSQL.${port}`);
	else socket.connect(port, host);
	try {
		await closed;
	} catch {
		failed = true;
	} finally {
		socket.stream.destroy();
	}
	return !failed;
}
