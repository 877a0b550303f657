import fc from "fast-check";
import { expect, test } from "vitest";
import { encoded } from "./encodedTexts.ts";

test("texts become the bytes that all of them together have, however small the room", () => {
	const texts = fc.array(fc.string({ unit: "binary", maxLength: 40 }), { maxLength: 20 });
	fc.assert(
		fc.property(texts, fc.integer({ min: 1, max: 60 }), (all, size) => {
			const given = [...encoded(all, Buffer.alloc(size))].length;
			const bytes: number[] = [];
			for (const part of encoded(all, Buffer.alloc(size))) bytes.push(...part);
			expect(Buffer.from(bytes).equals(Buffer.concat(all.map((text) => Buffer.from(text))))).toBe(true);
			expect(given).toBeLessThanOrEqual(all.length);
		}),
	);
});
