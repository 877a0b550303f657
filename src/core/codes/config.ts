import { code, didYouMean, event } from "./entry.ts";

const listed = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));

/** What dbt counts when it looks whether the packages are there. */
export interface PackageCounts {
	/** Entries of package-lock.yml, or of the list without one. */
	readonly expected: number;
	/** Folders in `installPath`. */
	readonly found: number;
	/** Names of the lock file that have no folder. */
	readonly notFound: readonly string[];
	/** `packages-install-path`, as written. */
	readonly installPath: string;
	/** `packages.yml` or `dependencies.yml`. */
	readonly listFile: string;
}

const packagesExpected = (f: Partial<PackageCounts>): string | undefined =>
	f.expected === undefined
		? undefined
		: `dbt expects ${f.expected} package(s) based on packages specified in ${f.listFile}, but found only ${f.found} package(s) installed in ${f.installPath}. ${f.notFound?.length ? `Following packages were not found: ${f.notFound.join(", ")}. ` : ""}Run "dbt deps" to install package dependencies.`;

export const CONFIG_CODES = {
	"TFM-CONFIG-001": code<{ dir: string; searchedParents: boolean }>({
		message: (f) =>
			`no tfm_project.yml or dbt_project.yml in ${f.dir}${f.searchedParents ? " or the folders above it" : ""}`,
		hint: () => "go to a project's folder, or name it with --project-dir",
		next: () => "tfm init writes a new project",
		explain:
			"A project is a folder with a file tfm_project.yml (or dbt_project.yml). It is looked for in the current folder and those above it, or in the folder of --project-dir.",
	}),
	"TFM-CONFIG-002": code<{ file: string; problem: string }>({
		message: (f) => `cannot read ${f.file}: ${f.problem}`,
		explain: "A file of the configuration exists but cannot be read: permissions, a folder of its name, or not UTF-8.",
	}),
	"TFM-CONFIG-003": code<{ file: string }>({
		message: (f) => `${f.file} is empty`,
		hint: () => "a project needs at least a line `name: my_project`",
		explain: "The file exists but holds nothing, or only comments.",
	}),
	"TFM-CONFIG-004": code<{ name: string; reason: string }>({
		message: (f) => `a project cannot be called "${f.name}": ${f.reason}`,
		hint: () => "letters, digits and underscores, not starting with a digit",
		explain:
			"The name becomes part of unique ids and of Jinja names, so it must be an identifier and none of Jinja's own.",
	}),
	"TFM-CONFIG-005": code<{ first: string; second: string }>({
		message: (f) => `both \`${f.first}:\` and \`${f.second}:\` are given`,
		hint: (f) => `they mean the same: keep \`${f.second}:\``,
		dbt: (f) =>
			f.second === "data_tests"
				? "Invalid project config: cannot have both 'tests' and 'data_tests' defined"
				: undefined,
		explain: "Two names of one setting are both present; only one of them can hold.",
	}),
	"TFM-CONFIG-006": code<{ file: string }>({
		message: (f) => `variables stand both in vars.yml and under \`vars:\` in ${f.file}`,
		hint: () => "keep them in one place",
		dbt: () => "Variables cannot be defined in both vars.yml and dbt_project.yml.",
		explain: "vars.yml takes the place of the project file's `vars:`; with both it would be unclear which one holds.",
	}),
	"TFM-CONFIG-007": code<{ key: string }>({
		message: (f) => `\`${f.key}:\` is not a key of dbt_project.yml`,
		hint: () => "put it into a file tfm.yml beside dbt_project.yml, where dbt does not read it",
		explain: "The keys that only tfm knows stand in tfm_project.yml, or in tfm.yml beside a dbt_project.yml.",
	}),
	"TFM-CONFIG-008": code<{ old: string; current: string }>({
		message: (f) => `\`${f.old}:\` is an old name of \`${f.current}:\``,
		hint: (f) => `write \`${f.current}:\``,
		dbt: (f) => `The \`${f.old}\` config has been renamed to \`${f.current}\`.`,
		events: (f) =>
			event(
				{ deprecated_path: f.old, exp_path: f.current },
				f.old === "data-paths" ? "ConfigDataPathDeprecation" : "ConfigSourcePathDeprecation",
			),
		explain: "The setting was renamed; the old name still works.",
	}),
	"TFM-CONFIG-009": code<{ text: string }>({
		message: (f) => `"${f.text}" is not a version requirement`,
		hint: () => 'write something like ">=1.5.0" or [">=1.5.0", "<2.0.0"]',
		explain: "A requirement is an optional operator (= > < >= <=) and a version of three numbers.",
	}),
	"TFM-CONFIG-010": code<{ project: string; required: string; actual: string }>({
		message: (f) => `project "${f.project}" requires dbt ${f.required}; tfm behaves as dbt ${f.actual}`,
		hint: () => "--no-version-check runs it all the same",
		explain: "The project's `require-dbt-version` does not include the dbt version whose behaviour tfm keeps.",
	}),
	"TFM-CONFIG-011": code<{ what: "name" | "path"; value: string }>({
		message: (f) => `two layers have the ${f.what} "${f.value}"`,
		explain: "Layers are told apart by name, and a file belongs to the layer whose folder holds it.",
	}),
	"TFM-CONFIG-012": code<{ name: string }>({
		message: (f) => `a layer cannot be called "${f.name}"`,
		hint: () => "letters, digits, underscores and dashes, starting with a letter",
		explain: "The name of a layer is also the default of its folder and schema.",
	}),
	"TFM-CONFIG-014": code<{ layer: string; role: string }>({
		message: (f) => `the layer ${f.layer} asks for a role of its own, ${f.role}`,
		hint: () => "the target's role builds and publishes all layers; `grants:` says who may read what it made",
		next: (f) =>
			`remove the key, or run the layer by a target with that role: tfm run --layer ${f.layer} --target <name>`,
		explain:
			"A run works by the role of its target: it makes the candidates of a layer, tests them, publishes them and writes down that it did. A layer with another role would need that role in tfm's own tables and over all that it reads. `warehouse` of a layer on Snowflake is its own.",
	}),
	"TFM-CONFIG-013": code<{ path: string; key: string }>({
		message: (f) => `${f.key}: "${f.path}" leads out of the project`,
		hint: () => "name a folder inside the project, relative to its root",
		explain: "A project reads and writes inside its own folder.",
	}),
	"TFM-CONFIG-020": code<{ dir: string }>({
		message: (f) => `there is no profiles.yml in ${f.dir}`,
		hint: () => "the folder was named by --profiles-dir or by DBT_PROFILES_DIR / TFM_PROFILES_DIR",
		explain: "A folder for profiles.yml was named, and it holds none.",
	}),
	"TFM-CONFIG-021": code<{ profile: string; file: string; known: readonly string[]; suggestion?: string | undefined }>({
		message: (f) => `${f.file} has no profile "${f.profile}"`,
		hint: (f) => didYouMean(f.suggestion) ?? `profiles there: ${listed(f.known)}`,
		dbt: (f) => `Could not find profile named '${f.profile}'`,
		explain:
			"The profile that the project's `profile:` key or --profile names does not exist. The embedded database is taken only when no profile is named.",
	}),
	"TFM-CONFIG-022": code<{
		target: string;
		profile: string;
		known: readonly string[];
		suggestion?: string | undefined;
	}>({
		message: (f) => `profile "${f.profile}" has no target "${f.target}"`,
		hint: (f) => didYouMean(f.suggestion) ?? `its targets: ${listed(f.known)}`,
		dbt: (f) => `The profile '${f.profile}' does not have a target named '${f.target}'.`,
		explain:
			"The target is chosen by --target, DBT_TARGET / TFM_TARGET, or the profile's `target:` key (else `default`).",
	}),
	"TFM-CONFIG-023": code<{ field: string; problem: string }>({
		message: (f) => `the command that gives \`${f.field}\` failed: ${f.problem}`,
		hint: () => "run it in a shell: it must print the secret and exit with 0",
		explain:
			"A field of the profile is `{command: …}`. The command is run in a shell when the profile is read; its output is not shown.",
	}),
	"TFM-CONFIG-024": code<{ field: string; type: string; suggestion?: string | undefined; meant?: boolean }>({
		message: (f) =>
			`\`${f.field}\` is not a field of a ${f.type} connection${f.meant === true ? "" : ", and is ignored"}`,
		hint: (f) => didYouMean(f.suggestion),
		explain:
			"The output has a field that neither dbt's adapter nor tfm knows. A misspelt password is an error, where no other is given.",
	}),
	"TFM-CONFIG-025": code<{ profile: string; from: "option" | "variable" | "project" }>({
		message: (f) =>
			`${{ option: "--profile", variable: "DBT_PROFILE / TFM_PROFILE", project: "the project" }[f.from]} names the profile "${f.profile}", but there is no profiles.yml`,
		hint: () => "it is looked for in the current folder, in the project's and in ~/.dbt, or where --profiles-dir says",
		next: (f) =>
			`write a profiles.yml (profiles.example.yml shows how); for the embedded database: ${f.profile}: {target: dev, outputs: {dev: {type: pglite}}}${f.from === "project" ? ", or no `profile:` in the project file" : ""}`,
		dbt: (f) => `Could not find profile named '${f.profile}'`,
		explain:
			"A project that names a profile means that database and no other, so nothing is run without it. A project without `profile:` runs on the embedded database in .tfm/database.",
	}),
	"TFM-CONFIG-035": code<{ target: string; known: readonly string[] }>({
		message: (f) =>
			`there is no target "${f.target}": no profile is named, and the embedded database has the target dev`,
		hint: (f) =>
			f.known.length === 0
				? "targets stand in a profile: write a profiles.yml, and `profile: NAME` into the project file"
				: `write \`profile: ${f.known[0]}\` into the project file, or give --profile ${f.known[0]}`,
		explain:
			"Without a profile a run goes to the embedded database in .tfm/database. Another target than its own was asked for with --target or DBT_TARGET / TFM_TARGET, so that database cannot have been meant.",
	}),
	"TFM-CONFIG-026": code<{ problem: string; fix: string }>({
		message: (f) => f.problem,
		hint: (f) => f.fix,
		explain: "Fields of the connection contradict each other, or one that the others need is missing.",
	}),
	"TFM-CONFIG-027": code<{ name: string; value: string; expected: string }>({
		message: (f) => `the environment variable ${f.name} is "${f.value}", but must be ${f.expected}`,
		explain: "An environment variable stands in for a flag and has a value that the flag does not take.",
	}),
	"TFM-CONFIG-030": code<{ missing: readonly string[] } & PackageCounts>({
		message: (f) => `packages are not installed: ${listed(f.missing)}`,
		hint: (f) => `they belong into ${f.installPath}`,
		next: () => "tfm deps",
		dbt: packagesExpected,
		explain:
			"packages.yml, dependencies.yml or package-lock.yml lists packages that are not in the folder for packages (packages-install-path). `tfm deps` installs them.",
	}),
	"TFM-CONFIG-031": code<{ name: string; first: string; second: string }>({
		message: (f) => `two packages are called "${f.name}": ${f.first} and ${f.second}`,
		hint: () => "remove one of them; a package's name is the `name:` in its project file",
		explain: "Names of models and macros are told apart by their package's name, so it must be unique.",
	}),
	"TFM-CONFIG-033": code<{ file: string; known: readonly string[] }>({
		message: (f) => `${f.file} is not used, because the project names no profile: the embedded database is used`,
		hint: (f) =>
			f.known.length === 0
				? "write `profile: NAME` into the project file"
				: `write \`profile: ${f.known[0]}\` into the project file, or give --profile ${f.known[0]}`,
		explain:
			"A profiles.yml lies beside the project, but the project file has no `profile:` and none was given with --profile, so the run goes to the embedded database in .tfm/database.",
	}),
	"TFM-CONFIG-038": code<{ left: readonly string[] } & PackageCounts>({
		message: (f) => `packages are installed that package-lock.yml does not name: ${listed(f.left)}`,
		hint: (f) => `remove them from ${f.installPath}`,
		next: () => "tfm deps",
		dbt: packagesExpected,
		explain:
			"The folder for packages (packages-install-path) holds packages that package-lock.yml does not name: from an earlier list, or put there by hand. Their macros would be used, and gone on the next machine. `tfm deps` removes those that it installed itself.",
	}),
	"TFM-CONFIG-032": code<{ path: string } & Partial<PackageCounts>>({
		message: (f) => `the local package ${f.path} does not exist or has no project file`,
		dbt: packagesExpected,
		explain: "`local:` in packages.yml names a folder, relative to the project, that holds a dbt_project.yml.",
	}),
	"TFM-CONFIG-036": code<{ problem: string; dbt?: string }>({
		message: (f) => `catalogs.yml cannot be used: ${f.problem}`,
		hint: () => "a project that other engines run as well keeps it out of the folder that runs on Postgres",
		dbt: (f) => f.dbt,
		explain:
			"catalogs.yml says where engines such as Snowflake or Spark keep Iceberg tables. dbt refuses it on Postgres, whose adapter knows no kind of catalog, and so does tfm. A file that names none is fine.",
	}),
	"TFM-CONFIG-037": code<{ problem: string; dbt?: string }>({
		message: (f) => `the query comment cannot be used: ${f.problem}`,
		hint: () => "see `query-comment:` in the project file",
		dbt: (f) => f.dbt,
		explain:
			"`query-comment` is put into the statements of the project's nodes between /* and */, so it can hold no end of a comment, and it is rendered without a database.",
	}),
	"TFM-CONFIG-034": code<{ paths: readonly string[] }>({
		message: (f) =>
			f.paths.length === 1
				? `the configuration under ${f.paths[0]} applies to nothing`
				: `${f.paths.length} configurations apply to nothing: ${f.paths.join(", ")}`,
		hint: () => "compare the names with the project's name and its folders, or remove them",
		dbt: (f) =>
			`Configuration paths exist in your dbt_project.yml file which do not apply to any resources. There are ${f.paths.length} unused configuration paths: ${f.paths.map((path) => `- ${path}`).join(" ")}`,
		events: (f) => event({ unused_config_paths: f.paths }),
		explain:
			"The project file configures a folder, a package or a kind of node of which the project has none, often because of a slip of the pen (dbt: UnusedResourceConfigPath).",
	}),
};
