import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TfmError } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { readSettings } from "./connectionSettings.ts";

let home: string;
beforeAll(() => {
	home = mkdtempSync(join(tmpdir(), "tfm-home-"));
	writeFileSync(join(home, ".pgpass"), PASSWORDS, { mode: 0o600 });
	writeFileSync(join(home, "shared"), PASSWORDS, { mode: 0o644 });
	writeFileSync(join(home, ".pg_service.conf"), SERVICES);
});
afterAll(() => rmSync(home, { recursive: true }));

const PASSWORDS = [
	"# who gets in where",
	"db:5432:shop:ada:first",
	"db:*:*:ada:any of ada's",
	"localhost:5432:shop:ada:by the socket",
	"odd\\:host:5432:*:*:a\\:b\\\\c",
].join("\n");
const SERVICES = "[other]\nhost=elsewhere\n[shop]\nhost=served\nport=5999\nuser=served\ndbname=served\n# end\n";

const read = (fields: { readonly [name: string]: Plain }, env: Record<string, string> = {}) =>
	readSettings({ fields, env: { HOME: home, ...env }, cwd: "/project" });
const refusalOf = (work: () => unknown): string => {
	try {
		work();
	} catch (error) {
		if (error instanceof TfmError) return error.message;
		throw error;
	}
	return "accepted";
};

describe("what a connection comes to", () => {
	it("has libpq's and dbt's defaults", () => {
		expect(read({ host: "db", user: "ada", database: "shop" })).toMatchObject({
			hosts: [{ host: "db", port: 5432 }],
			sslMode: "prefer",
			connectTimeoutMs: 10_000,
			retries: 1,
			keepaliveIdleMs: 0,
			applicationName: "tfm",
			role: undefined,
		});
	});

	it("the profile wins over its connection string, that over the service, that over the environment", () => {
		const env = {
			PGHOST: "env",
			PGPORT: "1",
			PGUSER: "env",
			PGDATABASE: "env",
			PGSSLMODE: "disable",
			PGAPPNAME: "env",
		};
		const host = (fields: { readonly [name: string]: Plain }) => {
			const { hosts, user, database } = read(fields, env);
			return [`${hosts[0]?.host}:${hosts[0]?.port}`, user, database].join(" ");
		};
		expect(host({})).toBe("env:1 env env");
		expect(host({ service: "shop" })).toBe("served:5999 served served");
		expect(host({ service: "shop", connection_string: "host=written" })).toBe("written:5999 served served");
		expect(host({ service: "shop", connection_string: "host=written", host: "field" })).toBe(
			"field:5999 served served",
		);
		expect(read({}, env)).toMatchObject({ sslMode: "disable", applicationName: "env" });
		expect(read({}, { ...env, PGSERVICE: "shop" }).user).toBe("served");
	});

	it("several hosts take one port, or one each", () => {
		expect(read({ host: "a,b", user: "x" }).hosts).toEqual([
			{ host: "a", port: 5432 },
			{ host: "b", port: 5432 },
		]);
		expect(read({ connection_string: "postgresql://x@a:1,b:2/d" }).hosts.map((h) => h.port)).toEqual([1, 2]);
	});

	it("the database is the user's where none is named", () => {
		expect(read({ host: "db", user: "ada" }).database).toBe("ada");
	});

	it("server settings, role and search path are the profile's", () => {
		const fields = {
			host: "db",
			user: "x",
			options: { work_mem: "64MB", jit: false },
			search_path: "a, b",
			lock_timeout: 5,
		};
		expect(read(fields)).toMatchObject({
			serverSettings: [
				["work_mem", "64MB"],
				["jit", "false"],
			],
			searchPath: "a, b",
			lockTimeoutMs: 5000,
		});
	});

	it.each<[string, { readonly [name: string]: Plain }, Record<string, string>]>([
		["TFM-DB-019: `service` of", { service: "missing" }, {}],
		["TFM-DB-019: `connection_string` of", { connection_string: "secret words" }, {}],
		["TFM-DB-019: `port` of", { host: "a", user: "x" }, { PGPORT: "70000" }],
		["TFM-DB-019: `port` of", { connection_string: "postgresql://x@a,b,c/d?port=1,2" }, {}],
		["TFM-DB-019: `sslmode` of", { host: "a", user: "x" }, { PGSSLMODE: "on" }],
		["TFM-DB-019: `user` of", { host: "a" }, {}],
	])("%s … is refused", (message, fields, env) => {
		const said = refusalOf(() => read(fields, env));
		expect(said.startsWith(message), said).toBe(true);
		expect(said).not.toContain("secret");
	});
});

describe("passwords", () => {
	const at = (host: string, port: number, env = {}, fields = {}) =>
		read({ host, user: "ada", database: "shop", ...fields }, env).passwordFor({ host, port });

	it("come from the profile, then PGPASSWORD, then the first line of the password file that fits", () => {
		expect(at("db", 5432, { PGPASSWORD: "env" }, { password: "own" })).toBe("own");
		expect(at("db", 5432, { PGPASSWORD: "env" })).toBe("env");
		expect(at("db", 5432)).toBe("first");
		expect(at("db", 5433)).toBe("any of ada's");
		expect(at("odd:host", 5432)).toBe("a:b\\c");
		expect(at("/run/postgresql", 5432)).toBe("by the socket");
		expect(at("other", 5432)).toBeUndefined();
	});

	it("a password file that others may read is not used", () => {
		const settings = read({ host: "db", user: "ada", database: "shop", passfile: "~/shared" });
		expect(settings.passwordFile.kind).toBe("open_to_others");
		expect(settings.passwordFor({ host: "db", port: 5432 })).toBeUndefined();
		chmodSync(join(home, "shared"), 0o600);
		expect(at("db", 5432, { PGPASSFILE: join(home, "shared") })).toBe("first");
	});
});
