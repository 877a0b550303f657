/**
 * What is known of a project, in one file: a line that says what it is, a line of JSON with what it holds for, the
 * values in parts as v8 writes them, each after its length, and a sum over all parts. Anything about the file that is
 * not as it should be means that nothing is known. In parts, because the values of ten thousand models are a hundred
 * megabytes, which would stand in memory a second time.
 */
import { createHash, type Hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cachedDataVersionTag, deserialize, serialize } from "node:v8";
import { removeAbandoned, writeWhole } from "../writeWhole.ts";

/** v8 promises to read what another version wrote, not that it means the same. */
const firstLine = (): string => `tfm parse cache, v8 ${cachedDataVersionTag()}\n`;

export interface CacheFile<H> {
	readonly header: H;
	/** The parts as they were written, or null when they are not what was written. */
	readonly parts: () => CacheParts | null;
}

/** `sum` is of the parts' bytes, in hex: what this very reading is known by. */
export interface CacheParts {
	readonly values: readonly unknown[];
	readonly sum: string;
}

/** Null when there is none of this version. Throws nothing: `problem` is told why a file could not be used. */
export function readCacheFile<H>(path: string, problem: (why: string) => void): CacheFile<H> | null {
	let bytes: Buffer;
	try {
		bytes = readFileSync(path);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) problem(String(error));
		return null;
	}
	const head = Buffer.from(firstLine());
	if (!bytes.subarray(0, head.length).equals(head)) {
		problem("it is of another version");
		return null;
	}
	const end = bytes.indexOf(10, head.length);
	let header: H;
	try {
		header = JSON.parse(bytes.toString("utf8", head.length, end)) as H;
	} catch {
		problem("its head is damaged");
		return null;
	}
	return {
		header,
		parts() {
			const found = partsIn(bytes.subarray(end + 1));
			if (found === null) problem("its content is damaged");
			if (found === null) return null;
			return { values: found.parts.map((part) => deserialize(part) as unknown), sum: found.sum };
		},
	};
}

/** Null unless lengths and sum are right. */
function partsIn(bytes: Buffer): { readonly parts: readonly Buffer[]; readonly sum: string } | null {
	const parts: Buffer[] = [];
	const sum = createHash("sha1");
	for (let at = 0; at + LENGTH <= bytes.length; ) {
		const length = bytes.readUInt32BE(at);
		at += LENGTH;
		if (length === 0) {
			const found = sum.digest();
			return found.equals(bytes.subarray(at)) ? { parts, sum: found.toString("hex") } : null;
		}
		const part = bytes.subarray(at, at + length);
		sum.update(part);
		parts.push(part);
		at += length;
	}
	return null;
}

/** Bytes of a length; a length of 0 ends the parts. */
const LENGTH = 4;

const lengthOf = (part: Uint8Array): Buffer => {
	const bytes = Buffer.alloc(LENGTH);
	bytes.writeUInt32BE(part.length);
	return bytes;
};

/** Whole or not at all; the parts' sum. Throws what the file system throws. */
export function writeCacheFile<H>(path: string, header: H, parts: Iterable<unknown>): string {
	const sum = createHash("sha1");
	writeWhole(path, chunksOf(header, parts, sum));
	removeAbandoned(path);
	return sum.digest("hex");
}

function* chunksOf<H>(header: H, parts: Iterable<unknown>, sum: Hash): Generator<string | Uint8Array> {
	yield `${firstLine()}${JSON.stringify(header)}\n`;
	for (const value of parts) {
		const part = serialize(value);
		sum.update(part);
		yield lengthOf(part);
		yield part;
	}
	yield Buffer.alloc(LENGTH);
	yield sum.copy().digest();
}
