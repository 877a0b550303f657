import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../src/adapters/postgres/testing/testDatabase.ts";
import { openTfmProcesses, type TfmProcesses } from "./tfmProcess.ts";

const ROWS = 300_000;
/** Milliseconds after the load has begun to write. */
const INSTANTS = [10, 150];
const COUNT = "select count(*) as n, count(distinct id) as ids from {{ source('raw', 'big') }}";

/** A load that is killed leaves nothing, and the next one leaves what an undisturbed one would have left. */
async function killAndLoad(processes: TfmProcesses, root: string): Promise<void> {
	const tfm = async (argv: readonly string[]) => {
		const command = processes.start(argv, root);
		return { code: await command.ended, said: command.said() };
	};
	for (const instant of INSTANTS) {
		const load = processes.start(["load"], root);
		while (!load.said().includes("1 node") && load.process.exitCode === null) await pause(5);
		await pause(instant);
		load.process.kill("SIGKILL");
		expect(await load.ended, load.said()).toBe("SIGKILL");
		expect((await tfm(["load", "--dry-run"])).said).toMatch(/raw\.big {2}1 file\n {2}new /);
	}
	const done = await tfm(["load"]);
	expect(done.code, done.said).toBe(0);
	expect(done.said).toContain(`1 new file, ${ROWS} rows`);
	expect((await tfm(["show", "--inline", COUNT, "--output", "csv"])).said).toBe(`n,ids\r\n${ROWS},${ROWS}\r\n`);
	expect((await tfm(["load"])).said).toContain("1 known");
}

function makeProject(profile: object | null): string {
	const root = mkdtempSync(join(tmpdir(), "tfm-killed-"));
	mkdirSync(join(root, "models/landing"), { recursive: true });
	mkdirSync(join(root, "data"));
	writeFileSync(
		join(root, "tfm_project.yml"),
		`name: shop\nlayers: [landing]\n${profile === null ? "" : "profile: shop\n"}`,
	);
	if (profile !== null)
		writeFileSync(join(root, "profiles.yml"), JSON.stringify({ shop: { target: "dev", outputs: { dev: profile } } }));
	const load = { files: "data/*.csv", columns: "infer" };
	const sources = [{ name: "raw", schema: "raw", tables: [{ name: "big", load }] }];
	writeFileSync(join(root, "models/landing/_sources.yml"), JSON.stringify({ sources }));
	const lines = Array.from({ length: ROWS }, (_, i) => `${i},name ${i % 1000},${i / 100}`);
	writeFileSync(join(root, "data/big.csv"), `id,name,amount\n${lines.join("\n")}\n`);
	return root;
}

let processes: TfmProcesses;
beforeAll(async () => {
	processes = await openTfmProcesses();
});
afterAll(() => processes.dispose());

describe("a load that is killed", () => {
	it("leaves nothing in the embedded database", async () => {
		const root = makeProject(null);
		await killAndLoad(processes, root);
		rmSync(root, { recursive: true });
	});
});

describeOnPostgres("a load that is killed beside a Postgres server", () => {
	let database: TestDatabase;
	beforeAll(async () => {
		database = await createTestDatabase();
	});
	afterAll(() => database.drop());

	it("leaves nothing in its database", async () => {
		const { host, port, user, password, database: name } = database;
		const root = makeProject({
			type: "postgres",
			host,
			port,
			user,
			password,
			database: name,
			schema: "dev",
			threads: 2,
		});
		await killAndLoad(processes, root);
		rmSync(root, { recursive: true });
	});
});
