/** Keys of the project file. dbt's own list: its Project contract, v1.12. */
export const DBT_KEYS: readonly string[] = [
	"name",
	"version",
	"config-version",
	"profile",
	"project-root",
	"model-paths",
	"source-paths",
	"seed-paths",
	"data-paths",
	"test-paths",
	"macro-paths",
	"analysis-paths",
	"snapshot-paths",
	"docs-paths",
	"asset-paths",
	"function-paths",
	"osi-paths",
	"target-path",
	"log-path",
	"packages-install-path",
	"clean-targets",
	"models",
	"seeds",
	"snapshots",
	"analyses",
	"sources",
	"tests",
	"data_tests",
	"unit_tests",
	"exposures",
	"metrics",
	"semantic-models",
	"saved-queries",
	"functions",
	"vars",
	"on-run-start",
	"on-run-end",
	"dispatch",
	"quoting",
	"query-comment",
	"require-dbt-version",
	"restrict-access",
	"packages",
	"flags",
	"dbt-cloud",
];

/** Keys that only tfm has: in tfm_project.yml, or in tfm.yml beside a dbt_project.yml. */
export const TFM_KEYS: readonly string[] = [
	"layers",
	"gate_scope",
	"keep_generations",
	"publish_scope",
	"publish_method",
	"skip_layers",
	"schema_naming",
	"alerts",
	"ci",
	"environments",
	"history",
	"native_tests",
	"rules",
];

/** Words that a project may not be called, since Jinja knows them as something else (dbt's list). */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(
	(
		"_sql_results adapter api column config context database env env_var exceptions execute flags fromjson fromyaml " +
		"graph invocation_id load_agate_table load_result log model modules post_hooks pre_hooks ref render return " +
		"run_started_at schema source sql sql_now store_result store_raw_result target this tojson toyaml " +
		"try_or_compiler_error var write"
	).split(" "),
);

/** Top-level keys whose texts are not rendered when the project is read: hooks and variables keep their templates. */
const RAW_KEYS: ReadonlySet<string> = new Set(["on-run-start", "on-run-end", "query-comment", "vars"]);
const TREES_WITH_HOOKS: ReadonlySet<string> = new Set(["seeds", "models", "snapshots", "tests", "data_tests"]);
const HOOKS: ReadonlySet<string> = new Set(["pre-hook", "post-hook", "pre_hook", "post_hook"]);

/** dbt's rule for what stays a template while the project file is rendered. */
export function staysTemplate(path: readonly (string | number)[]): boolean {
	const first = path[0];
	if (typeof first !== "string") return false;
	// Alerts are rendered where they are read, in a scope that knows secrets.
	if (RAW_KEYS.has(first) || first === "alerts") return true;
	return (
		TREES_WITH_HOOKS.has(first) && path.some((key) => typeof key === "string" && HOOKS.has(key.replace(/^[+ ]+/, "")))
	);
}
