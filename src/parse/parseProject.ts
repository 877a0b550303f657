/**
 * Reading a project: every file of the root project and its packages, once, synchronously. SQL is scanned or rendered
 * for what it asks for (refs, sources, config), macros are registered, property files are checked for their shape.
 * Nothing is decided here that needs two files at once: names, configuration and references are the manifest's work.
 * All mistakes of all files are reported together.
 */
import {
	createMacroRegistry,
	createYamlScope,
	type InvocationFacts,
	type MacroDefinition,
	type ProjectConfigOf,
	type ProjectFacts,
	type ReadingWatch,
	YAML_RENDERING,
} from "../context/context.ts";
import type { Dialect } from "../core/adapter.ts";
import type { Config } from "../core/config.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { DocBlock } from "../core/manifest.ts";
import type { MacroNode, Plain } from "../core/node.ts";
import type { FixtureFile, ParsedCode, ParsedProject, PropertySection, YamlEntry } from "../core/parsed.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { compileTemplate, KeptTemplates, toPlain } from "../jinja/jinja.ts";
import { readYaml } from "../yaml/readYaml.ts";
import { Collector } from "./collect.ts";
import { macroDependencies } from "./macroDependencies.ts";
import { findPackageFiles, type ProjectFile } from "./packageFiles.ts";
import { readCode, readFixture, readSeed } from "./readCode.ts";
import { type DocsResult, duplicateDocs, readDocs } from "./readDocs.ts";
import { builtinMacroFiles, duplicateMacros, readMacros } from "./readMacros.ts";
import { type RenderProperty, readProperties } from "./readProperties.ts";
import { withLackingUses } from "./withLackingUses.ts";

export interface ParseOptions {
	/** tfm's own macros, the most specific package first: dbt_postgres, then dbt. Absolute folders. */
	readonly builtinMacroDirs: readonly { readonly package: string; readonly dir: string }[];
	readonly dialect: Dialect;
	/** What templates see as `adapter.type()`, and the first prefix of dispatch: `postgres`. */
	readonly adapterType: string;
	readonly invocation: InvocationFacts;
	readonly projectConfig?: ProjectConfigOf;
	readonly watch?: ReadingWatch;
	/** True where nothing is rendered after the reading: what templates were compiled to is not kept for that. */
	readonly readsOnly?: boolean;
}

export interface ParseResult {
	readonly parsed: ParsedProject;
	/** The macros and whatever else templates of this project share; compiling goes on with it. */
	readonly facts: ProjectFacts;
	/** What the registry in `facts` was made of. */
	readonly macros: readonly MacroDefinition[];
}

const SECTIONS: ReadonlySet<string> = new Set<PropertySection>([
	"models",
	"seeds",
	"snapshots",
	"analyses",
	"macros",
	"data_tests",
	"functions",
]);

/** What documentation opens with where the project has no `{% docs __overview__ %}` of its own; dbt brings one too. */
const OVERVIEW: DocBlock = {
	unique_id: "doc.dbt.__overview__",
	name: "__overview__",
	package_name: "dbt",
	path: "overview.md",
	original_file_path: "docs/overview.md",
	block_contents:
		"### What is here\n\nModels, sources, tests and the other resources of this project, with what they read and what reads them. Write a docs block called `__overview__` to put your own words here.",
};

/** Every file that is read for a project. */
export interface ProjectFiles {
	/** tfm's own macros. */
	readonly builtin: readonly ProjectFile[];
	/** The root project's, then those of its packages by name. */
	readonly own: readonly ProjectFile[];
	/** Folders that could not be listed. */
	readonly problems: readonly Diagnostic[];
}

export function listFiles(config: Config, { builtinMacroDirs }: Pick<ParseOptions, "builtinMacroDirs">): ProjectFiles {
	const packages = [config.project, ...[...config.packages].sort((a, b) => (a.name < b.name ? -1 : 1))];
	const found = packages.map((project) => findPackageFiles(project, config.project));
	return {
		builtin: builtinMacroFiles(builtinMacroDirs),
		own: found.flatMap(({ files }) => files),
		problems: found.flatMap(({ problems }) => problems),
	};
}

/** Throws one TfmError with all mistakes (TFM-PARSE-…, TFM-YAML-…, TFM-JINJA-…), sorted by file and line. */
export function parseProject(
	config: Config,
	options: ParseOptions,
	{ builtin, own: files, ...listed }: ProjectFiles = listFiles(config, options),
): ParseResult {
	const problems: Diagnostic[] = [...listed.problems];
	const warnings: Diagnostic[] = [];

	const definitions = readAllMacros([...builtin, ...files], problems);
	const facts = createProjectFacts(config, options, definitions);
	const render = propertyRenderer(facts);

	const collector = new Collector(facts);
	const code: ParsedCode[] = [];
	const documents: DocsResult[] = [];
	const fixtures: FixtureFile[] = [];
	const entries: YamlEntry[] = [];
	for (const file of files) {
		switch (file.kind) {
			case "model":
			case "function":
			case "foreign_function":
			case "python_model":
			case "analysis":
			case "singular_test":
			case "snapshot":
				gather(readCode(file, collector), code, problems);
				break;
			case "fixture":
				fixtures.push(readFixture(file));
				break;
			case "seed":
				gather(readSeed(file), code, problems);
				break;
			case "docs": {
				const result = readDocs(file);
				documents.push(result);
				problems.push(...result.problems);
				break;
			}
			case "properties": {
				const result = readProperties(file, render);
				append(entries, result.entries);
				append(problems, result.problems);
				append(warnings, result.warnings);
				break;
			}
		}
	}
	problems.push(...duplicateDocs(documents));
	if (problems.length > 0) throw new TfmError(withLackingUses(sortDiagnostics(problems), files, definitions, facts));

	const of = <S extends string>(section: S): readonly YamlEntry<S>[] =>
		entries.filter((entry): entry is YamlEntry<S> => entry.section === section);
	const parsed: ParsedProject = {
		code,
		properties: entries.filter((entry): entry is YamlEntry<PropertySection> => SECTIONS.has(entry.section)),
		sources: of("sources"),
		exposures: of("exposures"),
		groups: of("groups"),
		unitTests: of("unit_tests"),
		metrics: of("metrics"),
		semanticModels: of("semantic_models"),
		savedQueries: of("saved_queries"),
		fixtures,
		macros: macroNodes(facts, definitions),
		docs: [OVERVIEW, ...documents.flatMap(({ docs }) => docs)],
		warnings: sortDiagnostics([...warnings, ...unreadDocuments(files)]),
	};
	return Object.freeze({ parsed: Object.freeze(parsed), facts, macros: definitions });
}

/** dbt makes semantic models and metrics of them; here they are said to be left alone, by name. */
function unreadDocuments(files: readonly ProjectFile[]): readonly Diagnostic[] {
	const documents = files.filter(({ kind }) => kind === "osi");
	const [first] = documents;
	if (first === undefined) return [];
	const facts = {
		package: first.package_name,
		what: "OSI documents",
		found: documents.map(({ original_file_path }) => original_file_path),
		way: "write their semantic models and metrics in a property file; the rest of the project runs",
	};
	const at = { file: first.file, line: 1, column: 1 };
	return [diagnostic("TFM-PARSE-070", facts, { at, severity: "warning" })];
}

/** Not by spreading: one file may hold more entries than a call takes arguments. */
function append<T>(list: T[], more: readonly T[]): void {
	for (const item of more) list.push(item);
}

function gather(
	result: { readonly code: readonly ParsedCode[]; readonly problems: readonly Diagnostic[] },
	code: ParsedCode[],
	problems: Diagnostic[],
): void {
	code.push(...result.code);
	problems.push(...result.problems);
}

function readAllMacros(files: readonly ProjectFile[], problems: Diagnostic[]): readonly MacroDefinition[] {
	const definitions: MacroDefinition[] = [];
	for (const file of files) {
		if (file.kind !== "macro" && file.kind !== "generic_test") continue;
		const result = readMacros(file);
		definitions.push(...result.macros);
		problems.push(...result.problems);
	}
	problems.push(...duplicateMacros(definitions));
	return definitions;
}

/** What templates of a project share, with the macros that were found. */
export function createProjectFacts(
	config: Config,
	options: ParseOptions,
	macros: readonly MacroDefinition[],
): ProjectFacts {
	const registry = createMacroRegistry({
		rootPackage: config.project.name,
		packages: config.packages.map((p) => p.name),
		internalPackages: options.builtinMacroDirs.map((d) => d.package),
		adapterTypes: [options.adapterType],
		dispatch: config.project.dispatch,
		macros,
	});
	const { dialect, adapterType, invocation, projectConfig, watch } = options;
	const parseYaml = (text: string): unknown => readYaml(text, "fromyaml()", { markDates: true }).value;
	const templates = options.readsOnly === true ? new KeptTemplates(0) : new KeptTemplates();
	const facts = { config, registry, dialect, adapterType, invocation, parseYaml, templates };
	return {
		...facts,
		...(projectConfig === undefined ? {} : { projectConfig }),
		...(watch === undefined ? {} : { watch }),
	};
}

/** Property files see `var`, `env_var` and `target`; a lone expression keeps its type. */
function propertyRenderer(facts: ProjectFacts): RenderProperty {
	return (text, file, place) => {
		const at = place();
		const template = compileTemplate({ file: file.file, text, line: at.line, column: at.column });
		try {
			return toPlain(
				template.renderNative(createYamlScope(facts, file.package_name, file.file), YAML_RENDERING),
			) as Plain;
		} catch (error) {
			throw error instanceof TfmError ? placed(error, { file: file.file, ...at }) : error;
		}
	};
}

/** A conversion that fails after the template was rendered knows no place of its own. */
const placed = (error: TfmError, at: Location): TfmError =>
	new TfmError(
		error.diagnostics.map((diagnostic) => (diagnostic.at === undefined ? { ...diagnostic, at } : diagnostic)),
		{ cause: error },
	);

const macroNodes = (facts: ProjectFacts, definitions: readonly MacroDefinition[]): readonly MacroNode[] =>
	definitions.map(({ node }) => ({ ...node, depends_on: { macros: macroDependencies(node, facts.registry) } }));
