import type { TestNode, UnitTestNode } from "./node.ts";

export const QUALITY_DIMENSIONS = [
	"accuracy",
	"completeness",
	"consistency",
	"timeliness",
	"validity",
	"uniqueness",
] as const;

export type QualityDimension = (typeof QUALITY_DIMENSIONS)[number];

/** By the name of a generic test: those that tfm brings, and those of dbt_utils and dbt_expectations that are common. */
const OF_TEST: Readonly<Record<string, QualityDimension>> = {
	unique: "uniqueness",
	unique_combination_of_columns: "uniqueness",
	not_null: "completeness",
	not_empty_string: "completeness",
	at_least_one: "completeness",
	not_null_proportion: "completeness",
	row_count_change: "completeness",
	keys_kept: "completeness",
	volume_anomaly: "completeness",
	null_rate_anomaly: "completeness",
	relationships: "consistency",
	corrections_match: "consistency",
	equal_rowcount: "consistency",
	equality: "consistency",
	schema_change: "consistency",
	accepted_values: "validity",
	accepted_range: "validity",
	recency: "timeliness",
};

/** `dimension` of the test's config, else of its meta, else what its kind says; null: nothing is known. */
export function dimensionOf(test: TestNode | UnitTestNode): string | null {
	const { config } = test;
	const meta = config.meta as { readonly dimension?: unknown } | undefined;
	const said = (config as { readonly dimension?: unknown }).dimension ?? meta?.dimension;
	if (typeof said === "string" && said !== "") return said;
	if (test.resource_type === "unit_test") return "accuracy";
	return OF_TEST[test.test_metadata?.name ?? ""] ?? null;
}
