import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders } from "../core/makeFolders.ts";

/**
 * Writes files of SQL below a folder, one after the other. A folder is made once, and a file that says the same already
 * is left as it is: looking costs a third of writing, and the second `tfm compile` of five thousand nodes writes none.
 */
export function createSqlFiles(targetDir: string): (path: string, sql: string) => void {
	/** Whether it was made here, so that nothing stands in it. */
	const folders = new Map<string, boolean>();
	const isNew = (folder: string): boolean => {
		let made = folders.get(folder);
		if (made === undefined) {
			made = !existsSync(folder);
			if (made) makeFolders(folder, { existsSync, mkdirSync });
			folders.set(folder, made);
		}
		return made;
	};
	return (path, sql) => {
		const full = join(targetDir, path);
		if (isNew(dirname(full)) || !says(full, sql)) writeFileSync(full, sql);
	};
}

function says(path: string, sql: string): boolean {
	const found = statSync(path, { throwIfNoEntry: false });
	return found?.isFile() === true && found.size === Buffer.byteLength(sql) && readFileSync(path, "utf8") === sql;
}
