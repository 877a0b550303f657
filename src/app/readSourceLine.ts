import { closeSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";

/** A code frame is for what people write. Of a landing file of gigabytes only the beginning is looked at. */
const LOOKED_AT = 1 << 20;

/** Lines of the project's files for code frames, each file read once. A file that is gone has none. */
export function readSourceLine(root: string): (file: string, line: number) => string | undefined {
	const files = new Map<string, readonly string[]>();
	return (file, line) => {
		let lines = files.get(file);
		if (lines === undefined) {
			try {
				lines = beginning(resolve(root, file)).split(/\r\n|\n|\r/);
			} catch {
				// SQL given with --inline has no file, and a file may be gone by now: no frame then.
				lines = [];
			}
			files.set(file, lines);
		}
		return lines[line - 1];
	};
}

function beginning(path: string): string {
	const file = openSync(path, "r");
	try {
		const bytes = Buffer.alloc(LOOKED_AT);
		let length = 0;
		for (let read = -1; read !== 0 && length < LOOKED_AT; length += read)
			read = readSync(file, bytes, length, LOOKED_AT - length, length);
		return bytes.toString("utf8", 0, length);
	} finally {
		closeSync(file);
	}
}
