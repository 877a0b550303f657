/**
 * What the system said of a project's files when they were read, so that a command that finds it unchanged need not read
 * them (docs/adr/0061). Beside what is known of the project and not in it: files that were too young to be known by
 * their times when they were read are old enough for the next command, for which a few hundred kilobytes are written
 * and not a hundred megabytes.
 *
 * In one file: a line that says what it is, one of JSON, and for each file four numbers.
 */
import { hash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statfsSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { platform } from "node:os";
import { dirname } from "node:path";
import { makeFolders } from "../../core/makeFolders.ts";
import type { FileStamp } from "../../parse/digestFiles.ts";
import { partOf, removeAbandoned, writeWhole } from "../writeWhole.ts";

const FIRST_LINE = "tfm file stamps 1\n";
/** size, mtime, ctime, inode; NaN: nothing is known by them. */
const NUMBERS = 4;

/**
 * A file is known by its times when they are older than its reading by so much, and when that is more than the tick of
 * any clock that file systems below stamp with (10 ms at most): whatever was written during the reading, or after it,
 * has another time then.
 */
export const SETTLED_MS = 2_000;

/**
 * Linux's local file systems, which keep times to the nanosecond and never give those of before: ext4, xfs, btrfs, zfs,
 * f2fs, bcachefs, tmpfs, overlayfs. A network's, and one that shows another system's files, may answer with what they
 * remember; elsewhere no number tells them apart.
 */
const TRUSTED: ReadonlySet<number> = new Set([
	0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0xca451a4e, 0x01021994, 0x794c7630,
]);

/** A moment by the clock of the file system that a folder is in. */
export interface Moment {
	readonly dev: number;
	/** Milliseconds since 1970. */
	readonly at: number;
}

/**
 * Now, as a file is stamped that is written beside `path`, whose folder is made where there is none. Null: times tell
 * nothing of files here, or none can be written.
 */
export function momentBeside(path: string): Moment | null {
	const folder = dirname(path);
	const part = partOf(path);
	try {
		makeFolders(folder, { existsSync, mkdirSync });
		if (platform() !== "linux" || !TRUSTED.has(statfsSync(folder).type)) return null;
		writeFileSync(part, "");
		const { dev, ctimeMs: at } = statSync(part);
		unlinkSync(part);
		return { dev, at };
	} catch {
		// Where nothing can be kept, nothing is lost but time.
		return null;
	}
}

/** Whether a file that was so when it was read is known to hold what was read for as long as it stays so. */
const tells = ({ dev, ino, mtimeMs, ctimeMs }: FileStamp, { moment, settledMs }: Reading): boolean =>
	dev === moment.dev &&
	ino > 0 &&
	// Whole seconds: of a file system that keeps nothing finer.
	ctimeMs % 1000 !== 0 &&
	Math.max(mtimeMs, ctimeMs) <= moment.at - settledMs;

interface Reading {
	/** Before the first file was read. */
	readonly moment: Moment;
	readonly settledMs: number;
}

interface Head {
	/** The digest of what is kept of the project: whose files these are. */
	readonly of: string;
	readonly dev: number;
	/** Of the numbers. */
	readonly digest: string;
}

/** By the places of the files. */
export interface FileStamps extends Pick<Head, "dev"> {
	readonly numbers: Float64Array;
}

/** Null: nothing is known of these files by their times. */
export function readStamps(
	path: string,
	{ of, files }: { readonly of: string; readonly files: number },
): FileStamps | null {
	let bytes: Buffer;
	try {
		bytes = readFileSync(path);
	} catch {
		return null;
	}
	const end = bytes.indexOf("\n", FIRST_LINE.length);
	if (end === -1 || bytes.toString("latin1", 0, FIRST_LINE.length) !== FIRST_LINE) return null;
	const values = Uint8Array.prototype.slice.call(bytes, end + 1);
	try {
		const head = JSON.parse(bytes.toString("utf8", FIRST_LINE.length, end)) as Head;
		if (head.of !== of || values.length !== files * NUMBERS * 8 || head.digest !== digestOf(values)) return null;
		return { dev: head.dev, numbers: new Float64Array(values.buffer, values.byteOffset, files * NUMBERS) };
	} catch {
		// Written by another hand: what it says is not asked.
		return null;
	}
}

const digestOf = (values: Uint8Array): string => hash("sha1", values, "base64");

/** Whether the file at this place is as it was when it was read. */
export const isAsStamped = ({ dev, numbers }: FileStamps, at: number, found: FileStamp): boolean =>
	numbers[at * NUMBERS] === found.size &&
	numbers[at * NUMBERS + 1] === found.mtimeMs &&
	numbers[at * NUMBERS + 2] === found.ctimeMs &&
	numbers[at * NUMBERS + 3] === found.ino &&
	dev === found.dev;

/**
 * Keeps what the system said of files whose content is the one that is kept, where that tells something and was not
 * known. `before`: what was. Throws what the disk throws.
 */
export function keepStamps(
	path: string,
	{ of, files }: { readonly of: string; readonly files: number },
	read: Iterable<readonly [at: number, stamp: FileStamp]>,
	{ reading, before }: { readonly reading: Reading; readonly before: FileStamps | null },
): void {
	const { dev } = reading.moment;
	const numbers =
		before?.dev === dev ? Float64Array.from(before.numbers) : new Float64Array(files * NUMBERS).fill(Number.NaN);
	let found = false;
	for (const [at, stamp] of read) {
		if (!tells(stamp, reading)) continue;
		numbers.set([stamp.size, stamp.mtimeMs, stamp.ctimeMs, stamp.ino], at * NUMBERS);
		found = true;
	}
	if (!found) return;
	const values = new Uint8Array(numbers.buffer);
	writeWhole(path, [FIRST_LINE, `${JSON.stringify({ of, dev, digest: digestOf(values) } satisfies Head)}\n`, values]);
	removeAbandoned(path);
}
