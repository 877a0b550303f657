import { closeSync, openSync, readSync } from "node:fs";

/**
 * Whether the file holds these bytes and no others, as a node's SQL mostly does when a project is built again. What
 * keeps it from being read is told by the attempt to write it.
 */
export function standsAlready(path: string, bytes: Uint8Array): boolean {
	let file: number;
	try {
		file = openSync(path, "r");
	} catch {
		return false;
	}
	try {
		return holdsOnly(file, bytes);
	} catch {
		return false;
	} finally {
		closeSync(file);
	}
}

function holdsOnly(file: number, bytes: Uint8Array): boolean {
	// One more than there should be: a file that is longer shows it.
	const found = Buffer.allocUnsafe(bytes.length + 1);
	for (let at = 0; ; ) {
		const read = readSync(file, found, at, found.length - at, at);
		at += read;
		if (read === 0 || at === found.length) return at === bytes.length && found.subarray(0, at).equals(bytes);
	}
}
