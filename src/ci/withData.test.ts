import { describe, expect, it } from "vitest";
import { diagnostic } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import { nodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import type { ChangeReview, RowReview } from "./changeReview.ts";
import { diffJson } from "./diffJson.ts";
import { COMMENT_LIMIT, markdownComment } from "./markdownComment.ts";
import { type Limit, withData } from "./withData.ts";

const ORDERS = nodeId("model.shop.orders");
const UNIQUE = nodeId("test.shop.unique_orders_id");
const at = { file: "models/orders.sql", line: 3, column: 1 };

const manifest = {
	nodes: new Map([
		[ORDERS, { unique_id: ORDERS, name: "orders", resource_type: "model", location: at }],
		[
			UNIQUE,
			{ unique_id: UNIQUE, name: "unique_orders_id", resource_type: "test", location: at, attached_node: ORDERS },
		],
	]),
	unitTests: new Map(),
	parents: new Map([[UNIQUE, [ORDERS]]]),
} as unknown as Manifest;

const review: ChangeReview = {
	project: "shop",
	base: "a".repeat(40),
	head: "b".repeat(40),
	ref: "main",
	nodes: [
		{
			id: ORDERS,
			name: "orders",
			resource_type: "model",
			layer: "marts",
			owner: null,
			change: "modified",
			reasons: ["its SQL changed"],
			risk: "risky",
			columns: [{ name: "amount", change: "logic", risk: "risky", before: null, after: null, breaks: [] }],
			file: at.file,
			line: at.line,
		},
	],
	unaffected: 0,
	findings: [],
};

const none = { base: 0, now: 0 };
const compared: Extract<RowReview, { kind: "compared" }> = {
	kind: "compared",
	key: ["id"],
	rows: { base: 1_200, now: 1_203 },
	added: 5,
	removed: 2,
	changed: 24,
	columns: [
		{ name: "amount", rows: 24 },
		{ name: "tax", rows: 3 },
	],
	nullKeys: none,
	duplicates: none,
};
const result = (id: string, more: object): NodeResult =>
	({ unique_id: id, resource_type: "model", diagnostic: null, held: null, failures: null, ...more }) as NodeResult;
const passed = [
	result(ORDERS, { status: "success", published: "published" }),
	result(UNIQUE, { status: "pass", resource_type: "test" }),
];

function told({
	results = passed,
	rows = compared as RowReview,
	limits = {} as Record<string, readonly Limit[]>,
	of = review,
	project = manifest,
} = {}) {
	const data = {
		environment: "ci_482",
		target: "prod",
		against: "rebuild" as const,
		kept: null,
		planned: [ORDERS],
		cloned: [],
		tests: 1,
		left: [],
	};
	return withData(of, {
		data,
		manifest: project,
		results,
		rows: new Map([[ORDERS, rows]]),
		limits: new Map(Object.entries(limits)),
		testName: () => "unique(marts.orders.id)",
	});
}
const says = (of: ChangeReview): readonly string[] =>
	of.findings.map(({ diagnostic: { severity, code, message } }) => `${severity} ${code} ${message}`);

describe("what was built and compared", () => {
	it("stands in the comment and in diff.json", () => {
		const with_ = told();
		expect(markdownComment(with_, { limit: COMMENT_LIMIT, more: null })).toContain(
			"| marts.orders | 1/1 | 1,200 → 1,203 | 5 | 2 | 24 | `amount` 24, `tax` 3 |",
		);
		const { nodes } = JSON.parse(diffJson(with_, { generatedAt: "", url: null }));
		expect(nodes[0].rows).toEqual({ base: 1200, now: 1203, added: 5, removed: 2, changed: 24, key: ["id"] });
		expect(nodes[0].tests).toEqual({ passed: 1, warned: 0, failed: 0 });
		expect(nodes[0].columns.map((column: { name: string; rows: number }) => [column.name, column.rows])).toEqual([
			["amount", 24],
			["tax", 3],
		]);
	});

	it("is held to the thresholds of its layer, else to those of all", () => {
		const limits = {
			marts: [
				{ of: "removed", most: 2, unit: "rows" },
				{ of: "changed", most: 1, unit: "percent" },
			],
			"*": [{ of: "added", most: 0, unit: "rows" }],
		} as const;
		expect(says(told({ limits }))).toEqual([
			"error TFM-CI-021 orders changes more than marts allows: 24 rows changed (2.0%), at most 1%",
		]);
		expect(says(told({ limits: { "*": limits["*"] } }))).toEqual([
			"error TFM-CI-021 orders changes more than the project allows: 5 rows added, at most 0",
		]);
	});

	it("tells of a key that the change makes null or not unique", () => {
		const rows: RowReview = { ...compared, changed: null, columns: [], duplicates: { base: 0, now: 7 } };
		expect(says(told({ rows }))).toEqual([
			"warning TFM-CI-022 rows of orders cannot be told apart by their key: 7 rows too many, 0 before",
		]);
		const nulls: RowReview = { ...compared, nullKeys: { base: 1, now: 3 } };
		expect(says(told({ rows: nulls }))[0]).toContain("3 rows with a null in it, 1 before");
	});

	it("tells of tests that fail, and of what they hold back", () => {
		const results = [
			result(ORDERS, { status: "skipped", published: "held", held: { kind: "test", test: UNIQUE } }),
			result(UNIQUE, { status: "fail", resource_type: "test", failures: 17 }),
		];
		const with_ = told({ results });
		expect(says(with_)).toEqual(["error TFM-CI-020 unique(marts.orders.id) finds 17 rows in what this change builds"]);
		const text = markdownComment(with_, { limit: COMMENT_LIMIT, more: null });
		expect(text).toContain("| marts.orders | ❌ 0/1 |");
		expect(text).toContain("- marts.orders: unique(marts.orders.id) failed");
	});

	it("tells of a unit test that fails, and of what is not built for it", () => {
		const id = nodeId("unit_test.shop.orders.adds_up");
		const unitTest = { name: "adds_up", model: "orders", resource_type: "unit_test", location: at };
		const unitTests = new Map([[id, { ...unitTest, depends_on: { nodes: [ORDERS], macros: [] } }]]);
		const results = [
			result(id, { status: "fail", resource_type: "unit_test" }),
			result(ORDERS, { status: "skipped", published: "nothing", held: { kind: "failed", node: id } }),
		];
		const with_ = told({ results, project: { ...manifest, unitTests } as unknown as Manifest });
		expect(says(with_)).toEqual([
			"error TFM-CI-023 the unit test adds_up fails: orders gives other rows than it expects",
		]);
		const text = markdownComment(with_, { limit: COMMENT_LIMIT, more: null });
		expect(text).toContain("- marts.orders: its unit test adds_up failed");
	});

	it("says of a contract that the SQL does not fit once, in words in place of a table", () => {
		const rows = [
			["added", "TEXT", "", "missing in contract"],
			["day", "TEXT", "DATE", "data type mismatch"],
			["gone", "", "TEXT", "missing in definition"],
		];
		const analysed = diagnostic("TFM-SQL-011", { node: "orders", problems: ["day is text, the contract says date"] });
		const found = diagnostic("TFM-REF-031", { model: ORDERS, rows }, { at });
		const withRemark = { ...review, findings: [{ node: ORDERS, diagnostic: analysed }] };
		const results = [result(ORDERS, { status: "error", diagnostic: found })];
		expect(says(told({ results, of: withRemark }))).toEqual([
			"error TFM-REF-031 orders cannot be built: its contract does not fit its SQL: added is not in the contract; day is TEXT, the contract says DATE; gone is not among the columns of the SQL",
		]);
		expect(says(told({ of: withRemark }))).toHaveLength(1);
	});

	it("says why rows were not compared", () => {
		const rows: RowReview = { kind: "refused", because: "the base's could not be built: division by zero" };
		const text = markdownComment(told({ rows }), { limit: COMMENT_LIMIT, more: null });
		expect(text).toContain("| marts.orders | 1/1 | not compared | – | – | – | – |");
		expect(text).toContain("rows not compared: the base's could not be built: division by zero");
	});
});
