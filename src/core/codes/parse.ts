import { code, didYouMean, event } from "./entry.ts";

const listed = (names: readonly string[]): string =>
	names.length <= 12 ? names.join(", ") : `${names.slice(0, 12).join(", ")} and ${names.length - 12} more`;

/** A node that reads what it cannot have, in dbt's fields. */
interface WantedNode {
	readonly original_file_path: string;
	readonly unique_id: string;
	readonly resource_type_title: string;
	readonly target_name: string;
	readonly target_kind: string;
	readonly target_package: string;
}

interface ToBeDeprecated {
	/** The model that is read, as dbt names it: its package, its name, its version and its latest one. */
	readonly ref: {
		readonly package: string;
		readonly name: string;
		readonly version: string | null;
		readonly latest: string | null;
	};
	readonly reader: string;
	readonly model: string;
	/** ISO. */
	readonly date: string;
	/** A call that reads the latest version. */
	readonly newer: string | undefined;
}

const referenceEvent = (f: ToBeDeprecated) =>
	event({
		model_name: f.reader,
		ref_model_package: f.ref.package,
		ref_model_name: f.ref.name,
		ref_model_version: f.ref.version ?? "",
		ref_model_latest_version: f.ref.latest ?? "None",
		ref_model_deprecation_date: f.date,
	});

/** dbt's words for where the reader could go: to another version than the one that it names. */
const moveOn = (f: ToBeDeprecated, invitation: string): string =>
	f.newer === undefined ? "" : ` A new version of '${f.ref.name}' is available. ${invitation}: {{ ${f.newer} }}.`;

const day = (date: string): string => date.slice(0, 10);

/** Reading files and putting the manifest together. References between nodes that fail have TFM-REF codes. */
export const PARSE_CODES = {
	"TFM-PARSE-001": code<{ file: string; problem: string }>({
		message: (f) => `${f.file} cannot be read: ${f.problem}`,
		explain: "The file exists but could not be opened: look at its permissions and whether it is a broken link.",
	}),
	"TFM-PARSE-002": code<{ file: string }>({
		message: (f) => `${f.file} is not UTF-8 text`,
		hint: () => "save the file as UTF-8",
		explain: "All files of a project are read as UTF-8. An editor or `iconv -f LATIN1 -t UTF-8` can convert the file.",
	}),
	"TFM-PARSE-003": code<{ kind: string; name: string; package: string }>({
		message: (f) => `two ${f.kind} files of package "${f.package}" are called "${f.name}"`,
		hint: () => "rename one of the files, or disable one with config(enabled=false)",
		dbt: (f) => `dbt found two ${f.kind === "analysis" ? "analyses" : `${f.kind}s`} with the name "${f.name}"`,
		explain:
			"A node's name is its file's name without the ending, whatever folder holds it, so two files of one name cannot be told apart by ref().",
	}),
	"TFM-PARSE-004": code<{ file: string; problem: string; hint: string }>({
		message: (f) => `${f.file} ${f.problem}`,
		hint: (f) => f.hint,
		explain:
			"What a Python model reads and how it is configured is found without running it: by its function model(dbt, session) and by the literal arguments of dbt.ref(), dbt.source() and dbt.config().",
	}),
	"TFM-PARSE-005": code<{ key: string; where: string; suggestion?: string | undefined }>({
		message: (f) => `"${f.key}" is not a key of ${f.where}, so it is ignored`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "put values of your own under `config: {meta: …}`",
		explain:
			"dbt ignores keys that it does not know in models, seeds, snapshots, macros, columns and tables of sources, so tfm does too, but a key that nobody reads is usually a slip of the pen or stands at the wrong indentation.",
	}),
	"TFM-PARSE-074": code<{ key: string; where: string; suggestion?: string | undefined }>({
		message: (f) => `"${f.key}" is not a key of ${f.where}`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "take it out; values of your own stand under `config: {meta: …}`",
		dbt: (f) => `Additional properties are not allowed ('${f.key}' was unexpected)`,
		explain:
			"Sources, exposures, groups, unit tests, versions, arguments and the semantic layer's entries hold no other keys than their own, as in dbt, which refuses the project.",
	}),
	"TFM-PARSE-075": code<{ where: string }>({
		message: (f) => `the owner of ${f.where} has neither a name nor an email`,
		hint: () => "owner: {name: Ada, email: ada@example.com}",
		dbt: (f) =>
			`${f.where.startsWith("group") ? "Group" : "Exposure"} owner must have at least one of 'name' or 'email'.`,
		explain: "A group and an exposure name whom to ask: an owner with a name, an email or both, as in dbt.",
	}),
	"TFM-PARSE-006": code<{ where: string; expected: string; found: string }>({
		message: (f) => `${f.where} must be ${f.expected}, but it is ${f.found}`,
		dbt: (f) =>
			f.expected === "a list of entries"
				? `${f.where.replaceAll('"', "'")} is not a list`
				: f.expected.includes("mapping")
					? "Dictionary expected"
					: undefined,
		explain: "A property file has another shape than the one that is read here, often because of an indentation.",
	}),
	"TFM-PARSE-007": code<{ where: string; key: string }>({
		message: (f) => `${f.where} has no "${f.key}"`,
		hint: (f) => `add \`${f.key}:\``,
		explain: "An entry of a property file lacks a key that it cannot do without.",
	}),
	"TFM-PARSE-008": code<{
		section: string;
		name: string;
		key: string;
		file: string;
		suggestion?: string | undefined;
	}>({
		message: (f) => `there is no ${f.section} "${f.name}" that these properties could belong to`,
		hint: (f) => didYouMean(f.suggestion),
		dbt: (f) =>
			f.key === "macros"
				? `Found patch for macro "${f.name}" which was not found`
				: `Did not find matching node for patch with name '${f.name}' in the '${f.key}' section of file '${f.file}'`,
		events: (f) =>
			f.key === "macros"
				? event({ patch_name: f.name }, "MacroNotFoundForPatch")
				: event({ patch_name: f.name, yaml_key: f.key, file_path: f.file }),
		explain:
			"A property file describes a node whose file does not exist (or is in another package). The properties are ignored.",
	}),
	"TFM-PARSE-009": code<{ name: string; section: string; actual: string; rightSection: string; file: string }>({
		message: (f) => `"${f.name}" stands under \`${f.section}:\` but is a ${f.actual}; the properties are ignored`,
		hint: (f) => `move them under \`${f.rightSection}:\``,
		events: (f) =>
			event({
				patch_name: f.name,
				resource_type: f.actual,
				plural_resource_type: f.rightSection,
				yaml_key: f.section,
				file_path: f.file,
			}),
		explain: "Properties of a node must stand in the section of its kind.",
	}),
	"TFM-PARSE-010": code<{ where: string }>({
		message: (f) => `${f.where} has both \`tests\` and \`data_tests\``,
		hint: () => "keep `data_tests`, and move the tests of the other list there",
		dbt: () => "Invalid test config: cannot have both 'tests' and 'data_tests' defined",
		explain: "`tests` is the older name of `data_tests`; with both it would be unclear which one counts.",
	}),
	"TFM-PARSE-011": code<{ key: string; where: string }>({
		message: (f) => `"${f.key}" is set both in ${f.where} and in its \`config:\``,
		hint: () => "keep the one under `config:`",
		explain: "A property that may stand at the top of an entry or under its config must stand in one of them only.",
	}),
	"TFM-PARSE-012": code<{ kind: string; name: string }>({
		message: (f) => `the properties of ${f.kind} "${f.name}" are written twice`,
		hint: () => "merge the two entries",
		explain: "Two entries of property files describe the same node; it would be unclear which one counts.",
	}),
	"TFM-PARSE-013": code<{ target: string; problem: string; hint?: string | undefined; dbt?: string | undefined }>({
		message: (f) => `a test of ${f.target} ${f.problem}`,
		hint: (f) => f.hint,
		dbt: (f) => f.dbt,
		explain:
			"A data test is a name (`unique`), or a name with arguments: `accepted_values: {arguments: {values: [a, b]}, config: {severity: warn}}`.",
	}),
	"TFM-PARSE-014": code<{ test: string; target: string; suggestion?: string | undefined }>({
		message: (f) => `${f.target} asks for the test "${f.test}", which does not exist: it fails when it is run`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "a test is defined by {% test name(model, column_name) %} in a macro path or in tests/generic",
		explain:
			"Neither the project, nor a package, nor tfm itself defines a generic test of this name. As in dbt that test alone fails, and in `build` what reads its model is skipped; all else of the project runs. To have it stop every command: `--warn-error-options '{error: [TFM-PARSE-014]}'`.",
	}),
	"TFM-PARSE-015": code<{ model: string; version: string; known: readonly string[] }>({
		message: (f) => `latest_version ${f.version} of "${f.model}" is not one of its versions`,
		hint: (f) => `its versions are ${listed(f.known)}`,
		explain: "`latest_version` says which version ref() without a version means, so it must be one of `versions`.",
	}),
	"TFM-PARSE-016": code<{ model: string; version: string }>({
		message: (f) => `version ${f.version} of "${f.model}" is declared twice`,
		explain: "Each entry of `versions` must have another `v`.",
	}),
	"TFM-PARSE-017": code<{ kind: string; name: string; hint?: string | undefined }>({
		message: (f) => `there are two ${f.kind === "docs" ? "docs blocks" : f.kind} "${f.name}"`,
		hint: (f) => f.hint ?? "rename one of them",
		dbt: (f) => {
			if (f.kind === "macros") return `dbt found multiple macros named "${f.name}" in the project`;
			const kind = { tests: "data_tests", "source tables": "sources" }[f.kind] ?? f.kind;
			return `dbt found two ${kind} with the name "${f.name}"`;
		},
		explain: "Two things of one kind have the same name, or two tests have the same name and arguments.",
	}),
	"TFM-PARSE-018": code<{ relation: string; first: string; second: string }>({
		message: (f) => `${f.first} and ${f.second} would both be built as ${f.relation}`,
		hint: (f) =>
			/^the rejects of /.test(f.second) || /^the rejects of /.test(f.first)
				? "a landing load keeps what it cannot read in <table>__rejects: give one of them another identifier, alias or schema"
				: "give one of them another alias or schema",
		dbt: (f) => `dbt found two resources with the database representation "${f.relation.replaceAll('"', "")}"`,
		explain:
			"Two nodes would write to the same relation. The names come from alias, schema and database and from the generate_*_name macros.",
	}),
	"TFM-PARSE-019": code<{ reader: string; readerLayer: string; target: string; targetLayer: string; way: string }>({
		message: (f) => `${f.reader} of layer "${f.readerLayer}" reads ${f.target} of the later layer "${f.targetLayer}"`,
		hint: (f) => f.way,
		explain:
			"Layers are built, tested and published one after the other, so a model can read only its own layer and earlier ones.",
	}),
	"TFM-PARSE-020": code<{ node: string; layer: string; known: readonly string[]; suggestion?: string | undefined }>({
		message: (f) => `${f.node} is configured for layer "${f.layer}", which does not exist`,
		hint: (f) => didYouMean(f.suggestion) ?? `the layers are ${listed(f.known)}`,
		explain: "The config `layer` names a layer that the project file does not list under `layers`.",
	}),
	"TFM-PARSE-021": code<{ reader: string; readerLayer: string; target: string; targetLayer: string; between: string }>({
		message: (f) =>
			`${f.reader} of layer "${f.readerLayer}" reads ${f.target} of layer "${f.targetLayer}" past layer "${f.between}"`,
		hint: (f) => `read a model of "${f.between}" instead, or set \`skip_layers: allowed\``,
		explain: "`skip_layers: error` lets a model read only its own layer and the one just before it.",
	}),
	"TFM-PARSE-022": code<{ node: string; layers: readonly string[] }>({
		message: (f) => `${f.node} belongs to no layer`,
		hint: (f) => `move the file into the folder of a layer (${listed(f.layers)}), or set config(layer='…')`,
		explain:
			"In a project with `layers` every model of the root project stands in a layer: by its folder or its config.",
	}),
	"TFM-PARSE-023": code<{
		node: string;
		key: string;
		expected: string;
		found: string;
		suggestion?: string | undefined;
	}>({
		message: (f) => `the config "${f.key}" of ${f.node} must be ${f.expected}, but it is ${f.found}`,
		hint: (f) => didYouMean(f.suggestion),
		dbt: (f) =>
			f.expected === "true or false" ? `'${f.found.replace(/^"(.*)"$/s, "$1")}' is not of type 'boolean'` : undefined,
		explain:
			"A configuration value has the wrong type or is not one of those that have a meaning. It may come from the project file, a property file or config() in the file.",
	}),
	"TFM-PARSE-024": code<{ node: string; group: string; known: readonly string[]; suggestion?: string | undefined }>({
		message: (f) => `${f.node} is in group "${f.group}", which no YAML file declares`,
		hint: (f) =>
			didYouMean(f.suggestion) ?? (f.known.length === 0 ? "declare it under `groups:`" : `known: ${listed(f.known)}`),
		dbt: (f) => `Invalid group '${f.group}', expected one of [${f.known.map((name) => `'${name}'`).join(", ")}]`,
		explain: "A group must be declared with its owner under `groups:` before nodes can belong to it.",
	}),
	"TFM-PARSE-025": code<{ name: string; from: string; suggestion?: string | undefined }>({
		message: (f) => `the description of ${f.from} uses doc('${f.name}'), which does not exist`,
		hint: (f) => didYouMean(f.suggestion),
		explain: "A docs block is written {% docs name %} … {% enddocs %} in a .md file of the docs paths.",
	}),
	"TFM-PARSE-027": code<{
		kind: string;
		name: string;
		problem: string;
		id?: string;
		path?: string;
		/** A remark, not a mistake. */
		tolerated?: boolean;
	}>({
		message: (f) => `the name "${f.name}" of a ${f.kind} ${f.problem}`,
		hint: () => "rename it",
		dbt: (f) => {
			if (!f.problem.includes("space")) return undefined;
			if (f.tolerated === true) return `Found spaces in the name of \`${f.id ?? f.name}\``;
			return `Resource names cannot contain spaces: '${f.id ?? f.name}'${f.path === undefined ? "" : ` (${f.path})`}`;
		},
		events: (f) => (f.tolerated === true ? event({ unique_id: f.id ?? f.name, level: "warn" }) : []),
		explain: "Names of nodes are used in SQL names, unique ids and selectors, so some characters cannot stand in them.",
	}),
	"TFM-PARSE-028": code<{ snapshot: string; problem: string; hint?: string | undefined }>({
		message: (f) => `snapshot "${f.snapshot}" ${f.problem}`,
		hint: (f) => f.hint,
		dbt: (f) =>
			/^has no `(?:strategy|unique_key)`/.test(f.problem)
				? "Snapshots must be configured with a 'strategy' and 'unique_key'."
				: undefined,
		explain:
			"A snapshot needs `strategy` and `unique_key`; strategy `timestamp` needs `updated_at`, strategy `check` needs `check_cols`.",
	}),
	"TFM-PARSE-029": code<{ model: string; problem: string; hint?: string | undefined; dbt?: string | undefined }>({
		message: (f) => `the contract of "${f.model}" cannot be enforced: ${f.problem}`,
		hint: (f) => f.hint,
		dbt: (f) => f.dbt,
		explain:
			"An enforced contract compares the model's columns with those of its property file, so these must be listed with their types.",
	}),
	"TFM-PARSE-030": code<{ test: string; reads: string; wanted: WantedNode }>({
		message: (f) => `the test ${f.test} reads ${f.reads}, which is disabled; the test is left out`,
		events: (f) => event({ ...f.wanted, disabled: "True" }),
		explain: "A test of something disabled cannot run. dbt leaves such tests out, and so does tfm.",
	}),
	"TFM-PARSE-031": code<{
		test: string;
		reference: string;
		wanted: WantedNode;
		suggestion?: string | undefined;
	}>({
		message: (f) => `the test ${f.test} reads ${f.reference}, which does not exist; the test is left out`,
		hint: (f) => didYouMean(f.suggestion),
		events: (f) => event({ ...f.wanted, disabled: "False" }),
		explain: "A test that reads something unknown cannot run. dbt warns and leaves it out, and so does tfm.",
	}),
	"TFM-PARSE-032": code<{ count: number; examples: readonly string[] }>({
		message: (f) =>
			`${f.count} ${f.count === 1 ? "view reads" : "views read"} an earlier layer and will show new rows before ${f.count === 1 ? "its" : "their"} own tests have run: ${f.examples.join(", ")}${f.count > f.examples.length ? " …" : ""}`,
		hint: () => "materialize as table or incremental, or set `publish_scope: run`",
		explain:
			"A published view shows the rows of its inputs at once. When an earlier layer publishes, the view changes before the tests of the view's own layer have run.",
	}),
	"TFM-PARSE-033": code<{ file: string }>({
		message: (f) => `${f.file} has no header line`,
		hint: () => "the first line of a seed names its columns",
		explain: "A seed is a CSV file whose first line holds the column names.",
	}),
	"TFM-PARSE-034": code<{ exposure: string; entry: string }>({
		message: (f) =>
			`exposure "${f.exposure}" depends on \`${f.entry}\`, which is neither ref(…), source(…) nor metric(…)`,
		hint: () => "write - ref('model'), - source('source', 'table') or - metric('name')",
		explain: "`depends_on` of an exposure is a list of ref(), source() and metric() calls.",
	}),
	"TFM-PARSE-035": code<{ found: string }>({
		message: (f) => `this file says version ${f.found}, but property files are of version 2`,
		hint: () => "write `version: 2`, or leave the key out",
		explain: "dbt's property files have carried `version: 2` since 2019; the key may be left out.",
	}),
	"TFM-PARSE-036": code<{
		test: string;
		target: string;
		found: readonly string[];
		/** All such tests, the first one among them, as dbt names them. */
		all: readonly string[];
	}>({
		message: (f) =>
			`arguments of the test "${f.test}" of ${f.target} stand beside its config: ${f.found.join(", ")}${f.all.length > 1 ? ` (so do those of ${f.all.length - 1} more tests)` : ""}`,
		hint: () => "nest them under `arguments:`",
		events: (f) =>
			f.all.map((test_name) => ({
				says: `Found top-level arguments to test ${test_name}. Arguments to generic tests should be nested under the \`arguments\` property.`,
				data: { test_name },
			})),
		explain: "Arguments of a generic test belong under `arguments:`; the older form still works.",
	}),
	"TFM-PARSE-037": code<{ folder: string; key: string }>({
		message: (f) => `${f.key} names the folder "${f.folder}", which cannot be read`,
		explain: "A folder of the project file's path keys exists but cannot be listed.",
	}),
	"TFM-PARSE-038": code<{ node: string; problem: string; hint?: string | undefined; dbt?: string | undefined }>({
		message: (f) => `${f.node} ${f.problem}`,
		hint: (f) => f.hint,
		dbt: (f) => f.dbt,
		explain:
			"A metric, semantic model, saved query or time spine is not what dbt's semantic layer can read: a value that has no meaning there, something it needs is missing, or it names a metric or measure that does not exist.",
	}),
	"TFM-PARSE-039": code<{ model: string; what: string; dbt?: string | undefined }>({
		message: (f) => `"${f.model}" has ${f.what}`,
		hint: () => "declare a key of several columns once, at the level of the model",
		dbt: (f) => f.dbt,
		explain: "A primary key can be declared once: by one column's constraint or by the model's.",
	}),
	"TFM-PARSE-050": code<{ model: string; materialized: string }>({
		message: (f) => `constraints do not exist for a ${f.materialized}: those of "${f.model}" are ignored`,
		hint: () => "make the model a table, or set `warn_unsupported: false` on each constraint",
		dbt: (f) => `Constraint types are not supported for ${f.materialized} materializations`,
		events: (f) => event({ materialized: f.materialized }),
		explain:
			"The database holds tables to constraints. The contract of a view still compares names and types of its columns.",
	}),
	"TFM-PARSE-051": code<{ model: string; to: string }>({
		message: (f) => `a foreign key of "${f.model}" refers to ${f.to}, which is neither ref(…) nor source(…)`,
		hint: () => "write `to: ref('model')` and `to_columns: [id]`",
		dbt: (f) => `Invalid 'ref' or 'source' syntax on foreign key constraint 'to' on model ${f.model}: ${f.to}.`,
		explain: "The `to` of a foreign key is a reference, so that the referred table is built first.",
	}),
	"TFM-PARSE-052": code<{ model: string; layer: string }>({
		message: (f) => `"${f.model}" has no contract, and the layer ${f.layer} requires one`,
		hint: () => "list its columns with `name` and `data_type` in a property file and set contract: {enforced: true}",
		explain:
			"A layer with `contract: required` publishes only what says which columns it has: every model of it but ephemeral ones needs an enforced contract.",
	}),
	"TFM-PARSE-054": code<{ function: string; problem: string; hint: string; dbt?: string }>({
		message: (f) => `the function "${f.function}" ${f.problem}`,
		hint: (f) => f.hint,
		dbt: (f) => f.dbt,
		explain:
			"A function is a SQL file below the function-paths and an entry under `functions:` that names its arguments and what it returns.",
	}),
	"TFM-PARSE-055": code<{ node: string; color: string }>({
		message: (f) => `docs.node_color of ${f.node} is "${f.color}", which is no colour`,
		hint: () => 'write a CSS name such as "steelblue", or a code such as "#4682b4"',
		dbt: (f) =>
			`Invalid color name for docs.node_color: ${f.color}. It is neither a valid HTML color name nor a valid HEX code.`,
		explain: "`docs: {node_color: …}` paints a node in the lineage graph of the documentation.",
	}),
	"TFM-PARSE-056": code<{ kind: string; name: string; count: number }>({
		message: (f) =>
			`${f.count} ${f.kind} files are called "${f.name}", all of them disabled, so none can be enabled here`,
		hint: () => "enable one of them with config(enabled=true) in its file, or for its folder in the project file",
		dbt: (f) =>
			`Found ${f.count} matching disabled nodes for ${f.kind} '${f.name}'. Multiple nodes for the same unique id cannot be enabled in the schema file. They must be enabled in \`dbt_project.yml\` or in the sql files.`,
		explain:
			"A property file says `enabled: true` for a name that several disabled files have: it cannot say which one.",
	}),
	"TFM-PARSE-057": code<{ model: string; name: string; version: string | null; date: string }>({
		message: (f) => `${f.model} has passed its deprecation date, ${day(f.date)}`,
		hint: () => "disable or remove it",
		dbt: (f) =>
			`Model ${f.model} has passed its deprecation date of ${f.date}. This model should be disabled or removed.`,
		events: (f) => event({ model_name: f.name, model_version: f.version ?? "", deprecation_date: f.date }),
		explain: "A property file gives the model a `deprecation_date`, and that day is over (dbt: DeprecatedModel).",
	}),
	"TFM-PARSE-058": code<ToBeDeprecated>({
		message: (f) => `${f.reader} reads ${f.model}, which will be deprecated on ${day(f.date)}`,
		hint: (f) => (f.newer === undefined ? undefined : `a newer version is there: ${f.newer}`),
		dbt: (f) =>
			`While compiling '${f.reader}': Found a reference to ${f.model}, which is slated for deprecation on '${f.date}'.${moveOn(f, "Try it out")}`,
		events: referenceEvent,
		explain:
			"The model that is read has a `deprecation_date` in its property file (dbt: UpcomingReferenceDeprecation).",
	}),
	"TFM-PARSE-059": code<ToBeDeprecated>({
		message: (f) => `${f.reader} reads ${f.model}, which was deprecated on ${day(f.date)}`,
		hint: (f) => (f.newer === undefined ? undefined : `a newer version is there: ${f.newer}`),
		dbt: (f) =>
			`While compiling '${f.reader}': Found a reference to ${f.model}, which was deprecated on '${f.date}'.${moveOn(f, "Migrate now")}`,
		events: referenceEvent,
		explain: "The model that is read is past the `deprecation_date` of its property file (dbt: DeprecatedReference).",
	}),
	"TFM-PARSE-060": code<{ seed: string; id: string; read: readonly string[]; hook: string }>({
		message: (f) => `a hook of the seed ${f.seed} reads ${f.read.join(", ")}`,
		hint: () => "seeds are loaded first and depend on nothing; put the statement into a hook of a model, or on-run-end",
		dbt: (f) =>
			`Seeds cannot depend on other nodes. dbt detected a seed with a pre- or post-hook that calls 'ref', 'source', or 'metric'. Error raised for '${f.id}'`,
		explain:
			"The pre-hook or post-hook of a seed calls ref() or source(), itself or in a macro. A seed has no place in the order of the run after something else.",
	}),
	"TFM-PARSE-061": code<{ model: string; alias: string; taken: string | null }>({
		message: (f) =>
			`latest_version_pointer of ${f.model}: the name "${f.alias}" is ${f.taken === null ? "that of the latest version itself" : `taken by ${f.taken}`}`,
		hint: () => "give the pointer another `alias`, or set `enabled: false`",
		dbt: (f) =>
			`Cannot create latest version pointer: the latest version of '${f.model}' is already aliased to '${f.alias}'.`,
		explain:
			"`latest_version_pointer` puts a view without the version in its name beside the latest version of a model. That name must be free.",
	}),
	"TFM-PARSE-073": code<{ functions: readonly string[] }>({
		message: (f) =>
			`Postgres runs no JavaScript: ${f.functions.length === 1 ? "the function" : "functions"} ${listed(f.functions)}`,
		next: () => "write it in SQL, or switch it off with `enabled: false`",
		dbt: (f) => `Function '${f.functions[0]}' uses JavaScript, which is not supported on 'postgres'.`,
		explain:
			"A function in a `.js` file is one for engines that run JavaScript. As in dbt nothing is run while an enabled one is there.",
	}),
	"TFM-PARSE-072": code<{ macro: string; problem: string; dbt: string }>({
		message: (f) => `the description of the macro ${f.macro} does not fit it: ${f.problem}`,
		next: () => "correct `arguments:`, or switch the comparison off: flags: {validate_macro_args: false}",
		dbt: (f) => f.dbt,
		explain:
			"The `arguments:` of a macro in a property file are those of its code, in their order. A type is str, string, bool, int, integer, float, any, relation, column, list[…], optional[…] or dict[…, …].",
	}),
	"TFM-PARSE-071": code<{ model: string; problem: string }>({
		message: (f) => `the quarantine of ${f.model} cannot be read: ${f.problem}`,
		hint: () => 'quarantine: {rules: [{expect: "amount > 0", reason: "no amount"}]}',
		explain:
			"`quarantine` in a model's config (or in its `meta`, where dbt passes over it) lists rules. A row that does not meet all of them goes to the table `<model>__rejects` with the reasons.",
	}),
	"TFM-PARSE-070": code<{ package: string; what: string; found: readonly string[]; way: string }>({
		message: (f) => `${f.package} needs ${f.what}, which tfm does not have: ${listed(f.found)}`,
		hint: (f) => f.way,
		explain:
			"A node or a macro that nodes call uses a part of dbt that tfm lacks on this database. It is said once when the project is read; the project runs, and what needs the missing part fails when it is its turn. `--warn-error` does not make an error of it, naming the code does. Where reading itself stops at such a part, everything else that is missing is told beside it.",
	}),
};
