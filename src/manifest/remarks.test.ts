import { describe, expect, it } from "vitest";
import { brief } from "../config/testing/sandbox.ts";
import { nodeId } from "../core/node.ts";
import { datedModels, modelDeprecations } from "./modelDeprecations.ts";
import { manifestOf, mistakesIn } from "./testing/readProject.ts";

const PROJECT = "name: shop\nversion: '1.0'\n";

describe("remarks of a whole project", () => {
	it("tell which configuration of the project file applies to nothing, as dbt does", async () => {
		const trees = {
			models: "models: {shop: {marts: {+tags: x}, '+meta': {a: 1}}, other: {enabled: true}}\n",
			seeds: "seeds: {quote_columns: false}\ndata_tests: {+severity: warn}\n",
		};
		const files = {
			"tfm_project.yml": PROJECT + trees.models + trees.seeds,
			"models/marts/a.sql": "select 1 as id",
			"models/p.yml": "models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]",
		};
		expect((await manifestOf(files)).warnings.map(brief)).toEqual([
			"TFM-CONFIG-034 tfm_project.yml:3:1 2 configurations apply to nothing: models.other, seeds | compare the names with the project's name and its folders, or remove them",
		]);
		// What is disabled counts as found.
		const off = { ...files, "models/marts/a.sql": "{{ config(enabled=false) }} select 1", "seeds/s.csv": "a\n1\n" };
		expect((await manifestOf(off)).warnings.map(({ message }) => message)).toContain(
			"the configuration under models.other applies to nothing",
		);
	});

	it("name the docs blocks that stand by themselves in a description, as often as they do", async () => {
		const describe = (...texts: readonly string[]) =>
			texts.map((text, i) => `{name: c${i}, description: ${text}}`).join(", ");
		const columns = describe(
			`"{{ doc('d') }} and {{ doc('d') }}"`,
			`"{{ doc('d') }} {{ 'more' }}"`,
			`"{{ doc('d').format(x=1) }}"`,
			`"{{ doc('d' ~ '') }}"`,
		);
		const { nodes } = await manifestOf({
			"models/m.sql": "select 1",
			"models/m.yml": `models: [{name: m, columns: [${columns}]}]`,
			"models/d.md": "{% docs d %}text{% enddocs %}",
		});
		const { columns: found } = nodes.get(nodeId("model.shop.m"))!;
		expect(Object.values(found).map(({ description, doc_blocks }) => [description, doc_blocks ?? []])).toEqual([
			["text and text", ["doc.shop.d", "doc.shop.d"]],
			["text more", ["doc.shop.d"]],
			["text", []],
			["text", []],
		]);
	});

	it("take a table's loaded_at_field for more than its source's loaded_at_query", async () => {
		const yaml =
			"sources: [{name: s, config: {loaded_at_query: select 1}, tables: [{name: t, config: {loaded_at_field: at}}, {name: u}]}]";
		const { sources } = await manifestOf({ "models/s.yml": yaml });
		expect([...sources.values()].map((one) => [one.loaded_at_field, one.loaded_at_query])).toEqual([
			["at", null],
			[null, "select 1"],
		]);
	});

	it("tell of models past their deprecation date and of those that read one with such a date", async () => {
		const manifest = await manifestOf({
			"models/old.sql": "select 1 as id",
			"models/going_v1.sql": "select 1 as id",
			"models/going_v2.sql": "select 1 as id",
			"models/reader.sql": "select * from {{ ref('old') }} join {{ ref('going', v=1) }} using (id)",
			"models/p.yml":
				"models:\n  - {name: old, deprecation_date: 1999-01-01}\n  - {name: going, versions: [{v: 1, deprecation_date: 2999-01-01}, {v: 2}]}\n",
		});
		expect(modelDeprecations(manifest, datedModels(manifest), new Date("2026-01-01")).map(brief)).toEqual([
			"TFM-PARSE-058 models/reader.sql:1:1 reader reads going.v1, which will be deprecated on 2999-01-01 | a newer version is there: ref('shop', 'going', v='2')",
			"TFM-PARSE-057 models/old.sql:1:1 old has passed its deprecation date, 1999-01-01 | disable or remove it",
			"TFM-PARSE-059 models/reader.sql:1:1 reader reads old, which was deprecated on 1999-01-01",
		]);
		const later = modelDeprecations(manifest, datedModels(manifest), new Date("3000-01-01"));
		expect(later.find(({ dbt }) => dbt?.includes("Found a reference to going"))?.dbt).toBe(
			"While compiling 'reader': Found a reference to going.v1, which was deprecated on '2999-01-01T00:00:00+00:00'. A new version of 'going' is available. Migrate now: {{ ref('shop', 'going', v='2') }}.",
		);
	});
});

describe("remarks that dbt makes of property files", () => {
	const macros = (flags: string) => ({
		"tfm_project.yml": `${PROJECT}${flags}`,
		"models/a.sql": "select 1 as id",
		"macros/m.sql":
			"{% macro one(a, b=1) %}{% endmacro %}{% macro two(a) %}{% endmacro %}{% macro three(p, q) %}{% endmacro %}",
		"macros/m.yml": `macros:
  - {name: one, arguments: [{name: a, type: string}, {name: c, type: "list[int]"}, {name: x, type: varchar}]}
  - {name: two, arguments: [{name: a, type: "dict[str, optional[int]]"}]}
  - {name: three}
`,
	});

	it("tell of described arguments that are not those of the macro (InvalidMacroAnnotation)", async () => {
		const said = "TFM-PARSE-072 macros/m.yml";
		expect((await manifestOf(macros(""))).warnings.map((w) => brief(w).split(" | ")[0])).toEqual([
			`${said}:2:28 the description of the macro one does not fit it: its code has 2 arguments, and 3 are described`,
			`${said}:2:61 the description of the macro one does not fit it: the argument c is called b in its code`,
			`${said}:2:100 the description of the macro one does not fit it: "varchar", the type of x, is none of dbt's`,
		]);
		const off = await manifestOf(macros("flags: {validate_macro_args: false}\n"));
		expect([off.warnings, off.macros.get("macro.shop.three")?.arguments]).toEqual([[], []]);
	});

	it("tell of sources with thresholds whose age nothing says (FreshnessConfigProblem)", async () => {
		const table = (name: string, rest: string) => `{name: ${name}, config: {freshness: ${rest}}}`;
		const day = "{count: 1, period: day}";
		const tables = [
			table("a", `{warn_after: ${day}}`),
			table("b", "{}"),
			table("c", `{error_after: ${day}}, loaded_at_query: select now()`),
			table("d", "{filter: x}"),
		];
		const gone = `  - {name: gone, config: {enabled: false, freshness: {error_after: ${day}}}, tables: [{name: f}]}\n`;
		const { warnings } = await manifestOf({
			"tfm_project.yml": PROJECT,
			"models/s.yml": `sources:\n  - {name: raw, tables: [${tables.join(", ")}]}\n${gone}`,
		});
		expect(warnings.map(({ code, message }) => [code, message.split(":")[0]])).toEqual([
			["TFM-FRESH-008", "the freshness of raw.a cannot be told"],
			["TFM-FRESH-008", "the freshness of gone.f cannot be told"],
		]);
	});
});

describe("flags of dbt 1.12", () => {
	const flags = (...on: readonly string[]) => `${PROJECT}flags: {${on.map((flag) => `${flag}: true`).join(", ")}}\n`;

	it("configure analyses by their own tree, by their folders", async () => {
		const files = {
			"analyses/by_day/a.sql": "select 1 as id",
			"analyses/b.sql": "select 1 as id",
		};
		const tree = "analyses: {shop: {by_day: {+enabled: false}}}\n";
		const now = await manifestOf({ ...files, "tfm_project.yml": flags("require_corrected_analysis_fqns") + tree });
		expect([...now.nodes.values()].map(({ unique_id, fqn }) => [unique_id, fqn])).toEqual([
			["analysis.shop.b", ["shop", "b"]],
		]);
		const before = await manifestOf({ ...files, "tfm_project.yml": PROJECT + tree });
		expect(before.nodes.get(nodeId("analysis.shop.a"))?.fqn).toEqual(["shop", "analysis", "by_day", "a"]);
	});

	it("name the view of a model's latest version, and refuse a name that is taken", async () => {
		const files = (pointer: string) => ({
			"models/m_v1.sql": "select 1 as id",
			"models/m_v2.sql": "select 1 as id",
			"models/other.sql": "select 1 as id",
			"models/p.yml": `models:\n  - {name: m, config: {latest_version_pointer: ${pointer}}, versions: [{v: 1}, {v: 2}]}\n`,
		});
		const pointers = async (pointer: string, more: Record<string, string> = {}) =>
			[...(await manifestOf({ ...files(pointer), ...more })).nodes.values()].flatMap((node) =>
				node.resource_type === "model" && node.pointer ? [`${node.alias} ${node.pointer.alias}`] : [],
			);
		expect(await pointers("true")).toEqual(["m_v2 m"]);
		expect(await pointers("{enabled: true, alias: ' now '}")).toEqual(["m_v2 now"]);
		expect(await pointers("{enabled: null}")).toEqual([]);
		const flag = { "tfm_project.yml": flags("latest_version_pointer_enabled_by_default") };
		expect(await pointers("{enabled: null}", flag)).toEqual(["m_v2 m"]);
		const macro =
			"{% macro generate_latest_version_pointer_alias(custom_alias_name=none, node=none) %}{{ node.name ~ '_latest' }}{% endmacro %}";
		expect(await pointers("true", { "macros/m.sql": macro })).toEqual(["m_v2 m_latest"]);
		expect(await mistakesIn(files("{enabled: true, alias: other}"))).toEqual([
			'TFM-PARSE-061 models/p.yml:2:48 latest_version_pointer of m: the name "other" is taken by model "other" | give the pointer another `alias`, or set `enabled: false`',
		]);
		expect((await mistakesIn(files("{enabled: true, alias: m_v2}")))[0]).toContain(
			"is that of the latest version itself",
		);
	});

	it("take a microbatch macro of the project's own out of batches, with a remark", async () => {
		const config =
			"materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2024-01-01', batch_size='day'";
		const files = (flag: string) => ({
			"tfm_project.yml": `${PROJECT}flags: {require_batched_execution_for_custom_microbatch_strategy: ${flag}}\n`,
			"macros/m.sql": "{% macro get_incremental_microbatch_sql(arg_dict) %}{% endmacro %}",
			"models/m.sql": `{{ config(${config}) }} select 1 as at`,
		});
		const codes = async (flag: string) => (await manifestOf(files(flag))).warnings.map(({ code }) => code);
		expect(await codes("false")).toEqual(["TFM-DEPR-015"]);
		expect(await codes("true")).toEqual(["TFM-INC-017"]);
	});

	it("make an error of spaces in names of sources and semantic models, which are remarks without them", async () => {
		const yaml = "sources:\n  - name: raw data\n    tables: [{name: a}, {name: b}]\n";
		expect((await manifestOf({ "models/s.yml": yaml })).warnings.map(brief)).toEqual([
			"TFM-DEPR-013 1 name has spaces | rename the resources",
			'TFM-PARSE-027 models/s.yml:2:11 the name "raw data" of a source has a space in it | rename it',
		]);
		const flag = flags("require_source_and_semantic_model_names_without_spaces");
		expect(await mistakesIn({ "tfm_project.yml": flag, "models/s.yml": yaml })).toHaveLength(1);
	});
});

describe("mistakes that dbt refuses too", () => {
	it("are a model's foreign key to what is no reference, contract or not", async () => {
		const key = "{type: foreign_key, columns: [id], to: invalid, to_columns: [id]}";
		const yaml = `models: [{name: m, constraints: [${key}], columns: [{name: id, data_type: int}]}]`;
		expect(await mistakesIn({ "models/m.sql": "select 1 as id", "models/m.yml": yaml })).toEqual([
			"TFM-PARSE-051 models/m.yml:1:73 a foreign key of \"m\" refers to invalid, which is neither ref(…) nor source(…) | write `to: ref('model')` and `to_columns: [id]`",
		]);
	});

	it("are arguments without a default after one with a default", async () => {
		expect(
			await mistakesIn({
				"functions/f.sql": "select a + b",
				"functions/f.yml":
					"functions:\n  - name: f\n    arguments: [{name: a, data_type: int, default_value: 1}, {name: b, data_type: int}]\n    returns: {data_type: int}\n",
			}),
		).toEqual([
			'TFM-PARSE-054 functions/f.yml:2:11 the function "f" has the argument "b" without a default after one that has a default | put the arguments with a default last',
		]);
	});

	it("are a colour that is none, and properties that enable one of several disabled files", async () => {
		const off = "{{ config(enabled=false) }} select 1";
		expect(
			await mistakesIn({
				"models/a.sql": "{{ config(docs={'node_color': '#12'}) }} select 1",
				"models/x/b.sql": off,
				"models/y/b.sql": off,
				"models/p.yml": "models: [{name: b, config: {enabled: true}}]",
			}),
		).toEqual([
			'TFM-PARSE-055 models/a.sql:1:11 docs.node_color of model "a" is "#12", which is no colour | write a CSS name such as "steelblue", or a code such as "#4682b4"',
			'TFM-PARSE-056 models/p.yml:1:38 2 model files are called "b", all of them disabled, so none can be enabled here | enable one of them with config(enabled=true) in its file, or for its folder in the project file',
		]);
	});
});
