/**
 * What the outcome of a data test means. The database counts and says whether `warn_if` and `error_if` hold; severity
 * and `--warn-error` decide. Source of the rules: dbt-core's TestRunner.build_test_run_result.
 */
import type { TestNode } from "../core/node.ts";
import type { TestOutcome } from "../core/plan.ts";
import type { TestVerdict } from "../core/ports.ts";
import { testSettings } from "./testSettings.ts";

const counted = (failures: number): string => `${failures} ${failures === 1 ? "result" : "results"}`;

/**
 * Severity `error` fails when `error_if` holds; otherwise a test warns when `warn_if` holds, whatever its severity, and
 * `--warn-error` turns that warning into a failure. A pass reports no failures even where rows were counted.
 */
export function judgeTest(outcome: TestOutcome, test: TestNode, options: { readonly warnError: boolean }): TestVerdict {
	const { severity, warnIf, errorIf } = testSettings(test);
	const got = `Got ${counted(outcome.failures)}`;
	if (severity === "error" && outcome.shouldError)
		return { status: "fail", message: `${got}, configured to fail if ${errorIf}`, failures: outcome.failures };
	if (!outcome.shouldWarn) return { status: "pass", message: null, failures: 0 };
	if (options.warnError)
		return { status: "fail", message: `${got}, configured to fail if ${warnIf}`, failures: outcome.failures };
	return { status: "warn", message: `${got}, configured to warn if ${warnIf}`, failures: outcome.failures };
}
