import { randomUUID } from "node:crypto";
import {
	type BigIntStats,
	closeSync,
	existsSync,
	fstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolders } from "../core/makeFolders.ts";

const ABANDONED_MS = 3_600_000;

/** Where a document stands until it is whole. A name of its own: another run may be writing into the same folder. */
export const partOf = (path: string): string => `${path}.${randomUUID().slice(0, 8)}.part`;

/**
 * Written whole or not at all: a reader, or a killed run, never leaves half a document. Gives what the file is known
 * by, also when another process has put its own in its place since. Throws what the disk throws.
 */
export function writeWhole(path: string, chunks: Iterable<string | Uint8Array>): FileMark {
	makeFolders(dirname(path), { existsSync, mkdirSync });
	const part = partOf(path);
	const file = openSync(part, "w");
	try {
		for (const chunk of chunks) writeAll(file, typeof chunk === "string" ? Buffer.from(chunk) : chunk);
		const mark = markOf(fstatSync(file, { bigint: true }));
		renameSync(part, path);
		return mark;
	} catch (error) {
		rmSync(part, { force: true });
		// What refuses a write (the disk is full) does not say to which file.
		throw error instanceof Error && "syscall" in error && !("path" in error) ? Object.assign(error, { path }) : error;
	} finally {
		closeSync(file);
	}
}

/** Each document is a file of its own: what is written to in place has another time, what is written anew another inode. */
export type FileMark = string & { readonly __fileMark: never };

/** Of an open file. */
export const markOf = ({ ino, mtimeNs, size }: BigIntStats): FileMark => `${ino} ${mtimeNs} ${size}` as FileMark;

/** Null: there is none. */
export function fileMark(path: string): FileMark | null {
	const found = statSync(path, { bigint: true, throwIfNoEntry: false });
	return found === undefined ? null : markOf(found);
}

/** A disk that is nearly full takes a part of what it is given without a word; the next write says so. */
export function writeAll(file: number, bytes: Uint8Array, position: number | null = null): void {
	for (let at = 0; at < bytes.length; )
		at += writeSync(file, bytes, at, bytes.length - at, position === null ? null : position + at);
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
