import { connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serverAdapter } from "./testing/serverAdapter.ts";
import { createTestDatabase, describeOnPostgres, type TestDatabase } from "./testing/testDatabase.ts";
import { startTransactionPooler } from "./testing/transactionPooler.ts";

describeOnPostgres("a proxy between tfm and the server", () => {
	let database: TestDatabase;
	beforeAll(async () => {
		database = await createTestDatabase();
	});
	afterAll(() => database.drop());

	it("that pools by transaction is refused with the reason", async () => {
		const pooler = await startTransactionPooler(database);
		const adapter = serverAdapter({ ...database, port: pooler.port });
		await expect(adapter.open()).rejects.toThrow(
			`TFM-DB-018: 127.0.0.1:${pooler.port} is a proxy that pools by transaction`,
		);
		await adapter.close();
		await pooler.close();
	});

	it("that gives each client a session of its own is fine", async () => {
		const sockets: Socket[] = [];
		const proxy = createServer((client) => {
			const server = connect(database.port, database.host);
			client.pipe(server).pipe(client);
			for (const socket of [client, server]) sockets.push(socket.on("error", () => {}));
		});
		await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
		const adapter = serverAdapter({ ...database, port: (proxy.address() as { port: number }).port });
		await adapter.open();
		expect((await adapter.withSession((s) => s.query("select 1"))).rows).toEqual([[1]]);
		await adapter.close();
		for (const socket of sockets) socket.destroy();
		await new Promise<void>((resolve) => proxy.close(() => resolve()));
	});
});
