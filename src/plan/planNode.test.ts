import { describe, expect, it } from "vitest";
import type { Candidate } from "../core/adapter.ts";
import { TfmError } from "../core/diagnostic.ts";
import type { Hook, ModelNode, NodeId, TestNode } from "../core/node.ts";
import type { TestInput } from "../core/plan.ts";
import { describeCandidate } from "./describeCandidate.ts";
import { planNode } from "./planNode.ts";
import { build, drive, model } from "./testing/writtenDown.ts";

const hook = (sql: string, transaction = true): Hook => ({ sql, transaction });

describe("the plan of a table", () => {
	it("runs hooks and build in one transaction, on the candidate, and those outside before it", () => {
		const config = {
			"pre-hook": [hook("set x"), hook("vacuum", false)],
			"post-hook": [hook("grant"), hook("analyze", false), hook("  ")],
			indexes: [{ columns: ["id"] }],
		};
		const { lines, result } = drive(planNode(build(model(config))));
		expect(lines).toEqual([
			"render pre-hook on -",
			"execute pre-hook: vacuum",
			"transaction",
			"  render pre-hook on -",
			"  execute pre-hook: set x",
			'  macro get_create_table_as_sql(false, tfm_c_0_main.orders, "select 1 from shadow.x")',
			"  execute build: <get_create_table_as_sql>",
			'  macro get_create_index_sql(tfm_c_0_main.orders, {"columns":["id"]})',
			"  execute index: <get_create_index_sql>",
			"  render post-hook on tfm_c_0_main.orders",
			"  execute post-hook: grant",
			"  render post-hook on tfm_c_0_main.orders",
			"  dress tfm_c_0_main.orders",
			"  stands tfm_c_0_main.orders",
		]);
		expect(result).toMatchObject({
			message: "SELECT 3",
			response: { _message: "SELECT 3", code: "SELECT", rows_affected: 3 },
			executedSql: "<get_create_table_as_sql>",
		});
	});

	it("leaves post-hooks to the publish where dbt runs them there", () => {
		const input = build(model({ "post-hook": [hook("grant")] }), { postHooks: "published" });
		const { lines } = drive(planNode(input));
		expect(lines.join()).not.toContain("post-hook");
		expect(lines.join(), "an index that the hook makes must not be taken over too").not.toContain("dress");
		const hooks = drive(planNode({ kind: "hooks", node: input.node, phase: "inPublish" }));
		expect(hooks.lines).toEqual(["render post-hook on -", "execute post-hook: grant"]);
	});
});

describe("describeCandidate", () => {
	const describeModel = (config: Record<string, unknown>, rest: Partial<ModelNode> = {}): Candidate =>
		describeCandidate(build(model(config, rest)));

	it("keeps tables where the project publishes by `publish_method: dml` and they say nothing else", () => {
		const of = (publish?: string) =>
			describeCandidate(build(model(publish === undefined ? {} : { publish }), { publishMethod: "dml" })).publish;
		expect([of(), of("swap"), of("keep")]).toEqual(["keep", "swap", "keep"]);
		expect([describeModel({}).publish, describeModel({ publish: "keep" }).publish]).toEqual(["swap", "keep"]);
	});

	it("gives a view the query with published names, since candidates will be gone", () => {
		expect(describeModel({ materialized: "view" })).toMatchObject({ kind: "view", finalSql: "select 1 from main.x" });
	});

	it("carries grants, publish group and the comments that persist_docs asks for", () => {
		const columns = { id: { name: "id", description: "Key" }, x: { name: "x", description: "" } } as never;
		const config = {
			grants: { select: "bi", insert: ["a", "b"] },
			publish_group: "g",
			publish: "keep",
			persist_docs: { relation: true, columns: true },
		};
		expect(describeModel(config, { columns })).toMatchObject({
			grants: { select: ["bi"], insert: ["a", "b"] },
			publishGroup: "g",
			publish: "keep",
			comment: "All orders",
			columnComments: [
				{ column: "id", quoted: false, text: "Key" },
				{ column: "x", quoted: false, text: "" },
			],
		});
		expect(Object.keys(describeModel({ grants: {} }))).not.toContain("grants");
	});

	it.each([
		["snapshot", "TFM-RUN-002"],
		["my_own", "TFM-RUN-002"],
		["constructor", "TFM-RUN-002"],
	])("refuses %s with what there is instead", (materialized, code) => {
		const refused = (): Candidate => describeModel({ materialized });
		expect(refused).toThrowError(TfmError);
		expect(refused).toThrowError(new RegExp(`${code}.*"${materialized}"`));
	});

	it("takes what a materialization of the project's own makes aside for a table, whatever it is called", () => {
		const own = { macro: "macro.p.materialization_my_own_default", supportedLanguages: null, inPlace: false };
		expect(describeCandidate(build(model({ materialized: "my_own" }), { own })).kind).toBe("table");
	});
});

describe("the plan of a test", () => {
	const input = (config: Record<string, unknown> = {}, rest: Partial<TestInput> = {}): TestInput => ({
		kind: "test",
		node: {
			unique_id: "test.p.unique_orders" as NodeId,
			name: "unique_orders",
			config,
		} as unknown as TestNode,
		sql: "select bad",
		storedAt: { database: "db", schema: "audit", identifier: "unique_orders" },
		storeFailures: undefined,
		sampleRows: 5,
		own: null,
		counted: null,
		readsCandidates: false,
		render: (r) => `"${r.schema}"."${r.identifier}"`,
		...rest,
	});

	it("counts, and fetches nothing more when all is well", () => {
		const { lines, result } = drive(planNode(input({ limit: 10, error_if: "> 3" })));
		expect(lines).toEqual([
			'macro get_test_sql("select bad", "count(*)", "!= 0", "> 3", 10)',
			"query test: <get_test_sql>",
		]);
		expect(result).toMatchObject({ outcome: { failures: 0, shouldWarn: false, shouldError: false }, sample: null });
	});

	it("fetches a few failing rows", () => {
		const { lines } = drive(planNode(input()), [2, 1, "true"]);
		expect(lines.slice(-2)).toEqual([
			"whole rows",
			"query failing rows: select * from (\nselect bad.*\n) dbt_internal_test limit 5",
		]);
	});

	it("keeps failing rows in a table where asked, and counts from there", () => {
		const { lines } = drive(planNode(input({ store_failures: true })));
		expect(lines).toEqual([
			"create_schema audit.",
			"drop_relation audit.unique_orders",
			'macro get_create_table_as_sql(false, audit.unique_orders, "select bad")',
			"execute store failures: <get_create_table_as_sql>",
			'macro get_test_sql("select * from \\"audit\\".\\"unique_orders\\"", "count(*)", "!= 0", "!= 0", null)',
			"query test: <get_test_sql>",
		]);
	});

	it.each([
		[{ store_failures_as: "view" }, {}, "view"],
		[{ store_failures_as: "view" }, { readsCandidates: true }, "table"],
		[{ store_failures_as: "ephemeral", store_failures: true }, { storeFailures: true }, "none"],
		[{ store_failures: false }, { storeFailures: true }, "none"],
		[{}, { storeFailures: true }, "table"],
	])("with %j and %j stores a %s", (config, rest, expected) => {
		const { lines } = drive(planNode(input(config, rest)));
		const made = lines.find((line) => line.includes("get_create_"));
		expect(made?.match(/get_create_(table|view)/)?.[1] ?? "none").toBe(expected);
	});

	it.each([
		[[1], "TFM-RUN-006"],
		[["x", true, true], "TFM-RUN-007"],
		[[null, true, true], "TFM-RUN-007"],
		[[1, "maybe", true], "TFM-RUN-007"],
	])("says what is wrong with the row %j", (row, code) => {
		expect(() => drive(planNode(input()), row)).toThrowError(new RegExp(code));
	});
});
