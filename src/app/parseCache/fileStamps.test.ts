import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "../../config/testing/sandbox.ts";
import type { FileStamp } from "../../parse/digestFiles.ts";
import { type FileStamps, isAsStamped, keepStamps, momentBeside, readStamps, SETTLED_MS } from "./fileStamps.ts";

let sandbox: Sandbox;
let path: string;
beforeEach(() => {
	sandbox = makeSandbox();
	path = join(sandbox.dir, "target", "file_stamps.tfm");
});
afterEach(() => sandbox.remove());

const AT = 1_800_000_000_000.5;
const OLD: FileStamp = { dev: 7, ino: 12, size: 30, mtimeMs: AT - 90_000, ctimeMs: AT - 80_000.25 };
const reading = { moment: { dev: 7, at: AT }, settledMs: SETTLED_MS };
const ONE = { of: "a", files: 1 };

function kept(stamp: FileStamp): FileStamps | null {
	momentBeside(path);
	keepStamps(path, ONE, [[0, stamp]], { reading, before: null });
	return readStamps(path, ONE);
}

describe("a file", () => {
	it("that was old when it was read is known while the system says the same of it", () => {
		const stamps = kept(OLD)!;
		expect(isAsStamped(stamps, 0, OLD)).toBe(true);
		for (const name of ["dev", "ino", "size", "mtimeMs", "ctimeMs"] as const)
			expect(isAsStamped(stamps, 0, { ...OLD, [name]: OLD[name] + 0.25 })).toBe(false);
	});

	it.each([
		["was written just before it was read", { mtimeMs: AT - SETTLED_MS + 1 }],
		["was changed just before it was read, with an old time", { ctimeMs: AT - SETTLED_MS + 1 }],
		["says that it was written later than now", { mtimeMs: AT + 5 }],
		["stands on another file system, whose clock may be another one", { dev: 8 }],
		["has a time of whole seconds", { ctimeMs: AT - 80_000.5 }],
		["has no inode", { ino: 0 }],
	])("is not known by its times when it %s", (_why, more) => {
		expect(kept({ ...OLD, ...more })).toBe(null);
		expect(existsSync(path)).toBe(false);
	});

	it("that became old enough is known beside those that were", () => {
		const two = { of: "a", files: 2 };
		momentBeside(path);
		keepStamps(path, two, [[0, OLD]], { reading, before: null });
		const young = { ...OLD, ino: 13 };
		keepStamps(path, two, [[1, young]], { reading, before: readStamps(path, two) });
		const stamps = readStamps(path, two)!;
		expect([isAsStamped(stamps, 0, OLD), isAsStamped(stamps, 1, young)]).toEqual([true, true]);
	});
});

describe("what is kept of files", () => {
	it("says nothing of another reading, of other files, or where it is damaged", () => {
		kept(OLD);
		const bytes = readFileSync(path);
		expect(readStamps(path, { of: "b", files: 1 })).toBe(null);
		expect(readStamps(path, { of: "a", files: 2 })).toBe(null);
		for (const at of [0, bytes.indexOf("{"), bytes.length - 1]) {
			const damaged = Buffer.from(bytes);
			damaged[at]! ^= 1;
			writeFileSync(path, damaged);
			expect(readStamps(path, ONE)).toBe(null);
		}
	});

	it.skipIf(process.platform !== "linux")(
		"begins at a moment that a file written before it does not come after",
		() => {
			momentBeside(path);
			sandbox.write({ "a.sql": "select 1" });
			const before = momentBeside(join(sandbox.dir, "file_stamps.tfm"));
			expect(before).toEqual({ dev: expect.any(Number), at: expect.any(Number) });
			expect(momentBeside(path)!.at).toBeGreaterThanOrEqual(before!.at);
		},
	);
});
