import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./testing/bundledAdapter.ts";
import { testAdapter } from "./testing/testAdapter.ts";

let shop: Workshop;
beforeAll(async () => {
	shop = await openWorkshop();
});
afterAll(() => shop.dispose());

/** Commits one table of 1,000 rows after the other and says so after each commit; every third one by COPY. */
const WRITER = `
	const adapter = await openAdapter(args[0]);
	say("open");
	await adapter.withSession(async (s) => {
		for (let i = Number(args[1]); ; i++) {
			await s.transaction(async () => {
				await s.execute("create table t" + i + " (n int, v text)");
				if (i % 3 === 0) await s.bulkLoad({ relation: { database: "", schema: "public", identifier: "t" + i }, columns: ["n", "v"],
					rows: (async function* () { for (let n = 1; n <= 1000; n++) yield [[String(n), "x".repeat(500)]]; })() });
				else await s.execute("insert into t" + i + " select n, repeat('x', 500) from generate_series(1, 1000) n");
			});
			say("committed " + i);
		}
	});
`;

describe("killed", () => {
	test("at random instants, whatever was committed is there and whole, and nothing else", async () => {
		const dataDir = join(shop.root, "killed", "db");
		let committed = 0;
		for (let round = 0; round < 6; round++) {
			const run = shop.run(WRITER, dataDir, String(committed));
			// First before it has said anything, then after a commit or two; the rest is chance.
			const seen = () => run.lines.filter((line) => line.startsWith("committed ")).length;
			const wanted = round % 3;
			while (!(run.lines.includes("open") && seen() >= wanted) && run.process.exitCode === null) await pause(10);
			await pause(Math.random() * 60);
			run.process.kill("SIGKILL");
			expect(await run.ended).toBe("SIGKILL");
			const said = run.lines.filter((l) => l.startsWith("committed ")).map((l) => Number(l.slice(10)));
			const adapter = testAdapter(dataDir);
			await adapter.open();
			const found = await adapter.withSession(async (s) => {
				const names = (await s.listRelations(["public"])).map((r) => Number(r.identifier.slice(1)));
				for (const name of names)
					expect((await s.query(`select count(*)::int, sum(n)::int from t${name} where length(v) = 500`)).rows).toEqual(
						[[1000, 500_500]],
					);
				return names.toSorted((a, b) => a - b);
			});
			await adapter.close();
			// The last commit may have happened without having been said.
			const least = said.length === 0 ? committed : (said.at(-1) ?? 0) + 1;
			expect(found).toEqual(Array.from({ length: found.length }, (_, i) => i));
			expect([least, least + 1]).toContain(found.length);
			committed = found.length;
		}
		expect(committed).toBeGreaterThan(0);
	}, 120_000);

	test("while the database is being made, the next start makes it", async () => {
		for (let round = 0; round < 4; round++) {
			const dataDir = join(shop.root, `young${round}`, "db");
			const run = shop.run(`say("go"); await openAdapter(args[0]); say("open"); setInterval(() => {}, 1000);`, dataDir);
			while (!run.lines.includes("go")) await pause(5);
			await pause(round * 60);
			run.process.kill("SIGKILL");
			await run.ended;
			const adapter = testAdapter(dataDir);
			await adapter.open();
			expect((await adapter.withSession((s) => s.query("select 1"))).rows).toEqual([[1]]);
			await adapter.close();
			expect(readdirSync(join(shop.root, `young${round}`))).toEqual(["db"]);
		}
	}, 120_000);
});

describe("two processes", () => {
	test("the second one is told who holds the database, and may have it once the first is gone", async () => {
		const dataDir = join(shop.root, "shared", "db");
		const first = shop.run(`await openAdapter(args[0]); say("open"); setInterval(() => {}, 1000);`, dataDir);
		while (!first.lines.includes("open")) await pause(10);
		const second = testAdapter(dataDir);
		const { pid } = first.process;
		await expect(second.open()).rejects.toMatchObject({
			diagnostics: [
				{
					code: "TFM-DB-001",
					message: expect.stringContaining(`process ${pid}, for `),
					next: `wait for process ${pid} to end, or stop it`,
				},
			],
		});
		first.process.kill("SIGKILL");
		await first.ended;
		await second.open();
		await second.close();
		expect(existsSync(`${dataDir}.lock`)).toBe(false);
	}, 60_000);

	test("of many that find the lock of a dead process, exactly one gets it", async () => {
		for (let round = 0; round < 3; round++) {
			const dataDir = join(shop.root, `race${round}`);
			const dead = shop.run(`lockDirectory(args[0], host); process.kill(process.pid, "SIGKILL");`, dataDir);
			await dead.ended;
			expect(existsSync(`${dataDir}.lock`)).toBe(true);
			const at = Date.now() + 700;
			const script = `
				while (Date.now() < Number(args[1]));
				try { lockDirectory(args[0], host); say("mine"); setInterval(() => {}, 1000); } catch (error) { say(error.diagnostics?.[0].code ?? String(error)); }
			`;
			const runs = Array.from({ length: 8 }, () => shop.run(script, dataDir, String(at)));
			while (runs.some((r) => r.lines.length === 0)) await pause(20);
			const said = runs.flatMap((r) => r.lines).toSorted();
			for (const r of runs) r.process.kill("SIGKILL");
			await Promise.all(runs.map((r) => r.ended));
			expect(said).toEqual([...Array.from({ length: 7 }, () => "TFM-DB-001"), "mine"]);
			expect(readdirSync(shop.root).filter((n) => n.startsWith(`race${round}`))).toEqual([`race${round}.lock`]);
		}
	}, 120_000);
});

describe("the end of the program", () => {
	test.each([
		[
			"after close",
			`const a = await openAdapter(args[0]); await a.withSession((s) => s.query("select 1")); await a.close(); say("done");`,
		],
		[
			"without close",
			`const a = await openAdapter(args[0]); await a.withSession((s) => s.query("select 1")); say("done");`,
		],
		[
			"after a cancelled statement",
			`const a = await openAdapter(args[0]); await a.withSession((s) => s.execute("select pg_sleep(600)", { timeoutMs: 50 })).catch((e) => say(e.kind)); await a.close(); say("done");`,
		],
	])(
		"comes by itself %s",
		async (name, script) => {
			const run = shop.run(script, join(shop.root, name.replaceAll(" ", "-")));
			expect(await Promise.race([run.ended, pause(20_000, "still running", { ref: false })])).toBe(0);
			expect(run.lines.at(-1)).toBe("done");
		},
		60_000,
	);
});
