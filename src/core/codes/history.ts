import { type CodeEntry, code } from "./entry.ts";

/** tfm's own tables of what runs did. */
export const HISTORY_CODES = {
	"TFM-HIST-001": code<{ message: string }>({
		message: (f) => `what this run did is not written into the history: ${f.message}`,
		hint: () => "the run itself is not touched by it",
		explain:
			"At its end a run writes durations, row counts, test results and columns into tfm_state. When that is refused (no room, no privilege, a lost connection) the run keeps its result, and only `tfm history` has a gap.",
	}),
	"TFM-HIST-002": code<{ key: string; value: string; expected: string }>({
		message: (f) => `history.${f.key} is ${f.value}, not ${f.expected}`,
		next: () => "correct `history:` in the project file",
		explain: "`history: {keep: 90d}` says how long the history is kept, `history: {enabled: false}` writes none.",
	}),
	"TFM-HIST-003": code<{ name: string; suggestion?: string | undefined }>({
		message: (f) => `there is no node "${f.name}" in this project`,
		hint: (f) => (f.suggestion === undefined ? undefined : `did you mean "${f.suggestion}"?`),
		next: () => "tfm ls lists the nodes",
		explain:
			"`tfm history`, `tfm profile`, `tfm diff` and `tfm state explain` take the name of a model, seed, snapshot or source table, or its unique id.",
	}),
	"TFM-HIST-004": code<{ name: string; relation: string }>({
		message: (f) => `${f.name} has no relation in the database: ${f.relation} does not exist`,
		next: (f) => `tfm run --select ${f.name}`,
		explain: "`tfm profile` reads the published relation, so it must have been built.",
	}),
} satisfies Record<string, CodeEntry<never>>;
