import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";

/**
 * A file's text, or the diagnostic that says why it has none. `file` is how messages call it. A byte order mark is
 * dropped: editors write it, nobody means it.
 */
export function readText(absolute: string, file: string): string | Diagnostic {
	let bytes: Buffer;
	try {
		bytes = readFileSync(absolute);
	} catch (error) {
		const problem = error instanceof Error ? reasonOf(error) : String(error);
		return diagnostic("TFM-PARSE-001", { file, problem }, { at: { file, line: 1, column: 1 } });
	}
	if (!isUtf8(bytes)) return diagnostic("TFM-PARSE-002", { file }, { at: firstBadByte(bytes, file) });
	const text = bytes.toString("utf8");
	return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
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

/** The place of the first byte that is not UTF-8, found by halving. */
function firstBadByte(bytes: Buffer, file: string) {
	let good = 0;
	let bad = bytes.length;
	while (bad - good > 1) {
		const middle = (good + bad) >> 1;
		// A cut inside a character looks bad as well, so look a few bytes back for a clean cut.
		if ([0, 1, 2, 3].some((back) => middle - back > good && isUtf8(bytes.subarray(0, middle - back)))) good = middle;
		else bad = middle;
	}
	const before = bytes.subarray(0, Math.max(0, good)).toString("utf8");
	const line = before.split("\n").length;
	return { file, line, column: before.length - before.lastIndexOf("\n") };
}
