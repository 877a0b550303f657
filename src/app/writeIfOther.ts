import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../core/makeFolders.ts";
import { writeAll } from "./writeWhole.ts";

/**
 * Writes a small text that mostly stands there already, as a node's SQL does when a project is built again: then nothing
 * is written. A file that is emptied and written anew is brought to the disk when it is closed, at least on ext4: 2.5 ms
 * each, for which a run waited twice a node. Throws what the disk throws.
 */
export function writeIfOther(path: string, text: string): void {
	const bytes = Buffer.from(text);
	const file = openStanding(path);
	if (file === undefined) {
		makeFolders(dirname(path), { existsSync, mkdirSync });
		writeFileSync(path, bytes);
		return;
	}
	try {
		const { size } = fstatSync(file);
		if (size === bytes.length && bytes.equals(contentOf(file, size))) return;
		writeAll(file, bytes, 0);
		if (size > bytes.length) ftruncateSync(file, bytes.length);
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

function contentOf(file: number, size: number): Buffer {
	const found = Buffer.allocUnsafe(size);
	let at = 0;
	while (at < size) {
		const read = readSync(file, found, at, size - at, at);
		if (read === 0) break;
		at += read;
	}
	return found.subarray(0, at);
}
