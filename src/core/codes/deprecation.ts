import { code, event } from "./entry.ts";

const movedWords = (f: { readonly key: string; readonly file: string; readonly key_path: string }): string =>
	`Found \`${f.key}\` as a top-level property of \`${f.key_path}\` in file \`${f.file}\`. The \`${f.key}\` top-level property should be moved into the \`config\` of \`${f.key_path}\`.`;

/**
 * What dbt calls deprecated: it works here as it does in dbt, and says so as dbt does. The facts hold dbt's words, so that
 * who searches for them finds them.
 */
export const DEPRECATION_CODES = {
	"TFM-DEPR-001": code<{ old: string; current: string }>({
		message: (f) => `the variable ${f.old} is called ${f.current} now`,
		hint: (f) => `set ${f.current} and leave ${f.old} out`,
		dbt: (f) => `The environment variable \`${f.old}\` has been renamed as \`${f.current}\``,
		events: (f) => event({ old_name: f.old, new_name: f.current }),
		explain:
			"An environment variable of dbt's was renamed; its old name still works (dbt: EnvironmentVariableRenamed).",
	}),
	"TFM-DEPR-002": code<{ option: string }>({
		message: (f) => `${f.option} is an old name of --select`,
		hint: () => "write --select, or -s",
		dbt: () => "Usage of `--models`, `--model`, and `-m` is deprecated in favor of `--select` or `-s`.",
		explain: "The option was renamed; its old names still work (dbt: ModelParamUsageDeprecation).",
	}),
	"TFM-DEPR-003": code<{ option: string; old: readonly string[] }>({
		message: (f) => `${f.option} uses the old ${f.old.join(" and ")}`,
		hint: (f) => f.old.map((key) => `write ${key === "include" ? "error" : "warn"} for ${key}`).join(", "),
		dbt: (f) =>
			[
				`Found ${f.old.map((key) => `\`${key}\``).join(" and ")} in \`warn_error_options\` specification.`,
				...f.old.map((key) => `Please use \`${key === "include" ? "error" : "warn"}\` instead of \`${key}\`.`),
			].join(" "),
		events: (f) => event({ found_include: f.old.includes("include"), found_exclude: f.old.includes("exclude") }),
		explain:
			"The lists of `warn_error_options` are called `error` and `warn` now; `include` and `exclude` still work (dbt: WEOIncludeExcludeDeprecation).",
	}),
	"TFM-DEPR-004": code<{ variable: string }>({
		message: (f) => `dbt keeps names that begin with DBT_ENGINE_ for itself, and ${f.variable} is none of its own`,
		hint: () => "give a variable of your own another name",
		dbt: (f) =>
			`Found custom environment variable \`${f.variable}\` in the environment. The prefix \`DBT_ENGINE\` is reserved for dbt engine environment variables.`,
		events: (f) => event({ env_var: f.variable, reserved_prefix: "DBT_ENGINE" }),
		explain:
			"dbt reserves the prefix for its settings, so that a later version may give the name a meaning (dbt: EnvironmentVariableNamespaceDeprecation).",
	}),
	"TFM-DEPR-005": code<Record<never, never>>({
		message: () => "`config:` in profiles.yml is not read",
		hint: () => "move what it says to `flags:` in dbt_project.yml",
		dbt: () =>
			"User config should be moved from the 'config' key in profiles.yml to the 'flags' key in dbt_project.yml.",
		explain:
			"Older versions of dbt took the user's flags from profiles.yml. They belong to `flags:` in the project file now (dbt: ProjectFlagsMovedDeprecation).",
	}),
	"TFM-DEPR-006": code<{ key: "log-path" }>({
		message: (f) => `\`${f.key}:\` in the project file is an old way to move the logs`,
		hint: () => "use --log-path, or set DBT_LOG_PATH",
		dbt: (f) => `The \`${f.key}\` config in \`dbt_project.yml\` has been deprecated`,
		events: (f) => event({ deprecated_path: f.key }),
		explain: "The key still works; dbt will read the option and the variable alone (dbt: ConfigLogPathDeprecation).",
	}),
	"TFM-DEPR-007": code<{ key: "target-path" }>({
		message: (f) => `\`${f.key}:\` in the project file is an old way to move the artifacts`,
		hint: () => "use --target-path, or set DBT_TARGET_PATH",
		dbt: (f) => `The \`${f.key}\` config in \`dbt_project.yml\` has been deprecated`,
		events: (f) => event({ deprecated_path: f.key }),
		explain: "The key still works; dbt will read the option and the variable alone (dbt: ConfigTargetPathDeprecation).",
	}),
	"TFM-DEPR-008": code<{ exposure: string }>({
		message: (f) => `the name "${f.exposure}" of an exposure holds more than letters, digits, _ and -`,
		hint: () => "give it a plain `name`, and say the title in `label`",
		dbt: (f) =>
			`Starting in v1.3, the 'name' of an exposure should contain only letters, numbers, and underscores. ${f.exposure} does not follow this pattern.`,
		events: (f) => event({ exposure: f.exposure }),
		explain: "Names of exposures stand in unique ids and selectors (dbt: ExposureNameDeprecation).",
	}),
	"TFM-DEPR-009": code<Record<never, never>>({
		message: () => "`clean-targets` names dbt_modules, and packages lie in dbt_packages",
		hint: () => "name dbt_packages, or set `packages-install-path: dbt_modules`",
		dbt: () => "The default package install path has changed from `dbt_modules` to `dbt_packages`.",
		explain: "Packages were installed in dbt_modules once (dbt: PackageInstallPathDeprecation).",
	}),
	"TFM-DEPR-010": code<{ package: string; materialization: string }>({
		message: (f) => `the package "${f.package}" replaces the built-in materialization "${f.materialization}"`,
		hint: (f) => `a macro of your own that calls it says so: {% materialization ${f.materialization}, default %}`,
		dbt: (f) =>
			`Installed package '${f.package}' is overriding the built-in materialization '${f.materialization}'. Overrides of built-in materializations from installed packages will be deprecated in future versions of dbt.`,
		events: (f) => event({ package_name: f.package, materialization_name: f.materialization }),
		explain:
			"With dbt's flag `require_explicit_package_overrides_for_builtin_materializations: false` an installed package changes how every model is built (dbt: PackageMaterializationOverrideDeprecation).",
	}),
	"TFM-DEPR-011": code<{ name: string; first: string; second: string; package: string }>({
		message: (f) => `${f.first} and ${f.second} share the name "${f.name}"`,
		hint: () => "rename one of them",
		dbt: (f) =>
			`Found resources with the same name '${f.name}' in package '${f.package}': '${f.first}' and '${f.second}'.`,
		events: (f) => event({ resource_name: f.name, unique_id1: f.first, unique_id2: f.second, package_name: f.package }),
		explain:
			"`ref` of the name finds one of the two. dbt's flag `require_unique_project_resource_names` makes an error of it (dbt: DuplicateNameDistinctNodeTypesDeprecation).",
	}),
	"TFM-DEPR-012": code<{ function: string }>({
		message: (f) => `modules.itertools.${f.function} will leave the templates`,
		hint: () => "loop over the lists, or use filters",
		dbt: () => "Usage of itertools modules is deprecated. Please use the built-in functions instead.",
		explain: "dbt means to take `modules.itertools` out of its context (dbt: ModulesItertoolsUsageDeprecation).",
	}),
	"TFM-DEPR-013": code<{ count: number }>({
		message: (f) => `${f.count} ${f.count === 1 ? "name has" : "names have"} spaces`,
		hint: () => "rename the resources",
		dbt: (f) =>
			`Spaces found in ${f.count} resource name(s). This is deprecated, and may lead to errors when using dbt.`,
		events: (f) => event({ count_invalid_names: f.count, show_debug_hint: true }),
		explain:
			"Names stand in SQL names, unique ids and selectors. TFM-PARSE-027 names each resource (dbt: ResourceNamesWithSpacesDeprecation).",
	}),
	"TFM-DEPR-015": code<{ macro: string }>({
		message: (f) => `${f.macro} builds microbatch models in one piece, not in batches`,
		hint: () => "set the flag require_batched_execution_for_custom_microbatch_strategy to true",
		dbt: () => "The use of a custom microbatch macro outside of batched execution is deprecated.",
		explain:
			"dbt's flag is false and the project has a macro get_incremental_microbatch_sql of its own: it is called once, for all rows (dbt: MicrobatchMacroOutsideOfBatchesDeprecation).",
	}),
	"TFM-DEPR-014": code<{ path: string }>({
		message: (f) => `--output ${f.path} of source freshness: sources.json elsewhere than in the target folder`,
		hint: () => "leave --output out",
		dbt: (f) => `Custom output path usage \`--output ${f.path}\` usage detected in \`dbt source freshness\` command.`,
		events: (f) => event({ path: f.path }),
		explain: "The option still works (dbt: CustomOutputPathInSourceFreshnessDeprecation).",
	}),
	"TFM-DEPR-016": code<{
		test: string;
		target: string;
		found: readonly string[];
		/** Each key of each such test, the first one among them, as dbt names them. */
		all: readonly { readonly key: string; readonly file: string; readonly key_path: string }[];
	}>({
		message: (f) => {
			const more = f.all.length - f.found.length;
			const also = more > 0 ? ` (${more} more ${more === 1 ? "stands" : "stand"} so)` : "";
			return `settings of the test "${f.test}" of ${f.target} stand beside its config: ${f.found.join(", ")}${also}`;
		},
		hint: () => "nest them under `config:`",
		events: (f) => f.all.map((data) => ({ says: movedWords(data), data })),
		explain:
			"Settings of a data test such as `where` and `severity` belong below its `config:`; the older form still works (dbt: PropertyMovedToConfigDeprecation).",
	}),
	"TFM-DEPR-017": code<{
		test: string;
		target: string;
		/** All such tests, the first one among them, as dbt names them. */
		all: readonly string[];
	}>({
		message: (f) => {
			const more = f.all.length - 1;
			const also = more === 0 ? "" : ` (so ${more === 1 ? "does" : "do"} ${more} more)`;
			return `the test "${f.test}" of ${f.target} has an argument of its own called \`arguments\`${also}`;
		},
		hint: () => "rename it, and set the flag require_generic_test_arguments_property to true",
		events: (f) =>
			f.all.map((test_name) => ({
				says: `Found \`arguments\` property in test definition of ${test_name} without usage of \`require_generic_test_arguments_property\` behavior change flag.`,
				data: { test_name },
			})),
		explain:
			"With dbt's flag `require_generic_test_arguments_property: false` the key `arguments` of a data test is an argument like any other, in place of holding them (dbt: ArgumentsPropertyInGenericTestDeprecation).",
	}),
};
