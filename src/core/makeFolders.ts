import { dirname } from "node:path";

/** The two questions to the disk, as `node:fs` answers them. */
export interface FolderMaker {
	readonly existsSync: (path: string) => boolean;
	readonly mkdirSync: (path: string) => void;
}

/**
 * A folder and those above it that are missing, one by one: where a parent refuses with ENOENT (/proc, some mounts),
 * Node's own `recursive` turns for ever. Throws what the disk throws, EEXIST with the path of a file that is in the way,
 * and EACCES where nothing may be made.
 */
export function makeFolders(folder: string, disk: FolderMaker): void {
	// Of a file that is no place.
	const isFolder = (): boolean => disk.existsSync(`${folder}/.`);
	if (isFolder()) return;
	makeFolders(dirname(folder), disk);
	try {
		disk.mkdirSync(folder);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		// The parent is there: what it says is that nothing may be made in it.
		if (code === "ENOENT") throw Object.assign(error as Error, { code: "EACCES" });
		// Another process was first.
		if (code !== "EEXIST" || !isFolder()) throw error;
	}
}
