import { describe, expect, it } from "vitest";
import { diagnostic } from "./diagnostic.ts";
import { failsWarnedTests, hearTemplate, judgeWarnings, templateRulings, type WarningPolicy } from "./warningPolicy.ts";

const remark = diagnostic(
	"TFM-YAML-003",
	{ key: "a", file: "models/s.yml", line: 2, column: 1 },
	{ severity: "warning" },
);
const options = (more: Partial<WarningPolicy>) => ({
	warnError: false,
	warnErrorOptions: { error: [], warn: [], silence: [], ...more },
});
const judged = (more: Partial<WarningPolicy>): string => {
	try {
		return judgeWarnings([remark], options(more)).length === 1 ? "warning" : "silent";
	} catch {
		return "error";
	}
};

describe("--warn-error-options", () => {
	it.each<[Partial<WarningPolicy>, string]>([
		[{}, "warning"],
		[{ error: "all" }, "error"],
		[{ error: "all", warn: ["Deprecations"] }, "warning"],
		[{ error: ["DuplicateYAMLKeysDeprecation"], silence: ["Deprecations"] }, "error"],
		[{ error: ["TFM-YAML-003"] }, "error"],
		[{ error: "all", warn: ["TFM-YAML-003"], silence: ["TFM-YAML-003"] }, "silent"],
		[{ error: ["DepsUnpinned"] }, "warning"],
	])("%j makes of a key that is written twice: %s", (more, expected) => {
		expect(judged(more)).toBe(expected);
	});

	it("names a data test that warns LogTestResult, as dbt does", () => {
		expect(failsWarnedTests(options({ error: ["LogTestResult"] }))).toBe(true);
		expect(failsWarnedTests(options({ error: "all", warn: ["LogTestResult"] }))).toBe(false);
		expect(failsWarnedTests({ warnError: true })).toBe(true);
		expect(failsWarnedTests({ warnError: false })).toBe(false);
	});

	it("names what exceptions.warn() says JinjaLogWarning, as dbt does", () => {
		expect(templateRulings(options({ error: ["JinjaLogWarning"] })).JinjaLogWarning).toBe("error");
		expect(templateRulings(options({ error: "all", silence: ["JinjaLogWarning"] }))).toEqual({
			JinjaLogWarning: "silent",
			SnapshotTimestampWarning: "error",
			CollectFreshnessReturnSignature: "error",
		});
		expect(templateRulings({ warnError: false }).JinjaLogWarning).toBe("warning");
	});

	it("hears a template up to the warning that fails it", () => {
		const says = (text: string) => ({ text, info: true });
		const warns = { ...says("careful"), remark: { name: "JinjaLogWarning", by: "a" } } as const;
		const all = [says("before"), warns, says("after")];
		const hear = (flags: Parameters<typeof templateRulings>[0]) => {
			const { told, refused } = hearTemplate(all, templateRulings(flags));
			return [told.map(({ text }) => text), refused?.text];
		};
		expect(hear({ warnError: false })).toEqual([["before", "careful", "after"], undefined]);
		expect(hear({ warnError: true })).toEqual([["before"], "careful"]);
		expect(hear(options({ silence: ["JinjaLogWarning"] }))).toEqual([["before", "after"], undefined]);
	});
});
