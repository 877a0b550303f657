import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../core/makeFolders.ts";
import { standsAlready } from "./standsAlready.ts";
import { writeAll } from "./writeWhole.ts";

/**
 * Writes a small text that mostly stands there already, as a node's SQL does when a project is built again: then nothing
 * is written. A file that is emptied and written anew is brought to the disk when it is closed, at least on ext4: 2.5 ms
 * each, for which a run waited twice a node. Throws what the disk throws.
 */
export function writeIfOther(path: string, text: string): void {
	const bytes = Buffer.from(text);
	if (standsAlready(path, bytes)) return;
	const file = openStanding(path);
	if (file === undefined) {
		makeFolders(dirname(path), { existsSync, mkdirSync });
		writeFileSync(path, bytes);
		return;
	}
	try {
		writeAll(file, bytes, 0);
		ftruncateSync(file, bytes.length);
	} finally {
		closeSync(file);
	}
}

/** Undefined: it is not there, or what keeps it from being opened is told by the attempt to write it. */
function openStanding(path: string): number | undefined {
	try {
		return openSync(path, "r+");
	} catch {
		return undefined;
	}
}
