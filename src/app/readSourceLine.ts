import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Lines of the project's files for code frames, each file read once. A file that is gone has none. */
export function readSourceLine(root: string): (file: string, line: number) => string | undefined {
	const files = new Map<string, readonly string[]>();
	return (file, line) => {
		let lines = files.get(file);
		if (lines === undefined) {
			try {
				lines = readFileSync(resolve(root, file), "utf8").split(/\r\n|\n|\r/);
			} catch {
				// SQL given with --inline has no file, and a file may be gone by now: no frame then.
				lines = [];
			}
			files.set(file, lines);
		}
		return lines[line - 1];
	};
}
