import { hash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { LARGE_SEED_BYTES } from "./checksum.ts";
import type { ProjectFile } from "./packageFiles.ts";
import type { ProjectFiles } from "./parseProject.ts";

/** A file's name and what stands for its content. */
export type FileDigest = readonly [file: string, digest: string];

/** What a file is called among digests. */
export const fileKey = ({ kind, package_name, file }: ProjectFile): string => `${kind} ${package_name} ${file}`;

export interface DigestedFiles {
	/** The same files with their bytes, so that what is parsed is what was digested, whoever writes meanwhile. */
	readonly files: ProjectFiles;
	/** In the order of the files: a file that moves to another place of the order is a change. */
	readonly digests: readonly FileDigest[];
}

/**
 * Reads every file once. By content, not by time: a digest of ten thousand files costs 0.1 s more than asking for their
 * times, and cannot be fooled by a clock, a checkout or two edits within one tick. Of a large seed only the head is
 * read by the parser, so that its time and size stand for it.
 */
export function digestFiles(listed: ProjectFiles): DigestedFiles {
	const digests: FileDigest[] = [];
	const read = (file: ProjectFile): ProjectFile => {
		const { digest, bytes } = look(file, readFileSync);
		digests.push([fileKey(file), digest]);
		return bytes === undefined ? file : { ...file, bytes };
	};
	return { files: { ...listed, builtin: listed.builtin.map(read), own: listed.own.map(read) }, digests };
}

/**
 * The digests alone, for a project that is likely to be what it was: all files go through one buffer, and none is kept.
 * That takes half as long.
 */
export function digestsOf({ builtin, own }: ProjectFiles): readonly FileDigest[] {
	const buffer = Buffer.allocUnsafe(READ_AT_ONCE);
	const read = (path: string): Buffer => readThrough(buffer, path);
	return [...builtin, ...own].map((file) => [fileKey(file), look(file, read).digest]);
}

/** Longer files are read by themselves. */
const READ_AT_ONCE = 256 * 1024;

/** The content, in `buffer` where it has room. */
function readThrough(buffer: Buffer, path: string): Buffer {
	const file = openSync(path, "r");
	try {
		// A file that gives less than there is room for has ended. Where a file system gives less before that, the digest is
		// another one than that of the whole file, which is then read as one that has changed.
		const length = readSync(file, buffer, 0, buffer.length, null);
		return length < buffer.length ? buffer.subarray(0, length) : readFileSync(path);
	} finally {
		closeSync(file);
	}
}

function look(
	{ kind, absolute }: ProjectFile,
	read: (path: string) => Buffer,
): { readonly digest: string; readonly bytes?: Buffer } {
	try {
		if (kind === "seed") {
			const { size, mtimeNs, ctimeNs, ino } = statSync(absolute, { bigint: true });
			if (size > LARGE_SEED_BYTES) return { digest: `${size} ${mtimeNs} ${ctimeNs} ${ino}` };
		}
		const bytes = read(absolute);
		return { digest: hash("sha1", bytes, "base64"), bytes };
	} catch {
		// The parser reads it again and says what is wrong; a project with a mistake is not remembered.
		return { digest: "unreadable" };
	}
}
