import { code, event } from "./entry.ts";

const indented = (reasons: readonly string[]): string => reasons.join("; ");

const SEED_EVENTS = {
	grown: "SeedIncreased",
	unknown: "SeedExceedsLimitSamePath",
	moved: "SeedExceedsLimitAndPathChanged",
} as const;

/** Comparing with earlier runs, and reading from them. */
export const STATE_CODES = {
	"TFM-STATE-001": code<{ file: string; dir: string; needed: string; dbt?: string }>({
		message: (f) => `${f.needed}, but there is no ${f.file} in ${f.dir}`,
		dbt: (f) => f.dbt,
		hint: () => "--state names the folder with the artifacts of an earlier run, such as a copy of its target folder",
		explain:
			"A selection by state, deferral, clone and retry read the artifacts that an earlier run left: manifest.json, run_results.json or sources.json in the folder that --state (or DBT_STATE) names. A relative path is taken from the project's folder.",
	}),
	"TFM-STATE-002": code<{ path: string; problem: string }>({
		message: (f) => `${f.path} cannot be read: ${f.problem}`,
		next: () => "remove it, or let the command that wrote it write it again",
		explain: "An artifact of an earlier run is damaged, or was written by another program in another shape.",
	}),
	"TFM-STATE-003": code<{ path: string; found: string; least: number; most: number }>({
		message: (f) => `${f.path} is a manifest of another version: ${f.found}`,
		hint: (f) => `versions ${f.least} to ${f.most} of dbt's schema can be read`,
		next: () => "tfm parse in that state of the project writes one that can be read",
		explain:
			"manifest.json names the version of its schema. Those of dbt 1.0 to 1.12 can be compared with; others are refused rather than misread.",
	}),
	"TFM-STATE-009": code<{ test: string; node: string; file: string }>({
		message: (f) =>
			`the generic test "${f.test}" was there in the earlier state and is gone, and ${f.node} asks for it`,
		hint: () => "bring it back, or take it out of the property file",
		dbt: (f) =>
			`Node '${f.node}' (in ${f.file}) depends on a macro or test that does not exist. This can happen when a macro or generic test is removed but is still referenced. Check for typos and/or install package dependencies with 'dbt deps'.`,
		explain:
			"Whether a test changed is told by its macro as well. Where the macro was removed and a property file still asks for the test, a selection by `state:modified` is refused, as in dbt; without such a selection that test alone fails.",
	}),
	"TFM-STATE-004": code<{
		model: string;
		version: string;
		file: string;
		breaking: readonly string[];
		words: readonly string[];
	}>({
		message: (f) => `the contract of ${f.model} v${f.version} was broken: ${indented(f.breaking)}`,
		hint: () => "add to the contract instead, or make the change in a new version of the model",
		dbt: (f) =>
			`While comparing to previous project state, dbt detected a breaking change to an enforced contract.\n  - ${f.words.join("\n  - ")}`,
		explain:
			"Compared with the earlier state, a versioned model no longer keeps the contract that its readers rely on (dbt: ContractBreakingChangeError). Columns may be added and sizes of types changed; removing a column, another type, or a constraint that is gone needs a new version. A version past its deprecation_date may go.",
	}),
	"TFM-STATE-005": code<{ model: string; file: string; breaking: readonly string[]; words: readonly string[] }>({
		message: (f) => `the contract of ${f.model} was broken: ${indented(f.breaking)}`,
		hint: () => "models with versions can keep the old contract beside the new one",
		dbt: (f) =>
			`Breaking change to contracted, unversioned model ${f.model} (${f.file})\nWhile comparing to previous project state, dbt detected a breaking change to an unversioned model.\n  - ${f.words.join("\n  - ")}`,
		events: (f) => event({ breaking_changes: f.words, model_name: f.model, model_file_path: f.file }),
		explain:
			"Compared with the earlier state, a model no longer keeps the contract that it had (dbt: UnversionedBreakingChange). Without versions it is a warning, with --warn-error an error.",
	}),
	"TFM-STATE-006": code<{ seed: string; package: string; verdict: "grown" | "unknown" | "moved" }>({
		message: (f) =>
			f.verdict === "unknown"
				? `the seed ${f.seed} is larger than 1 MiB: whether its rows changed is not known, so it counts as unchanged`
				: f.verdict === "moved"
					? `the seed ${f.seed} is larger than 1 MiB and its file has moved, so it counts as changed`
					: `the seed ${f.seed} has grown over 1 MiB, so it counts as changed`,
		dbt: (f) => {
			const found = `Found a seed (${f.package}.${f.seed}) >1MiB in size`;
			if (f.verdict === "unknown")
				return `${found} at the same path, dbt cannot tell if it has changed: assuming they are the same`;
			if (f.verdict === "moved")
				return `${found}. The previous file was in a different location, assuming it has changed`;
			return `${found}. The previous file was <=1MiB, so it has changed`;
		},
		events: (f) => event({ package_name: f.package, name: f.seed }, SEED_EVENTS[f.verdict]),
		explain:
			"Of seeds above 1 MiB the manifest keeps the path and no hash of the rows, as dbt does, so that a selection by state cannot tell whether they changed.",
	}),
	"TFM-STATE-007": code<{ dir: string }>({
		message: (f) => `--state and the target folder are the same: ${f.dir}`,
		hint: () => "copy the artifacts of the earlier run somewhere else, for example cp -r target state",
		dbt: (f) => `The state and target directories are the same: '${f.dir}'`,
		explain:
			"The command writes its own manifest.json over the one that it compares with, so a second call finds no difference (dbt: WarnStateTargetEqual).",
	}),
	"TFM-STATE-008": code<{ what: string }>({
		message: (f) => `${f.what} needs the artifacts of an earlier run, and neither --state nor --defer-state is given`,
		next: () => "add --state FOLDER, the target folder of the other environment's last run",
		explain:
			"--defer and `tfm clone` take relations of another environment; its manifest.json says what they are called.",
	}),
} as const;
