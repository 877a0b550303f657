import { existsSync, mkdirSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fail } from "../core/diagnostic.ts";
import { makeFolders } from "../core/makeFolders.ts";

/** Takes what is to be written, one piece after the other. */
export type Write = (piece: string | Uint8Array) => Promise<void>;

/**
 * A file that is there whole or not at all: written beside its place under another name, and put there when all of it is
 * on the disk. What stood there stays until then. Throws TFM-EXPORT-003 where it cannot be written.
 */
export async function writeAtomically(path: string, work: (write: Write) => Promise<void>): Promise<void> {
	const beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
	let file: FileHandle | undefined;
	try {
		makeFolders(dirname(path), { existsSync, mkdirSync });
		file = await open(beside, "w");
		const handle = file;
		await work(async (piece) => {
			const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
			for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
		});
		await handle.sync();
		await handle.close();
		file = undefined;
		await rename(beside, path);
	} catch (error) {
		await file?.close().catch(() => undefined);
		await rm(beside, { force: true }).catch(() => undefined);
		const { code } = error as NodeJS.ErrnoException;
		if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw error;
		fail("TFM-EXPORT-003", { file: path, problem: code }, { cause: error });
	}
}
