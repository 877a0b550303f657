import { type CodeEntry, code } from "./entry.ts";

/** Comparing the rows of two relations. */
export const DIFF_CODES = {
	"TFM-DIFF-001": code<{ name: string; relation: string; where: string; next: string }>({
		message: (f) => `${f.name} cannot be compared: ${f.relation} does not exist${f.where}`,
		next: (f) => f.next,
		explain:
			"`tfm diff` compares with what is published, or with another target's relation: there must be one. The first build of a model has nothing to be compared with.",
	}),
	"TFM-DIFF-002": code<{ name: string; columns: readonly string[] }>({
		message: (f) => `the key of ${f.name} names ${f.columns.join(", ")}, which not both sides have`,
		next: () => "name columns of both with --key",
		explain:
			"Rows are matched by a key: `--key`, else the model's `unique_key`, else the columns of its primary key (a constraint, or `unique` tests). Every column of it must be there before and after the change.",
	}),
	"TFM-DIFF-003": code<{ name: string; kind: string }>({
		message: (f) =>
			`${f.name} is ${/^[aeiou]/.test(f.kind) ? "an" : "a"} ${f.kind}, and has no query whose rows could be compared`,
		next: () => "compare two targets with --against, or what a gate held back with --held",
		explain:
			"Without `--against` and `--held`, `tfm diff` computes the model's query and compares its rows with what is published. Seeds, snapshots, sources and ephemeral models have none that could be computed aside.",
	}),
	"TFM-DIFF-004": code<{ target: string; theirs: string; ours: string }>({
		message: (f) =>
			`target ${f.target} is in the database ${f.theirs}, not in ${f.ours}: one database cannot read both`,
		next: () => "compare targets of one database",
		explain: "The database compares the rows itself, so both relations must stand in it.",
	}),
	"TFM-DIFF-005": code<{ name: string }>({
		message: (f) => `nothing of ${f.name} is held back`,
		next: (f) => `tfm diff ${f.name} compares its query with what is published`,
		explain:
			"`--held` compares the candidate that a closed gate holds back with what is published. The last run published or replaced it.",
	}),
	"TFM-DIFF-006": code<{ option: string; value: string; expected: string }>({
		message: (f) => `${f.option} cannot be "${f.value}"`,
		hint: (f) => `expected ${f.expected}`,
		explain: "A number on the command line of `tfm diff` could not be read.",
	}),
	"TFM-DIFF-008": code<{ name: string; patterns: readonly string[]; suggestion: string | undefined }>({
		message: (f) => `--ignore names ${f.patterns.join(", ")}, and ${f.name} has no such column before or after`,
		hint: (f) => (f.suggestion === undefined ? undefined : `did you mean "${f.suggestion}"?`),
		explain:
			"A column that `--ignore` of `tfm diff` should leave out is on neither side. A misspelt one would be compared after all.",
	}),
	"TFM-DIFF-007": code<{ target: string }>({
		message: (f) => `--against names the target "${f.target}", which is the one in use`,
		next: () => "name another target of the profile",
		explain: "A relation compared with itself has no differences.",
	}),
} satisfies Record<string, CodeEntry<never>>;
