import { describe, expect, it } from "vitest";
import { environmentSchema } from "./environmentSchema.ts";

describe("the schema of an environment", () => {
	it("is the schema with the environment's name behind it", () => {
		expect(environmentSchema("analytics", "ci_482", 63)).toBe("analytics__ci_482");
	});

	it("is cut to the bytes of the engine, and two long ones stay apart", () => {
		const [a, b] = ["a", "b"].map((end) => environmentSchema(`${"ä".repeat(40)}${end}`, "ci_482_base", 63));
		expect(new TextEncoder().encode(a).length).toBeLessThanOrEqual(63);
		expect(a).toMatch(/^ä+_[0-9a-f]{8}__ci_482_base$/);
		expect(a).not.toBe(b);
	});
});
