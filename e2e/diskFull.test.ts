import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startPostgresServer } from "../scripts/postgresServer.mjs";
import { describeOnOwnServer } from "../src/adapters/postgres/testing/testDatabase.ts";
import { type Called, tfm } from "./runCase.ts";

const FILES = {
	"tfm_project.yml":
		"name: shop\nlayers: [landing, staging, reporting]\nprofile: shop\nschema_naming: exact\nmodels: {+materialized: table}\n",
	"profiles.yml": "shop: {target: dev, outputs: {dev: {type: pglite}}}\n",
	"models/landing/_raw.yml": JSON.stringify({
		sources: [
			{
				name: "raw",
				tables: ["events", "more"].map((name) => ({
					name,
					load: { files: `data/${name}/*.csv`, columns: [{ name: "id" }, { name: "text" }] },
				})),
			},
		],
	}),
	"models/staging/stg.sql":
		"select {{ var('gen') }} as gen, repeat('x', 500) as t from generate_series(1, {{ var('rows', 10) }})",
	"models/reporting/totals.sql":
		"select (select max(gen) from {{ ref('stg') }}) as gen, (select count(*) from {{ source('raw', 'events') }}) as n",
};
const ARRIVED = "id,text\n1,a\n2,b\n";

/** A file system of so many MiB in memory; false where this user may not mount one. */
function mountSmall(folder: string, mebibytes: number): boolean {
	try {
		execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}
const unmount = (folder: string) => execFileSync("umount", ["--lazy", folder]);

const tried = mkdtempSync(join(tmpdir(), "tfm-mount-"));
const mayMount = mountSmall(tried, 1);
if (mayMount) unmount(tried);
rmSync(tried, { recursive: true });
if (!mayMount) process.stderr.write("SKIPPED: full disks, because this user may not mount a small file system\n");

/** A project on a disk of that size, with the answer of `totals` after each command. */
function shopOn(root: string) {
	const write = (path: string, text: string): void => {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	};
	for (const [path, text] of Object.entries(FILES)) write(path, text);
	write("data/events/1.csv", ARRIVED);
	const more = join(root, "data/more/1.csv");
	return {
		write,
		/** Without `more`, as long as none of its files has come. */
		run: (vars: object): Promise<Called> =>
			tfm(["run", "--vars", JSON.stringify(vars), ...(existsSync(more) ? [] : ["--exclude", "source:raw.more"])], root),
		async standing(): Promise<string> {
			const asked = [
				"show",
				"--inline",
				"select gen, n from reporting.totals",
				"--output",
				"csv",
				"--vars",
				"{gen: 0}",
			];
			const { code, stdout, stderr } = await tfm(asked, root);
			expect(code, stderr).toBe(0);
			return stdout.split("\r\n")[1] ?? "";
		},
	};
}
const large = (rows: number): string =>
	`id,text\n${Array.from({ length: rows }, (_, i) => `${i},${"y".repeat(200)}\n`).join("")}`;

describe.skipIf(!mayMount)("a disk that is full under the embedded database, the target folder and the logs", () => {
	const root = mkdtempSync(join(tmpdir(), "tfm-disk-"));
	beforeAll(() => {
		mountSmall(root, 110);
	});
	afterAll(() => {
		unmount(root);
		rmSync(root, { recursive: true });
	});

	it("fails what did not fit, by its name; what stands stays, and the next run with space goes through", async () => {
		const shop = shopOn(root);
		expect((await shop.run({ gen: 1 })).code).toBe(0);

		const model = await shop.run({ gen: 2, rows: 400_000 });
		expect(model.code).toBe(1);
		expect(model.stdout).toMatch(/TFM-RUN-001\]: the database refused stg: .*No space left on device/);
		expect(await shop.standing()).toBe("1,2");

		const { bavail, bsize } = statfsSync(root);
		writeFileSync(join(root, "junk"), Buffer.alloc(bavail * bsize));
		const full = await shop.run({ gen: 4 });
		expect(full.code).toBe(2);
		expect(full.stderr).toContain("TFM-CLI-011");
		rmSync(join(root, "junk"));
		expect(await shop.standing()).toBe("1,2");

		shop.write("data/events/2.csv", ARRIVED.replace("a", "c"));
		const done = await shop.run({ gen: 5 });
		expect(done.code, done.stdout + done.stderr).toBe(0);
		expect(await shop.standing()).toBe("5,4");
	});
});

const onServer = mayMount ? describeOnOwnServer : describe.skip;
onServer("a disk that is full under a Postgres server's tables", () => {
	let server: Awaited<ReturnType<typeof startPostgresServer>>;
	async function execute(...statements: readonly string[]): Promise<void> {
		const client = new pg.Client({ connectionString: server.url });
		await client.connect();
		for (const sql of statements) await client.query(sql);
		await client.end();
	}
	const root = mkdtempSync(join(tmpdir(), "tfm-disk-"));
	const disk = mkdtempSync(join(tmpdir(), "tfm-tablespace-"));
	beforeAll(async () => {
		server = await startPostgresServer();
		mountSmall(disk, 24);
		execFileSync("chown", ["--reference", server.dataDir, disk]);
		await execute(
			`create tablespace small location '${disk}'`,
			"alter database postgres set default_tablespace = small",
		);
	});
	afterAll(async () => {
		await server.dispose();
		unmount(disk);
		for (const folder of [root, disk]) rmSync(folder, { recursive: true });
	});
	let shop: ReturnType<typeof shopOn>;
	beforeEach(() => {
		shop = shopOn(root);
		const { host, port, user, password, database } = server;
		const dev = { type: "postgres", host, port, user, password, database, schema: "dev", threads: 2 };
		shop.write("profiles.yml", JSON.stringify({ shop: { target: "dev", outputs: { dev } } }));
	});

	it("fails the load and the model that did not fit, says what to do, and publishes nothing of them", async () => {
		expect((await shop.run({ gen: 1 })).code).toBe(0);

		const model = await shop.run({ gen: 2, rows: 100_000 });
		expect(model.code).toBe(1);
		expect(model.stdout).toMatch(/TFM-RUN-001\]: the database refused stg: .*No space left on device.*53100/);
		expect(model.stdout).toContain("Check free disk space");
		expect(await shop.standing()).toBe("1,2");

		shop.write("data/more/1.csv", large(200_000));
		const load = await shop.run({ gen: 3 });
		expect(load.code).toBe(1);
		expect(load.stdout).toMatch(/landing\.more .*No space left on device/);
		expect(await shop.standing()).toBe("3,2");

		shop.write("data/more/1.csv", ARRIVED.replace("a", "c"));
		const done = await shop.run({ gen: 4 });
		expect(done.code, done.stdout + done.stderr).toBe(0);
		expect(await shop.standing()).toBe("4,2");
	});
});
