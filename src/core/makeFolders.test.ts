import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { makeFolders } from "./makeFolders.ts";

const disk = { existsSync, mkdirSync };
const work = mkdtempSync(join(tmpdir(), "make-folders-"));
afterAll(() => rmSync(work, { recursive: true }));

it("makes all that is missing, and says nothing of what is there", () => {
	makeFolders(join(work, "a/b/c"), disk);
	makeFolders(join(work, "a/b/c"), disk);
	expect(statSync(join(work, "a/b/c")).isDirectory()).toBe(true);
});

it("names the file that stands where a folder should be, or above it", () => {
	const file = join(work, "file");
	writeFileSync(file, "");
	for (const path of [file, join(file, "a/b")])
		expect(() => makeFolders(path, disk)).toThrow(expect.objectContaining({ code: "EEXIST", path: file }));
});

it("ends where a parent refuses with ENOENT, which Node's own recursive mkdir never does", () => {
	const refused = () => {
		throw Object.assign(new Error("no such file or directory"), { code: "ENOENT" });
	};
	const proc = { existsSync: (path: string) => path === "/proc/.", mkdirSync: refused };
	expect(() => makeFolders("/proc/nowhere/a", proc)).toThrow(expect.objectContaining({ code: "EACCES" }));
});
