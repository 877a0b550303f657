import { describe, expect, it } from "vitest";
import { mistakesIn, warningsIn } from "./testing/readProject.ts";

const one = "select 1 as id\n";
const models = (yaml: string) => ({ "models/a.sql": one, "models/p.yml": `models:\n${yaml}` });

describe("mistakes between files", () => {
	it("names both files of two models with one name", async () => {
		expect(await mistakesIn({ "models/x/a.sql": one, "models/y/a.sql": one })).toEqual([
			'TFM-PARSE-003 models/y/a.sql:1:1 two model files of package "shop" are called "a" | rename one of the files, or disable one with config(enabled=false)',
		]);
		expect(await mistakesIn({ "models/x/a.sql": one, "models/y/a.sql": `{{ config(enabled=false) }}${one}` })).toEqual(
			[],
		);
	});

	it("points at the ref and the source that mean nothing, and suggests what was meant", async () => {
		const files = {
			"models/orders.sql": one,
			"models/off.sql": `{{ config(enabled=false) }} ${one}`,
			"models/b.sql": "select *\nfrom {{ ref('order') }}, {{ source('raw', 'ordrs') }},\n  {{ ref('off') }}",
			"models/s.yml": "sources: [{name: raw, tables: [{name: orders}]}]",
		};
		expect(await mistakesIn(files)).toEqual([
			`TFM-REF-001 models/b.sql:2:9 model.shop.b reads ref('order'), which does not exist | did you mean "orders"?`,
			`TFM-REF-005 models/b.sql:2:29 model.shop.b reads source('raw', 'ordrs'), which no YAML file declares | did you mean "source('raw', 'orders')"?`,
			"TFM-REF-002 models/b.sql:3:6 model.shop.b reads ref('off'), but model.shop.off is disabled | enable it, or remove the reference",
		]);
	});

	it("checks the configuration of sources and exposures as that of models", async () => {
		const files = {
			"models/s.yml":
				"sources: [{name: raw, tables: [{name: t, config: {enabled: True and False}}]}]\nexposures: [{name: e, type: notebook, owner: {email: a@b.c}, config: {enabled: 1}}]",
		};
		expect(await mistakesIn(files)).toEqual([
			'TFM-PARSE-023 models/s.yml:1:60 the config "enabled" of source "raw.t" must be true or false, but it is "True and False"',
			'TFM-PARSE-023 models/s.yml:2:80 the config "enabled" of exposure "e" must be true or false, but it is 1',
		]);
	});

	it("refuses a seed whose hook reads something, also when a macro does", async () => {
		const files = {
			"models/a.sql": one,
			"seeds/s.csv": "id\n1\n",
			"macros/m.sql": "{% macro touch() %}select * from {{ ref('a') }}{% endmacro %}",
			"seeds/s.yml": "seeds: [{name: s, config: {post-hook: '{{ touch() }}'}}]",
		};
		expect(await mistakesIn(files)).toEqual([
			"TFM-PARSE-060 seeds/s.yml:1:39 a hook of the seed s reads ref('a') | seeds are loaded first and depend on nothing; put the statement into a hook of a model, or on-run-end",
		]);
	});

	it("wants a name for one thing only, and public models that can be read", async () => {
		const files = {
			"models/a.sql": one,
			"models/b.sql": "{{ config(materialized='ephemeral', access='public') }} select 1",
			"models/versions.yml": "models: [{name: a, versions: [{v: 1, defined_in: a}]}]",
			"seeds/a.csv": "id\n1\n",
		};
		expect(await mistakesIn(files)).toEqual([
			'TFM-PARSE-023 models/b.sql:1:37 the config "access" of model "b" must be "protected" or "private", as it is ephemeral, but it is "public"',
			'TFM-PARSE-017 seeds/a.csv:1:1 there are two resources "a" | rename one of them',
		]);
	});

	it("keeps private models to their group and wants groups declared", async () => {
		const files = {
			"models/a.sql": "{{ config(access='private', group='g') }} select 1",
			"models/b.sql": "select * from {{ ref('a') }}",
			"models/c.sql": "{{ config(group='gg') }} select 1",
			"models/g.yml": "groups: [{name: g, owner: {name: Jo}}]",
		};
		expect(await mistakesIn(files)).toEqual([
			"TFM-REF-016 models/b.sql:1:18 model.shop.b reads ref('a'), but model.shop.a is private | only nodes of the same group may read it",
		]);
		expect(await mistakesIn({ ...files, "models/b.sql": one })).toEqual([
			'TFM-PARSE-024 models/c.sql:1:11 model "c" is in group "gg", which no YAML file declares | did you mean "g"?',
		]);
	});

	it("refuses two nodes for one relation", async () => {
		expect(await mistakesIn({ "models/a.sql": one, "models/b.sql": "{{ config(alias='a') }} select 1" })).toEqual([
			'TFM-PARSE-018 models/b.sql:1:1 model.shop.a and model.shop.b would both be built as "postgres"."dev"."a" | give one of them another alias or schema',
		]);
	});

	it("refuses two tests, source tables, exposures or groups of one name", async () => {
		const yaml = "  - name: a\n    columns: [{name: id, data_tests: [unique, unique]}]\n";
		expect(await mistakesIn(models(yaml))).toEqual([
			'TFM-PARSE-017 models/p.yml:3:47 there are two tests "unique_a_id" | remove one of them, or give one a `name:` of its own',
		]);
		expect(await mistakesIn({ "models/s.yml": "sources: [{name: r, tables: [{name: t}, {name: t}]}]" })).toEqual([
			'TFM-PARSE-017 models/s.yml:1:41 there are two source tables "r.t" | rename one of them',
		]);
	});

	it("refuses a configuration value of the wrong kind where it is set", async () => {
		expect(
			await mistakesIn({
				"models/a.sql": "{{ config(\n  access='privat') }} select 1",
				"models/b.sql": one,
				"models/p.yml": "models: [{name: b, config: {enabled: maybe, tags: {a: 1}}}]",
			}),
		).toEqual([
			'TFM-PARSE-023 models/a.sql:2:3 the config "access" of model "a" must be one of private, protected, public, but it is "privat" | did you mean "private"?',
			'TFM-PARSE-023 models/p.yml:1:38 the config "enabled" of model "b" must be true or false, but it is "maybe"',
			'TFM-PARSE-023 models/p.yml:1:51 the config "tags" of model "b" must be a name or a list of names, but it is a list with a mapping in it',
		]);
	});

	it("checks snapshots, contracts, constraints and names", async () => {
		expect(
			await mistakesIn({
				"snapshots/s.sql":
					"{% snapshot s %}{{ config(strategy='timestamp', unique_key='id') }} select 1{% endsnapshot %}",
				"models/a.sql": "{{ config(contract={'enforced': true}) }} select 1",
				"models/b.sql": one,
				"models/p.yml":
					"models:\n  - name: b\n    columns:\n      - {name: x, constraints: [{type: primary_key}]}\n      - {name: y, constraints: [{type: primary_key}, {type: uniqe}]}\n",
			}),
		).toEqual([
			'TFM-PARSE-039 models/p.yml:4:7 "b" has a primary key on each of x, y | declare a key of several columns once, at the level of the model',
			'TFM-PARSE-023 models/p.yml:5:54 the config "constraints" of model "b" must be a mapping with a `type` of check, not_null, unique, primary_key, foreign_key, custom, but it is "uniqe" | did you mean "unique"?',
			'TFM-PARSE-028 snapshots/s.sql:1:27 snapshot "s" of strategy timestamp has no `updated_at`',
		]);
		expect(await mistakesIn({ "models/two words.sql": one })).toEqual([
			'TFM-PARSE-027 models/two words.sql:1:1 the name "two words" of a model has a space in it | rename it',
		]);
	});
});

describe("mistakes in properties of nodes", () => {
	it("wants one entry per node, and versions that exist", async () => {
		expect(await mistakesIn(models("  - name: a\n  - name: a\n"))).toEqual([
			'TFM-PARSE-012 models/p.yml:3:5 the properties of model "a" are written twice | merge the two entries',
		]);
		expect(
			await mistakesIn(models("  - {name: a, latest_version: 3, versions: [{v: 1, defined_in: a}, {v: 1}]}\n")),
		).toEqual([
			'TFM-PARSE-015 models/p.yml:2:31 latest_version 3 of "a" is not one of its versions | its versions are 1, 1',
			'TFM-PARSE-016 models/p.yml:2:72 version 1 of "a" is declared twice',
		]);
	});

	it("says what is wrong with a test", async () => {
		const tests = ["{unique: , not_null: }", "accepted_values:", "{unique: {model: x}}", "3"];
		const list = tests.map((test) => `      - ${test}\n`).join("");
		expect(await mistakesIn(models(`  - name: a\n    data_tests:\n${list}`))).toEqual([
			'TFM-PARSE-013 models/p.yml:4:9 a test of model "a" has 2 names (unique, not_null) | indent the arguments below the test\'s name: each test of the list has one name',
			'TFM-PARSE-013 models/p.yml:5:9 a test of model "a" ("accepted_values") ends with a colon but has no arguments | write - accepted_values',
			'TFM-PARSE-013 models/p.yml:6:9 a test of model "a" has an argument "model" | the tested relation is passed as `model` by itself: remove it',
			'TFM-PARSE-013 models/p.yml:7:9 a test of model "a" is neither a name nor a mapping | write - unique, or - accepted_values: {arguments: {values: [a, b]}}',
		]);
	});

	it("finds docs blocks that do not exist, and exposures that depend on no call", async () => {
		const files = {
			...models("  - {name: a, description: \"{{ doc('ordres') }}\"}\n"),
			"models/d.md": "{% docs orders %}x{% enddocs %}",
		};
		expect(await mistakesIn(files)).toEqual([
			'TFM-PARSE-025 models/p.yml:2:28 the description of model "a" uses doc(\'ordres\'), which does not exist | did you mean "orders"?',
		]);
		const exposure = "exposures: [{name: e, type: ml, owner: {name: Jo}, depends_on: [a]}]";
		expect(await mistakesIn({ "models/a.sql": one, "models/e.yml": exposure })).toEqual([
			"TFM-PARSE-034 models/e.yml:1:65 exposure \"e\" depends on `a`, which is neither ref(…), source(…) nor metric(…) | write - ref('model'), - source('source', 'table') or - metric('name')",
		]);
	});

	it("warns of properties that belong to nothing or stand in the wrong section", async () => {
		expect(
			await warningsIn({ ...models("  - name: b\n"), "seeds/s.csv": "x\n1\n", "seeds/s.yml": "models: [{name: s}]" }),
		).toEqual([
			'TFM-PARSE-008 models/p.yml:2:11 there is no model "b" that these properties could belong to',
			'TFM-PARSE-009 seeds/s.yml:1:17 "s" stands under `models:` but is a seed; the properties are ignored | move them under `seeds:`',
		]);
	});

	it("leaves out tests of what is disabled or missing, with a warning", async () => {
		const yaml =
			"  - {name: a, config: {enabled: false}, columns: [{name: id, data_tests: [unique]}]}\n  - {name: gone, data_tests: [{not_null: {arguments: {column_name: x}}}]}\n";
		expect(await warningsIn(models(yaml))).toEqual([
			"TFM-PARSE-030 models/p.yml:2:75 the test test.shop.unique_a_id.f6a5f640da reads model.shop.a, which is disabled; the test is left out",
			'TFM-PARSE-008 models/p.yml:3:12 there is no model "gone" that these properties could belong to',
			"TFM-PARSE-031 models/p.yml:3:31 the test test.shop.not_null_gone_x.3f019c19c6 reads ref('gone'), which does not exist; the test is left out",
		]);
	});

	it("mentions test arguments of the older form once", async () => {
		const test = "accepted_values: {values: [1]}";
		const yaml = `  - {name: a, columns: [{name: x, data_tests: [${test}]}, {name: y, data_tests: [${test}]}]}\n`;
		expect(await warningsIn(models(yaml))).toEqual([
			'TFM-PARSE-036 models/p.yml:2:48 arguments of the test "accepted_values" of model "a" stand beside its config: values (so do those of 1 more tests) | nest them under `arguments:`',
		]);
	});
});
