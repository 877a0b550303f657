import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Adapter } from "../../core/adapter.ts";
import { createPgliteAdapter } from "./adapter.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-pglite-"));
let adapter: Adapter;
beforeAll(async () => {
	adapter = createPgliteAdapter({ dataDir: join(root, "db"), host: { name: "here", pid: process.pid } });
	await adapter.open();
});
afterAll(async () => {
	await adapter.close();
	rmSync(root, { recursive: true });
});

test("a session executes, queries, streams and loads", async () => {
	await adapter.withSession(async (s) => {
		const made = await s.execute("create table t (id int, name text); insert into t values (1, 'a'), (2, null)");
		expect(made).toEqual({ status: "INSERT 0 2", rowCount: 2, notices: [] });
		expect(
			await s.bulkLoad({
				relation: { database: "", schema: "public", identifier: "t" },
				columns: ["id", "name"],
				rows: (async function* () {
					yield [["3", "x\ty"]];
				})(),
			}),
		).toBe(1);
		const table = await s.query("select id, name from t where id > $1 order by id", [1]);
		expect(table.rows).toEqual([
			[2, null],
			[3, "x\ty"],
		]);
		let n = 0;
		for await (const batch of s.stream("select * from generate_series(1, 5000)")) n += batch.rows.length;
		expect(n).toBe(5000);
		expect((await s.listRelations(["public"])).map((r) => r.identifier)).toEqual(["t"]);
		expect(
			[...(await s.listColumns([{ database: "", schema: "public", identifier: "t" }])).values()].map((c) =>
				c.map((x) => x.type),
			),
		).toEqual([["integer", "text"]]);
	});
	expect(adapter.facts.version).toMatch(/^PostgreSQL 18/);
});
