import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { readYaml } from "./readYaml.ts";
import answers from "./scalars.golden.json" with { type: "json" };
import { isMapping } from "./shapeCheck.ts";

/** `value` and `type` are what PyYAML 6.0.3's safe_load made of `key: <text>`. */
interface Answer {
	readonly text: string;
	readonly type: "bool" | "null" | "int" | "float" | "date" | "text" | "data" | "error";
	readonly value?: Plain;
}

const NOT_FINITE: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: Number.NaN };

function read(text: string): Plain | "refused" {
	try {
		const { value } = readYaml(`key: ${text}\n`, "f.yml");
		return isMapping(value) ? (value.key ?? null) : "refused";
	} catch (error) {
		if (error instanceof TfmError) return "refused";
		throw error;
	}
}

describe("a plain scalar means what PyYAML's SafeLoader makes of it", () => {
	it("has answers for more than 240 scalars", () => {
		expect(answers.length).toBeGreaterThan(240);
	});

	for (const { text, type, value } of answers as Answer[]) {
		it(`reads ${JSON.stringify(text)} as ${type}`, () => {
			const expected =
				type === "error"
					? "refused"
					: type === "float" && typeof value === "string"
						? NOT_FINITE[value]
						: (value as Plain);
			expect(read(text)).toEqual(expected);
		});
	}
});
