import { type CodeEntry, code, didYouMean } from "./entry.ts";

const excused = (rule: string): string => `or say why not: meta: { rule_exceptions: { ${rule}: "…" } }`;

/** Rules that a team chose for its project: `rules:` in the project file, `tfm check`, `tfm ci`. */
export const RULE_CODES = {
	"TFM-RULE-001": code<{ key: string; problem: string; suggestion: string | undefined }>({
		message: (f) => `${f.key}: ${f.problem}`,
		hint: (f) => didYouMean(f.suggestion),
		explain:
			"`rules: recommended`, or a mapping of rules to `error`, `warn` or `off`: primary_key, description, owner, contract, select_star, and naming with a pattern for each layer. A name of your own has a mapping with `sql: rules/name.sql` or `function: rules/name.mjs`, and a severity.",
	}),
	"TFM-RULE-002": code<{ node: string; rule: string }>({
		message: (f) => `${f.node} is excepted from the rule ${f.rule} without a reason`,
		hint: () => "write the reason in place of the empty value; until then the exception counts for nothing",
		explain: "Somebody will ask why a model may do without; the answer belongs beside the exception.",
	}),
	"TFM-RULE-003": code<{ rule: string; problem: string }>({
		message: (f) => `the rule ${f.rule} could not be looked at: ${f.problem}`,
		next: (f) => `correct it, or give rules.${f.rule} the severity off until then`,
		explain:
			"A rule of the project's own is missing, is no query or function, fails, takes too long, or answers with something else than a node and a message (docs/rules.md). That it found nothing must not be taken for granted, so this is an error.",
	}),
	"TFM-RULE-004": code<{ rule: string }>({
		message: (f) => `the rule ${f.rule} is a function of this fork, and was not run`,
		hint: () => "functions have the rights of the job: of a fork's pull request, those of the base are run",
		explain:
			"`tfm ci` runs functions as they stand in the base commit when a pull request comes from another repository, so that nobody has code run by sending it. A function that the base does not have is left out; it counts as soon as it is merged.",
	}),
	"TFM-RULE-010": code<{ node: string }>({
		message: (f) => `nothing says what identifies a row of ${f.node}`,
		hint: () => "test a column unique and not_null, or declare a primary_key constraint",
		next: () => excused("primary_key"),
		explain:
			"Rule primary_key: each model has a primary key constraint, or columns that are tested unique. Rows that are there twice are the most common silent fault, and rows of two states can only be compared by a key.",
	}),
	"TFM-RULE-011": code<{ node: string }>({
		message: (f) => `${f.node} is read by others and has no description`,
		next: () => excused("description"),
		explain: "Rule description: models of the last layer, and those with `access: public`, have a description.",
	}),
	"TFM-RULE-012": code<{ node: string }>({
		message: (f) => `${f.node} is read by others and nobody answers for it`,
		hint: () => "name a person or a team: meta: { owner: … }, or a group with an owner",
		next: () => excused("owner"),
		explain:
			"Rule owner: models of the last layer, and those with `access: public`, have an owner or a group with one.",
	}),
	"TFM-RULE-013": code<{ node: string }>({
		message: (f) => `${f.node} is read by others and promises no columns`,
		hint: () => "contract: { enforced: true }, and the data_type of each column",
		next: () => excused("contract"),
		explain: "Rule contract: models of the last layer, and those with `access: public`, have an enforced contract.",
	}),
	"TFM-RULE-014": code<{ node: string }>({
		message: (f) => `${f.node} is read by others and takes all columns of what it reads`,
		hint: () => "list the columns: a new one of the input would be published without a word",
		next: () => excused("select_star"),
		explain:
			"Rule select_star: models of the last layer, and those with `access: public`, do not `select *` from another node. From a CTE of their own they may.",
	}),
	"TFM-RULE-015": code<{ node: string; layer: string; pattern: string }>({
		message: (f) => `${f.node} is not called ${f.pattern}, as models of ${f.layer} are`,
		next: () => excused("naming"),
		explain: "Rule naming: `rules: {naming: {staging: stg_*}}` says what models of a layer are called.",
	}),
	"TFM-RULE-020": code<{ rule: string; message: string; node: string | null }>({
		message: (f) => `${f.rule}: ${f.message}`,
		next: (f) => (f.node === null ? undefined : excused(f.rule)),
		explain:
			"A rule of the project's own (`rules: {name: {sql: …}}` or `{function: …}`) found this; what it asks stands in its file.",
	}),
} satisfies Record<string, CodeEntry<never>>;
