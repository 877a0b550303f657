import { existsSync, mkdtempSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../core/events.ts";
import { createSqlWriter } from "./sqlWriter.ts";

const ids = Array.from({ length: 40 }, (_, i) => `model.shop.m${i}`);

function writer(targetDir = join(mkdtempSync(join(tmpdir(), "tfm-sql-")), "target")) {
	const node = (id: string) => ({
		unique_id: id,
		resource_type: "model",
		package_name: "shop",
		original_file_path: `models/${id.split(".")[2]}.sql`,
	});
	const nodes = new Map(ids.map((id) => [id, node(id)]));
	const project = { manifest: { nodes, sources: new Map(), exposures: new Map() }, config: { targetDir } };
	const files = createSqlWriter(project as unknown as Parameters<typeof createSqlWriter>[0]);
	const finish = (id: string, status: string, sql: string) => {
		const result = { unique_id: id, status, compiled_code: sql, executed_code: `create as ${sql}` };
		files.receive({ event: "node.finished", result } as unknown as RunEvent);
	};
	const path = (folder: string, id: string) => join(targetDir, folder, "shop/models", `${id.split(".")[2]}.sql`);
	return { files, finish, path, targetDir };
}

test("all that was received is on disk once written() resolves", async () => {
	const { files, finish, path } = writer();
	for (const id of ids) finish(id, "success", `select '${id}'`);
	await files.written();
	for (const id of ids) {
		expect(readFileSync(path("compiled", id), "utf8")).toBe(`select '${id}'`);
		expect(readFileSync(path("run", id), "utf8")).toBe(`create as select '${id}'`);
	}
});

test("of two texts for one file the later one stays", async () => {
	const { files, finish, path } = writer();
	finish(ids[0]!, "success", "select 1");
	finish(ids[0]!, "success", "select 2");
	await files.written();
	expect(readFileSync(path("compiled", ids[0]!), "utf8")).toBe("select 2");
});

test("what stands already is left as it is, and what differs is written", async () => {
	const first = writer();
	for (const id of ids.slice(0, 2)) first.finish(id, "success", "select 1");
	await first.files.written();
	const [same, other] = ids.slice(0, 2).map((id) => first.path("compiled", id)) as [string, string];
	for (const path of [same, other]) utimesSync(path, 1, 1);
	const again = writer(first.targetDir);
	again.finish(ids[0]!, "success", "select 1");
	again.finish(ids[1]!, "success", "select 22");
	await again.files.written();
	expect([statSync(same).mtimeMs, readFileSync(other, "utf8")]).toEqual([1000, "select 22"]);
});

test("what failed is there at once, for the summary that shows it", () => {
	const { finish, path } = writer();
	finish(ids[1]!, "error", "select nothing");
	expect(existsSync(path("run", ids[1]!))).toBe(true);
});

test("a folder that cannot be made is an error of written()", async () => {
	const { files, finish, targetDir } = writer();
	writeFileSync(targetDir, "a file in the way");
	finish(ids[2]!, "success", "select 1");
	await expect(files.written()).rejects.toThrow(/EEXIST/);
});
