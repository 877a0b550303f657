import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";

/** A file to read; `file` is how messages call it. */
export interface Readable {
	readonly absolute: string;
	readonly file: string;
	/** What it held when it was looked at, where that was kept. */
	readonly bytes?: Buffer | undefined;
}

/**
 * A file's text, or the diagnostic that says why it has none. A byte order mark is dropped: editors write it, nobody
 * means it.
 */
export function readText(readable: Readable): string | Diagnostic {
	const text = readMarked(readable);
	return typeof text === "string" && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** The same with the byte order mark that it may have. */
export function readMarked({ absolute, file, bytes: kept }: Readable): string | Diagnostic {
	let bytes: Buffer;
	try {
		bytes = kept ?? readFileSync(absolute);
	} catch (error) {
		const problem = error instanceof Error ? reasonOf(error) : String(error);
		return diagnostic("TFM-PARSE-001", { file, problem }, { at: { file, line: 1, column: 1 } });
	}
	if (!isUtf8(bytes)) return diagnostic("TFM-PARSE-002", { file }, { at: firstBadByte(bytes, file) });
	return bytes.toString("utf8");
}

const REASONS: { readonly [code: string]: string } = {
	EACCES: "permission denied",
	ENOENT: "it has disappeared",
	EISDIR: "it is a folder",
	ELOOP: "its links go round in a circle",
};

/** Node's own message holds the absolute path, which is no business of a report. */
const reasonOf = (error: Error): string => {
	const code = "code" in error ? String(error.code) : "";
	return REASONS[code] ?? (code === "" ? "unknown reason" : code);
};

const REPLACEMENT = Buffer.from("\ufffd");

/** The place of the first byte that is not UTF-8: the first replacement character that the file itself does not hold. */
function firstBadByte(bytes: Buffer, file: string) {
	const text = bytes.toString("utf8");
	let at = text.indexOf("\ufffd");
	for (; at >= 0; at = text.indexOf("\ufffd", at + 1)) {
		const offset = Buffer.byteLength(text.slice(0, at));
		if (!bytes.subarray(offset, offset + REPLACEMENT.length).equals(REPLACEMENT)) break;
	}
	const before = text.slice(0, Math.max(0, at));
	return { file, line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}
