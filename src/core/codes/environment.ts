import { type CodeEntry, code, didYouMean } from "./entry.ts";

/** Isolated environments: those of `tfm ci`, `tfm plan` and `tfm env`. */
export const ENVIRONMENT_CODES = {
	"TFM-ENV-001": code<{ name: string; suggestion?: string | undefined }>({
		message: (f) => `${JSON.stringify(f.name)} is no name of an environment`,
		hint: () =>
			"lower-case letters, digits and _, beginning with a letter and not with ci_ (those are pull requests'), 30 characters at most",
		next: (f) => `take another name${f.suggestion === undefined ? "" : `, such as ${f.suggestion}`}`,
		explain:
			"An environment's name is the end of its schemas' names: `analytics__anna` for the environment `anna`. Names that begin with `ci_` are those of pull requests.",
	}),
	"TFM-ENV-002": code<{
		name: string;
		inTheWay: readonly { readonly schema: string; readonly environment: string | null }[];
	}>({
		message: (f) =>
			`the environment ${f.name} cannot have its schemas: ${f.inTheWay
				.map(({ schema, environment }) =>
					environment === null ? `${schema} exists already` : `${schema} belongs to ${environment}`,
				)
				.join("; ")}`,
		hint: () => "what tfm did not make it does not build in, since it would drop it one day",
		next: (f) => {
			const strange = f.inTheWay.flatMap(({ schema, environment }) => (environment === null ? [schema] : []));
			const others = f.inTheWay.flatMap(({ environment }) => (environment === null ? [] : [environment]));
			const ways = [
				...strange.map((schema) => `drop schema ${schema}`),
				...[...new Set(others)].map((name) => `tfm env drop ${name}`),
			];
			return `rename what is in the way, or where nobody needs it: ${ways.join("; ")}`;
		},
		explain:
			"Schemas of an environment are written down before they are made, and only those that are written down are ever dropped. A schema that was there before is somebody's own: rename it, or take another name for the environment.",
	}),
	"TFM-ENV-003": code<{ name: string; run: string; seconds: number }>({
		message: (f) => `the run ${f.run} still works in the environment ${f.name} after ${f.seconds} s`,
		hint: () => "--lock-timeout says how long to wait for it",
		explain:
			"Two runs for one pull request build in the same schemas. The later one wins: the earlier is told to stop and cleans up, and the later waits for it. A run in an environment of a person is not told to stop: `tfm env drop` waits for its end. A run that is stuck in a long statement, or on a server that cannot be reached, holds either up.",
	}),
	"TFM-ENV-004": code<{ name: string; suggestion: string | undefined; possible: boolean }>({
		message: (f) => `there is no environment ${f.possible ? f.name : JSON.stringify(f.name)}`,
		hint: (f) => didYouMean(f.suggestion),
		next: (f) => (f.possible ? `tfm env list, or tfm env create ${f.name}` : "tfm env list"),
		explain: "Environments are written down in the target's database. `tfm env list` shows those of this project.",
	}),
	"TFM-ENV-005": code<{ name: string; views: readonly string[] }>({
		message: (f) =>
			`the environment ${f.name} is not dropped: ${f.views.join(", ")} outside of it read${f.views.length === 1 ? "s" : ""} what is in it`,
		next: () => "drop or change those views first",
		explain:
			"A schema is dropped with all that is in it, and Postgres drops with that every view that reads it, wherever that is; Snowflake lets the view stand, and refuses it from then on. tfm only drops what is an environment's own.",
	}),
	"TFM-ENV-006": code<{ name: string; owner: string }>({
		message: (f) => `the environment ${f.name} is there already; ${f.owner} made it`,
		next: (f) => `tfm run --env ${f.name} builds in it, tfm env drop ${f.name} removes it`,
		explain: "Two environments of one project cannot have one name: their schemas would be the same.",
	}),
	"TFM-ENV-007": code<{ name: string; run: string }>({
		message: (f) => `a later run (${f.run}) took over the environment ${f.name}: this one stops`,
		next: () => "nothing is to be done: the later run reviews the change",
		explain:
			"Somebody pushed again, or started the job once more. The later run wins; this one cleans up what it built, says nothing of the pull request, and ends as one that was cancelled (exit code 130).",
	}),
	"TFM-ENV-008": code<{ key: string; problem: string; suggestion: string | undefined }>({
		message: (f) => `environments.${f.key} of the project file: ${f.problem}`,
		hint: (f) => didYouMean(f.suggestion),
		explain:
			"`environments: { clone_up_to: 1GB }` says up to which size tables of incremental models are copied into an environment, so that runs there go on from their rows; with 0 none is. Tables above it are built from their whole query.",
	}),
} satisfies Record<string, CodeEntry<never>>;
