import { describe, expect, it } from "vitest";
import { nodeId } from "../core/node.ts";
import { manifestOf, mistakesIn, warningsIn } from "./testing/readProject.ts";

const layered = (more = "") => ({
	"tfm_project.yml": `name: shop\nlayers: [landing, staging, marts]\n${more}`,
	"models/landing/s.yml":
		"sources:\n  - {name: raw, tables: [{name: t, load: {files: x/*.csv}}]}\n  - {name: ext, schema: other, tables: [{name: u, load: {files: y}}, {name: w}]}\n",
	"models/staging/stg.sql": "{{ config(materialized='table') }} select * from {{ source('raw', 't') }}",
	"models/marts/m.sql": "{{ config(materialized='table') }} select * from {{ ref('stg') }}",
});

describe("layers", () => {
	it("may be the rest of the project, and leave relations where dbt puts them", async () => {
		const { nodes } = await manifestOf({
			"tfm_project.yml":
				"name: shop\nlayers:\n  - {name: rest, path: ., schema: null}\n  - {name: marts, path: models/marts, schema: null}\n  - bi\n",
			"models/stg.sql": "select 1 as x",
			"models/deep/er.sql": "{{ config(schema='own') }} select 1 as x",
			"models/marts/m.sql": "{{ config(materialized='table') }} select * from {{ ref('stg') }}",
			"models/bi/b.sql": "{{ config(materialized='table') }} select * from {{ ref('m') }}",
			"seeds/s.csv": "x\n1\n",
		});
		expect([...nodes.values()].map((n) => `${n.name}: ${n.layer} in ${n.schema}`).sort()).toEqual([
			"b: bi in dev_bi",
			"er: rest in dev_own",
			"m: marts in dev",
			"s: rest in dev",
			"stg: rest in dev",
		]);
	});

	it("give each landing table and its rejects a relation of their own", async () => {
		const load = "load: {files: x/*.csv}";
		const sources = `sources:
  - {name: a, tables: [{name: t, ${load}}, {name: u, ${load}}]}
  - {name: b, tables: [{name: t, ${load}}, {name: u__rejects, ${load}}, {name: m}]}
`;
		const two = (first: string, second: string, relation: string) =>
			`${first} and ${second} would both be built as "postgres"."dev_landing"."${relation}"`;
		const found = await mistakesIn({
			...layered(),
			"models/landing/s.yml": sources,
			"models/staging/stg.sql": "select 1",
		});
		expect(found).toEqual([
			expect.stringContaining(`s.yml:3:24 ${two("source.shop.a.t", "source.shop.b.t", "t")}`),
			expect.stringContaining(
				`s.yml:3:59 ${two("the rejects of source.shop.a.u", "source.shop.b.u__rejects", "u__rejects")}`,
			),
		]);
	});

	it("come from the folder, the config, or what a node reads", async () => {
		const { nodes, sources } = await manifestOf({
			...layered(),
			"models/staging/late.sql": "{{ config(layer='marts', materialized='table') }} select * from {{ ref('m') }}",
			"models/staging/p.yml": "models: [{name: stg, columns: [{name: x, data_tests: [unique]}]}]",
			"seeds/seed.csv": "x\n1\n",
			"snapshots/snap.sql":
				"{% snapshot snap %}{{ config(strategy='check', check_cols='all', unique_key='x') }}select * from {{ ref('m') }}{% endsnapshot %}",
			"tests/two.sql": "select 1 from {{ ref('stg') }}, {{ ref('m') }}",
			"tests/none.sql": "select 1",
		});
		const layers = [...nodes.values(), ...sources.values()].map((node) => `${node.name}: ${node.layer}`);
		expect(layers.sort()).toEqual([
			"late: marts",
			"m: marts",
			"none: marts",
			"seed: landing",
			"snap: marts",
			"stg: staging",
			"t: landing",
			"two: marts",
			"u: landing",
			"unique_stg_x: staging",
			"w: landing",
		]);
	});

	it("give their schema to models and to the sources that tfm fills", async () => {
		const { nodes, sources } = await manifestOf({
			...layered(),
			"models/marts/own.sql": "{{ config(schema='mine', materialized='table') }} select 1",
		});
		expect([...nodes.values()].map((n) => n.relation_name)).toEqual([
			'"postgres"."dev_marts"."m"',
			'"postgres"."dev_mine"."own"',
			'"postgres"."dev_staging"."stg"',
		]);
		const source = (id: string) => sources.get(nodeId(`source.shop.${id}`))?.relation_name;
		expect([source("raw.t"), source("ext.u"), source("ext.w")]).toEqual([
			'"postgres"."dev_landing"."t"',
			'"postgres"."other"."u"',
			'"postgres"."other"."w"',
		]);
	});

	it("are read forwards only; the error names both files and the way round", async () => {
		expect(await mistakesIn({ ...layered(), "models/staging/bad.sql": "select *\nfrom {{ ref('m') }}" })).toEqual([
			'TFM-PARSE-019 models/staging/bad.sql:2:9 model "bad" (models/staging/bad.sql) of layer "staging" reads model "m" (models/marts/m.sql) of the later layer "marts" | move models/staging/bad.sql to layer "marts" or a later one, or models/marts/m.sql to layer "staging"',
		]);
	});

	it("may be skipped unless the project forbids it", async () => {
		const files = {
			"models/marts/skip.sql": "{{ config(materialized='table') }} select * from {{ source('raw', 't') }}",
		};
		expect(await mistakesIn({ ...layered(), ...files })).toEqual([]);
		expect(await mistakesIn({ ...layered("skip_layers: error\n"), ...files })).toEqual([
			'TFM-PARSE-021 models/marts/skip.sql:1:53 model "skip" of layer "marts" reads source "raw.t" (models/landing/s.yml) of layer "landing" past layer "staging" | read a model of "staging" instead, or set `skip_layers: allowed`',
		]);
	});

	it("must exist, and every model of the project belongs to one", async () => {
		expect(
			await mistakesIn({
				...layered(),
				"models/loose.sql": "select 1",
				"models/staging/x.sql": "{{ config(layer='stagng') }} select 1",
			}),
		).toEqual([
			"TFM-PARSE-022 models/loose.sql:1:1 model \"loose\" belongs to no layer | move the file into the folder of a layer (landing, staging, marts), or set config(layer='…')",
			'TFM-PARSE-020 models/staging/x.sql:1:11 model "x" is configured for layer "stagng", which does not exist | did you mean "staging"?',
		]);
	});

	it("warn once of views that show an earlier layer's rows too early", async () => {
		const view = { "models/marts/v.sql": "{{ config(materialized='view') }} select * from {{ ref('stg') }}" };
		const [warning, ...more] = await warningsIn({ ...layered(), ...view });
		expect(warning).toMatch(/^TFM-PARSE-032 1 view reads an earlier layer .*: v \|/);
		expect(more).toEqual([]);
		expect(await warningsIn({ ...layered("publish_scope: run\n"), ...view })).toEqual([]);
	});

	it("leave a project without them as dbt has it", async () => {
		const { nodes } = await manifestOf({ "models/landing/a.sql": "select 1" });
		const node = nodes.get(nodeId("model.shop.a"));
		expect([node?.layer, node?.schema]).toEqual([null, "dev"]);
	});
});
