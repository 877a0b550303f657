import { code, didYouMean, event } from "./entry.ts";

interface RefTarget {
	/** The reference as the author would write it: `ref('a')`, `source('a', 'b')`. */
	readonly reference: string;
	/** Who refers: a unique id, or a label such as "on-run-end hook 1". */
	readonly from: string;
}

const CONTRACT_HEAD = ["column_name", "definition_type", "contract_type", "mismatch_reason"] as const;

/** A row of that table in words. */
const misfitOf = ([column, given, wanted]: readonly string[]): string =>
	!given
		? `${column} is not among the columns of the SQL`
		: !wanted
			? `${column} is not in the contract`
			: `${column} is ${given}, the contract says ${wanted}`;

/** Rows of text under a head, columns as wide as their widest cell. */
function textTable([head = [], ...rows]: readonly (readonly string[])[]): string {
	const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
	const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
	return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

const listed = (names: readonly string[]): string =>
	names.length <= 20 ? names.join(", ") : `${names.slice(0, 20).join(", ")} and ${names.length - 20} more`;

/**
 * dbt's sentence about what is not there (its TargetNotFoundError): `Model 'model.shop.a' (models/a.sql) depends on a node
 * named 'orders' in package or project 'sales' which was not found`. What is no node refers under its label.
 */
function notFound(
	{ from, reference }: RefTarget,
	file: string | undefined,
	reason: "was not found" | "is disabled",
): string {
	const [type = "", project] = from.split(".", 2);
	const title = type.replace(/(^|_)[a-z]/g, (letters) => letters.toUpperCase());
	const reader = project === undefined ? from : `${title} '${from}'${file === undefined ? "" : ` (${file})`}`;
	const names = [...reference.matchAll(/['"]([^'"]*)['"]/g)].map(([, name]) => name);
	const version = /\b(?:v|version)=['"]?([^'",)]+)/.exec(reference)?.[1];
	const [kind, named] = /^source\(/.test(reference) ? ["source", names.slice(0, 2).join(".")] : ["node", names.at(-1)];
	return [
		`${reader} depends on a ${kind} named '${named}'`,
		...(version === undefined ? [] : [`with version '${version}'`]),
		...(kind === "node" && names.length > 1 ? [`in package or project '${names[0]}'`] : []),
		`which ${reason}`,
	].join(" ");
}

const CONTRACT_FAILED =
	"This model has an enforced contract that failed. Please ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.";

export const REF_CODES = {
	"TFM-REF-001": code<RefTarget & { suggestion?: string | undefined }>({
		message: (f) => `${f.from} reads ${f.reference}, which does not exist`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "tfm ls shows every name that can be referred to",
		dbt: (f, file) => notFound(f, file, "was not found"),
		explain:
			"No model, seed or snapshot of that name exists in the project or its packages. Names are file names without the ending, and upper and lower case differ. A model of a package that is not installed does not exist either.",
	}),
	"TFM-REF-002": code<RefTarget & { target: string }>({
		message: (f) => `${f.from} reads ${f.reference}, but ${f.target} is disabled`,
		hint: () => "enable it, or remove the reference",
		dbt: (f, file) => notFound(f, file, "is disabled"),
		explain:
			"The name exists, but its configuration says `enabled: false` (in the file, in YAML, or for its whole folder in the project file), so nothing may read it.",
	}),
	"TFM-REF-003": code<RefTarget & { candidates: readonly string[] }>({
		message: (f) => `${f.from} reads ${f.reference}, which could be any of ${listed(f.candidates)}`,
		hint: () => "name the package: ref('package', 'name')",
		explain:
			"Several packages have a node of this name and none of them takes precedence for the reader. A reference with two arguments says which one is meant.",
	}),
	"TFM-REF-004": code<RefTarget & { target: string }>({
		message: (f) => `${f.from} reads ${f.reference} only in a branch that was not taken while reading the project`,
		hint: (f) => `add this line at the top of the file: -- depends_on: {{ ${f.reference} }}`,
		explain:
			"The order of a run is decided before any template asks the database, so a reference inside `{% if execute %}`, `{% if is_incremental() %}` or a loop over query results is not seen then. A comment with the reference makes it known.",
	}),
	"TFM-REF-005": code<RefTarget & { suggestion?: string | undefined }>({
		message: (f) => `${f.from} reads ${f.reference}, which no YAML file declares`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "declare it under `sources:` in a YAML file of a model path",
		dbt: (f, file) => notFound(f, file, "was not found"),
		explain: "A source table must be declared, with its source's name and its own, before source() can name it.",
	}),
	"TFM-REF-006": code<{
		readonly callee: string;
		readonly problem: string;
		readonly usage: string;
		readonly dbt?: string;
	}>({
		message: (f) => `${f.callee} ${f.problem}`,
		hint: (f) => `write ${f.usage}`,
		dbt: (f) => f.dbt,
		explain: "A function of the template context was called with arguments that it does not take.",
	}),
	"TFM-REF-007": code<{
		readonly name: string;
		readonly from: string;
		readonly known: readonly string[];
		readonly suggestion?: string | undefined;
	}>({
		message: (f) =>
			`${f.from} needs the variable "${f.name}", which is not set; ${
				f.known.length === 0 ? "no variables are set" : `set are: ${listed(f.known)}`
			}`,
		hint: (f) => didYouMean(f.suggestion),
		next: (f) => `set it under \`vars:\` in the project file, or with --vars '{${f.name}: …}'`,
		dbt: (f) => `Required var '${f.name}' not found in config`,
		explain:
			"var() without a second argument demands that the variable is set: on the command line, under `vars:` in the project file (for all packages or for one), or in the package's own project file.",
	}),
	"TFM-REF-008": code<{ readonly name: string }>({
		message: (f) => `the environment variable "${f.name}" is not set`,
		hint: (f) => `set it, or give a default: env_var('${f.name}', '…')`,
		dbt: (f) => `Env var required but not provided: '${f.name}'`,
		explain: "env_var() without a default demands that the variable is set in the shell or in the .env file.",
	}),
	"TFM-REF-009": code<{ readonly name: string }>({
		message: (f) => `the secret "${f.name}" may be read in profiles.yml and packages.yml only`,
		hint: () => "a name without the prefix is not treated as a secret",
		explain:
			"Environment variables whose names begin with DBT_ENV_SECRET or TFM_ENV_SECRET are kept out of models, macros and project files, because what those render is written to files and logs.",
	}),
	"TFM-REF-010": code<{
		readonly macro: string;
		readonly namespace: string | null;
		readonly searched: readonly string[];
		readonly suggestion?: string | undefined;
	}>({
		message: (f) =>
			`no macro to dispatch "${f.macro}" to${f.namespace === null ? "" : ` in "${f.namespace}"`}; looked for ${listed(f.searched)}`,
		hint: (f) => didYouMean(f.suggestion),
		dbt: (f) =>
			`In dispatch: No macro named '${f.macro}' found within namespace: '${f.namespace}'. Searched for: ${listed(f.searched)}`,
		explain:
			"adapter.dispatch looks for `<adapter>__<name>` and `default__<name>` in each package of the search order (`dispatch:` in the project file) and found neither.",
	}),
	"TFM-REF-011": code<{ readonly macro: string; readonly suggestion?: string | undefined }>({
		message: (f) => `there is no macro "${f.macro}"`,
		hint: (f) => didYouMean(f.suggestion),
		explain: "Neither the project nor a package nor tfm itself defines a macro of this name.",
	}),
	"TFM-REF-012": code<{ readonly key: string; readonly from: string }>({
		message: (f) => `${f.from} needs the config "${f.key}", which is not set`,
		hint: (f) => `add ${f.key} to config(…) in the file, or to the node's \`config:\` in YAML`,
		dbt: (f) => `${f.from} does not define a required config parameter '${f.key}'`,
		explain: "A macro called config.require() for a key that the node's configuration does not have.",
	}),
	"TFM-REF-013": code<{ readonly callee: string; readonly reason: string; readonly dbt?: string }>({
		message: (f) => `${f.callee} is not available here: ${f.reason}`,
		dbt: (f) => f.dbt,
		explain: "A function of the template context was used at a time or in a place where it has no meaning.",
	}),
	"TFM-REF-014": code<RefTarget & { target: string }>({
		message: (f) => `${f.from} reads ${f.reference}, but ${f.target} is ephemeral and has no relation of its own`,
		hint: () => "materialize it as a view, or write its query where it is needed",
		explain:
			"An ephemeral model exists only as a part of the queries of models that read it. Operations and hooks have no such query.",
	}),
	"TFM-REF-015": code<{ readonly identifier: string; readonly first: string; readonly second: string }>({
		message: (f) => `two ephemeral models are both called "${f.identifier}" in one query: ${f.first} and ${f.second}`,
		hint: () => "give one of them another alias",
		explain:
			"Ephemeral models become common table expressions named after their alias, and two of one name cannot stand in one query.",
	}),
	"TFM-REF-016": code<
		RefTarget & {
			readonly target: string;
			readonly access: "private" | "protected";
			/** The target's group, empty where it has none, or its package. */
			readonly scope: string;
		}
	>({
		message: (f) => `${f.from} reads ${f.reference}, but ${f.target} is ${f.access}`,
		hint: (f) =>
			f.access === "private" ? "only nodes of the same group may read it" : "only nodes of its own package may read it",
		dbt: (f) =>
			`Node ${f.from} attempted to reference node ${f.target}, which is not allowed because the referenced node is ${f.access} to the '${f.scope}' ${f.access === "private" ? "group" : "package"}.`,
		explain:
			"A model's `access` says who may read it: `private` its group, `protected` its package (where the package sets restrict-access), `public` everybody.",
	}),
	"TFM-REF-018": code<{ readonly function: string; readonly message: string }>({
		message: (f) => f.message,
		explain:
			"A function for error reporting (`exceptions.missing_config`, `raise_not_implemented`, …) was called by a macro: the project or a package raised the error itself.",
	}),
	"TFM-REF-020": code<{ readonly pattern: string; readonly problem: string }>({
		message: (f) => `the regular expression ${f.pattern} cannot be used: ${f.problem}`,
		explain:
			"modules.re understands Python's regular expressions as far as JavaScript's can express them. Possessive quantifiers, conditionals and recursion cannot be expressed.",
	}),
	"TFM-REF-031": code<{ readonly model: string; readonly rows: readonly (readonly string[])[] }>({
		message: (f) =>
			f.rows.length === 0
				? `This model has an enforced contract, and its 'columns' specification is missing: ${f.model}`
				: `This model has an enforced contract that failed: ${f.model}\n\n${textTable([CONTRACT_HEAD, ...f.rows])}`,
		brief: (f) =>
			f.rows.length === 0 ? undefined : `its contract does not fit its SQL: ${f.rows.map(misfitOf).join("; ")}`,
		hint: () => "the names, data types and number of columns must be the same in the property file and in the query",
		dbt: (f) => (f.rows.length === 0 ? undefined : CONTRACT_FAILED),
		explain:
			"Before a model with an enforced contract is built, the columns of its query are compared with those of its property file. The table shows each difference: the type in the query (`definition_type`), the type in the contract (`contract_type`), and which of the two lacks the column.",
	}),
	"TFM-REF-033": code<{ from: string; name: string; package: string; target: string }>({
		message: (f) => `${f.from} reads ${f.target} of the root project, which its package does not name`,
		hint: () =>
			"flags: {require_ref_searches_node_package_before_root: true} has packages look at their own nodes first",
		dbt: (f) =>
			`The node '${f.name}'in package '${f.package}' depends on the root project node '${f.target}'.This may lead to unexpected cycles downstream. Please set the 'require_ref_searches_node_package_before_root' behavior change flag to True to avoid this issue.`,
		events: (f) => event({ node_name: f.name, package_name: f.package, root_project_unique_id: f.target }),
		explain:
			"Without the flag `require_ref_searches_node_package_before_root` a name in a package means the root project's node first, if there is one of that name. That may be wanted, to replace a package's model, or make a cycle (dbt: PackageNodeDependsOnRootProjectNode).",
	}),
	"TFM-REF-032": code<{ readonly model: string; readonly columns: string }>({
		message: (f) => `the contract of ${f.model} requires a data_type to be defined for ${f.columns}`,
		hint: () => "write `data_type` beside the `name` of each column in the property file",
		dbt: (f) =>
			`Please ensure that the column name and data_type are defined within the YAML configuration for the ${f.columns} column(s).`,
		explain: "An enforced contract compares types, so each column of the model needs one.",
	}),
};
