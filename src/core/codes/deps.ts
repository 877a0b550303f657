import { type CodeEntry, code, didYouMean, event } from "./entry.ts";

const listed = (names: readonly string[], most = 8): string =>
	names.length === 0
		? "none"
		: names.length <= most
			? names.join(", ")
			: `${names.slice(0, most).join(", ")} and ${names.length - most} older ones`;

/** Packages: reading their lists, finding versions, fetching, installing. */
export const DEPS_CODES = {
	"TFM-DEPS-001": code<{ url: string; problem: string }>({
		message: (f) => `cannot reach ${f.url}: ${f.problem}`,
		hint: () => "packages that are installed already are used without a network: tfm build needs no tfm deps",
		next: () =>
			"check the network; DBT_PACKAGE_HUB_URL names another package hub, NODE_USE_ENV_PROXY=1 uses HTTPS_PROXY",
		explain:
			"A package hub or an archive could not be reached after several attempts. The hub's base address is DBT_PACKAGE_HUB_URL, by default https://hub.getdbt.com/. What was installed before is untouched.",
	}),
	"TFM-DEPS-002": code<{ package: string; hub: string; suggestion: string | undefined; by: string }>({
		message: (f) => `${f.hub} has no package "${f.package}" (asked for by ${f.by})`,
		hint: (f) => didYouMean(f.suggestion) ?? "a package that is not on the hub is named with git:, tarball: or local:",
		explain: "`package:` names a package of the hub's index as namespace/name.",
	}),
	"TFM-DEPS-003": code<{
		package: string;
		asked: readonly { readonly bound: string; readonly by: string }[];
		available: readonly string[];
		otherwise: readonly string[];
	}>({
		message: (f) =>
			`no version of ${f.package} fits: ${f.asked.map(({ bound, by }) => `${bound} (asked for by ${by})`).join(", ")}`,
		hint: (f) =>
			[
				`there are: ${listed(f.available)}`,
				...(f.otherwise.length === 0
					? []
					: [
							`${listed(f.otherwise)} would fit, but ask for another version of dbt (--no-version-check takes them) or are prereleases (install_prerelease: true takes them)`,
						]),
			].join("; "),
		next: () => "change a version in packages.yml so that one version satisfies all of them",
		explain:
			"Every project and package that names a hub package gives bounds for its version; one version must lie within all of them. Prereleases count only with `install_prerelease: true` or a bound that names one.",
	}),
	"TFM-DEPS-005": code<{ git: string; asked: readonly { readonly revision: string; readonly by: string }[] }>({
		message: (f) =>
			`${f.git} is asked for at different revisions: ${f.asked.map(({ revision, by }) => `${revision} (by ${by})`).join(", ")}`,
		next: () => "name the same revision everywhere",
		explain: "A package from git has one revision in a project; two lists ask for two.",
	}),
	"TFM-DEPS-006": code<{ git: string; what: string; problem: string }>({
		message: (f) => `git could not ${f.what} ${f.git}: ${f.problem}`,
		hint: () => "the same address must work with `git ls-remote` in this shell, without a question for a password",
		explain: "The `git` program refused. Its last lines are in the message; secrets are left out.",
	}),
	"TFM-DEPS-007": code<{ git: string }>({
		message: (f) => `${f.git} is a git package, but there is no \`git\` program on the PATH`,
		next: () => "install git (2.20 or newer)",
		explain: "Packages named with `git:` or `private:` are fetched by the git program.",
	}),
	"TFM-DEPS-008": code<{ url: string; problem: string }>({
		message: (f) => `the archive ${f.url} is not installed: ${f.problem}`,
		hint: () => "an archive is a .tar.gz with one folder that holds the dbt_project.yml",
		explain:
			"Archives are checked before anything is installed: nothing may lie outside the package's folder (absolute paths, `..`, links), and at most 50,000 files and 1 GiB are unpacked.",
	}),
	"TFM-DEPS-009": code<{ name: string; first: string; second: string }>({
		message: (f) => `two packages are called "${f.name}": ${f.first} and ${f.second}`,
		hint: () => "a package's name is the `name:` in its project file; remove one of the two",
		explain:
			"Packages are installed into folders by their names, and names of models and macros are told apart by them.",
	}),
	"TFM-DEPS-010": code<{ name: string; label: string }>({
		message: (f) => `the package ${f.label} is called "${f.name}", as the project itself is`,
		hint: () => "rename the project, or leave the package out",
		explain: "The names of a project and of its packages must differ.",
	}),
	"TFM-DEPS-011": code<{ name: string; first: string; second: string }>({
		message: (f) => `"${f.name}" is asked for as ${f.first} package and as ${f.second} package`,
		explain: "One package must come from one kind of source.",
	}),
	"TFM-DEPS-012": code<{ problem: string }>({
		message: (f) => `this entry names no package: ${f.problem}`,
		dbt: (f) => (f.problem === "`package:` is empty" ? "A hub package is missing the value." : undefined),
		explain:
			"An entry of packages.yml names one source: package (with version), git, local, tarball (with name) or private.",
	}),
	"TFM-DEPS-013": code<Record<string, never>>({
		message: () => "`packages:` stands in packages.yml and in dependencies.yml",
		hint: () => "keep one of the two; only packages.yml may hold templates",
		explain: "Packages are listed in one file.",
	}),
	"TFM-DEPS-014": code<Record<string, never>>({
		message: () =>
			"`projects:` is not used: references to other projects need dbt's paid platform, which knows their models",
		hint: () =>
			"name the other project under `packages:` (git: or local:), then ref('project', 'model') finds its models",
		explain:
			"dependencies.yml can name other projects whose public models are looked up on dbt's platform. dbt Core ignores them too; a ref() to such a project fails as not found.",
	}),
	"TFM-DEPS-015": code<{ git: string; revision: string }>({
		message: (f) => `${f.git} is not pinned: ${f.revision} is another commit tomorrow`,
		hint: () => "add `revision:` with a tag or a commit, or `warn-unpinned: false`",
		events: (f) => event({ revision: f.revision, git: f.git }),
		explain: "A git package without a revision, or with main or master. package-lock.yml holds today's commit.",
	}),
	"TFM-DEPS-016": code<{ private: string; problem: string }>({
		message: (f) => `the private package ${f.private} cannot be found: ${f.problem}`,
		hint: () => "git: with the repository's whole address works everywhere",
		explain:
			"`private:` is org/repository (ado: org/project/repository) with `provider:` github, gitlab, ado or azure_devops; it is fetched by SSH, or as DBT_ENV_PRIVATE_GIT_PROVIDER_INFO says.",
	}),
	"TFM-DEPS-018": code<{ label: string; where: string }>({
		message: (f) => `${f.label} is no package: ${f.where} has no dbt_project.yml`,
		hint: () => "`subdirectory:` names the folder of a git package inside its repository",
		explain: "A package is a project: a folder with a dbt_project.yml.",
	}),
	"TFM-DEPS-019": code<{ name: string; label: string }>({
		message: (f) => `${f.label} calls itself "${f.name}", which cannot be the name of a folder of packages`,
		explain: "The folder of a package is its name under packages-install-path; a name with `/` or `..` would leave it.",
	}),
	"TFM-DEPS-020": code<{ git: string; revision: string; suggestion: string | undefined }>({
		message: (f) => `${f.git} has no tag, branch or commit "${f.revision}"`,
		hint: (f) => didYouMean(f.suggestion) ?? "a commit is named by all its 40 characters",
		explain: "`revision:` is a tag, a branch, or a whole commit id.",
	}),
	"TFM-DEPS-023": code<{ package: string; version: string; hub: string }>({
		message: (f) => `package-lock.yml asks for ${f.package} ${f.version}, which ${f.hub} does not have`,
		next: () => "tfm deps --upgrade finds versions anew",
		explain: "The hub that is asked now has other versions than the one that the lock was made with.",
	}),
	"TFM-DEPS-024": code<{ file: string; problem: string }>({
		message: (f) => `${f.file} cannot be changed: ${f.problem}`,
		explain: "`tfm deps --add-package` writes an entry into the list of packages.",
	}),
	"TFM-DEPS-025": code<{ from: string; to: string }>({
		message: (f) => `the package ${f.from} has moved to ${f.to}`,
		hint: (f) => `write \`package: ${f.to}\``,
		events: (f) => event({ old_name: f.from, new_name: f.to }),
		explain: "The hub names another package in this one's place. The old name still works, but gets no new versions.",
	}),
} satisfies Record<string, CodeEntry<never>>;
