import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy in front of a server whose connections can be cut at any moment, as a firewall or a cable does. */
export interface CuttableProxy {
	readonly port: number;
	/** Resets every connection that is open now, on both sides; new ones are let through. Answers how many there were. */
	cut(): number;
	close(): Promise<void>;
}

export async function startCuttableProxy(server: {
	readonly host: string;
	readonly port: number;
}): Promise<CuttableProxy> {
	const open = new Set<Socket>();
	const proxy = createServer((client) => {
		const behind = connect(server.port, server.host);
		for (const [socket, other] of [
			[client, behind],
			[behind, client],
		] as const) {
			open.add(socket);
			socket.on("error", () => {});
			socket.on("close", () => {
				open.delete(socket);
				other.destroy();
			});
		}
		client.pipe(behind);
		behind.pipe(client);
	});
	await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
	const cut = (): number => {
		const sockets = [...open];
		for (const socket of sockets) socket.resetAndDestroy();
		return sockets.length / 2;
	};
	return {
		port: (proxy.address() as { port: number }).port,
		cut,
		close: () => {
			cut();
			return new Promise((resolve) => proxy.close(() => resolve()));
		},
	};
}
