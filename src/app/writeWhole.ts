import { randomUUID } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const ABANDONED_MS = 3_600_000;

/** Where a document stands until it is whole. A name of its own: another run may be writing into the same folder. */
export const partOf = (path: string): string => `${path}.${randomUUID().slice(0, 8)}.part`;

/** Written whole or not at all: a reader, or a killed run, never leaves half a document. Throws what the disk throws. */
export function writeWhole(path: string, chunks: Iterable<string | Uint8Array>): void {
	mkdirSync(dirname(path), { recursive: true });
	const part = partOf(path);
	const file = openSync(part, "w");
	try {
		for (const chunk of chunks) writeAll(file, typeof chunk === "string" ? Buffer.from(chunk) : chunk);
		renameSync(part, path);
	} catch (error) {
		rmSync(part, { force: true });
		throw error;
	} finally {
		closeSync(file);
	}
}

/** A disk that is nearly full takes a part of what it is given without a word; the next write says so. */
function writeAll(file: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** What killed runs left of this document: parts that nobody has written to for an hour. Its folder must be there. */
export function removeAbandoned(path: string): void {
	const folder = dirname(path);
	for (const name of readdirSync(folder)) {
		if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(".part")) continue;
		const part = join(folder, name);
		const written = statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? 0;
		if (Date.now() - written > ABANDONED_MS) rmSync(part, { force: true });
	}
}
