import { connect, createServer, type Socket } from "node:net";

/**
 * A real TCP proxy that pools by transaction, as far as a client can tell: each client keeps its login (passed through
 * to a session of its own), but every transaction runs in whichever of all the open sessions is free, the one used
 * last first. It reads just enough of the protocol: message lengths, and the status in ReadyForQuery.
 */
export interface Pooler {
	readonly port: number;
	close(): Promise<void>;
}

interface Backend {
	readonly socket: Socket;
	client: Socket | undefined;
}

export async function startTransactionPooler(server: {
	readonly host: string;
	readonly port: number;
}): Promise<Pooler> {
	const idle: Backend[] = [];
	const sockets = new Set<Socket>();
	const proxy = createServer((client) => {
		sockets.add(client);
		let mine: Backend | undefined;
		const queued: Buffer[] = [];
		const own: Backend = { socket: connect(server.port, server.host), client };
		sockets.add(own.socket);
		let loggedIn = false;
		client.on("data", (data) => {
			if (!loggedIn) own.socket.write(data);
			else if (mine !== undefined) mine.socket.write(data);
			else {
				queued.push(data);
				mine = idle.pop();
				if (mine === undefined) return;
				mine.client = client;
				for (const part of queued.splice(0)) mine.socket.write(part);
			}
		});
		let pending = Buffer.alloc(0);
		own.socket.on("data", (data) => {
			const to = own.client;
			to?.write(data);
			pending = Buffer.concat([pending, data]);
			while (pending.length >= 5 && pending.length > pending.readUInt32BE(1)) {
				const ready = pending[0] === 0x5a;
				const status = String.fromCharCode(pending[5] ?? 0);
				pending = pending.subarray(pending.readUInt32BE(1) + 1);
				if (!ready || status !== "I") continue;
				if (to === client) loggedIn = true;
				own.client?.emit("released");
				own.client = undefined;
				idle.push(own);
			}
		});
		client.on("released", () => void (mine = undefined));
		for (const socket of [client, own.socket]) socket.on("error", () => {});
	});
	await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
	return {
		port: (proxy.address() as { port: number }).port,
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise<void>((resolve) => proxy.close(() => resolve()));
		},
	};
}
