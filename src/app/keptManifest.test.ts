import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { manifestStands, noteManifest } from "./keptManifest.ts";
import { writeWhole } from "./writeWhole.ts";

describe("a manifest.json that was written", () => {
	let target: string;
	let path: string;
	beforeEach(() => {
		target = mkdtempSync(join(tmpdir(), "tfm-kept-"));
		path = join(target, "manifest.json");
		noteManifest(target, writeWhole(path, ["{}"]), "one reading");
	});
	afterEach(() => rmSync(target, { recursive: true, force: true }));

	it("stands for the reading that it was written of, and for no other", () => {
		expect(manifestStands(target, path, "one reading")).toBe(true);
		expect(manifestStands(target, path, "another reading")).toBe(false);
	});

	it("does not stand when something else wrote the file, even the same bytes, or removed it", () => {
		const mark = writeWhole(path, ["{}"]);
		expect(manifestStands(target, path, "one reading")).toBe(false);
		noteManifest(target, mark, "one reading");
		writeFileSync(path, "[]");
		expect(manifestStands(target, path, "one reading")).toBe(false);
		rmSync(path);
		expect(manifestStands(target, path, "one reading")).toBe(false);
	});

	it("does not stand where no note of it was left", () => {
		rmSync(join(target, "manifest_kept.tfm"));
		expect(manifestStands(target, path, "one reading")).toBe(false);
	});
});
