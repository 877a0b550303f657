import fc from "fast-check";
import { expect, it } from "vitest";
import { readXml } from "./testing/readXml.ts";
import { xmlAttribute, xmlText } from "./xmlText.ts";

const SIGNS = [..."<>&\"']\r\n\t\0\x1b\ufffe", "]]>", "&amp;", "\ud800"];

it("any text comes out of XML as it went in, but for characters that XML has not", () => {
	const text = fc.string({ unit: fc.oneof(fc.constantFrom(...SIGNS), fc.string({ unit: "binary", maxLength: 1 })) });
	const kept = (value: string) => value.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, "");
	fc.assert(
		fc.property(text, (value) => {
			const read = readXml(`<a b="${xmlAttribute(value)}">${xmlText(value)}</a>`);
			expect([read.attributes.b, read.text]).toEqual([kept(value), kept(value)]);
		}),
	);
});
