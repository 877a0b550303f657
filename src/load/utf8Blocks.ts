/**
 * A landing file as blocks of sound UTF-8: unzipped where its name ends in .gz, decoded where `encoding` is another one,
 * without a byte order mark. Blocks are cut anywhere between two characters; memory is a few of them, whatever the file.
 */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { TextDecoder } from "node:util";
import { fail } from "../core/diagnostic.ts";
import type { Encoding } from "./encodings.ts";
import { countLines, type FileDigest, firstBadByte, gunzip, openFile } from "./textFile.ts";

export interface StoredFile {
	readonly absolute: string;
	/** The name in messages. */
	readonly file: string;
	/** What the bytes are known to be; absent: their digest is made while they are read. */
	readonly expected?: FileDigest | undefined;
	/** Bytes that may come out of a packed file; null: the ratio says what is too much. */
	readonly maxUnpacked?: number | null;
}

/** Unpacked bytes for each stored one that no honest file has, told once so much is unpacked. */
const BOMB_RATIO = 250;
const BOMB_FLOOR = 24 << 20;

/**
 * The stored bytes, unpacked, and at the end the digest of what was stored. Throws TFM-LOAD-001 (unreadable), 002 (gzip
 * cut short or damaged), 016 (other bytes than expected, or written to meanwhile), 024 (a bomb).
 */
export async function* unpackedBlocks({
	absolute,
	file,
	expected,
	maxUnpacked = null,
}: StoredFile): AsyncGenerator<Buffer, FileDigest> {
	const digest = createHash("sha256");
	const before = await stampOf(absolute);
	let stored = 0;
	const bytes = async function* () {
		for await (const chunk of openFile(absolute, file)) {
			digest.update(chunk);
			stored += chunk.length;
			yield chunk;
		}
	};
	let unpacked = 0;
	if (!file.endsWith(".gz")) yield* bytes();
	else
		for await (const chunk of gunzip(bytes(), file)) {
			unpacked += chunk.length;
			const tooMuch =
				maxUnpacked === null ? unpacked > BOMB_FLOOR && unpacked > stored * BOMB_RATIO : unpacked > maxUnpacked;
			if (tooMuch)
				fail("TFM-LOAD-024", { file, stored, unpacked, limit: maxUnpacked }, { at: { file, line: 1, column: 1 } });
			yield chunk;
		}
	const found = { hash: digest.digest("hex"), bytes: stored };
	if (before !== (await stampOf(absolute)) || (expected !== undefined && found.hash !== expected.hash))
		fail("TFM-LOAD-016", { file });
	return found;
}

/** What changes when a file is written to; its size and the time of its last change. */
export async function stampOf(absolute: string): Promise<string> {
	const found = await stat(absolute).catch(() => undefined);
	return `${found?.size} ${found?.mtimeMs}`;
}

/** Throws what unpackedBlocks throws, and TFM-LOAD-003 (a byte that the encoding does not have, with its line). */
export async function* utf8Blocks(input: StoredFile, encoding: Encoding): AsyncGenerator<Buffer, FileDigest> {
	const blocks = unpackedBlocks(input);
	const convert = converter(input.file, encoding);
	let line = 1;
	let first = true;
	try {
		for (;;) {
			const next = await blocks.next();
			const block = next.done === true ? convert(undefined, line) : convert(next.value, line);
			if (block.length > 0) {
				line += countLines(block);
				yield first && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
				first = false;
			}
			if (next.done === true) return next.value;
		}
	} finally {
		await blocks.return({ hash: "", bytes: 0 });
	}
}

type Convert = (block: Buffer | undefined, line: number) => Buffer;

function converter(file: string, encoding: Encoding): Convert {
	if (encoding === "utf-8") return utf8Converter(file);
	// What TextDecoder calls latin1 is Windows-1252.
	if (encoding === "latin1") return (block) => Buffer.from(block?.toString("latin1") ?? "", "utf8");
	let decoder: TextDecoder | undefined;
	return (block, line) => {
		decoder ??= new TextDecoder(encoding === "utf-16" ? utf16Of(block) : encoding, { fatal: true });
		try {
			return Buffer.from(decoder.decode(block, { stream: block !== undefined }), "utf8");
		} catch (cause) {
			fail("TFM-LOAD-003", { file, byte: null, encoding }, { at: { file, line, column: 1 }, cause });
		}
	};
}

/** Big end first only where the byte order mark says so. */
const utf16Of = (block: Buffer | undefined): string =>
	block?.[0] === 0xfe && block[1] === 0xff ? "utf-16be" : "utf-16le";

function utf8Converter(file: string): Convert {
	let held: Buffer = Buffer.alloc(0);
	let first = true;
	return (block, line) => {
		const bytes = held.length === 0 ? (block ?? held) : Buffer.concat([held, block ?? Buffer.alloc(0)]);
		const end = block === undefined ? bytes.length : wholeCharacters(bytes);
		const whole = bytes.subarray(0, end);
		held = Buffer.from(bytes.subarray(end));
		if (isUtf8(whole)) {
			first &&= whole.length === 0;
			return whole;
		}
		const at = firstBadByte(whole);
		const where = { file, line: line + countLines(whole.subarray(0, at)), column: 1 };
		return fail(
			"TFM-LOAD-003",
			{ file, byte: whole[at] ?? 0, atStart: first && at < 2, encoding: "utf-8" },
			{ at: where },
		);
	};
}

/** How many of the bytes are whole characters: a character that has begun and may go on is left for the next block. */
function wholeCharacters(bytes: Buffer): number {
	for (let back = 1; back <= 3 && back <= bytes.length; back++) {
		const c = bytes[bytes.length - back]!;
		if (c < 0x80) return bytes.length;
		if (c >= 0xc0) return back < (c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
	}
	return bytes.length;
}

/** A document that is read whole must fit into memory with room to spare. */
const WHOLE = 256 << 20;

/** The whole of a small file's text, and its digest. Throws what utf8Blocks throws, and TFM-LOAD-025 (too large for that). */
export async function wholeText(
	input: StoredFile,
	encoding: Encoding,
	limit = WHOLE,
): Promise<{ readonly text: string; readonly digest: FileDigest }> {
	// What is far too large is not read to find that out. UTF-16 may become half as long, nothing else becomes shorter.
	const stored = input.file.endsWith(".gz") ? 0 : ((await stat(input.absolute).catch(() => undefined))?.size ?? 0);
	if (stored > limit * (encoding === "utf-16" ? 2 : 1)) fail("TFM-LOAD-025", { file: input.file, limit });
	const pieces: Buffer[] = [];
	let bytes = 0;
	const blocks = utf8Blocks(input, encoding);
	for (;;) {
		const next = await blocks.next();
		if (next.done === true) return { text: Buffer.concat(pieces).toString("utf8"), digest: next.value };
		bytes += next.value.length;
		if (bytes > limit) fail("TFM-LOAD-025", { file: input.file, limit });
		pieces.push(next.value);
	}
}
