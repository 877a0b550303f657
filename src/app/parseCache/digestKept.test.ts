import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "../../config/testing/sandbox.ts";
import { digestFiles, type FileDigest } from "../../parse/digestFiles.ts";
import type { ProjectFile } from "../../parse/packageFiles.ts";
import type { ProjectFiles } from "../../parse/parseProject.ts";
import { digestKept } from "./digestKept.ts";

let sandbox: Sandbox;
let path: string;
let listed: ProjectFiles;
let stampsPath: string;
beforeEach(() => {
	sandbox = makeSandbox();
	path = join(sandbox.dir, "a.sql");
	stampsPath = join(sandbox.dir, "target", "file_stamps.tfm");
	const named = { path: "a.sql", original_file_path: "a.sql", file: "a.sql", absolute: path };
	const own: ProjectFile = { kind: "model", package_name: "shop", root_path: sandbox.dir, ...named };
	listed = { builtin: [], own: [own], problems: [] };
});
afterEach(() => sandbox.remove());

const digest = (kept: readonly FileDigest[], settledMs: number) =>
	digestKept(listed, { of: "a reading", digests: kept }, { stampsPath, settledMs });

it.skipIf(process.platform !== "linux")("a file that was old when it was read is not read again", async () => {
	writeFileSync(path, "select 1");
	await sleep(40);
	const { digests } = digestFiles(listed);
	expect(digest(digests, 20)).toEqual(digests);
	// By no content: it was not looked at.
	const [[name = ""] = []] = digests;
	expect(digest([[name, "what it was"]], 20)).toEqual([[name, "what it was"]]);
	writeFileSync(path, "select 2");
	expect(digest([[name, "what it was"]], 20)).toEqual(digestFiles(listed).digests);
});

it("without a folder to write to all is read each time", () => {
	writeFileSync(path, "select 1");
	writeFileSync(join(sandbox.dir, "target"), "a file");
	const { digests } = digestFiles(listed);
	expect(digest(digests, 0)).toEqual(digests);
	expect(digest([["model shop a.sql", "what it was"]], 0)).toEqual(digests);
});
