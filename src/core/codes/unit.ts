import { type CodeEntry, code, didYouMean } from "./entry.ts";

/** Unit tests: what they say, and running them. */
export const UNIT_CODES = {
	"TFM-UNIT-001": code<{ test: string; model: string; suggestion?: string | undefined }>({
		message: (f) => `unit test "${f.test}" tests model "${f.model}", which does not exist`,
		hint: (f) => didYouMean(f.suggestion) ?? "only models can have unit tests",
		explain:
			"`model:` of a unit test names a model of the package that the test is in (`name`, or `name version`). There is none of that name.",
	}),
	"TFM-UNIT-002": code<{ label: string; part: string; format: string }>({
		message: (f) => `${f.part} of ${f.label} has the format "${f.format}"`,
		hint: () => "rows are written as dict (the default), csv or sql",
		explain: "The format of given or expected rows is one that does not exist.",
	}),
	"TFM-UNIT-003": code<{ label: string; part: string; format: string; expected: string }>({
		message: (f) => `the rows of ${f.part} of ${f.label} do not fit the format ${f.format}: it needs ${f.expected}`,
		hint: (f) =>
			f.format === "dict"
				? 'rows: [{id: 1}], or another format with "format: csv" or "format: sql"; a seed may go without rows'
				: 'write a text under "rows: |", or name a file with "fixture:"',
		explain:
			"Rows in the dict format are a list of mappings; csv and sql rows are a text, or a fixture file. Only a seed may be given without rows: then those of its file are taken.",
	}),
	"TFM-UNIT-004": code<{ label: string; fixture: string }>({
		message: (f) => `${f.label} uses the fixture "${f.fixture}", for which there is no file`,
		hint: (f) =>
			`it would be fixtures/${f.fixture}.csv or .sql under a folder of test-paths; write it without the ending`,
		dbt: (f) => `File not found for fixture '${f.fixture}' in unit tests`,
		explain:
			"A fixture is a .csv or .sql file anywhere under the folder `fixtures` of a test path of the same package, named without its ending.",
	}),
	"TFM-UNIT-005": code<{ label: string; input: string; package: string }>({
		message: (f) => `${f.label} gives no rows for ${f.input}, which is no seed`,
		hint: () => "write rows: [] for no rows at all",
		dbt: (f) => {
			const names = [...f.input.matchAll(/['"]([^'"]*)['"]/g)].map(([, name]) => name);
			return `Unable to find seed '${names.length > 1 ? names[0] : f.package}.${names.at(-1)}' for unit tests`;
		},
		explain: "Only a seed may be given without rows: then those of its file are taken.",
	}),
	"TFM-UNIT-006": code<{ test: string; model: string }>({
		message: (f) => `unit test "${f.test}" must say whether the incremental model "${f.model}" runs incrementally`,
		hint: () => "overrides: {macros: {is_incremental: true}}, or false",
		dbt: (f) =>
			`Boolean override for 'is_incremental' must be provided for unit test '${f.test}' in model '${f.model}'`,
		explain:
			"The model's template calls is_incremental(). A unit test of it sets the answer with a boolean override, one test for each branch.",
	}),
	"TFM-UNIT-007": code<{ test: string; model: string }>({
		message: (f) => `unit test "${f.test}" runs the incremental model "${f.model}" incrementally without rows for it`,
		hint: () => 'add "- input: this" with the rows that the model has already',
		dbt: (f) => `Unit test '${f.test}' for incremental model '${f.model}' must have a 'this' input`,
		explain:
			"With is_incremental overridden to true the model reads itself; `this` gives the rows that it finds there.",
	}),
	"TFM-UNIT-008": code<{ test: string; model: string }>({
		message: (f) => `unit test "${f.test}" chooses among versions of "${f.model}", which has none`,
		hint: () => "leave out versions:",
		explain: "`versions: {include, exclude}` is for tests of versioned models.",
	}),
	"TFM-UNIT-009": code<{ test: string; model: string }>({
		message: (f) => `unit test "${f.test}" chooses no version of "${f.model}" that exists`,
		explain: "`versions: {include, exclude}` left no version of the model over.",
	}),
	"TFM-UNIT-010": code<{ test: string }>({
		message: (f) => `unit test "${f.test}" both includes and excludes versions`,
		hint: () => "use one of the two",
		explain: "`versions:` of a unit test holds either `include` or `exclude`.",
	}),
	"TFM-UNIT-011": code<{ model: string; name: string }>({
		message: (f) => `model "${f.model}" has two unit tests named "${f.name}"`,
		explain: "The names of the unit tests of one model are unique in its package.",
	}),
	"TFM-UNIT-012": code<{ test: string; key: string; where: string; suggestion?: string | undefined }>({
		message: (f) => `unit test "${f.test}": "${f.key}" has no meaning in ${f.where}`,
		hint: (f) => didYouMean(f.suggestion),
		explain: "A key that dbt refuses too: what it was meant to do would silently not happen.",
	}),
	"TFM-UNIT-013": code<{ test: string; input: string }>({
		message: (f) => `unit test "${f.test}" gives rows for ${f.input}, which does not exist`,
		hint: () => "an input is ref('…'), source('…', '…') or this",
		dbt: (f) =>
			/[(,]\s*(?!(?:v|version)\s*=)\w+\s*=/.test(f.input)
				? `Unit test given inputs must be either a 'ref', 'source' or 'this' call. Got: '${f.input}'.`
				: `Unit test '${f.test}' had an input (${f.input}) which was not found in the manifest.`,
		explain: "An input of a unit test is ref('…') or source('…', '…') of something in the project, or `this`.",
	}),
	"TFM-UNIT-014": code<{ test: string; reads: string; model: string }>({
		message: (f) => `unit test "${f.test}" gives no rows for ${f.reads}, which ${f.model} reads`,
		hint: (f) => `add "- input: ${f.reads}" to given; rows: [] for no rows`,
		explain:
			"The model reads something for which the unit test has no rows. Each ref() and source() of the model is an input of the test; a seed may be listed without rows.",
	}),
	"TFM-UNIT-015": code<{ test: string; input: string; tried: readonly string[] }>({
		message: (f) => `unit test "${f.test}" cannot run: nothing tells the columns of ${f.input} (${f.tried.join("; ")})`,
		hint: (f) => `give the rows of ${f.input} as format: sql, or declare its columns with data_type`,
		explain:
			"The input does not exist in the target, so the unit test runs on the embedded database with the columns of the input as far as they can be known: from a contract or data_type in YAML, from the seed's file, from the model's own SQL, or from the given values. None of them led to a table.",
	}),
} satisfies Record<string, CodeEntry<never>>;
