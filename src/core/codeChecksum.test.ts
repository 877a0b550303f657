import { hash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { codeChecksum } from "./codeChecksum.ts";

/** Python's `" ".join(text.split())`, hashed. */
const asDbt = (text: string): string =>
	hash(
		"sha256",
		text
			.split(/[\s\x1c-\x1f\x85]+/)
			.filter((word) => word !== "")
			.join(" "),
		"hex",
	);

test("white space counts as one space within a text and as nothing around it, whatever else the text is written in", () => {
	const word = fc.constantFrom("a", "select", "ä", "\u{1f600}", "\x7f");
	const space = fc.constantFrom(" ", "\n", "\t", "\v", "\f", "\r\n", "\x1c", "\x1f", "\x85", "\u00a0", "\u2003");
	fc.assert(
		fc.property(fc.array(fc.oneof(word, space), { maxLength: 12 }), (parts) => {
			const text = parts.join("");
			expect(codeChecksum(text)).toEqual({ name: "sha256", checksum: asDbt(text) });
		}),
	);
});
