import { hash } from "node:crypto";
import type { Checksum } from "../core/codeChecksum.ts";

const sha256 = (text: string): Checksum => ({
	name: "sha256",
	checksum: hash("sha256", text, "hex"),
});

/** What Python's strip() takes away; unlike JavaScript's trim() it leaves a byte order mark. */
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const AROUND = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");

/** Of a seed: the content, its byte order mark included, with line ends as `\n` and without white space around it. */
export const seedChecksum = (text: string): Checksum => sha256(text.replace(/\r\n?/g, "\n").replace(AROUND, ""));

/** Seeds above this size are compared by their path only. */
export const LARGE_SEED_BYTES = 1024 * 1024;

export const pathChecksum = (originalFilePath: string): Checksum => ({ name: "path", checksum: originalFilePath });
