import { describe, expect, it } from "vitest";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import { readYaml, type YamlPath } from "./readYaml.ts";

const mistake = (text: string): Diagnostic => {
	try {
		readYaml(text, "f.yml");
	} catch (error) {
		if (error instanceof TfmError && error.diagnostics[0] !== undefined) return error.diagnostics[0];
		throw error;
	}
	throw new Error("the text was read without a mistake");
};

const brief = (text: string): string => {
	const { code, at, message, hint } = mistake(text);
	return `${code} ${at?.line}:${at?.column} ${message}${hint === undefined ? "" : ` | ${hint}`}`;
};

describe("reading", () => {
	it("gives null for an empty file, and for one of comments", () => {
		expect(readYaml("", "f.yml").value).toBeNull();
		expect(readYaml("# nothing\n\n", "f.yml").value).toBeNull();
		expect(readYaml("\uFEFF---\n", "f.yml").value).toBeNull();
	});

	it("merges << from one mapping and from a list, own keys first", () => {
		const text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\none: {<<: *a, x: 9}\ntwo: {<<: [*a, *b]}\n";
		expect(readYaml(text, "f.yml").value).toMatchObject({ one: { x: 9, y: 1 }, two: { x: 1, y: 1, z: 2 } });
	});

	it("freezes the data to its depths, shared parts included", () => {
		const { value } = readYaml("a: &a [{b: 1}]\nc: *a\n", "f.yml");
		const deep = value as { c: { b: number }[] };
		expect([value, deep.c, deep.c[0]].every(Object.isFrozen)).toBe(true);
	});

	it("keeps __proto__ and constructor as keys like any other", () => {
		const { value } = readYaml("__proto__: {polluted: 1}\nconstructor: 2\n", "f.yml");
		expect(Object.keys(value as object)).toEqual(["__proto__", "constructor"]);
		expect(({} as { polluted?: number }).polluted).toBeUndefined();
	});
});

describe("places", () => {
	const text = `# a comment
version: 2
models:
  - name: "stg users"   # note
    columns: [{name: id, tests: [unique]}, {name: n}]
    description: >
      long
      text
  -
  - &second
    name: b
    config:
      tags: &tags
        - x
        - 'y z'
  - {name: c, <<: *shared, config: {tags: *tags}}
base: &shared
  meta: {owner: me}
empty:
`.replace("<<: *shared, ", "");
	const yaml = readYaml(text, "f.yml");
	const at = (path: YamlPath): string => {
		const { line, column, endColumn } = yaml.place(path);
		return `${line}:${column}${endColumn === undefined ? "" : `-${endColumn}`}`;
	};

	it.each([
		[["version"], "2:10-11"],
		[["models"], "4:3"],
		[["models", 0, "name"], "4:11-22"],
		[["models", 0, "columns", 0, "tests", 0], "5:34-40"],
		[["models", 0, "columns", 1, "name"], "5:51-52"],
		[["models", 0, "description"], "6:18"],
		[["models", 2, "name"], "11:11-12"],
		[["models", 2, "config", "tags", 1], "15:11-16"],
		[["models", 3, "name"], "16:12-13"],
		[["models", 3, "config", "tags", 0], "14:11-12"],
		[["base", "meta", "owner"], "18:17-19"],
		[["empty"], "19:1-6"],
		[["models", 0, "nothing", "here"], "4:5"],
	] as [YamlPath, string][])("finds the value at %j in %s", (path, place) => {
		expect(at(path)).toBe(place);
	});

	it("finds keys, and the line for a code frame", () => {
		expect(yaml.keyPlace(["models", 2, "config", "tags"])).toEqual({
			file: "f.yml",
			line: 13,
			column: 7,
			endColumn: 11,
		});
		expect(yaml.at(["version"], "key")).toEqual({
			at: { file: "f.yml", line: 2, column: 1, endColumn: 8 },
			source: "version: 2",
		});
	});

	it("finds a key that came in through <<", () => {
		const merged = readYaml("a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2\n", "f.yml");
		expect(merged.place(["b", "x"])).toMatchObject({ line: 2, column: 6 });
		expect(merged.place(["b", "y"])).toMatchObject({ line: 5, column: 6 });
	});

	it("says how a number was written", () => {
		const versions = readYaml("a: 1.10\nb: '010'\nc: 010 # octal\n", "f.yml");
		expect(["a", "b", "c"].map((key) => versions.written([key]))).toEqual(["1.10", "010", "010"]);
		expect(versions.value).toEqual({ a: 1.1, b: "010", c: 8 });
	});

	it("counts lines of every kind of line break", () => {
		expect(readYaml("a: 1\r\nb: 2\rc: 3\n", "f.yml").place(["c"])).toMatchObject({ line: 3, column: 4 });
	});
});

describe("a key that is written twice", () => {
	it("is told of, and the last one counts, for its value and its place", () => {
		const document = readYaml("x: 1\na: 1\nb: {c: 2, c: 4}\na: 3\n", "f.yml");
		expect(document.value).toEqual({ x: 1, a: 3, b: { c: 4 } });
		expect(document.place(["a"])).toMatchObject({ line: 4, column: 4 });
		expect(document.repeated.map((d) => [d.severity, d.code, d.at?.line, d.related[0]?.at.line, d.message])).toEqual([
			["warning", "TFM-YAML-003", 3, 3, 'the key "c" is written twice in one mapping: this one counts'],
			["warning", "TFM-YAML-003", 4, 2, 'the key "a" is written twice in one mapping: this one counts'],
		]);
	});

	it("is told of to dbt's log with dbt's line, which is counted from the first that is not empty", () => {
		const [found] = readYaml("\n\na: 1\na: 2\n", "f.yml").repeated;
		expect(found?.at?.line).toBe(4);
		expect(found?.dbt).toBe(`Duplicate key 'a' in "<unicode string>", line 2, column 1 in file \`f.yml\``);
	});

	it("may be one of a mapping that is merged in", () => {
		expect(readYaml("d: &d {a: 1}\ne: {<<: *d, a: 2}\n", "f.yml").repeated).toEqual([]);
	});
});

describe("mistakes", () => {
	it.each([
		["a:\n\tb: 1\n", "TFM-YAML-002 2:1 a tab is used to indent | tabs cannot indent YAML: use spaces"],
		["a:\n  - b\n\t- c\n", "TFM-YAML-002 3:1 a tab is used to indent | tabs cannot indent YAML: use spaces"],
		[
			"a: 1\nb: 'it is\nc: 3\n",
			"TFM-YAML-004 2:4 the quote ' that opens here is never closed | close it with ', and write '' for an apostrophe inside",
		],
		[
			'a: "x\nb: 3\n',
			'TFM-YAML-004 1:4 the quote " that opens here is never closed | close it with ", and write \\" for a quote inside',
		],
		[
			"a: b: c\n",
			"TFM-YAML-005 1:5 this line's indentation fits nothing above it | keys of one mapping and the dashes of one list start in the same column; a value with `: ` in it needs quotes",
		],
		[
			"a:\n  - x\n - y\n",
			"TFM-YAML-005 3:2 this line's indentation fits nothing above it | keys of one mapping and the dashes of one list start in the same column; a value with `: ` in it needs quotes",
		],
		[
			"a: 1\n---\nb: 2\n",
			"TFM-YAML-006 2:1 a second document starts here | a file holds one document: remove the line `---`",
		],
		[
			"a: [1, 2\nb: 3\n",
			"TFM-YAML-007 1:4 the bracket [ that opens here is never closed, or a comma is missing inside | close it with ] and put a comma between the entries",
		],
		[
			"a: &all\n  - *all\n",
			"TFM-YAML-001 2:5 this is not valid YAML: an alias stands inside what it names | write the value out where the alias stands",
		],
		[
			// Without a line end, where a block of text would lose its own.
			"a: &all\n  - *all",
			"TFM-YAML-001 2:5 this is not valid YAML: an alias stands inside what it names | write the value out where the alias stands",
		],
		["a: *\n", "TFM-YAML-001 1:5 this is not valid YAML: name of an alias node must contain at least one character"],
		[
			"a: *all\n",
			"TFM-YAML-008 1:4 there is no anchor &all above this line | a text that starts with * needs quotes; an alias needs an anchor of the same name further up",
		],
		["a: !vault x\n", "TFM-YAML-009 1:4 the tag !vault is not supported | a text that starts with ! needs quotes"],
		[
			"a: 1\nday: 2024-13-45 # no\n",
			"TFM-YAML-010 2:6 2024-13-45 is read as a date or a number, but there is no such day | put it in quotes if it is text",
		],
		[
			"a: {{ env_var('X') }}\n",
			"TFM-YAML-011 1:4 a Jinja expression that is not quoted: {{ env_var('X') }} | put the whole value in quotes: \"{{ … }}\"",
		],
		[
			"a:\n  b: {{ env_var('X', 'y') }}\n",
			"TFM-YAML-011 2:6 a Jinja expression that is not quoted: {{ env_var('X', 'y') }} | put the whole value in quotes: \"{{ … }}\"",
		],
		[
			"a: {% if x %}\n",
			'TFM-YAML-011 1:4 a Jinja expression that is not quoted: {% if x %} | put the whole value in quotes: "{{ … }}"',
		],
		["a: @b\n", "TFM-YAML-001 1:4 this is not valid YAML: a value cannot start with @ | put the value in quotes"],
		[
			"a: 1\nb\nc: 2\n",
			"TFM-YAML-001 3:2 this is not valid YAML: this line is not a `key: value` like its neighbours | a key is followed by a colon and a space",
		],
	])("in %j", (text, message) => {
		expect(brief(text)).toBe(message);
	});
});

describe("a file that would take all memory", () => {
	const laughs = (depth: number) =>
		[
			"a0: &a0 [x]",
			...Array.from({ length: depth }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`)}]`),
		].join("\n");

	it("is refused where its aliases multiply, at the first of them", () => {
		expect(readYaml(laughs(5), "f.yml").value).toHaveProperty("a5.length", 9);
		expect(brief(laughs(9))).toMatch(
			/^TFM-YAML-016 2:10 the aliases of this file stand for [\d,]+ values, more than 5,000,000 \| write out/,
		);
	});

	it("is refused for its size before it is read", () => {
		expect(brief(`a: "${"x".repeat(32_000_000)}"`)).toBe(
			"TFM-YAML-017 1:1 this YAML file has 32 MB, more than 32 MB | divide it into several files; property files may have any name and lie in any folder of the models",
		);
	});

	it("keeps the places of a hundred thousand mistakes cheap", () => {
		const document = readYaml(
			`l:\n${Array.from({ length: 100_000 }, (_, i) => `  - name: m${i}\n`).join("")}`,
			"f.yml",
		);
		for (let i = 0; i < 100_000; i++) expect(document.at(["l", i, "name"]).at.line).toBe(i + 2);
	});
});
