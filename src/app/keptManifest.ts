/**
 * manifest.json of a project that nobody touched is what it was: 136 MB for ten thousand models, which took half of
 * the time of a command that finds nothing changed. A note beside it says of which reading it was written and which
 * file it is; whatever else writes it (a run adds what was compiled, dbt its own) makes another file of it.
 */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FileMark, fileMark, writeWhole } from "./writeWhole.ts";

const notePath = (targetDir: string): string => join(targetDir, "manifest_kept.tfm");

/** `of`: all that the document hangs on but the time and the id of the command that writes it. */
const note = (mark: FileMark, of: string): string => `${hash("sha1", of)} ${mark}\n`;

/** Whether the file at `path` was written of the same. */
export function manifestStands(targetDir: string, path: string, of: string): boolean {
	let written: string;
	try {
		written = readFileSync(notePath(targetDir), "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
		throw error;
	}
	const mark = fileMark(path);
	return mark !== null && written === note(mark, of);
}

/** To be called when it has been written; `mark` is of the very file that was. */
export function noteManifest(targetDir: string, mark: FileMark, of: string): void {
	writeWhole(notePath(targetDir), [note(mark, of)]);
}
