import { chmodSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TfmError } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { createPostgresAdapter } from "./adapter.ts";
import {
	createTestDatabase,
	describeOnOwnServer,
	describeOnPostgres,
	type TestDatabase,
} from "./testing/testDatabase.ts";
import { startTlsServer, type TlsServer } from "./testing/tlsServer.ts";

/** Which users come in how: the names say it. */
const HBA = [
	"hostssl all only_tls all scram-sha-256",
	"hostnossl all only_plain all scram-sha-256",
	"host all tfm all scram-sha-256",
];

/** "TLS 1.3", "no TLS", or the code of the refusal. */
async function opening(fields: { readonly [name: string]: Plain }): Promise<string> {
	const adapter = createPostgresAdapter({ fields: { database: "postgres", retries: 0, ...fields }, threads: 1 });
	try {
		await adapter.open();
		const sql = "select coalesce(version, 'no TLS') from pg_stat_ssl where pid = pg_backend_pid()";
		return String((await adapter.withSession((s) => s.query(sql))).rows[0]?.[0]).replace(/^TLSv.*/, "TLS");
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		return error.diagnostics[0]?.code ?? "";
	} finally {
		await adapter.close();
	}
}

describeOnOwnServer("TLS to a server that has it", () => {
	let server: TlsServer;
	beforeAll(async () => {
		server = await startTlsServer(HBA);
		const adapter = createPostgresAdapter({
			fields: { host: "localhost", port: server.port, user: "tfm", password: server.password, database: "postgres" },
			threads: 1,
		});
		await adapter.open();
		await adapter.withSession((s) =>
			s.execute(
				`set password_encryption = 'scram-sha-256'; create role only_tls login password '${server.password}'; create role only_plain login password '${server.password}'`,
			),
		);
		await adapter.close();
	});
	afterAll(() => server.dispose());

	const to = (more: { readonly [name: string]: Plain }) =>
		opening({ host: "localhost", port: server.port, user: "tfm", password: server.password, ...more });

	it.each([
		["disable", "no TLS"],
		["allow", "no TLS"],
		["prefer", "TLS"],
		["require", "TLS"],
	])("sslmode %s comes in with: %s", async (sslmode, seen) => {
		expect(await to({ sslmode })).toBe(seen);
	});

	it("without sslmode it is prefer, as with libpq", async () => {
		expect(await to({})).toBe("TLS");
	});

	it("allow and prefer take the other way where the server wants it, the others do not", async () => {
		expect(await to({ user: "only_tls", sslmode: "allow" })).toBe("TLS");
		expect(await to({ user: "only_plain", sslmode: "prefer" })).toBe("no TLS");
		expect(await to({ user: "only_tls", sslmode: "disable" })).toBe("TFM-DB-012");
		expect(await to({ user: "only_plain", sslmode: "require" })).toBe("TFM-DB-012");
	});

	it("verify-ca looks at who signed, verify-full also for whom", async () => {
		const ca = server.file("ca.pem");
		expect(await to({ sslmode: "verify-ca", sslrootcert: ca })).toBe("TLS");
		expect(await to({ sslmode: "verify-full", sslrootcert: ca })).toBe("TLS");
		expect(await to({ sslmode: "verify-ca", sslrootcert: ca, host: "127.0.0.1" })).toBe("TLS");
		expect(await to({ sslmode: "verify-full", sslrootcert: ca, host: "127.0.0.1" })).toBe("TFM-DB-017");
		expect(await to({ sslmode: "verify-ca", sslrootcert: server.file("other.pem") })).toBe("TFM-DB-017");
	});

	it("require does not verify, unless a root certificate is there", async () => {
		expect(await to({ sslmode: "require", sslrootcert: server.file("gone.pem") })).toBe("TLS");
		expect(await to({ sslmode: "require", sslrootcert: server.file("ca.pem") })).toBe("TLS");
		expect(await to({ sslmode: "require", sslrootcert: server.file("other.pem") })).toBe("TFM-DB-017");
	});

	it("a root certificate that is missing, none, or the system's without verify-full is refused", async () => {
		for (const sslrootcert of [server.file("gone.pem"), server.file("notes.pem"), "system"])
			expect(await to({ sslmode: "verify-ca", sslrootcert })).toBe("TFM-DB-016");
		expect(await to({ sslmode: "verify-full" })).toBe("TFM-DB-016");
		expect(await to({ sslmode: "verify-full", sslrootcert: "system" })).toBe("TFM-DB-017");
	});

	it("a statement is cancelled through TLS as well", async () => {
		const adapter = createPostgresAdapter({
			fields: {
				host: "localhost",
				port: server.port,
				user: "only_tls",
				password: server.password,
				database: "postgres",
			},
			threads: 1,
		});
		await adapter.open();
		const work = adapter.withSession((s) => s.execute("select pg_sleep(600)", { timeoutMs: 50 }));
		await expect(work).rejects.toMatchObject({ kind: "timeout" });
		await adapter.close();
	});
});

describeOnOwnServer("TLS with a certificate of the client's", () => {
	let server: TlsServer;
	beforeAll(async () => {
		server = await startTlsServer(["hostssl all tfm all cert", "host all all all reject"]);
	});
	afterAll(() => server.dispose());

	it("lets it in without a password; a key that others may read is refused", async () => {
		const [sslcert, sslkey] = [server.file("client.pem"), server.file("client.key")];
		const to = { host: "localhost", port: server.port, user: "tfm", sslmode: "require" };
		expect(await opening({ ...to, sslcert, sslkey })).toBe("TLS");
		expect(await opening({ ...to })).toBe("TFM-DB-012");
		chmodSync(sslkey, 0o644);
		expect(await opening({ ...to, sslcert, sslkey })).toBe("TFM-DB-016");
	});
});

describeOnPostgres("TLS to a server that has none", () => {
	let database: TestDatabase;
	beforeAll(async () => {
		database = await createTestDatabase();
	});
	afterAll(() => database.drop());

	describe.each([
		["disable", "no TLS"],
		["allow", "no TLS"],
		["prefer", "no TLS"],
		["require", "TFM-DB-015"],
	])("sslmode %s", (sslmode, seen) => {
		it(`comes to: ${seen}`, async () => {
			const { host, port, user, password } = database;
			expect(await opening({ host, port, user, password, sslmode })).toBe(seen);
		});
	});
});
