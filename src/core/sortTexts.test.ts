import fc from "fast-check";
import { expect, test } from "vitest";
import { sortTexts } from "./sortTexts.ts";

test("texts are sorted as sort() sorts them, short lists and long ones", () => {
	fc.assert(
		fc.property(fc.array(fc.string({ unit: "binary", maxLength: 3 }), { maxLength: 30 }), (texts) => {
			expect(sortTexts([...texts])).toEqual([...texts].sort());
		}),
	);
});

test("the list itself is sorted", () => {
	const texts = ["b", "a", "c"];
	expect(sortTexts(texts)).toBe(texts);
	expect(texts).toEqual(["a", "b", "c"]);
});
