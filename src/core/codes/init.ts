import { code } from "./entry.ts";

export const INIT_CODES = {
	"TFM-INIT-001": code<{ file: string; dbt: boolean }>({
		message: (f) => `there is a project here already: ${f.file}`,
		hint: (f) => (f.dbt ? "tfm runs dbt projects as they are" : undefined),
		next: (f) => (f.dbt ? "tfm init --from-dbt adds a tfm.yml beside it; or tfm build" : "tfm run"),
		explain: "`tfm init` writes a new project only where there is none.",
	}),
	"TFM-INIT-002": code<{ files: readonly string[] }>({
		message: (f) => `would overwrite ${f.files.join(", ")}; nothing was written`,
		next: () => "start in an empty folder, or move these files away",
		explain: "`tfm init` never overwrites a file. If any file it wants to write exists, it writes none.",
	}),
	"TFM-INIT-003": code<{ given: string; options: readonly string[] }>({
		message: (f) => `"${f.given}" is not one of ${f.options.join(", ")}`,
		explain: "An answer or flag of `tfm init` must be one of the listed words.",
	}),
	"TFM-INIT-004": code<{ name: string }>({
		message: (f) => `"${f.name}" cannot name a project`,
		hint: () => "letters, digits and underscores, not starting with a digit",
		next: () => "tfm init --name my_project",
		explain: "A project's name becomes part of ids, so it follows dbt's rule: letters, digits and underscores.",
	}),
	"TFM-INIT-005": code<{ root: string }>({
		message: (f) => `no dbt_project.yml in ${f.root}`,
		next: () => "tfm init --from-dbt works in the folder of a dbt project; without the flag it writes a new one",
		explain: "`tfm init --from-dbt` adds a tfm.yml beside an existing dbt_project.yml.",
	}),
	"TFM-INIT-006": code<{ key: string }>({
		message: (f) => `nobody can be asked for "${f.key}" here, and it has no default`,
		next: () => "run tfm init in a terminal, or write profiles.yml by hand",
		explain:
			"In a project that names a profile, `tfm init` asks what the profile needs. With --yes, or without a terminal, only defaults can be taken.",
	}),
	"TFM-INIT-007": code<{ profile: string; path: string }>({
		message: (f) => `the profile "${f.profile}" is in ${f.path} already; nothing was written`,
		next: () => "tfm debug says whether it connects",
		explain: "`tfm init` replaces a profile only when somebody says yes to it.",
	}),
	"TFM-INIT-008": code<{ file: string }>({
		message: (f) => `--profile chooses the profile of a new project, and ${f.file} names its own`,
		next: (f) => `change \`profile:\` in ${f.file}`,
		dbt: () => "Can not init existing project with specified profile, edit dbt_project.yml instead",
		explain: "In the folder of a project `tfm init` sets up the profile that the project names.",
	}),
	"TFM-INIT-009": code<{ file: string }>({
		message: (f) => `${f.file} does not hold \`fixed:\` and \`prompts:\` as mappings`,
		hint: () => "fixed: {type: postgres}, and prompts: {user: {hint: your login}}",
		explain:
			"profile_template.yml in a project says what `tfm init` asks for: `fixed` is taken over, and each key of `prompts` is a question with `hint`, `default`, `type` and `hide_input`.",
	}),
};
