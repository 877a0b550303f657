/**
 * What is known of a project, in one file: a line that says what it is, the values in parts as v8 writes them, and at
 * the end JSON with what they hold for and the length and digest of each part, its own digest and its length. Anything
 * about the file that is not as it should be means that nothing is known. In parts, because the values of ten thousand
 * models are a hundred megabytes, of which a command seldom wants all; the end first, because it tells whether any of
 * them is wanted.
 */
import { hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { versions } from "node:process";
import { deserialize, serialize } from "node:v8";
import { removeAbandoned, writeWhole } from "../writeWhole.ts";

/** v8 promises to read what another version wrote, not that it means the same. */
const firstLine = (): Buffer => Buffer.from(`tfm parse cache 8, v8 ${versions.v8}\n`);

type PartMark = readonly [length: number, digest: string];

interface Tail<H> {
	readonly header: H;
	readonly parts: readonly PartMark[];
}

/** With its digest in hex. */
type ReadTail<H> = Tail<H> & { readonly digest: string };

export interface CacheFile<H> {
	readonly header: H;
	/** Of the header and all parts, in hex: what this very reading is known by. */
	readonly digest: string;
	/**
	 * One part as it was written; null when it is not what was written, after which the file is gone. A part is given
	 * once: when each was, the file is closed. Until then it is the very file that was opened, whoever writes another.
	 */
	part(index: number): unknown;
	close(): void;
}

/** Digest of the JSON in hex, and its length. */
const DIGEST = 40;
const END = DIGEST + 4;

/** Null when there is none of this version. Throws nothing: `problem` is told why a file could not be used. */
export function readCacheFile<H>(path: string, problem: (why: string) => void): CacheFile<H> | null {
	let file: number;
	try {
		file = openSync(path, "r");
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) problem(String(error));
		return null;
	}
	try {
		const tail = readTail<H>(file);
		if (typeof tail !== "string") return openParts(path, file, tail);
		problem(tail);
	} catch (error) {
		problem(String(error));
	}
	closeSync(file);
	return null;
}

/** What the end of the file says, or why it says nothing. */
function readTail<H>(file: number): ReadTail<H> | string {
	const { size } = fstatSync(file);
	const first = firstLine();
	if (size < first.length || !bytesAt(file, 0, first.length).equals(first)) return "it is of another version";
	if (size < first.length + END) return "its end is damaged";
	const end = bytesAt(file, size - END, END);
	const length = end.readUInt32BE(DIGEST);
	if (length > size - END - first.length) return "its end is damaged";
	const json = bytesAt(file, size - END - length, length);
	const digest = hash("sha1", json, "hex");
	if (digest !== end.toString("latin1", 0, DIGEST)) return "its end is damaged";
	return { ...(JSON.parse(json.toString("utf8")) as Tail<H>), digest };
}

function openParts<H>(path: string, file: number, { header, parts, digest }: ReadTail<H>): CacheFile<H> {
	let at = firstLine().length;
	const places = parts.map(([length]) => {
		at += length;
		return at - length;
	});
	const left = new Set(places.keys());
	let open = true;
	const close = (): void => {
		if (open) closeSync(file);
		open = false;
	};
	return {
		header,
		digest,
		close,
		part(index) {
			const [length, content] = parts[index]!;
			const bytes = open ? bytesAt(file, places[index]!, length) : null;
			left.delete(index);
			if (left.size === 0) close();
			if (bytes !== null && hash("sha1", bytes, "base64") === content) return deserialize(bytes);
			// The next command is not to stumble over it again.
			rmSync(path, { force: true });
			return null;
		},
	};
}

/** Fewer where the file ends before. */
function bytesAt(file: number, from: number, length: number): Buffer {
	const bytes = Buffer.allocUnsafe(length);
	let read = 0;
	for (let more = 1; read < length && more > 0; read += more)
		more = readSync(file, bytes, read, length - read, from + read);
	return bytes.subarray(0, read);
}

/** Whole or not at all; the digest that it is read with. Throws what the file system throws. */
export function writeCacheFile<H>(path: string, header: H, parts: Iterable<unknown>): string {
	let digest = "";
	writeWhole(
		path,
		chunksOf(header, parts, (found) => {
			digest = found;
		}),
	);
	removeAbandoned(path);
	return digest;
}

function* chunksOf<H>(header: H, parts: Iterable<unknown>, tell: (digest: string) => void): Generator<Uint8Array> {
	const marks: PartMark[] = [];
	yield firstLine();
	for (const value of parts) {
		const part = serialize(value);
		marks.push([part.length, hash("sha1", part, "base64")]);
		yield part;
	}
	const json = Buffer.from(JSON.stringify({ header, parts: marks } satisfies Tail<H>));
	const end = Buffer.alloc(END);
	const digest = hash("sha1", json, "hex");
	tell(digest);
	end.write(digest, "latin1");
	end.writeUInt32BE(json.length, DIGEST);
	yield json;
	yield end;
}
