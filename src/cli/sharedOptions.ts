import { inGroup, type OptionSpec } from "./optionSpec.ts";

const RESOURCE_TYPES = [
	"model",
	"seed",
	"snapshot",
	"test",
	"unit_test",
	"analysis",
	"source",
	"exposure",
	"metric",
	"semantic_model",
	"saved_query",
	"function",
	"all",
	"default",
] as const;

const selection = inGroup("Selection");
const state = inGroup("State");
const running = inGroup("Running");
const project = inGroup("Project");
const output = inGroup("Output");

const LIST = "list" as const;
const TEXT = "text" as const;
const SWITCH = "switch" as const;

export const SELECTION: readonly OptionSpec[] = [
	selection("select", {
		short: "s",
		value: "selectors...",
		kind: LIST,
		help: "Nodes to include, in dbt's selector grammar",
	}),
	selection("models", {
		key: "select",
		short: "m",
		value: "selectors...",
		kind: LIST,
		help: "dbt's older name of --select",
		hidden: true,
		deprecated: true,
	}),
	selection("model", {
		key: "select",
		value: "selectors...",
		kind: LIST,
		help: "dbt's older name of --select",
		hidden: true,
		deprecated: true,
	}),
	selection("exclude", { value: "selectors...", kind: LIST, help: "Nodes to leave out" }),
	selection("selector", { value: "name", kind: TEXT, help: "A selector of selectors.yml" }),
	selection("layer", {
		key: "layers",
		value: "names...",
		kind: LIST,
		env: "LAYER",
		envOfTfmOnly: true,
		help: "Only these layers, for example staging,transform",
	}),
	selection("resource-type", {
		key: "resourceTypes",
		value: "types...",
		kind: LIST,
		env: "RESOURCE_TYPES",
		choices: RESOURCE_TYPES,
		help: "Only these kinds of nodes",
	}),
	selection("resource-types", {
		key: "resourceTypes",
		value: "types...",
		kind: LIST,
		choices: RESOURCE_TYPES,
		help: "The same",
		hidden: true,
	}),
	selection("exclude-resource-type", {
		key: "excludeResourceTypes",
		value: "types...",
		kind: LIST,
		env: "EXCLUDE_RESOURCE_TYPES",
		choices: RESOURCE_TYPES,
		help: "None of these kinds",
	}),
	selection("exclude-resource-types", {
		key: "excludeResourceTypes",
		value: "types...",
		kind: LIST,
		choices: RESOURCE_TYPES,
		help: "The same",
		hidden: true,
	}),
	selection("indirect-selection", {
		value: "mode",
		kind: TEXT,
		env: "INDIRECT_SELECTION",
		choices: ["eager", "cautious", "buildable", "empty"],
		help: "Which tests come along with the selected nodes (default: eager)",
	}),
];

/** dbt's older variables come first, so that its present ones win. */
export const STATE: readonly OptionSpec[] = [
	state("deprecated-state", {
		key: "state",
		value: "folder",
		kind: TEXT,
		env: "ARTIFACT_STATE_PATH",
		envNow: "STATE",
		help: "",
		hidden: true,
	}),
	state("deprecated-defer", {
		key: "defer",
		kind: SWITCH,
		env: "DEFER_TO_STATE",
		envNow: "DEFER",
		help: "",
		hidden: true,
	}),
	state("deprecated-favor-state", {
		key: "favorState",
		kind: SWITCH,
		env: "FAVOR_STATE_MODE",
		envNow: "FAVOR_STATE",
		help: "",
		hidden: true,
	}),
	state("state", {
		value: "folder",
		kind: TEXT,
		env: "STATE",
		help: "Artifacts of an earlier run, for state:, result: and --defer",
	}),
	state("defer", {
		kind: SWITCH,
		env: "DEFER",
		help: "Read what is neither selected nor built here from where that run built it",
	}),
	state("no-defer", { key: "defer", sets: false, kind: SWITCH, help: "Do not", hidden: true }),
	state("defer-state", {
		value: "folder",
		kind: TEXT,
		env: "DEFER_STATE",
		help: "Other artifacts for --defer than --state",
	}),
	state("favor-state", {
		kind: SWITCH,
		env: "FAVOR_STATE",
		help: "With --defer: read all that is not selected from there, even what is built here",
	}),
	state("no-favor-state", { key: "favorState", sets: false, kind: SWITCH, help: "Do not", hidden: true }),
];

/** Of commands that build all kinds of nodes. */
export const CHANGED: readonly OptionSpec[] = [
	running("changed", {
		kind: SWITCH,
		env: "CHANGED",
		envOfTfmOnly: true,
		help: "Leave what is as it was built last, and say of all else why it is built",
	}),
	running("force", { kind: SWITCH, help: "With --changed: build all of it after all" }),
];

export const RUNNING: readonly OptionSpec[] = [
	running("full-refresh", {
		short: "f",
		kind: SWITCH,
		env: "FULL_REFRESH",
		help: "Rebuild incremental models and seeds from nothing",
	}),
	running("fail-fast", { short: "x", kind: SWITCH, env: "FAIL_FAST", help: "Stop at the first failure" }),
	running("no-fail-fast", { key: "failFast", sets: false, kind: SWITCH, help: "Go on after a failure", hidden: true }),
	running("no-gate", {
		key: "gates",
		sets: false,
		kind: SWITCH,
		help: "Build and publish directly: no candidates, no tests, no gates",
	}),
	running("lock-timeout", {
		value: "time",
		kind: TEXT,
		env: "LOCK_TIMEOUT",
		envOfTfmOnly: true,
		help: "How long to wait for another run and for readers, for example 90s (default: 10m)",
	}),
	running("statement-timeout", {
		value: "time",
		kind: TEXT,
		env: "STATEMENT_TIMEOUT",
		envOfTfmOnly: true,
		help: "Cancel a statement that takes longer (default: never)",
	}),
	running("store-failures", {
		kind: SWITCH,
		env: "STORE_FAILURES",
		help: "Keep the failing rows of tests in the warehouse",
	}),
	running("show-rows", {
		value: "count",
		kind: TEXT,
		env: "SHOW_ROWS",
		envOfTfmOnly: true,
		help: "Failing rows to show of each test, with all columns (default: 5, only keys)",
	}),
	running("empty", { kind: SWITCH, env: "EMPTY", help: "Build with no rows, to check that everything runs" }),
	running("no-empty", { key: "empty", sets: false, kind: SWITCH, help: "Build with rows", hidden: true }),
	running("warn-error", { kind: SWITCH, env: "WARN_ERROR", help: "Treat warnings as errors" }),
	running("warn-error-options", {
		value: "yaml",
		kind: TEXT,
		env: "WARN_ERROR_OPTIONS",
		help: "Which warnings are errors, by dbt's names or codes: '{error: all, warn: [NAME], silence: [NAME]}'",
	}),
	running("no-warn-error", { key: "warnError", sets: false, kind: SWITCH, help: "Do not", hidden: true }),
	running("no-write-json", {
		key: "writeJson",
		sets: false,
		kind: SWITCH,
		help: "Write no artifacts to the target folder",
	}),
	running("write-json", { kind: SWITCH, env: "WRITE_JSON", help: "Write artifacts (the default)", hidden: true }),
];

export const PROJECT: readonly OptionSpec[] = [
	project("project-dir", {
		value: "folder",
		kind: TEXT,
		env: "PROJECT_DIR",
		help: "Where tfm_project.yml or dbt_project.yml is (default: here or above)",
	}),
	project("profiles-dir", { value: "folder", kind: TEXT, env: "PROFILES_DIR", help: "Where profiles.yml is" }),
	project("profile", {
		value: "name",
		kind: TEXT,
		env: "PROFILE",
		help: "The profile to use instead of the project's",
	}),
	project("target", {
		short: "t",
		value: "name",
		kind: TEXT,
		env: "TARGET",
		help: "The target of the profile, for example prod",
	}),
	project("target-path", {
		value: "folder",
		kind: TEXT,
		env: "TARGET_PATH",
		help: "Where artifacts and compiled SQL go (default: target)",
	}),
	project("vars", {
		value: "yaml",
		kind: TEXT,
		env: "VARS",
		envOfTfmOnly: true,
		help: "Variables as YAML or JSON: '{day: \"2026-01-01\"}'",
	}),
	project("no-partial-parse", {
		key: "partialParse",
		sets: false,
		kind: SWITCH,
		help: "Read every file, though nothing changed since the last command",
	}),
	project("partial-parse", {
		kind: SWITCH,
		help: "Use what is known of unchanged files (the default)",
		hidden: true,
	}),
	project("no-version-check", {
		key: "versionCheck",
		sets: false,
		kind: SWITCH,
		help: "Take projects and packages that require another version of dbt",
		hidden: true,
	}),
	project("version-check", {
		kind: SWITCH,
		env: "VERSION_CHECK",
		help: "Refuse projects and packages that require another version of dbt (the default)",
		hidden: true,
	}),
	project("threads", {
		value: "count",
		kind: TEXT,
		env: "THREADS",
		envOfTfmOnly: true,
		help: "Nodes to work on at once",
	}),
];

export const OUTPUT: readonly OptionSpec[] = [
	output("quiet", {
		short: "q",
		kind: "count",
		env: "QUIET",
		help: "Only failures and the last line; -qq: nothing, the exit code says it",
	}),
	output("no-quiet", { key: "noQuiet", kind: SWITCH, help: "Not quiet", hidden: true }),
	output("verbose", {
		short: "v",
		kind: "count",
		env: "VERBOSE",
		envOfTfmOnly: true,
		help: "A line for every node; -vv: SQL and timing as well",
	}),
	output("debug", { short: "d", kind: SWITCH, env: "DEBUG", help: "The same as -vv" }),
	output("no-debug", { key: "debug", sets: false, kind: SWITCH, help: "Not", hidden: true }),
	output("log-format", {
		value: "format",
		kind: TEXT,
		env: "LOG_FORMAT",
		choices: ["text", "json", "debug", "default", "events"],
		help: "text, debug, json: dbt's lines, on the screen and in logs/dbt.log; events: tfm's, one JSON object a line",
	}),
	output("log-format-file", {
		value: "format",
		kind: TEXT,
		env: "LOG_FORMAT_FILE",
		choices: ["text", "json", "debug", "default"],
		help: "Write logs/dbt.log in this form",
	}),
	output("log-level", {
		value: "level",
		kind: TEXT,
		env: "LOG_LEVEL",
		choices: ["debug", "info", "warn", "error", "none"],
		help: "debug is -vv; warn and error are -q; none is -qq",
		hidden: true,
	}),
	output("log-level-file", {
		value: "level",
		kind: TEXT,
		env: "LOG_LEVEL_FILE",
		choices: ["debug", "info", "warn", "error", "none"],
		help: "The least level in logs/dbt.log (default: debug)",
		hidden: true,
	}),
	output("log-file-max-bytes", {
		value: "bytes",
		kind: TEXT,
		env: "LOG_FILE_MAX_BYTES",
		help: "When logs/dbt.log is put aside (default: 10 MiB; 0: never)",
		hidden: true,
	}),
	output("log-path", {
		value: "folder",
		kind: TEXT,
		env: "LOG_PATH",
		help: "Where tfm.log and dbt.log go (default: logs)",
	}),
	output("log-file", {
		value: "file",
		kind: TEXT,
		env: "LOG_FILE",
		envOfTfmOnly: true,
		help: "Write the debug log to this file",
	}),
	output("color", {
		value: "when",
		kind: TEXT,
		env: "COLOR",
		envOfTfmOnly: true,
		choices: ["auto", "always", "never"],
		help: "auto, always or never; NO_COLOR and FORCE_COLOR work too",
	}),
	output("use-colors", { kind: SWITCH, env: "USE_COLORS", help: "The same as --color always", hidden: true }),
	output("no-use-colors", {
		key: "useColors",
		sets: false,
		kind: SWITCH,
		help: "The same as --color never",
		hidden: true,
	}),
	output("progress", {
		value: "how",
		kind: TEXT,
		env: "PROGRESS",
		envOfTfmOnly: true,
		choices: ["auto", "plain", "none"],
		help: "auto: live on a terminal; plain: lines only; none: failures and the end only",
	}),
	output("width", {
		value: "columns",
		kind: TEXT,
		env: "WIDTH",
		envOfTfmOnly: true,
		help: "Width of the output (default: the terminal's)",
	}),
	output("printer-width", {
		key: "width",
		value: "columns",
		kind: TEXT,
		env: "PRINTER_WIDTH",
		help: "dbt's name of --width",
		hidden: true,
	}),
	output("no-print", {
		key: "print",
		sets: false,
		kind: SWITCH,
		help: "Leave out what print() in templates writes",
		hidden: true,
	}),
	output("print", { kind: SWITCH, env: "PRINT", help: "Show what print() writes (the default)", hidden: true }),
];

export const SUMMARY: readonly OptionSpec[] = [
	output("output", {
		value: "format",
		kind: TEXT,
		choices: ["text", "json"],
		help: "json: the summary of the run as one document on stdout",
	}),
	output("junit", {
		value: "file",
		kind: TEXT,
		env: "JUNIT",
		envOfTfmOnly: true,
		help: "Write the tests of the run as JUnit XML, which build servers show",
	}),
];
