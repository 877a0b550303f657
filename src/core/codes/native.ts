import { type CodeEntry, code } from "./entry.ts";

/** So many tests are named in one remark. */
const NAMED = 10;

/** Tests that the warehouse does by itself. */
export const NATIVE_CODES = {
	"TFM-NATIVE-001": code<{ tests: number; engine: string }>({
		message: (f) =>
			`${f.tests === 1 ? "a test asks" : `${f.tests} tests ask`} to be done by the warehouse itself, which ${f.engine} cannot: ${f.tests === 1 ? "it is an ordinary test" : "they are ordinary tests"} here`,
		next: () => "nothing need be done; `native: \"{{ target.type == 'snowflake' }}\"` asks for it there alone",
		explain:
			"`meta: {native: true}` makes tests Data Metric Functions on Snowflake. Elsewhere there is nothing of the kind: the tests run as all others, which a run says once.",
	}),
	"TFM-NATIVE-002": code<{ tests: readonly { readonly name: string; readonly reason: string }[] }>({
		message: (f) =>
			[
				`${f.tests.length === 1 ? "1 test stays an ordinary test" : `${f.tests.length} tests stay ordinary tests`}, for no Data Metric Function says the same:`,
				...f.tests.slice(0, NAMED).map(({ name, reason }) => `  ${name} ${reason}`),
				...(f.tests.length > NAMED ? [`  … and ${f.tests.length - NAMED} more`] : []),
			].join("\n"),
		next: () => "set `meta: {native: false}` on them where that is as it should be",
		explain:
			"not_null, unique, accepted_values and relationships of a column can be native, with a `where` without queries and with thresholds that compare with a number. Tests of one's own, of packages, those that compare with earlier runs, and columns of semi-structured types cannot. They run as ordinary tests.",
	}),
	"TFM-NATIVE-003": code<{ node: string; key: string; value: string; expected: string }>({
		message: (f) => `${f.key} of ${f.node} is ${f.value}, not ${f.expected}`,
		next: () => "docs/native-quality.md has all settings of native tests",
		explain:
			"`native` of a test's meta is true or false; of a model's meta also a mapping with `schedule`. `native_tests:` of the project file knows `schedule` and `alert`. A schedule is `5 MINUTE`, `USING CRON 0 8 * * * UTC` or `TRIGGER_ON_CHANGES`.",
	}),
	"TFM-NATIVE-004": code<{ node: string; message: string }>({
		message: (f) => `the native tests of ${f.node} are not as they should be: ${f.message}`,
		hint: () => "what was published is not touched by it; `tfm test --native` tries it again without a build",
		next: () => "tfm debug --grants-sql lists what the role needs; Data Metric Functions need the Enterprise edition",
		explain:
			"After a publish tfm puts the Data Metric Functions on the relation. Snowflake refused one of the statements. The run keeps its result, and its tests have been done before the publish as ever.",
	}),
	"TFM-NATIVE-005": code<{ node: string; message: string }>({
		message: (f) => `Snowflake did not evaluate the native tests of ${f.node}: ${f.message}`,
		hint: () => "its tests are done as ordinary tests",
		explain:
			"`tfm test --native` lets Snowflake count by SYSTEM$EVALUATE_DATA_QUALITY_EXPECTATIONS. Where that is refused, or a test is not among the answers, tfm counts itself.",
	}),
	"TFM-NATIVE-006": code<{ node: string; message: string }>({
		message: (f) => `what the native tests of ${f.node} found could not be read: ${f.message}`,
		hint: () =>
			"the role needs the application role snowflake.data_quality_monitoring_lookup, and select on the relation",
		next: () => "tfm debug --grants-sql lists what the role needs",
		explain:
			"`tfm history --native` reads the results of Data Metric Functions by SNOWFLAKE.LOCAL.DATA_QUALITY_MONITORING_EXPECTATION_STATUS, one relation after the other. One that cannot be asked is passed over.",
	}),
} satisfies Record<string, CodeEntry<never>>;
