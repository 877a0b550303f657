import { expect, it } from "vitest";
import { dbtMessage } from "../report/report.ts";
import { createDeprecationCount } from "./deprecationCount.ts";

const ts = "2026-11-22T06:00:00.000Z";
const renamed = dbtMessage("ModelParamUsageDeprecation", "-m", { ts });
const spaces = dbtMessage("ResourceNamesWithSpacesDeprecation", "2 names", { ts });
/** An adapter's, which dbt tells each time and does not count. */
const tableAlone = dbtMessage("CollectFreshnessReturnSignature", "a table alone", { ts });

it("tells the first deprecation of each kind, and counts all of them at the end", () => {
	const count = createDeprecationCount(false);
	expect([renamed, spaces, spaces].map(count.isTold)).toEqual([true, true, false]);
	expect([tableAlone, tableAlone].map(count.isTold)).toEqual([true, true]);
	const summary = count.summary(ts);
	expect(summary?.msg.split("\n").slice(1, 5)).toEqual([
		"Summary of encountered deprecations:",
		"",
		"- ModelParamUsageDeprecation: 1 occurrence",
		"",
	]);
	expect(summary).toMatchObject({
		name: "DeprecationsSummary",
		code: "D028",
		level: "warn",
		data: {
			summaries: [
				{ event_name: "ModelParamUsageDeprecation", event_code: "D032", occurrences: 1 },
				{ event_name: "ResourceNamesWithSpacesDeprecation", event_code: "D015", occurrences: 2 },
			],
			show_all_hint: true,
		},
	});
});

it("tells each of them with --show-all-deprecations, and gives no hint then", () => {
	const count = createDeprecationCount(true);
	expect([spaces, spaces].map(count.isTold)).toEqual([true, true]);
	expect(count.summary(ts)?.msg).not.toContain("--show-all-deprecations");
});

it("has no summary without deprecations; other warnings are none", () => {
	const count = createDeprecationCount(false);
	const warning = dbtMessage("NoNodesForSelectionCriteria", "nothing", { ts });
	expect([warning, warning].map(count.isTold)).toEqual([true, true]);
	expect(count.summary(ts)).toBeNull();
});
