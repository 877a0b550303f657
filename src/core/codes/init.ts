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
};
