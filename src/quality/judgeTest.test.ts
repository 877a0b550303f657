import { describe, expect, it } from "vitest";
import type { TestNode } from "../core/node.ts";
import { judgeTest } from "./judgeTest.ts";

const test = (config: Record<string, unknown> = {}) => ({ config }) as unknown as TestNode;
const plain = { warnError: false };
const both = (failures: number) => ({ failures, shouldWarn: failures !== 0, shouldError: failures !== 0 });

describe("judgeTest", () => {
	it("fails a test of severity error whose error_if holds", () => {
		expect(judgeTest(both(3), test(), plain)).toEqual({
			status: "fail",
			message: "Got 3 results, configured to fail if != 0",
			failures: 3,
		});
	});

	it("counts one result in the singular", () => {
		expect(judgeTest(both(1), test(), plain).message).toBe("Got 1 result, configured to fail if != 0");
	});

	it("passes with no message and no failures when neither condition holds", () => {
		const outcome = { failures: 4, shouldWarn: false, shouldError: false };
		expect(judgeTest(outcome, test({ error_if: "> 10", warn_if: "> 5" }), plain)).toEqual({
			status: "pass",
			message: null,
			failures: 0,
		});
	});

	it("warns at severity error when only warn_if holds", () => {
		const outcome = { failures: 7, shouldWarn: true, shouldError: false };
		expect(judgeTest(outcome, test({ error_if: "> 10", warn_if: "> 5" }), plain)).toEqual({
			status: "warn",
			message: "Got 7 results, configured to warn if > 5",
			failures: 7,
		});
	});

	it.each(["warn", "WARN", "Warn"])("never fails at severity %s, even when error_if holds", (severity) => {
		expect(judgeTest(both(2), test({ severity }), plain).status).toBe("warn");
	});

	it("turns a warning into a failure under --warn-error, naming warn_if", () => {
		expect(judgeTest(both(2), test({ severity: "warn", warn_if: "> 1" }), { warnError: true })).toEqual({
			status: "fail",
			message: "Got 2 results, configured to fail if > 1",
			failures: 2,
		});
	});
});
