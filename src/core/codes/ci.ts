import { type CodeEntry, code, didYouMean } from "./entry.ts";

/** Reviewing a change: `tfm ci`, `tfm state explain --base`, `tfm state save`. */
export const CI_CODES = {
	"TFM-CI-001": code<{ problem: string; next?: string }>({
		message: (f) => `git cannot be asked: ${f.problem}`,
		hint: () => "the project has to lie in a git repository, and git has to be installed",
		next: (f) => f.next,
		explain:
			"A change is reviewed against the commit that it began from; git knows which one, and has its files. In a container git may refuse a repository of another user: `git config --global --add safe.directory PATH`.",
	}),
	"TFM-CI-002": code<{ ref: string; fetch: string }>({
		message: (f) =>
			f.ref === "HEAD" ? "this repository has no commit yet" : `there is no commit ${f.ref} to compare with`,
		next: (f) => f.fetch,
		explain:
			"The target branch of the pull request is not in this clone. GitHub's checkout fetches it with `fetch-depth: 0`. Another branch can be named: `--base`, or `ci: {base: origin/develop}` in the project file.",
	}),
	"TFM-CI-003": code<{ ref: string; shallow: boolean; fetch: string | null }>({
		message: (f) =>
			f.shallow
				? `where this change began from ${f.ref} is not known: the clone is shallow`
				: `HEAD and ${f.ref} have no commit in common`,
		hint: (f) => (f.shallow ? "GitHub's checkout fetches the whole history with fetch-depth: 0" : undefined),
		next: (f) => f.fetch ?? undefined,
		explain:
			"The base of a change is the newest commit that it has in common with its target branch. A shallow clone holds too little history to find it.",
	}),
	"TFM-CI-004": code<{ commit: string }>({
		message: (f) => `the project at ${f.commit.slice(0, 10)}, where this change began, cannot be read`,
		hint: () => "what follows is said of the files of that commit, not of yours",
		explain:
			"No stored state of the base was found, so its files were read as `tfm parse` does, and they hold mistakes. The change may well mend them; it cannot be compared with them.",
	}),
	"TFM-CI-005": code<{ key: string; problem: string; suggestion: string | undefined }>({
		message: (f) => `ci.${f.key}: ${f.problem}`,
		hint: (f) => didYouMean(f.suggestion),
		explain: "`ci:` in the project file is read by `tfm ci`. docs/ci.md lists its keys.",
	}),
	"TFM-CI-006": code<{ setting: "get" | "put"; command: string; key: string; problem: string }>({
		message: (f) => `the state store's command failed: ${f.command}: ${f.problem}`,
		hint: (f) =>
			f.setting === "get" ? "where the store has no such object, ci.state.get has to end with exit code 1" : undefined,
		next: (f) => `run it by hand with TFM_STATE_KEY=${f.key}, and correct ci.state.${f.setting} in the project file`,
		explain:
			"`ci.state.get` and `ci.state.put` are commands of yours, run by the shell with TFM_STATE_KEY set. `get` prints the document, or ends with exit code 1 where there is none; `put` reads it from its standard input.",
	}),
	"TFM-CI-007": code<{ file: string; commit: string; problem: string }>({
		message: (f) => `the state of the base, ${f.file}, is not used: ${f.problem}`,
		hint: () => "the files of the base are read instead, which takes as long as tfm parse",
		next: (f) => `tfm state save with ${f.commit.slice(0, 10)} checked out writes it anew`,
		explain:
			"A stored state is used where it is whole, in this version of tfm's format, and for the same target, since configuration may hang on the target. An upload that was cut off leaves a damaged one. `tfm state save` on the target branch writes one.",
	}),
	"TFM-CI-008": code<Record<never, never>>({
		message: () => "there is no store to keep the state in",
		next: () => "add --out FOLDER, or ci: {state: branch:tfm-state} to the project file",
		explain:
			"`ci.state` names where states of commits are kept: a folder, a branch of the repository (`branch:NAME`), or two commands (`get` and `put`) for any object store.",
	}),
	"TFM-CI-009": code<Record<never, never>>({
		message: () =>
			"the state would be kept under a commit that does not hold it: some files are changed and not committed",
		next: () => "commit them first",
		explain: "A store keeps the state of a commit. Files that git ignores or does not know do not matter.",
	}),
	"TFM-CI-010": code<{ node: string; problems: readonly string[]; owner: string | null }>({
		message: (f) => `this change can break who reads ${f.node}: ${f.problems.join("; ")}`,
		hint: (f) => (f.owner === null ? undefined : `${f.owner} answers for it`),
		explain:
			"A column that somebody relies on is gone, has another name or a narrower type, or the node itself is gone or may be read by fewer. Somebody relies on it: another node reads the model, it is public or has a contract, or it stands in the last layer. A new version of the model can stand beside the old one until its readers have moved. `ci: {breaking: error}` makes it exit code 1.",
	}),
	"TFM-CI-011": code<{ node: string; column: string }>({
		message: (f) => `${f.node} reads ${f.column}, which this change takes away`,
		hint: () => "it was not changed with it, and its next build would fail",
		explain:
			"A column was removed or renamed, and a node that reads it is as it was. Lineage of the base says who read the column.",
	}),
	"TFM-CI-012": code<{ node: string; problems: readonly string[]; owner: string | null }>({
		message: (f) => `the contract of ${f.node} is broken: ${f.problems.join("; ")}`,
		hint: (f) => (f.owner === null ? undefined : `${f.owner} answers for it`),
		next: () => "add to the contract instead, or make the change in a new version of the model",
		explain:
			"The contract that was enforced where this change began promised more than it does now: a column, a type that is wide enough, or a constraint is gone. Readers outside of the project cannot be looked at, so it is an error. Types that only grew wider keep the promise.",
	}),
	"TFM-CI-013": code<{ problem: string }>({
		message: (f) => `the comment was not put on the pull request: ${f.problem}`,
		hint: () => "the same is in the job's summary and in comment.md of the target folder",
		explain:
			"`tfm ci --comment` needs GITHUB_TOKEN with `pull-requests: write` in a job of a pull request. Jobs of forks have a token that may only read, so there it is a warning and no failure.",
	}),
	"TFM-CI-020": code<{ test: string; rows: number; warns: boolean }>({
		message: (f) => `${f.test} finds ${f.rows} row${f.rows === 1 ? "" : "s"} in what this change builds`,
		hint: (f) => (f.warns ? "its severity makes it a warning" : undefined),
		explain:
			"`tfm ci` with a target builds what changed in schemas of its own and runs the tests that read it, as `tfm run` would. A failed test closes the gate of its layer there as well. The rows are not shown: they may hold what a reviewer must not see. `tfm ci --keep` leaves the schemas where they are, to look at.",
	}),
	"TFM-CI-021": code<{ node: string; problems: readonly string[]; layer: string }>({
		message: (f) => `${f.node} changes more than ${f.layer} allows: ${f.problems.join("; ")}`,
		explain:
			"`ci.diff.thresholds` says for each layer, or for all of them under `*`, how many rows a change may add, remove or change, as a number or as a percentage of the base's rows. Raise it in the same change where that many are meant.",
	}),
	"TFM-CI-022": code<{ node: string; problems: readonly string[] }>({
		message: (f) => `rows of ${f.node} cannot be told apart by their key: ${f.problems.join("; ")}`,
		hint: () => "whole rows are compared instead, and rows with a null in their key not at all",
		explain:
			"Rows of the base and of the change belong together by the key: `unique_key`, a primary key or a `unique` test. Where the change makes it null or not unique, nothing says which row became which.",
	}),
	"TFM-CI-023": code<{ test: string; model: string }>({
		message: (f) => `the unit test ${f.test} fails: ${f.model} gives other rows than it expects`,
		next: (f) => `tfm test --select ${f.test} shows them side by side`,
		explain:
			"Unit tests run before the model is built, so a failing one leaves it unbuilt, and with it what reads it. Either the change is wrong or the test is not yet right for it.",
	}),
} satisfies Record<string, CodeEntry<never>>;
