import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeId } from "../core/node.ts";
import type { Collected } from "../core/parsed.ts";
import { manifestOf, mistakesIn, readWith, shop, warningsIn } from "../manifest/testing/readProject.ts";
import { makeInlineNode } from "./inlineNode.ts";

const one = "select 1 as id\n";

async function parsedOf(files: Readonly<Record<string, string>>) {
	const sandbox = shop(files);
	try {
		return readWith(await sandbox.load()).parsed;
	} finally {
		sandbox.remove();
	}
}

describe("reading the files of a project", () => {
	it("takes each file for what its folder and ending say", async () => {
		const { code, macros, docs } = await parsedOf({
			"models/m.sql": one,
			"models/deep/er/n.SQL": one,
			"models/.hidden.sql": "{{ not even jinja",
			"models/~backup.sql": "{% broken",
			"models/readme.md":
				"# no {% docs d %}block{% enddocs %} {% docs e %}{% raw %}{{ var('x') }}{% endraw %}|{{ none_such }}|{% enddocs %}",
			"seeds/s.csv": "a,b\n1,2\n",
			"analyses/look.sql": one,
			"tests/t.sql": one,
			"tests/generic/g.sql": "{% test g(model) %}select 1{% endtest %}{% macro no() %}{% endmacro %}",
			"tests/fixtures/f.sql": "select 'not a test'",
			"macros/x.sql": "{% macro x() %}{% endmacro %}{% test h(model) %}{% endtest %}",
			"snapshots/two.sql":
				"{% snapshot p %}{{ config(strategy='check', check_cols='all', unique_key='id') }} select 1{% endsnapshot %}",
		});
		expect(code.map(({ kind, name, folders }) => [kind, name, ...folders].join(" "))).toEqual([
			"model n deep er",
			"model m",
			"snapshot p two",
			"analysis look analysis",
			"test t",
			"seed s",
		]);
		const own = macros.filter((macro) => macro.package_name === "shop");
		expect(own.map((macro) => macro.name).sort()).toEqual(["test_g", "test_h", "x"]);
		expect(docs.slice(1).map((doc) => doc.block_contents)).toEqual(["block", "{{ var('x') }}||"]);
	});

	it("takes endings of Jinja's after .sql and .md where the project allows it, and not otherwise", async () => {
		const files = { "models/m.sql.j2": one, "models/d.md.jinja": "{% docs d %}x{% enddocs %}" };
		const flags = "name: shop\nversion: '1.0'\nflags: {allow_jinja_file_extensions: true}\n";
		const read = await parsedOf({ ...files, "tfm_project.yml": flags });
		expect([...read.code.map(({ name }) => name), ...read.docs.map(({ name }) => name)]).toEqual([
			"m",
			"__overview__",
			"d",
		]);
		expect((await parsedOf(files)).code).toEqual([]);
	});

	it("collects refs, sources and config, by scanning or by rendering, with the same result", async () => {
		const plain = "{{ config(materialized='table', tags=['a']) }} select * from {{ ref('x') }}, {{ source('s', 't') }}";
		const { code } = await parsedOf({
			"models/x.sql": one,
			"models/scanned.sql": plain,
			"models/rendered.sql": `{% set y = [1] %}{{ '' ~ '' }}${plain}`,
			"models/s.yml": "sources: [{name: s, tables: [{name: t}]}]",
		});
		const [{ writtenConfig, ...rendered }, scanned] = code
			.filter(({ name }) => name !== "x")
			.map(({ collected }) => collected) as [Collected, Collected];
		expect(writtenConfig).toEqual({ materialized: "table", tags: "['a']" });
		expect(scanned).toEqual({ ...rendered, plain: true });
		expect(scanned).toEqual({
			refs: [{ name: "x", package: null, version: null }],
			sources: [["s", "t"]],
			configs: [{ materialized: "table", tags: ["a"] }],
			macros: [],
			plain: true,
		});
	});

	it("renders where the project replaces ref, so that the scanner's guess does not count", async () => {
		const { nodes } = await manifestOf({
			"macros/ref.sql": "{% macro ref(name) %}{{ return(builtins.ref(name ~ '_v2')) }}{% endmacro %}",
			"models/a_v2.sql": one,
			"models/b.sql": "select * from {{ ref('a') }}",
		});
		expect(nodes.get(nodeId("model.shop.b"))?.depends_on.nodes).toEqual(["model.shop.a_v2"]);
	});

	it("keeps the place of the text when white space stands before it", async () => {
		const { code } = await parsedOf({ "models/a.sql": "\n\n  select 1\n" });
		expect(code[0]).toMatchObject({ raw_code: "select 1", line: 3, column: 3 });
	});

	it("does not care about white space in the checksum of SQL", async () => {
		const { code } = await parsedOf({ "models/a.sql": "select 1,\n  2", "models/b.sql": "select 1, 2\n" });
		expect(code[0]?.checksum).toEqual(code[1]?.checksum);
	});

	it("renders Jinja in property files with its type, but no tests, descriptions and hooks", async () => {
		const { properties } = await parsedOf({
			"tfm_project.yml": "name: shop\nvars: {n: 3}\n",
			"models/a.sql": one,
			"models/p.yml":
				'models:\n  - name: a\n    description: "{{ var(\'n\') }}"\n    config: {meta: {n: "{{ var(\'n\') }}", t: "{{ var(\'n\') }}!"}, post_hook: "{{ this }}"}\n    data_tests: [{unique: {arguments: {column_name: "{{ x }}"}}}]\n',
		});
		expect(properties[0]?.value).toMatchObject({
			description: "{{ var('n') }}",
			config: { meta: { n: 3, t: "3!" }, post_hook: "{{ this }}" },
			data_tests: [{ unique: { arguments: { column_name: "{{ x }}" } } }],
		});
	});
});

describe("mistakes in files", () => {
	it("are all reported together, sorted by file", async () => {
		const latin1 = Buffer.from("select 'caf\xe9'\n", "latin1");
		const found = await mistakesIn(
			{
				"models/c.sql": "select {{ ref('a' }}",
				"models/d.py": "import pandas",
				"models/z.yml": "models: {name: a}\nversion: 1\n",
				"seeds/empty.csv": "\n",
				"macros/m.sql": "{% macro a() %}{% endmacro %}\n{% macro a() %}{% endmacro %}",
			},
			(dir) => {
				writeFileSync(join(dir, "models/b.sql"), latin1);
				symlinkSync(join(dir, "nowhere.sql"), join(dir, "models/link.sql"));
			},
		);
		expect(found.map((line) => line.replace(/(TFM-JINJA-\d+ \S+).*/, "$1"))).toEqual([
			'TFM-PARSE-017 macros/m.sql:2:1 there are two macros "a" | rename one of them',
			"TFM-PARSE-002 models/b.sql:1:12 models/b.sql is not UTF-8 text | save the file as UTF-8",
			"TFM-JINJA-001 models/c.sql:1:19",
			"TFM-PARSE-004 models/d.py:1:1 models/d.py has no function model(dbt, session) | write one",
			"TFM-PARSE-001 models/link.sql:1:1 models/link.sql cannot be read: it has disappeared",
			'TFM-PARSE-006 models/z.yml:1:9 "models" must be a list of entries, but it is a mapping',
			"TFM-PARSE-033 seeds/empty.csv:1:1 seeds/empty.csv has no header line | the first line of a seed names its columns",
		]);
	});

	it("names a folder that cannot be listed", async () => {
		const project = `name: shop\nmodel-paths: [models, "${"x".repeat(300)}"]\n`;
		const [found] = await mistakesIn({ "tfm_project.yml": project });
		expect(found).toMatch(
			/^TFM-PARSE-037 tfm_project\.yml:2:\d+ model-paths names the folder "x+", which cannot be read$/,
		);
	});

	it("refuses tags of an exposure that are no list, as dbt does, null too", async () => {
		const exposure = (name: string, tags: string) => `  - {name: ${name}, type: dashboard, owner: {name: o}${tags}}\n`;
		const yaml = `exposures:\n${exposure("a", ", tags: null")}${exposure("b", ", tags: one")}${exposure("c", ", tags: [one]")}${exposure("d", "")}`;
		expect(await mistakesIn({ "models/p.yml": yaml })).toEqual([
			'TFM-PARSE-006 models/p.yml:2:56 "tags" of exposure "a" must be a list of names, but it is empty',
			'TFM-PARSE-006 models/p.yml:3:56 "tags" of exposure "b" must be a list of names, but it is the text "one"',
		]);
	});

	it("has a place for every wrong shape of a property file", async () => {
		const yaml = `models:
  - just text
  - description: no name
  - name: a
    columns: {id: x}
  - name: b
    columns: [id, {description: d}]
    tests: [unique]
    data_tests: [unique]
    meta: {a: 1}
    config: {meta: {b: 2}}
exposures:
  - {name: e}
`;
		expect(await mistakesIn({ "models/a.sql": one, "models/b.sql": one, "models/p.yml": yaml })).toEqual([
			'TFM-PARSE-006 models/p.yml:2:5 an entry of "models" must be a mapping with a name, but it is the text "just text"',
			'TFM-PARSE-007 models/p.yml:3:5 an entry of "models" has no "name" | add `name:`',
			'TFM-PARSE-006 models/p.yml:5:14 "columns" of model "a" must be a list, but it is a mapping',
			'TFM-PARSE-006 models/p.yml:7:15 a column of model "b" must be a mapping with a name, but it is the text "id"',
			'TFM-PARSE-007 models/p.yml:7:19 a column of model "b" has no "name" | add `name:`',
			'TFM-PARSE-010 models/p.yml:8:5 model "b" has both `tests` and `data_tests` | keep `data_tests`, and move the tests of the other list there',
			'TFM-PARSE-011 models/p.yml:10:5 "meta" is set both in model "b" and in its `config:` | keep the one under `config:`',
			'TFM-PARSE-007 models/p.yml:13:5 exposure "e" has no "owner" | add `owner:`',
			'TFM-PARSE-007 models/p.yml:13:5 exposure "e" has no "type" | add `type:`',
		]);
	});

	it("warns of keys that nobody reads", async () => {
		const yaml = "modles: []\nmodels: [{name: a, desciption: x, columns: [{name: id, test: [unique]}]}]\n";
		expect(await warningsIn({ "models/a.sql": one, "models/p.yml": yaml })).toEqual([
			'TFM-PARSE-005 models/p.yml:1:1 "modles" is not a key of a property file, so it is ignored | did you mean "models"?',
			'TFM-PARSE-005 models/p.yml:2:20 "desciption" is not a key of model "a", so it is ignored | did you mean "description"?',
			'TFM-PARSE-005 models/p.yml:2:56 "test" is not a key of column "id" of model "a", so it is ignored | did you mean "tests"?',
		]);
	});

	it("follows no linked folders, which could go round in a circle", async () => {
		const found = await mistakesIn({ "models/a.sql": one }, (dir) => {
			mkdirSync(join(dir, "models/sub"));
			symlinkSync(join(dir, "models"), join(dir, "models/sub/again"));
		});
		expect(found).toEqual([]);
	});
});

describe("a query that stands in no file", () => {
	it("is bound to the nodes of the manifest", async () => {
		const sandbox = shop({ "models/a.sql": one });
		const { manifest, facts } = readWith(await sandbox.load());
		sandbox.remove();
		const inline = (sql: string) => makeInlineNode({ sql, name: "inline_query", label: "--inline" }, manifest, facts);
		expect(inline("select * from {{ ref('a') }}")).toMatchObject({
			unique_id: "operation.shop.inline_query",
			depends_on: { nodes: ["model.shop.a"] },
		});
		expect(() => inline("select * from {{ ref('b') }}")).toThrow(/TFM-REF-001: --inline reads ref\('b'\)/);
	});
});
