import { describe, expect, it } from "vitest";
import type { FreshnessCriteria } from "../core/freshness.ts";
import { judgeFreshness } from "./judgeFreshness.ts";

const hours = (count: number) => ({ count, period: "hour" as const });
const both: FreshnessCriteria = { warn_after: hours(12), error_after: hours(24), filter: null };

describe("judgeFreshness", () => {
	it.each([
		[12 * 3600, "pass"],
		[12 * 3600 + 0.000001, "warn"],
		[24 * 3600, "warn"],
		[24 * 3600 + 1, "error"],
		[-5, "pass"],
	])("calls a source of %d seconds: %s", (age, status) => {
		expect(judgeFreshness(age, both)).toBe(status);
	});

	it("asks for the error before the warning, and knows thresholds that are switched off or half written", () => {
		expect(judgeFreshness(1e9, { ...both, error_after: null })).toBe("warn");
		expect(judgeFreshness(1e9, { ...both, warn_after: null })).toBe("error");
		expect(judgeFreshness(1e9, { warn_after: { count: 1, period: null }, error_after: null, filter: null })).toBe(
			"pass",
		);
		expect(judgeFreshness(90_000, { ...both, error_after: { count: 1, period: "day" } })).toBe("error");
		expect(judgeFreshness(61, { ...both, warn_after: { count: 1, period: "minute" } })).toBe("warn");
	});
});
