import { hash } from "node:crypto";

export interface Checksum {
	readonly name: string;
	readonly checksum: string;
}

/** Of SQL and of a project file: runs of white space count as one space, so that reformatting is no change (dbt 1.12's rule). */
export const codeChecksum = (text: string): Checksum => ({
	name: "sha256",
	checksum: hash("sha256", collapsedAscii(text) ?? text.replace(/[\s\x1c-\x1f\x85]+/g, " ").trim(), "hex"),
});

const SPACE = 0x20;

/**
 * The same of a text of ASCII as bytes, null of any other: a regular expression makes a list of all words first, which
 * was a thirtieth of all that the reading of a large project allocated.
 */
function collapsedAscii(text: string): Uint8Array | null {
	const { length } = text;
	const bytes = Buffer.allocUnsafe(length);
	let to = 0;
	let spaced = false;
	for (let at = 0; at < length; at++) {
		const code = text.charCodeAt(at);
		if (code > 0x7f) return null;
		if (code === SPACE || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f)) {
			spaced = true;
			continue;
		}
		if (spaced && to > 0) bytes[to++] = SPACE;
		spaced = false;
		bytes[to++] = code;
	}
	return bytes.subarray(0, to);
}
