import type { Config } from "../core/config.ts";
import { eventTimeIso } from "../core/eventTime.ts";
import type { Invocation } from "../core/invocation.ts";
import type { Plain } from "../core/node.ts";

/** Flags about dbt's machinery, which change nothing here, and its behaviour flags: dbt 1.12's defaults. */
const DBT_FLAGS = {
	ALLOW_JINJA_FILE_EXTENSIONS: false,
	CACHE_SELECTED_ONLY: false,
	ENABLE_GROUPED_WARN_ERROR_PARSER_LOGS: false,
	HINTS_ENABLED: true,
	INTROSPECT: true,
	LATEST_VERSION_POINTER_ENABLED_BY_DEFAULT: false,
	LOG_CACHE_EVENTS: false,
	LOG_FILE_MAX_BYTES: 10_485_760,
	LOG_FORMAT_FILE: "debug",
	LOG_LEVEL: "info",
	LOG_LEVEL_FILE: "debug",
	MACRO_DEBUGGING: false,
	MAXIMUM_SEED_SIZE_MIB: 1,
	NO_PRINT: null,
	PARTIAL_PARSE: true,
	PARTIAL_PARSE_FILE_DIFF: true,
	POPULATE_CACHE: true,
	REQUIRE_ALL_WARNINGS_HANDLED_BY_WARN_ERROR: true,
	REQUIRE_BATCHED_EXECUTION_FOR_CUSTOM_MICROBATCH_STRATEGY: true,
	REQUIRE_CORRECTED_ANALYSIS_FQNS: false,
	REQUIRE_EXPLICIT_PACKAGE_OVERRIDES_FOR_BUILTIN_MATERIALIZATIONS: true,
	REQUIRE_GENERIC_TEST_ARGUMENTS_PROPERTY: true,
	REQUIRE_NESTED_CUMULATIVE_TYPE_PARAMS: true,
	REQUIRE_REF_SEARCHES_NODE_PACKAGE_BEFORE_ROOT: false,
	REQUIRE_RESOURCE_NAMES_WITHOUT_SPACES: true,
	REQUIRE_SOURCE_AND_SEMANTIC_MODEL_NAMES_WITHOUT_SPACES: false,
	REQUIRE_SQL_HEADER_IN_TEST_CONFIGS: false,
	REQUIRE_UNIQUE_PROJECT_RESOURCE_NAMES: false,
	REQUIRE_VALID_SCHEMA_FROM_GENERATE_SCHEMA_NAME: false,
	REQUIRE_YAML_CONFIGURATION_FOR_MF_TIME_SPINES: true,
	SEND_ANONYMOUS_USAGE_STATS: false,
	SHOW_ALL_DEPRECATIONS: false,
	SHOW_RESOURCE_REPORT: false,
	SKIP_NODES_IF_ON_RUN_START_FAILS: true,
	SNOWFLAKE_PROJECTS_OTEL: false,
	SOURCE_FRESHNESS_RUN_PROJECT_HOOKS: true,
	STATE_MODIFIED_COMPARE_MORE_UNRENDERED_VALUES: true,
	STATE_MODIFIED_COMPARE_VARS: false,
	STATIC_PARSER: true,
	STRICT_MODE: false,
	SUPPORT_CUSTOM_REF_KWARGS: false,
	UPLOAD_TO_ARTIFACTS_INGEST_API: false,
	USE_CATALOGS_V2: false,
	USE_EXPERIMENTAL_PARSER: false,
	USE_FAST_TEST_EDGES: false,
	USE_V2_PARSER: false,
	V2_PARSER: "dbt-core-experimental-parser parse",
	VALIDATE_MACRO_ARGS: true,
	VERSION_CHECK: true,
	WARN_ERROR_OPTIONS: { error: [], warn: [], silence: [] },
} as const;

/** Commands that choose nodes, build them, or load all of something: the words that dbt takes with each. */
const SELECTS: ReadonlySet<string> = new Set(
	"build clone compile docs-generate ls list run seed show snapshot source-freshness test".split(" "),
);
const TAKES_EMPTY: ReadonlySet<string> = new Set("build compile run seed snapshot".split(" "));
const TAKES_TYPES: ReadonlySet<string> = new Set("build clone ls list test".split(" "));

const INJECTS: ReadonlySet<string> = new Set(["compile", "show"]);

const isoTime = (at: Date | undefined): string | null => (at === undefined ? null : eventTimeIso(at).slice(0, 19));

/**
 * dbt's `flags` object and, less what `invocation_args_dict` leaves out of it, its arguments; and what tfm's own macros
 * need to know. Null where a command does not take the word, or nobody gave it.
 */
export function templateFlags(invocation: Invocation, config: Config): { readonly [name: string]: Plain } {
	const { flags, output, command } = invocation;
	const { extra } = flags;
	const named = command.replace(" ", "-");
	return {
		...DBT_FLAGS,
		DEBUG: output.verbosity > 1,
		QUIET: output.verbosity < 0,
		PRINT: output.print !== false,
		USE_COLORS: output.color !== "never",
		USE_COLORS_FILE: output.color !== "never",
		PRINTER_WIDTH: output.width ?? 80,
		LOG_FORMAT: output.logFormat === "json" ? "json" : "default",
		WRITE_JSON: flags.writeJson,
		TARGET_PATH: flags.targetPath ?? null,
		LOG_PATH: flags.logPath ?? null,
		PROFILES_DIR: flags.profilesDir ?? null,
		PROJECT_DIR: flags.projectDir ?? null,
		...Object.fromEntries(Object.entries(config.project.flags).map(([name, value]) => [name.toUpperCase(), value])),
		WHICH: command === "docs generate" ? "generate" : command === "source freshness" ? "freshness" : command,
		INVOCATION_COMMAND: invocation.commandLine,
		FULL_REFRESH: flags.fullRefresh,
		STORE_FAILURES: flags.storeFailures ?? false,
		FAIL_FAST: flags.failFast,
		EMPTY: flags.empty || TAKES_EMPTY.has(named) ? flags.empty : null,
		DEFER: flags.defer,
		FAVOR_STATE: flags.favorState,
		WARN_ERROR: flags.warnError,
		INDIRECT_SELECTION: flags.indirectSelection ?? "eager",
		INJECT_EPHEMERAL_CTES: extra.injectEphemeralCtes === false ? false : INJECTS.has(command) ? true : null,
		SELECT: SELECTS.has(named) ? flags.select : null,
		EXCLUDE: SELECTS.has(named) ? flags.exclude : null,
		SELECTOR: flags.selector ?? null,
		RESOURCE_TYPES: TAKES_TYPES.has(named) ? flags.resourceTypes : null,
		EXCLUDE_RESOURCE_TYPES: TAKES_TYPES.has(named) ? flags.excludeResourceTypes : null,
		VARS: flags.vars ?? {},
		TARGET: flags.target ?? null,
		PROFILE: flags.profile ?? null,
		THREADS: flags.threads ?? null,
		STATE: flags.state ?? null,
		DEFER_STATE: flags.deferState ?? null,
		EVENT_TIME_START: isoTime(flags.eventTime?.start),
		EVENT_TIME_END: isoTime(flags.eventTime?.end),
		...(command === "run-operation" ? { MACRO: extra.macro ?? null, ARGS: extra.args ?? null } : {}),
		SCHEMA_NAMING: config.project.schemaNaming,
	};
}
