import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { fail } from "../core/diagnostic.ts";

export interface DecodedFile {
	/** sha256 of the bytes on disk, hex. */
	readonly hash: string;
	readonly bytes: number;
	readonly text: string;
}

/**
 * A whole text file: gunzipped where its name ends in .gz, UTF-8 without its byte order mark. `file` is the name used
 * in messages, relative to the project. Throws TFM-LOAD-001 (unreadable), 002 (gzip cut short or damaged), 003 (not
 * UTF-8, with the line of the first bad byte).
 */
export function decodeFile(absolute: string, file: string): DecodedFile {
	let stored: Buffer;
	try {
		stored = readFileSync(absolute);
	} catch (cause) {
		fail("TFM-LOAD-001", { file, problem: (cause as NodeJS.ErrnoException).code ?? String(cause) }, { cause });
	}
	const hash = createHash("sha256").update(stored).digest("hex");
	let raw = stored;
	if (file.endsWith(".gz")) {
		try {
			raw = gunzipSync(stored);
		} catch (cause) {
			fail("TFM-LOAD-002", { file, short: /unexpected end/.test(String(cause)) }, { cause });
		}
	}
	try {
		return { hash, bytes: stored.length, text: new TextDecoder("utf-8", { fatal: true }).decode(raw) };
	} catch (cause) {
		const at = firstBadByte(raw);
		const line = lineOf(raw, at);
		fail("TFM-LOAD-003", { file, byte: raw[at] ?? 0 }, { at: { file, line, column: 1 }, cause });
	}
}

/** Where strict decoding stops: the length of the longest prefix that decodes, found by halving. */
function firstBadByte(bytes: Buffer): number {
	const decodes = (length: number) => {
		try {
			new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
			return true;
		} catch {
			return false;
		}
	};
	let good = 0;
	let bad = bytes.length;
	while (bad - good > 1) {
		const middle = (good + bad) >> 1;
		if (decodes(middle)) good = middle;
		else bad = middle;
	}
	return good;
}

function lineOf(bytes: Buffer, offset: number): number {
	let line = 1;
	for (let i = 0; i < offset; i++) if (bytes[i] === 10) line++;
	return line;
}
