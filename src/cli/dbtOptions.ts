import { camel, inGroup, type OptionSpec } from "./optionSpec.ts";

const accepted = inGroup("Accepted");

const TEXT = "text" as const;
const SWITCH = "switch" as const;

const noEffect = (long: string, env?: string): OptionSpec[] => [
	accepted(long, { kind: SWITCH, help: "no effect", hidden: true, ...(env === undefined ? {} : { env }) }),
	accepted(`no-${long}`, { key: camel(long), sets: false, kind: SWITCH, help: "no effect", hidden: true }),
];

/** dbt's flags about its own machinery: taken and without effect, so that scripts written for dbt keep working. */
export const ACCEPTED: readonly OptionSpec[] = [
	accepted("partial-parse-file-path", { value: "file", kind: TEXT, help: "no effect", hidden: true }),
	...noEffect("partial-parse-file-diff"),
	...noEffect("cache-selected-only"),
	...noEffect("populate-cache"),
	...noEffect("static-parser"),
	...noEffect("use-experimental-parser"),
	...noEffect("use-fast-test-edges"),
	...noEffect("send-anonymous-usage-stats"),
	...noEffect("log-cache-events"),
	...noEffect("macro-debugging"),
	...noEffect("use-colors-file"),
	...noEffect("export-saved-queries"),
	...noEffect("upload-to-artifacts-ingest-api"),
	...noEffect("show-resource-report"),
	accepted("show-all-deprecations", {
		kind: SWITCH,
		env: "SHOW_ALL_DEPRECATIONS",
		help: "each deprecation in dbt's lines, not only the first of its kind",
		hidden: true,
	}),
	accepted("no-show-all-deprecations", {
		key: "showAllDeprecations",
		sets: false,
		kind: SWITCH,
		help: "the first deprecation of each kind in dbt's lines",
		hidden: true,
	}),
	...noEffect("hints-enabled"),
	...noEffect("deprecated-print"),
	accepted("deprecated-no-print", {
		key: "print",
		sets: false,
		kind: SWITCH,
		env: "NO_PRINT",
		envNow: "PRINT",
		help: "dbt's older name of --no-print",
		hidden: true,
	}),
	...noEffect("include-saved-query"),
	accepted("maximum-seed-size-mib", { value: "size", kind: TEXT, help: "no effect", hidden: true }),
	...noEffect("use-v2-parser"),
	...noEffect("snowflake-projects-otel"),
	accepted("v2-parser", { value: "path", kind: TEXT, help: "no effect", hidden: true }),
	accepted("sqlparse", { value: "limits", kind: TEXT, help: "no effect", hidden: true }),
	accepted("record-timing-info", { short: "r", value: "file", kind: TEXT, help: "no effect", hidden: true }),
	accepted("single-threaded", { kind: SWITCH, env: "SINGLE_THREADED", help: "--threads 1", hidden: true }),
	accepted("no-single-threaded", { key: "singleThreaded", sets: false, kind: SWITCH, help: "no effect", hidden: true }),
];
