import fc from "fast-check";
import yaml from "js-yaml";
import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { readYaml, type YamlPath } from "./readYaml.ts";

const key = fc.stringMatching(/^[a-z_][a-z0-9_ ]{0,6}[a-z]$/);
const scalar = fc.oneof(
	fc.integer(),
	fc.boolean(),
	fc.constant(null),
	fc.stringMatching(/^[a-z'"#:{}[\]*&!,%@ -]{0,12}$/),
	fc.constant("two\nlines\n"),
);
const { tree } = fc.letrec<{ tree: Plain; mapping: Plain }>((tie) => ({
	tree: fc.oneof({ depthSize: "small" }, scalar, fc.array(tie("tree"), { maxLength: 4 }), tie("mapping")),
	mapping: fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
}));
const style = fc.record({
	indent: fc.constantFrom(1, 2, 4),
	noArrayIndent: fc.boolean(),
	flowLevel: fc.constantFrom(-1, 0, 1, 2),
	forceQuotes: fc.boolean(),
});

/** Every path of the data. */
const pathsOf = (value: Plain, path: YamlPath = []): YamlPath[] =>
	typeof value !== "object" || value === null
		? [path]
		: [
				path,
				...Object.entries(value).flatMap(([k, v]) =>
					pathsOf(v as Plain, [...path, Array.isArray(value) ? Number(k) : k]),
				),
			];
const at = (value: Plain, path: YamlPath): Plain =>
	path.reduce<Plain>((inside, step) => (inside as { [k: string]: Plain })[step as string] ?? null, value);

describe("places of generated documents", () => {
	it("mark exactly the text of each scalar on one line, whatever the style", () => {
		fc.assert(
			fc.property(tree, style, (value, options) => {
				const text = yaml.dump(value, { ...options, lineWidth: -1 });
				const document = readYaml(text, "f.yml");
				expect(document.value).toEqual(value);
				for (const path of pathsOf(value)) {
					const expected = at(value, path);
					const { line, column, endColumn } = document.place(path);
					if (typeof expected === "object" && expected !== null) continue;
					if (typeof expected === "string" && expected.includes("\n")) continue;
					const marked =
						text.split("\n")[line - 1]?.slice(column - 1, (endColumn ?? Number.POSITIVE_INFINITY) - 1) ?? "";
					expect(readYaml(marked, "marked").value).toEqual(expected);
				}
			}),
		);
	});
});

describe("texts that are anything", () => {
	it("have a place also where an explicit key is a mapping", () => {
		expect(() => readYaml("x: 1\n? a:\n", "f.yml")).toThrow(
			expect.objectContaining({
				diagnostics: [
					expect.objectContaining({ code: "TFM-YAML-011", at: expect.objectContaining({ line: 2, column: 1 }) }),
				],
			}),
		);
	});

	it("are read or refused with a code and a place, never with another error", () => {
		const piece = fc.constantFrom(
			..."a b: - ? : , [ ] { } & * ! | > ' \" % @ ` # \n \t 1 ~ << {{ }} {% --- ... \r\n yes 2024-13-01 !!int &a *a".split(
				" ",
			),
			" ",
			"  ",
			"\n",
			"\n  ",
			"\n- ",
			": ",
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
				const text = pieces.join("");
				try {
					const document = readYaml(text, "f.yml");
					for (const path of pathsOf(document.value)) expect(document.place(path).line).toBeGreaterThan(0);
				} catch (error) {
					if (!(error instanceof TfmError)) throw error;
					const place = error.diagnostics[0]?.at;
					expect(place?.line).toBeGreaterThan(0);
					expect(place?.column).toBeGreaterThan(0);
				}
			}),
			{ numRuns: 3000 },
		);
	});
});
