import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSandbox } from "../../config/testing/sandbox.ts";
import { toManifestJson } from "../manifestJson.ts";
import { nodeDifferences } from "../testing/nodeDifferences.ts";
import { mistakesIn, readWith } from "../testing/readProject.ts";
import { toSemanticManifestJson } from "./semanticManifestJson.ts";

const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), "utf8"));

/** What dbt-core 1.12.6 wrote for the two projects (`dbt parse`): manifest.json in part, and semantic_manifest.json. */
const expected = read("semantic.expected.golden.json");
const projects = read("semantic.project.golden.json");

type Nodes = Record<string, Record<string, unknown>>;
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

describe.each(["older spelling", "newer spelling"])(
	"the semantic layer beside dbt's, in the %s of its YAML",
	(which) => {
		const sandbox = makeSandbox(projects[which]);
		const theirs = expected[which];
		let ours: Record<string, Nodes>;
		let semantic: Record<string, { name: string }[]>;

		beforeAll(async () => {
			const { manifest } = readWith(await sandbox.load());
			const meta = { invocationId: "", generatedAt: "", startedAt: "", adapterType: "postgres", env: {} };
			const quoting = { database: true, schema: true, identifier: true };
			ours = JSON.parse([...toManifestJson(manifest, { ...meta, quoting })].join(""));
			semantic = JSON.parse(toSemanticManifestJson(manifest));
		});
		afterAll(() => sandbox.remove());

		it("has the same nodes with the same fields, and what refers to them does", () => {
			for (const section of ["metrics", "semantic_models", "saved_queries", "exposures"])
				expect(
					nodeDifferences(theirs[section], ours[section] ?? {}, () => []),
					section,
				).toEqual([]);
			expect(ours.nodes).toMatchObject(theirs.models);
			expect(Object.keys(ours.disabled ?? {})).toEqual(Object.keys(theirs.disabled));
		});

		it("has the same edges and members of groups", () => {
			expect(ours.parent_map).toEqual(theirs.parent_map);
			const sorted = (lists: Record<string, unknown>) =>
				Object.fromEntries(Object.entries(lists).map(([id, ids]) => [id, [...(ids as string[])].sort()]));
			expect(ours.child_map).toEqual(sorted(theirs.child_map));
			expect(sorted(ours.group_map ?? {})).toEqual(sorted(theirs.group_map));
		});

		it("gives MetricFlow the same semantic_manifest.json", () => {
			for (const section of ["metrics", "semantic_models", "saved_queries"]) semantic[section]?.sort(byName);
			expect(semantic).toEqual(theirs.semantic_manifest);
		});
	},
);

describe("mistakes in the semantic layer", () => {
	const files = { "models/days.sql": "select 1 as d", "models/orders.sql": "select 1 as id" };
	const spine =
		"models: [{name: days, time_spine: {standard_granularity_column: d}, columns: [{name: d, granularity: day}]}]\n";

	it("are found in its words, all together", async () => {
		const yaml = `${spine}semantic_models:
  - name: orders
    model: ref('orders')
    entities: [{name: id, type: prime}]
    measures: [{name: n, agg: suum}]
metrics:
  - {name: 1st, label: x, type: simple, type_params: {measure: n}}
  - {name: old, type: cumulative, type_params: {measure: n, window: 7}}
  - {name: lonely, agg: sum}
saved_queries: [{name: q, query_params: {metrics: []}, exports: [{name: e, config: {export_as: tabel}}]}]
`;
		expect(await mistakesIn({ ...files, "models/p.yml": yaml })).toMatchInlineSnapshot(`
			[
			  "TFM-PARSE-038 models/p.yml:5:33 semantic model "orders" has the type "prime" | write one of foreign, natural, primary, unique",
			  "TFM-PARSE-038 models/p.yml:6:31 semantic model "orders" has the agg "suum" | did you mean "sum"?",
			  "TFM-PARSE-038 models/p.yml:8:12 metric "1st" has a name that does not begin with a letter | rename it",
			  "TFM-PARSE-038 models/p.yml:9:5 metric "old" has no \`label\` | metrics with \`type_params\` need one",
			  "TFM-PARSE-038 models/p.yml:9:69 metric "old" has the window "7" | write a count and a grain, like \`28 days\`",
			  "TFM-PARSE-038 models/p.yml:10:25 metric "lonely" aggregates rows, but stands beside no model | move it to \`metrics:\` of a model entry",
			  "TFM-PARSE-038 models/p.yml:11:96 saved query "q" has the export_as "tabel" | did you mean "table"?",
			]
		`);
	});

	it("are metrics and measures that do not exist or are disabled", async () => {
		const yaml = `${spine}semantic_models: [{name: orders, model: ref('orders'), measures: [{name: n, agg: sum}]}]
metrics:
  - {name: gone, label: x, type: simple, config: {enabled: false}, type_params: {measure: n}}
  - {name: typo, label: x, type: simple, type_params: {measure: nn}}
  - {name: sum_up, type: derived, expr: a, input_metrics: [gone, typos]}
  - {name: half, type: ratio, numerator: typo}
saved_queries: [{name: q, query_params: {metrics: [halff]}}]
`;
		expect(await mistakesIn({ ...files, "models/p.yml": yaml })).toMatchInlineSnapshot(`
			[
			  "TFM-PARSE-038 models/p.yml:5:5 metric "typo" uses the measure "nn", which no semantic model has | did you mean "n"?",
			  "TFM-REF-001 models/p.yml:6:5 metric.shop.sum_up reads metric('typos'), which does not exist | did you mean "typo"?",
			  "TFM-REF-002 models/p.yml:6:5 metric.shop.sum_up reads metric('gone'), but metric.shop.gone is disabled | enable it, or remove the reference",
			  "TFM-PARSE-038 models/p.yml:7:5 metric "half" needs both a \`numerator\` and a \`denominator\`",
			  "TFM-REF-001 models/p.yml:8:51 saved_query.shop.q reads metric('halff'), which does not exist | did you mean "half"?",
			]
		`);
	});

	it("are time spines that say too little, and none at all", async () => {
		const bad = "models: [{name: days, time_spine: {standard_granularity_column: d}, columns: [{name: d}]}]\n";
		const model = "semantic_models: [{name: orders, model: ref('orders')}]\n";
		expect(await mistakesIn({ ...files, "models/p.yml": bad + model })).toMatchInlineSnapshot(`
			[
			  "TFM-PARSE-038 models/p.yml:1:35 model "days" has a time spine whose column "d" has no \`granularity\` | write \`granularity: day\`",
			  "TFM-PARSE-038 models/p.yml:2:19 semantic model "orders" needs a time spine of days or finer, and the project has none | add a model with one row per day and \`time_spine: {standard_granularity_column: …}\` in its entry",
			]
		`);
	});
});
