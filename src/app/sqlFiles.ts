import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders } from "../core/makeFolders.ts";
import { standsAlready } from "./standsAlready.ts";

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
		if (isNew(dirname(full)) || !standsAlready(full, Buffer.from(sql))) writeFileSync(full, sql);
	};
}
