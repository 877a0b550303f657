import { describe, expect, it } from "vitest";
import type { Manifest } from "../core/manifest.ts";
import type { ModelNode } from "../core/node.ts";
import { checkRules } from "./checkRules.ts";
import { readRuleSettings } from "./ruleSettings.ts";

const model = (name: string, more: Partial<ModelNode> = {}, meta: ModelNode["meta"] = {}): ModelNode =>
	({
		resource_type: "model",
		unique_id: `model.shop.${name}`,
		name,
		package_name: "shop",
		layer: "reporting",
		access: "protected",
		description: "What it is.",
		group: null,
		primary_key: ["id"],
		raw_code: "select id from {{ ref('orders') }}",
		location: { file: `models/${name}.sql`, line: 1, column: 1 },
		meta: {},
		config: { materialized: "table", contract: { enforced: true }, meta: { owner: "finance", ...meta } },
		...more,
	}) as unknown as ModelNode;

const settings = (written: Parameters<typeof readRuleSettings>[0]) =>
	readRuleSettings(written, { layers: ["staging", "reporting"], at: undefined });

function found(node: ModelNode, written: Parameters<typeof readRuleSettings>[0] = "recommended") {
	const manifest = { projectName: "shop", nodes: new Map([[node.unique_id, node]]) } as unknown as Manifest;
	return checkRules(manifest, "reporting", settings(written)).map(
		({ diagnostic: { code, severity, message } }) => `${severity} ${code}: ${message}`,
	);
}

describe("rules", () => {
	it("find nothing in a model that keeps them, and look at nothing where none is chosen", () => {
		expect(found(model("revenue"))).toEqual([]);
		expect(found(model("revenue", { primary_key: [] }), null)).toEqual([]);
	});

	it.each([
		["a key", model("r", { primary_key: [] }), "warning TFM-RULE-010: nothing says what identifies a row of r"],
		[
			"a description",
			model("r", { description: " " }),
			"warning TFM-RULE-011: r is read by others and has no description",
		],
		["an owner", model("r", {}, { owner: "" }), "warning TFM-RULE-012: r is read by others and nobody answers for it"],
		[
			"a contract",
			model("r", { config: { materialized: "table", meta: { owner: "x" } } as unknown as ModelNode["config"] }),
			"warning TFM-RULE-013: r is read by others and promises no columns",
		],
		[
			"a list of columns",
			model("r", { raw_code: "with a as (select id from x)\nselect *\nfrom {{ ref('orders') }} where (id > 1)" }),
			"warning TFM-RULE-014: r is read by others and takes all columns of what it reads",
		],
	])("ask for %s", (_, node, message) => expect(found(node)).toEqual([message]));

	it.each([
		["a CTE that imports", "with orders as (select * from {{ ref('orders') }}) select * from orders"],
		["a comment", "-- select * from {{ ref('orders') }}\nselect id from {{ ref('orders') }}"],
		["a count", "select count(*) from {{ ref('orders') }}"],
	])("take no offence at %s", (_, raw_code) => expect(found(model("r", { raw_code }))).toEqual([]));

	it("ask less of models that nobody outside reads", () =>
		expect(found(model("r", { layer: "staging", description: "" }, { owner: "" }))).toEqual([]));

	it("have patterns of names by layer, and severities", () => {
		const written = { naming: { severity: "error", reporting: "rpt_*" }, primary_key: "off" };
		expect(found(model("revenue", { primary_key: [] }), written)).toEqual([
			"error TFM-RULE-015: revenue is not called rpt_*, as models of reporting are",
		]);
		expect(found(model("rpt_revenue"), written)).toEqual([]);
	});

	it("have exceptions with a reason, and only with one", () => {
		const excepted = (reason: string) => model("r", { primary_key: [] }, { rule_exceptions: { primary_key: reason } });
		expect(found(excepted("a log"))).toEqual([]);
		expect(found(excepted(""))).toEqual([
			"warning TFM-RULE-002: r is excepted from the rule primary_key without a reason",
		]);
	});

	it("are refused with all that is wrong in their settings", () =>
		expect(() =>
			settings({ primary_keys: "warn", owner: "loud", naming: { marts: "x" }, contract: { reporting: 1 } }),
		).toThrow(
			[
				"TFM-RULE-001: rules.primary_keys: there is no such rule",
				'TFM-RULE-001: rules.owner: "loud" is none of error, warn, off',
				"TFM-RULE-001: rules.naming.marts: there is no such layer",
				"TFM-RULE-001: rules.contract.reporting: this rule has no such setting",
				"TFM-RULE-001: rules.naming: patterns by layer are expected",
			].join("\n"),
		));
});
