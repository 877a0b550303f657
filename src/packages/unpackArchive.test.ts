import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ArchiveEntry, makeArchive } from "./testing/hubServer.ts";
import { unpackArchive } from "./unpackArchive.ts";

let work: string;
beforeEach(() => {
	work = mkdtempSync(join(tmpdir(), "tfm-archive-"));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const unpack = (...entries: ArchiveEntry[]) => unpackArchive(makeArchive(entries), join(work, "out"), "x.tgz");
const project: ArchiveEntry = { path: "p-1/dbt_project.yml", text: "name: p" };

describe("an archive", () => {
	it("is unpacked into its one folder, links inside it included", async () => {
		const dir = await unpack(project, { path: "p-1/again.yml", type: "SymbolicLink", linkpath: "dbt_project.yml" });
		expect(dir).toBe(join(work, "out", "p-1"));
		expect(readFileSync(join(dir, "again.yml"), "utf8")).toBe("name: p");
	});

	it.each<[string, ArchiveEntry]>([
		["a path that climbs out", { path: "p-1/../../evil", text: "x" }],
		["an absolute path", { path: "/tmp/evil", text: "x" }],
		["a link that leads out", { path: "p-1/evil", type: "SymbolicLink", linkpath: "../../etc/passwd" }],
		["an absolute link", { path: "p-1/evil", type: "SymbolicLink", linkpath: "/etc/passwd" }],
		["a hard link that leads out", { path: "p-1/evil", type: "Link", linkpath: "../../etc/passwd" }],
		["a pipe", { path: "p-1/evil", type: "FIFO" }],
		["a second folder", { path: "q/file", text: "x" }],
	])("with %s is refused before anything is written", async (_, evil) => {
		await expect(unpack(project, evil)).rejects.toThrow("TFM-DEPS-008");
		if (!evil.path.startsWith("q/")) expect(existsSync(join(work, "out"))).toBe(false);
	});

	it("that holds more than its bounds is refused while it is read", async () => {
		const large = makeArchive([project, { path: "p-1/large", text: "x".repeat(100_000) }]);
		const into = (bounds: { files: number; bytes: number }) => unpackArchive(large, join(work, "out"), "x.tgz", bounds);
		await expect(into({ files: 1, bytes: 1e9 })).rejects.toThrow("it holds more than 1 files");
		await expect(into({ files: 9, bytes: 65_536 })).rejects.toThrow("it unpacks to more than 0 MiB");
	});

	it("that is cut off says so in zlib's words, since another download may be whole", async () => {
		const whole = makeArchive([project]);
		await expect(unpackArchive(whole.subarray(0, 40), join(work, "out"), "x.tgz")).rejects.toThrow(
			"unexpected end of file",
		);
	});
});
