import type { TestNode } from "../core/node.ts";

export interface TestSettings {
	readonly severity: "error" | "warn";
	readonly warnIf: string;
	readonly errorIf: string;
}

const textOr = (value: unknown, otherwise: string): string =>
	typeof value === "string" && value.trim() !== "" ? value : otherwise;

/** The parts of a test's config that judge it, with dbt's defaults. Severity is written in any case. */
export function testSettings(test: TestNode): TestSettings {
	const { severity, warn_if, error_if } = test.config;
	return {
		severity: textOr(severity, "ERROR").toLowerCase() === "warn" ? "warn" : "error",
		warnIf: textOr(warn_if, "!= 0"),
		errorIf: textOr(error_if, "!= 0"),
	};
}
