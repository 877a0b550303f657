import { failureThreshold } from "./failureThreshold.ts";
import type { TestNode } from "./node.ts";
import type { TestOutcome } from "./plan.ts";

const holds = (condition: unknown, failures: number): boolean =>
	failureThreshold(typeof condition === "string" && condition.trim() !== "" ? condition : "!= 0")?.holds(failures) ??
	false;

/** What a number that the warehouse found means to a native test, whose thresholds compare with numbers. */
export const nativeOutcome = (failures: number, { config }: Pick<TestNode, "config">): TestOutcome => ({
	failures,
	shouldWarn: holds(config.warn_if, failures),
	shouldError: holds(config.error_if, failures),
});
