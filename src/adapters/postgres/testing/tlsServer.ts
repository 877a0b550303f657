import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgresServer } from "../../../../scripts/postgresServer.mjs";
import { makeCertificate } from "./certificates.ts";

/** A server that offers TLS with a certificate for `localhost`, and a folder with the files that clients bring. */
export interface TlsServer {
	readonly port: number;
	readonly user: string;
	readonly password: string;
	/** ca.pem, other.pem, client.pem, client.key, and notes.pem, which is none. */
	readonly file: (name: string) => string;
	dispose(): Promise<void>;
}

/** `hba`: lines of pg_hba.conf. */
export async function startTlsServer(hba: readonly string[]): Promise<TlsServer> {
	const folder = mkdtempSync(join(tmpdir(), "tfm-tls-"));
	const file = (name: string): string => join(folder, name);
	const authority = makeCertificate("test authority");
	const made = makeCertificate("localhost", { issuer: authority, hosts: ["localhost"] });
	const client = makeCertificate("tfm", { issuer: authority });
	const put = (path: string, content: string): void => writeFileSync(path, content, { mode: 0o600 });
	put(file("ca.pem"), authority.pem);
	put(file("other.pem"), makeCertificate("another authority").pem);
	put(file("client.pem"), client.pem);
	put(file("client.key"), client.keyPem);
	put(file("notes.pem"), "not a certificate\n");

	const server = await startPostgresServer({ hba: [...hba] });
	await server.stop();
	const { uid, gid } = statSync(server.dataDir);
	for (const [name, content] of Object.entries({
		"server.crt": made.pem,
		"server.key": made.keyPem,
		"root.crt": authority.pem,
		"postgresql.conf": "ssl = on\nssl_ca_file = 'root.crt'\n",
	})) {
		put(join(server.dataDir, name), content);
		chownSync(join(server.dataDir, name), uid, gid);
	}
	await server.start();
	return {
		port: server.port,
		user: server.user,
		password: server.password,
		file,
		async dispose() {
			await server.dispose();
			rmSync(folder, { recursive: true });
		},
	};
}
