import { describe, expect, it } from "vitest";
import type { TestNode } from "./node.ts";
import { dimensionOf } from "./qualityDimension.ts";

const test = (name: string | null, config: object = {}) =>
	({
		resource_type: "test",
		config: { meta: {}, ...config },
		test_metadata: name === null ? null : { name },
	}) as unknown as TestNode;

describe("the dimension of a test", () => {
	it("is known of the usual tests, and of no other", () => {
		expect(["unique", "not_null", "relationships", "own"].map((name) => dimensionOf(test(name)))).toEqual([
			"uniqueness",
			"completeness",
			"consistency",
			null,
		]);
		expect(dimensionOf(test(null))).toBeNull();
	});

	it("is what the config says, or its meta", () => {
		expect(dimensionOf(test("unique", { meta: { dimension: "accuracy" } }))).toBe("accuracy");
		expect(dimensionOf(test(null, { dimension: "timeliness" }))).toBe("timeliness");
	});
});
