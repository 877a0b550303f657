import { describe, expect, it } from "vitest";
import type { DeltaApplication } from "../core/adapter.ts";
import { nodeId, type TestNode } from "../core/node.ts";
import type { RunJob } from "../core/ports.ts";
import { createTestMemory, rowTestOf, seesNewRows, testHash } from "./testMemory.ts";

const orders = nodeId("model.shop.orders");
const other = nodeId("model.shop.other");

const test = (name: string, config: Record<string, unknown> = {}, namespace: string | null = null) =>
	({
		unique_id: nodeId(`test.shop.${name}`),
		test_metadata: { name, namespace, kwargs: {} },
		column_name: "id",
		config,
	}) as unknown as TestNode;

const job = (parents: readonly string[], materialized = "incremental") =>
	({
		manifest: {
			parents: { get: () => parents },
			nodes: new Map([[orders, { config: { materialized } }]]),
		},
	}) as unknown as RunJob;

const kindOf = (node: TestNode, given: { job?: RunJob; overridden?: string } = {}) =>
	rowTestOf(given.job ?? job([orders]), { isOverridden: (macro) => macro === given.overridden }, node)?.kind ?? null;

describe("tests that need to see only new rows", () => {
	it("are those of single rows, and unique", () => {
		expect(kindOf(test("not_null"))).toBe("row");
		expect(kindOf(test("accepted_values"))).toBe("row");
		expect(kindOf(test("unique"))).toBe("key");
		expect(kindOf(test("relationships"))).toBeNull();
		expect(kindOf(test("amount_is_sane"))).toBeNull();
		expect(kindOf(test("amount_is_sane", { row_test: true }))).toBe("row");
	});

	it("are not those whose rows may be others tomorrow, or whose text is not tfm's", () => {
		expect(kindOf(test("not_null", { where: "status = 'open'" }))).toBe("row");
		expect(kindOf(test("not_null", { where: "day > current_date - 3" }))).toBeNull();
		expect(kindOf(test("not_null", { where: "day = (select max(day) from x)" }))).toBeNull();
		expect(kindOf(test("not_null", { fail_calc: "sum(n)" }))).toBeNull();
		expect(kindOf(test("not_null", {}, "dbt_utils"))).toBeNull();
		expect(kindOf(test("not_null"), { overridden: "test_not_null" })).toBeNull();
		expect(kindOf(test("not_null"), { job: job([orders, other]) })).toBeNull();
		expect(kindOf(test("not_null"), { job: job([orders], "table") })).toBeNull();
	});

	it("see them alone only where they are whole rows, and keys replace each other", () => {
		const apply = (key: readonly string[] | null) =>
			({ ...(key === null ? {} : { wholeRows: { key } }) }) as unknown as DeltaApplication;
		expect(seesNewRows(test("not_null"), "row", apply([]))).toBe(true);
		expect(seesNewRows(test("not_null"), "row", apply(null))).toBe(false);
		expect(seesNewRows(test("unique"), "key", apply(["id"]))).toBe(true);
		expect(seesNewRows(test("unique"), "key", apply(["id", "day"]))).toBe(false);
		expect(seesNewRows(test("unique"), "key", apply([]))).toBe(false);
	});
});

describe("what is remembered of tests", () => {
	it("is what passed now, and nothing where an incremental model is published untested", () => {
		const memory = createTestMemory((id) => id === orders);
		memory.remember(new Map([[orders, new Set(["a", "b"])]]));
		expect([memory.passedBefore(orders, "a"), memory.passedBefore(other, "a")]).toEqual([true, false]);
		expect(memory.toRecord(orders)).toEqual([]);
		memory.passed(orders, "b");
		expect(memory.toRecord(orders)).toEqual(["b"]);
		expect(memory.toRecord(other)).toBeNull();
		expect(createTestMemory(() => true).toRecord(orders), "by another command than run").toEqual([]);
	});

	it("is another thing when the test's text is another one", () => {
		expect(testHash(test("not_null"), "select 1")).not.toBe(testHash(test("not_null"), "select 2"));
	});
});
