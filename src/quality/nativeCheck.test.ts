import { describe, expect, it } from "vitest";
import type { Manifest } from "../core/manifest.ts";
import { nodeId, type TestNode } from "../core/node.ts";
import { nativeCheckOf } from "./nativeCheck.ts";

const ORDERS = nodeId("model.shop.orders");
const CUSTOMERS = nodeId("model.shop.customers");
const nodes = new Map([ORDERS, CUSTOMERS].map((id) => [id, { unique_id: id }]));
const manifest = { nodes, sources: new Map(), parents: new Map() } as unknown as Manifest;

function asked(
	name: string,
	kwargs: Readonly<Record<string, unknown>>,
	{
		config = {},
		own = [],
		reads = [ORDERS],
	}: { config?: object; own?: readonly string[]; reads?: readonly string[] } = {},
) {
	const test = {
		unique_id: nodeId(`test.shop.${name}`),
		test_metadata: { name, namespace: null, kwargs },
		attached_node: ORDERS,
		depends_on: { nodes: reads },
		config,
	} as unknown as TestNode;
	const answer = nativeCheckOf(test, {
		manifest,
		relationOf: (id) => ({ database: "D", schema: "S", identifier: id === ORDERS ? "ORDERS" : "CUSTOMERS" }),
		isOverridden: (macro) => own.includes(macro),
	});
	return answer.kind === "ordinary" ? answer.reason : { ...answer.check.counts, passes: answer.check.passes };
}

describe("a test as a number that a warehouse finds by itself", () => {
	it("counts what dbt's test counts, and passes where that one passes", () => {
		const at = { column_name: "id" };
		expect(asked("not_null", at)).toEqual({ kind: "nulls", column: "id", where: null, passes: "= 0" });
		expect(asked("unique", at, { config: { where: "id > 1", error_if: "> 10" } })).toEqual({
			...{ kind: "duplicates", column: "id", where: "id > 1", passes: "<= 10" },
		});
		expect(
			asked(
				"accepted_values",
				{ ...at, values: [1, "it''s"], quote: false },
				{ config: { severity: "WARN", warn_if: ">= 5" } },
			),
		).toEqual({
			...{ kind: "others", column: "id", where: null, values: ["1", "it''s"], passes: "< 5" },
		});
		expect(asked("accepted_values", { ...at, values: ["a"] })).toMatchObject({ values: ["'a'"] });
		expect(
			asked("relationships", { ...at, to: "ref('customers')", field: "key" }, { reads: [CUSTOMERS, ORDERS] }),
		).toMatchObject({
			kind: "orphans",
			parent: { relation: { identifier: "CUSTOMERS" }, column: "key" },
		});
		// A relation that refers to itself.
		expect(asked("relationships", { ...at, to: "ref('orders')", field: "key" })).toMatchObject({
			parent: { relation: { identifier: "ORDERS" } },
		});
	});

	it("is none where it would count something else, with the reason", () => {
		const at = { column_name: "id" };
		expect([
			asked("not_null", at, { own: ["default__test_not_null"] }),
			asked("not_null", at, { config: { fail_calc: "sum(n)" } }),
			asked("not_null", at, { config: { limit: 10 } }),
			asked("not_null", at, { config: { error_if: "between 1 and 3" } }),
			asked("not_null", at, { config: { where: "id in (select 1)" } }),
			asked("not_null", at, { config: { where: "id > {{ var('x') }}" } }),
			asked("accepted_values", { ...at, values: [] }),
			asked("keys_kept", at),
			asked("volume_anomaly", {}),
			asked("is_even", at),
			asked("unique", {}),
		]).toMatchInlineSnapshot(`
			[
			  "is counted by the project's own macro default__test_not_null",
			  "has a fail_calc",
			  "has a limit",
			  "has a warn_if or error_if that is more than a comparison with a whole number",
			  "has a where with a query or a template in it",
			  "has a where with a query or a template in it",
			  "has no plain list of values",
			  "compares with what is published, which is the same table afterwards",
			  "compares with earlier runs",
			  "is a generic test of the project's own",
			  "names no column",
			]
		`);
	});
});
