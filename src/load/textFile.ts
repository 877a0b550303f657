/**
 * Text files as seeds and landing loads read them: gunzipped where the name ends in .gz, strict UTF-8 without its byte
 * order mark, in pieces, so that a file larger than memory is no problem. `file` is the name used in messages, relative
 * to the project.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { fail } from "../core/diagnostic.ts";

/** Identity of a file's bytes on disk. */
export interface FileDigest {
	/** sha256, hex. */
	readonly hash: string;
	readonly bytes: number;
}

/** Throws TFM-LOAD-001 when the file cannot be read. */
export async function digestFile(absolute: string, file: string, signal?: AbortSignal): Promise<FileDigest> {
	const digest = createHash("sha256");
	let bytes = 0;
	for await (const chunk of openFile(absolute, file)) {
		signal?.throwIfAborted();
		digest.update(chunk);
		bytes += chunk.length;
	}
	return { hash: digest.digest("hex"), bytes };
}

/** Throws TFM-LOAD-001 when the file cannot be read. */
export async function* openFile(absolute: string, file: string): AsyncGenerator<Buffer> {
	try {
		for await (const chunk of createReadStream(absolute, { highWaterMark: 512 * 1024 })) yield chunk as Buffer;
	} catch (cause) {
		const problem = (cause as NodeJS.ErrnoException).code;
		if (problem === undefined) throw cause;
		fail("TFM-LOAD-001", { file, problem }, { cause });
	}
}

/**
 * The decoded text in pieces, and at the end the hash of the bytes read. `expected`: throws TFM-LOAD-016 at the end when the bytes read were others. Throws
 * TFM-LOAD-001 (unreadable), 002 (gzip cut short or damaged), 003 (not UTF-8, with the line of the first bad byte).
 */
export async function* readText(
	absolute: string,
	file: string,
	expected?: Pick<FileDigest, "hash">,
): AsyncGenerator<string, string> {
	const digest = createHash("sha256");
	const stored = async function* () {
		for await (const chunk of openFile(absolute, file)) {
			digest.update(chunk);
			yield chunk;
		}
	};
	const decoder = new TextDecoder("utf-8", { fatal: true });
	let line = 1;
	let tail: Buffer = Buffer.alloc(0);
	const decode = (chunk: Buffer | undefined): string => {
		try {
			return decoder.decode(chunk, { stream: chunk !== undefined });
		} catch (cause) {
			// What the decoder held back of the piece before is part of the search.
			const bytes = Buffer.concat([tail, chunk ?? Buffer.alloc(0)]);
			const at = firstBadByte(bytes);
			const before = countLines(bytes.subarray(0, at)) - countLines(tail.subarray(0, Math.min(at, tail.length)));
			const atStart = tail.length === 0 && at < 2;
			fail(
				"TFM-LOAD-003",
				{ file, byte: bytes[at] ?? 0, atStart },
				{ at: { file, line: line + before, column: 1 }, cause },
			);
		}
	};
	for await (const chunk of file.endsWith(".gz") ? gunzip(stored(), file) : stored()) {
		const text = decode(chunk);
		line += countLines(chunk);
		tail = Buffer.from(chunk.subarray(Math.max(0, chunk.length - 4)));
		if (text !== "") yield text;
	}
	decode(undefined);
	const hash = digest.digest("hex");
	if (expected !== undefined && hash !== expected.hash) fail("TFM-LOAD-016", { file });
	return hash;
}

/** Throws TFM-LOAD-002. */
export async function* gunzip(stored: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
	const inflate = createGunzip();
	let failure: unknown;
	let empty = true;
	const feeding = pipeline(async function* () {
		for await (const chunk of stored) {
			empty = false;
			yield chunk;
		}
	}, inflate).catch((error: unknown) => {
		failure ??= error;
	});
	try {
		for await (const chunk of inflate) yield chunk as Buffer;
		await feeding;
	} catch (error) {
		failure ??= error;
	} finally {
		inflate.destroy();
	}
	// A file of no bytes ends without an error, yet it is no gzip stream.
	if (failure === undefined && empty) fail("TFM-LOAD-002", { file, short: true });
	if (failure === undefined) return;
	const code = (failure as { code?: unknown }).code;
	if (typeof code !== "string" || !code.startsWith("Z_")) throw failure;
	fail("TFM-LOAD-002", { file, short: code === "Z_BUF_ERROR" }, { cause: failure });
}

export function countLines(bytes: Uint8Array): number {
	let lines = 0;
	for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++;
	return lines;
}

/** The byte that begins no character, or a character that does not go on: found by halving the longest good prefix. */
export function firstBadByte(bytes: Buffer): number {
	// The first bytes may end a character of the piece before.
	const start = Math.max(
		0,
		bytes.findIndex((b) => (b & 0xc0) !== 0x80),
	);
	const decodes = (length: number, stream: boolean) => {
		try {
			new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, length), { stream });
			return true;
		} catch {
			return false;
		}
	};
	let good = start;
	let bad = bytes.length + 1;
	while (bad - good > 1) {
		const middle = (good + bad) >> 1;
		if (decodes(middle, true)) good = middle;
		else bad = middle;
	}
	if (decodes(good, false)) return good;
	let at = good - 1;
	while (at > start && (bytes[at]! & 0xc0) === 0x80) at--;
	return at;
}
