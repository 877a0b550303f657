import { type CodeEntry, code } from "./entry.ts";

/** What a build would do: `tfm plan`. */
export const PLAN_CODES = {
	"TFM-PLAN-001": code<{ where: string; relations: number }>({
		message: (f) =>
			`what ${f.where} was built from is not known: none of the ${f.relations} relations there names a commit`,
		hint: () => "runs of tfm in a git repository write their commit down; those of an earlier tfm, or of dbt, did not",
		next: () =>
			"tfm plan --base origin/main compares with a commit, tfm plan --state FOLDER with a folder of artifacts",
		explain:
			"`tfm plan` compares the files with what stands in the target: of each relation with the commit whose files it was made of. The runs that are kept in the target's history know theirs since this version of tfm, where the project lies in a git repository. After the next run it is known.",
	}),
	"TFM-PLAN-002": code<{ where: string; commit: string; cloned: boolean }>({
		message: (f) =>
			`${f.where} was built from the commit ${f.commit.slice(0, 10)}, ${f.cloned ? "which this clone does not have" : "and this folder is in no git repository"}`,
		next: (f) =>
			f.cloned
				? `git fetch origin ${f.commit}, or compare with another one: tfm plan --base origin/main`
				: "run it in a clone, or compare with a kept target folder: tfm plan --state FOLDER",
		explain:
			"A run wrote down the commit of its files. Its nodes are read from that commit, so it has to be here: somebody may have built from a branch that was never pushed, or the clone is shallow (`git fetch --unshallow`).",
	}),
	"TFM-PLAN-003": code<{ where: string; nodes: number; commit: string }>({
		message: (f) =>
			`${f.nodes} relation${f.nodes === 1 ? "" : "s"} of ${f.where} ${f.nodes === 1 ? "was" : "were"} built from files that no commit holds: ${f.nodes === 1 ? "it is" : "they are"} compared with ${f.commit.slice(0, 10)}`,
		hint: () => "an edit since that commit shows as a change, whether it is built already or not",
		explain:
			"A run wrote down its commit, and that some files were changed and not committed. What those changes were nobody knows any more.",
	}),
	"TFM-PLAN-004": code<Record<never, never>>({
		message: () => "nobody can be asked whether to build this: there is no terminal",
		next: () => "add --yes",
		explain:
			"`tfm plan --apply` shows what would be built and asks. In a job there is nobody to ask: `--yes` says it beforehand.",
	}),
	"TFM-PLAN-005": code<{ findings: number }>({
		message: (f) => `nothing was built: the plan has ${f.findings === 1 ? "a finding" : `${f.findings} findings`}`,
		hint: () => "--fail-on never builds it all the same",
		explain:
			"`tfm plan --apply` builds nothing where the plan has errors, as `--fail-on` or `ci.fail_on` counts them: a node that reads a column which is gone would fail, a contract would be broken.",
	}),
	"TFM-PLAN-006": code<{ dir: string; problem: string }>({
		message: (f) => `there is no state to compare with in ${f.dir}: ${f.problem}`,
		next: () => "tfm ci and tfm plan leave state.json in the target folder; keep a copy of that",
		explain:
			"`tfm plan --state FOLDER` reads `state.json` of that folder, such as a kept copy of a target folder. It holds what each node does, not how it is written (docs/state.md).",
	}),
} satisfies Record<string, CodeEntry<never>>;
