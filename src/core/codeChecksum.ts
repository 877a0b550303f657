import { hash } from "node:crypto";

export interface Checksum {
	readonly name: string;
	readonly checksum: string;
}

/** Of SQL and of a project file: runs of white space count as one space, so that reformatting is no change (dbt 1.12's rule). */
export const codeChecksum = (text: string): Checksum => ({
	name: "sha256",
	checksum: hash("sha256", text.replace(/[\s\x1c-\x1f\x85]+/g, " ").trim(), "hex"),
});
