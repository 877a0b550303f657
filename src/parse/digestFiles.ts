import { hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from "node:fs";
import { LARGE_SEED_BYTES } from "./checksum.ts";
import type { ProjectFile } from "./packageFiles.ts";
import type { ProjectFiles } from "./parseProject.ts";

/** A file's name and what stands for its content. */
export type FileDigest = readonly [file: string, digest: string];

/** What the system says of a file. Times as numbers tell a quarter of a microsecond apart, and cost half of what bigints do. */
export type FileStamp = Pick<Stats, "dev" | "ino" | "size" | "mtimeMs" | "ctimeMs">;

/** What a file is called among digests. */
export const fileKey = ({ kind, package_name, file }: ProjectFile): string => `${kind} ${package_name} ${file}`;

export interface FileDigests {
	/** In the order of the files: a file that moves to another place of the order is a change. */
	readonly digests: readonly FileDigest[];
	/** Of the files that were read, by their places, what the system said of them just before. */
	readonly read: ReadonlyMap<number, FileStamp>;
}

export interface DigestedFiles extends FileDigests {
	/** The same files with their bytes, so that what is parsed is what was digested, whoever writes meanwhile. */
	readonly files: ProjectFiles;
}

/**
 * Reads every file once. What stands for a file is its content: a digest cannot be fooled by a clock, a checkout or two
 * edits within one tick. Of a large seed only the head is read by the parser, so that its time and size stand for it.
 */
export function digestFiles(listed: ProjectFiles): DigestedFiles {
	const digests: FileDigest[] = [];
	const read = new Map<number, FileStamp>();
	const readOne = (file: ProjectFile): ProjectFile => {
		const { digest, stamp, bytes } = look(file, (open, size) => readOpen(open, size));
		if (stamp !== undefined) read.set(digests.length, stamp);
		digests.push([fileKey(file), digest]);
		return bytes === undefined ? file : { ...file, bytes };
	};
	return { files: { ...listed, builtin: listed.builtin.map(readOne), own: listed.own.map(readOne) }, digests, read };
}

/** What was known of files, each at the place that it had among them. */
export interface DigestedBefore {
	readonly digests: readonly FileDigest[];
	/** Whether what the system says of the file at this place tells that its content is what it was; null: nothing does. */
	readonly stood: ((at: number, found: FileStamp) => boolean) | null;
	/** Called before the first file is read, where one has to be. */
	reading(): void;
}

/**
 * The digests alone, for a project that is likely to be what it was: of files that stand the system is asked and nothing
 * is read; the others go through one buffer, and none is kept. Digests that are what they were are the pairs of before.
 */
export function digestsOf({ builtin, own }: ProjectFiles, before: DigestedBefore): FileDigests {
	let buffer: Buffer | undefined;
	const readThis = (file: number, size: number): Buffer => {
		buffer ??= Buffer.allocUnsafe(READ_AT_ONCE);
		return readOpen(file, size, buffer);
	};
	const digests: FileDigest[] = [];
	const read = new Map<number, FileStamp>();
	for (const file of [...builtin, ...own]) {
		const at = digests.length;
		const key = fileKey(file);
		const known = before.digests[at];
		const old = known?.[0] === key ? known : undefined;
		if (old !== undefined && before.stood !== null && stands(file.absolute, at, before.stood)) {
			digests.push(old);
			continue;
		}
		if (read.size === 0) before.reading();
		const { digest, stamp } = look(file, readThis);
		if (stamp !== undefined) read.set(at, stamp);
		digests.push(old?.[1] === digest ? old : [key, digest]);
	}
	return { digests, read };
}

function stands(path: string, at: number, stood: (at: number, found: FileStamp) => boolean): boolean {
	try {
		const found = statSync(path, { throwIfNoEntry: false });
		return found !== undefined && stood(at, found);
	} catch {
		// Whoever reads it says what is wrong.
		return false;
	}
}

/** Longer files are read by themselves. */
const READ_AT_ONCE = 256 * 1024;

/** The content of an open file, in `room` where it has some for it. `size` may be another one by now. */
function readOpen(file: number, size: number, room?: Buffer): Buffer {
	const bytes = room !== undefined && size < room.length ? room : Buffer.allocUnsafe(size + 1);
	const length = readSync(file, bytes, 0, size + 1, null);
	const found = bytes.subarray(0, length);
	// Less than there was room for: it has ended.
	return length === size ? found : Buffer.concat([found, readFileSync(file)]);
}

/** Asked about before it is read: what is written to it afterwards has other times. */
function look(
	{ kind, absolute }: ProjectFile,
	read: (file: number, size: number) => Buffer,
): { readonly digest: string; readonly stamp?: FileStamp; readonly bytes?: Buffer } {
	try {
		const file = openSync(absolute, "r");
		try {
			const stamp = fstatSync(file);
			if (kind === "seed" && stamp.size > LARGE_SEED_BYTES) return { digest: largeSeed(file), stamp };
			const bytes = read(file, stamp.size);
			return { digest: hash("sha1", bytes, "base64"), stamp, bytes };
		} finally {
			closeSync(file);
		}
	} catch {
		// The parser reads it again and says what is wrong; a project with a mistake is not remembered.
		return { digest: "unreadable" };
	}
}

function largeSeed(file: number): string {
	const { size, mtimeNs, ctimeNs, ino } = fstatSync(file, { bigint: true });
	return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}
