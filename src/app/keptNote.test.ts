import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { leaveKeptNote, readKeptNote } from "./keptNote.ts";

const NOTE = { of: "a reading", pieces: [1, 22, 333], names: ["größer"] };
let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tfm-note-"));
	path = join(folder, "note.tfm");
	leaveKeptNote(path, NOTE);
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a note is read as it was left", () => {
	expect(readKeptNote(path)).toEqual(NOTE);
});

test("a note of which any byte is another, or any part is missing, is none", () => {
	const bytes = readFileSync(path);
	for (let at = 0; at < bytes.length; at++) {
		const flipped = Buffer.from(bytes);
		flipped[at]! ^= 1;
		writeFileSync(path, flipped);
		expect(readKeptNote(path), `byte ${at}`).toBeNull();
		writeFileSync(path, bytes.subarray(0, at));
		expect(readKeptNote(path), `cut at ${at}`).toBeNull();
	}
});

test("where a folder or a link to itself stands, nothing is read, nothing is left and nobody is stopped", () => {
	rmSync(path);
	mkdirSync(join(path, "in it"), { recursive: true });
	leaveKeptNote(path, NOTE);
	expect(readKeptNote(path)).toBeNull();
	const loop = join(folder, "loop.tfm");
	symlinkSync("loop.tfm", loop);
	expect(readKeptNote(loop)).toBeNull();
});
