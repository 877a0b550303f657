/**
 * What is known of a project, in one file: a line that says what it is, a line of JSON with what it holds for, and the
 * values as v8 writes them. Anything about the file that is not as it should be means that nothing is known.
 */
import { hash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { cachedDataVersionTag, deserialize, serialize } from "node:v8";

/** v8 promises to read what another version wrote, not that it means the same. */
const firstLine = (): string => `tfm parse cache, v8 ${cachedDataVersionTag()}\n`;

export interface CacheFile<H, V> {
	readonly header: H;
	/** Reads the values; null when they are not what was written. */
	readonly values: () => V | null;
}

/** Null when there is none of this version. Throws nothing: `problem` is told why a file could not be used. */
export function readCacheFile<H, V>(path: string, problem: (why: string) => void): CacheFile<H, V> | null {
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
	if (end < 0) {
		problem("it is cut short");
		return null;
	}
	try {
		const { sum, header } = JSON.parse(bytes.toString("utf8", head.length, end)) as { sum: string; header: H };
		const payload = bytes.subarray(end + 1);
		return {
			header,
			values: () => {
				if (hash("sha1", payload, "base64") !== sum) {
					problem("its content is damaged");
					return null;
				}
				return deserialize(payload) as V;
			},
		};
	} catch {
		problem("its head is damaged");
		return null;
	}
}

/** Whole or not at all. Throws what the file system throws. */
export function writeCacheFile<H, V>(path: string, header: H, values: V): void {
	const payload = serialize(values);
	const head = `${firstLine()}${JSON.stringify({ sum: hash("sha1", payload, "base64"), header })}\n`;
	const part = `${path}.${randomUUID().slice(0, 8)}.part`;
	mkdirSync(dirname(path), { recursive: true });
	try {
		writeFileSync(part, Buffer.concat([Buffer.from(head), payload]));
		renameSync(part, path);
	} catch (error) {
		rmSync(part, { force: true });
		throw error;
	}
}
