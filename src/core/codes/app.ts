import { type CodeEntry, code, didYouMean } from "./entry.ts";

/** Use cases: what a command needs before its real work. */
export const APP_CODES = {
	"TFM-APP-002": code<{ path: string }>({
		message: (f) => `there is nothing to retry: ${f.path} does not exist`,
		dbt: (f) => `Could not find previous run in '${f.path.replace(/\/?[^/]*$/, "")}' target directory`,
		next: () => "tfm run",
		explain: "`tfm retry` takes up what the last run left; it reads run_results.json in the target folder.",
	}),
	"TFM-APP-003": code<{ path: string; problem: string }>({
		message: (f) => `${f.path} cannot be read: ${f.problem}`,
		next: () => "tfm run",
		explain: "run_results.json is damaged or was written by another program in another shape.",
	}),
	"TFM-APP-004": code<{ command: string }>({
		message: (f) => `the last command was "${f.command}", which cannot be retried`,
		hint: () => "run, build, test, seed, snapshot, load, clone, compile, docs generate and run-operation can be",
		next: (f) => (f.command === "backfill" ? "the same tfm backfill again: it builds what is missing" : "tfm run"),
		explain:
			"`tfm retry` repeats what failed in the last command that wrote run_results.json, with that command's flags. Some commands leave no results to go by.",
	}),
	"TFM-APP-018": code<{ name: string; suggestion: string | undefined }>({
		message: (f) => `"${f.name}" is no landing table`,
		hint: (f) => didYouMean(f.suggestion) ?? "a landing table is a table of a source that has a load: block",
		next: () => "tfm ls --resource-type source --output name",
		explain: "`tfm watermark` says how far a landing table is loaded, so it takes the name of one: `raw.orders`.",
	}),
	"TFM-APP-017": code<{ id: string }>({
		message: (f) => `the last run left ${f.id}, which is not in the project any more`,
		next: () => "leave it: tfm build, with the selectors of the last run",
		dbt: (f) => `Couldn't find model '${f.id}' -- does it exist or is it disabled?`,
		explain:
			"What `tfm retry` would repeat was removed, renamed or disabled since, so that the run cannot be brought to its end. In a layered project the rest is repeated without it.",
	}),
	"TFM-APP-016": code<{ name: string }>({
		message: (f) => `the variable "${f.name}" of the last run is a secret, and run_results.json hides it`,
		next: () => "give the variables again: tfm retry --vars '{…}'",
		explain:
			"`tfm retry` takes over the variables of the run that it repeats from run_results.json. Values under names of secrets are not written there.",
	}),
	"TFM-APP-005": code<{ selected: number; examples: readonly string[] }>({
		message: (f) =>
			f.selected === 0
				? "nothing was selected to show"
				: `${f.selected} nodes are selected, and --select names none of them`,
		hint: (f) => (f.examples.length === 0 ? undefined : `selected: ${f.examples.join(", ")}`),
		next: () => 'tfm show --select MODEL, or tfm show --inline "select …"',
		dbt: (f) => (f.selected === 0 ? "Either --select or --inline must be passed to show" : undefined),
		explain:
			"`tfm show` prints the rows of one model, seed or test, of several that --select calls by their names, or of SQL given with --inline.",
	}),
	"TFM-APP-006": code<{ test: string; suggestion: string | undefined }>({
		message: (f) => `there is no test called "${f.test}"`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "tfm ls --resource-type test --output name",
		explain: "`tfm show --failures` takes the name of a test, as the summary of a run prints it.",
	}),
	"TFM-APP-007": code<{ name: string; suggestion: string | undefined }>({
		message: (f) => `nothing keeps rejects for "${f.name}"`,
		hint: (f) =>
			didYouMean(f.suggestion) ??
			"rejects are kept by source tables with a load: block, and by models that have a model <name>__rejects beside them",
		next: () => "tfm ls --resource-type source --output name",
		explain: "`tfm show --rejects` shows what a landing load turned away, or the rows of the model `<name>__rejects`.",
	}),
	"TFM-APP-008": code<{ macro: string; suggestion: string | undefined }>({
		message: (f) => `there is no macro called "${f.macro}"`,
		hint: (f) => didYouMean(f.suggestion),
		dbt: (f) => `dbt could not find a macro with the name '${f.macro}' in any package`,
		explain: "`tfm run-operation` takes the name of a macro of the project, of a package (package.macro), or of tfm.",
	}),
	"TFM-APP-009": code<{ what: string; message: string; sqlstate: string | undefined; detail: string | undefined }>({
		message: (f) =>
			`the database refused ${f.what}: ${f.message}${f.sqlstate === undefined ? "" : ` (SQLSTATE ${f.sqlstate})`}`,
		hint: (f) => f.detail,
		dbt: (f) => `Database Error: ${f.message}`,
		explain: "A query sent by show, compile or run-operation failed. Nothing was changed by it.",
	}),
	"TFM-APP-010": code<{ node: string; reads: string; relation: string }>({
		message: (f) => `${f.node} reads ${f.reads}, which is neither selected nor built yet (${f.relation})`,
		next: () => "select it too: put + before the selector, or run tfm run once",
		explain:
			"With --select, everything that a selected node reads must be selected too or exist in the database already. This is checked before anything runs.",
	}),
	"TFM-APP-020": code<{ run: string; command: string }>({
		message: (f) =>
			`the last ${f.command} (${f.run}) was killed before it could say how it ended: all of it is repeated`,
		explain:
			"A run that is killed (out of memory, `kill -9`, a machine that goes down) writes no run_results.json; that of the run before would say nothing of it. What it had selected is noted when it begins, and `tfm retry` repeats that. In a layered project candidates that stand and are unchanged are used again.",
	}),
	"TFM-APP-021": code<{ run: string; command: string; since: string }>({
		message: (f) =>
			`takes up tfm ${f.command} (run ${f.run}), which left something undone; tfm ${f.since} has run since`,
		explain:
			"In a layered project a gate that closed stays closed whatever was run since, so `tfm retry` takes up the newest run for the target that left something which no later run has dealt with. After it, older ones have their turn, each with a `tfm retry`.",
	}),
	"TFM-APP-019": code<{ node: string; reads: string; relation: string }>({
		message: (f) =>
			`the test ${f.node} is left out: it also reads ${f.reads}, which is neither selected nor built yet (${f.relation})`,
		next: (f) => `select ${f.reads} too`,
		explain:
			"A selection takes along the tests of what it picks. One that reads something else too can only run where that is part of the run or exists already; the rest of the run is gated without it.",
	}),
	"TFM-APP-011": code<{ path: string; target: string }>({
		message: (f) => `will not delete ${f.path}: it is outside the project`,
		hint: (f) => `clean-targets names ${f.target}`,
		next: () => "--no-clean-project-files-only deletes it all the same",
		dbt: (f) => `dbt will not clean the following directories outside the project: ${f.path}`,
		explain: "`tfm clean` deletes only inside the project, unless told otherwise.",
	}),
	"TFM-APP-012": code<{ path: string }>({
		message: (f) => `will not delete ${f.path}: it holds the project's own sources or is the project itself`,
		next: () => "correct clean-targets in the project file",
		dbt: (f) => `dbt will not clean the following source paths: ${f.path}`,
		explain:
			"`tfm clean` never deletes the project's folder or its model, seed, test, macro, snapshot or analysis paths.",
	}),
	"TFM-APP-013": code<{
		node: string;
		what: "relation" | "schema" | "database";
		name: string;
		problem: string;
		maxBytes?: number;
		/** Quotes would make it a name. */
		unquoted?: true;
		/** The table of a landing load, which has no alias. */
		source?: true;
	}>({
		message: (f) => `the ${f.what} of ${f.node} cannot be called "${f.name}": the name ${f.problem}`,
		next: (f) => {
			const named = f.source === true ? "identifier" : "alias";
			if (f.unquoted !== true)
				return f.what === "schema" ? "give a shorter `schema:`" : `give it a shorter name by \`${named}:\``;
			const [key, part] = f.what === "relation" ? [named, "identifier"] : [f.what, f.what];
			return `give another \`${key}:\`, or set \`quoting: {${part}: true}\` ${f.source === true ? "at the source" : "in the project file"}`;
		},
		dbt: (f) =>
			f.what === "relation" && f.maxBytes !== undefined && f.source !== true
				? `Relation name '${f.name}' is longer than ${f.maxBytes} characters`
				: undefined,
		explain:
			"The database would cut the name, so that two models could meet in one relation, or refuse it; a name that is written without quotes ends at a quotation mark, a dot or a blank, and must be one of SQL's. The node fails when its turn comes, and what reads it is skipped; nothing else is touched.",
	}),
	"TFM-APP-014": code<{ name: string }>({
		message: (f) => `the template of ${f.name} asks the database something, and --no-introspect forbids it`,
		next: () => "compile without --no-introspect",
		dbt: () => "connection never acquired for thread",
		explain:
			"`tfm compile` opens the database only when a template asks it something, such as run_query or adapter.get_relation. With --no-introspect that is an error, as in dbt; all templates that ask are told.",
	}),
} satisfies Record<string, CodeEntry<never>>;
