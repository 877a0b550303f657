/**
 * One project file as a ProjectConfig: the root project's or a package's. The file's texts are rendered first (as
 * dbt does, hooks and variables excepted), then every key is checked, and all mistakes come back together.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AlertSettings } from "../core/alerts.ts";
import { codeChecksum } from "../core/codeChecksum.ts";
import type { ConfigTree, Layering, ProjectConfig } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import { DBT_VERSION } from "../core/version.ts";
import { parseBound, satisfies, type VersionBound } from "../core/versionRange.ts";
import type { Scope } from "../jinja/jinja.ts";
import type { YamlDocument } from "../yaml/readYaml.ts";
import { isMapping, own, type PlainMapping, ShapeCheck } from "../yaml/shapeCheck.ts";
import { displayPath, readConfigYaml } from "./configFiles.ts";
import { DBT_KEYS, RESERVED_NAMES, staysTemplate, TFM_KEYS } from "./projectKeys.ts";
import { readAlerts } from "./readAlerts.ts";
import { readLayering, readSchemaNaming } from "./readLayering.ts";
import { renderTree } from "./renderTree.ts";

export const PROJECT_FILES = ["tfm_project.yml", "dbt_project.yml"] as const;

/** The files of one project, read but neither rendered nor checked. */
export interface ProjectFiles {
	/** Absolute. */
	readonly dir: string;
	readonly main: YamlDocument;
	/** tfm.yml, beside a dbt_project.yml only. */
	readonly extra: YamlDocument | null;
	/** vars.yml. */
	readonly vars: YamlDocument | null;
}

export interface ProjectLoading {
	readonly scope: Scope;
	/** In which secret variables may be read: for the channels of alerts. Absent: a package, whose alerts are nobody's. */
	readonly alertScope?: Scope;
	/** Mistakes are added here; the project is then undefined. */
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
	/** False with --no-version-check. */
	readonly checkVersion: boolean;
}

export const hasProject = (dir: string): boolean => PROJECT_FILES.some((name) => existsSync(join(dir, name)));

/** Undefined when there is no project file, or when it is not YAML (then `problems` says so). */
export function readProjectFiles(dir: string, rootDir: string, problems: Diagnostic[]): ProjectFiles | undefined {
	const name = PROJECT_FILES.find((file) => existsSync(join(dir, file)));
	if (name === undefined) return undefined;
	const read = (file: string) => readConfigYaml(join(dir, file), { root: rootDir, problems });
	const before = problems.length;
	const main = read(name);
	const extra = name === "dbt_project.yml" ? read("tfm.yml") : undefined;
	const vars = read("vars.yml");
	if (main === undefined || problems.length > before) return undefined;
	if (main.value === null) {
		problems.push(diagnostic("TFM-CONFIG-003", { file: main.file }, { at: { file: main.file, line: 1, column: 1 } }));
		return undefined;
	}
	return { dir, main, extra: extra ?? null, vars: vars ?? null };
}

/** The `profile:` of a project whose other keys cannot be rendered yet, since they may read `target`. */
export function readProfileName(files: ProjectFiles, scope: Scope, problems: Diagnostic[]): string | null {
	const check = new ShapeCheck(files.main, problems);
	const written = isMapping(files.main.value) ? own(files.main.value, "profile") : undefined;
	const rendered = renderTree(written ?? null, ["profile"], { document: files.main, scope, problems });
	return check.scalarText(rendered, ["profile"]) ?? null;
}

/** A package or the root project. `rootDir` is the root project's folder, to which places are relative. */
export function loadProject(dir: string, rootDir: string, loading: ProjectLoading): ProjectConfig | undefined {
	const files = readProjectFiles(dir, rootDir, loading.problems);
	return files === undefined ? undefined : buildProject(files, rootDir, loading);
}

/** The project of files already read. Undefined when `problems` has grown. */
export function buildProject(files: ProjectFiles, rootDir: string, loading: ProjectLoading): ProjectConfig | undefined {
	const { problems } = loading;
	const before = problems.length;
	for (const document of [files.main, files.extra, files.vars]) loading.warnings.push(...(document?.repeated ?? []));
	const check = new ShapeCheck(files.main, problems);
	const project = render(files.main, check, loading);
	if (project === undefined) return undefined;
	checkKeys(project, check);
	const built = assemble({ files, rootDir, loading, check, project });
	return problems.length > before ? undefined : built;
}

function render(document: YamlDocument, check: ShapeCheck, loading: ProjectLoading): PlainMapping | undefined {
	const mapping = check.mapping(document.value, []);
	if (mapping === undefined) return undefined;
	const { scope, problems } = loading;
	return renderTree(mapping, [], { document, scope, problems, skip: staysTemplate }) as PlainMapping;
}

const isTfmFile = (file: string): boolean => file.endsWith("tfm_project.yml");

function checkKeys(project: PlainMapping, check: ShapeCheck): void {
	const file = check.file;
	const known = isTfmFile(file) ? [...DBT_KEYS, ...TFM_KEYS] : DBT_KEYS;
	for (const key of Object.keys(project)) {
		if (known.includes(key)) continue;
		const at = check.at([key], "key");
		if (TFM_KEYS.includes(key)) check.problems.push(diagnostic("TFM-CONFIG-007", { key }, at));
		else {
			const facts = { key, where: file, suggestion: suggestName(key, known), known: [] };
			check.problems.push(diagnostic("TFM-YAML-012", facts, at));
		}
	}
}

interface Assembly {
	readonly files: ProjectFiles;
	readonly rootDir: string;
	readonly loading: ProjectLoading;
	readonly check: ShapeCheck;
	readonly project: PlainMapping;
}

function assemble(part: Assembly): ProjectConfig {
	const { files, rootDir, check, project } = part;
	const name = readName(project, check);
	const modelPaths = readPaths(part, "model-paths", ["models"], "source-paths");
	const seedPaths = readPaths(part, "seed-paths", ["seeds"], "data-paths");
	const testPaths = readPaths(part, "test-paths", ["tests"]);
	const snapshotPaths = readPaths(part, "snapshot-paths", ["snapshots"]);
	const macroPaths = readPaths(part, "macro-paths", ["macros"]);
	const analysisPaths = readPaths(part, "analysis-paths", ["analyses"]);
	const functionPaths = readPaths(part, "function-paths", ["functions"]);
	const osiPaths = readPaths(part, "osi-paths", ["osi", "OSI"]);
	const sourcePaths = [
		modelPaths,
		seedPaths,
		snapshotPaths,
		analysisPaths,
		macroPaths,
		testPaths,
		functionPaths,
	].flat();
	const targetPath = readPath(part, "target-path", "target");
	noteOldPaths(part);
	checkVersionRequirement(part, name);
	for (const key of ["metrics", "semantic-models", "saved-queries", "functions", "dbt-cloud"]) {
		const value = own(project, key);
		if (typeof value === "string") refuseText(check, key, { value, expected: "a mapping (key: value)" });
		else check.mapping(value, [key]);
	}
	check.integer(own(project, "config-version"), ["config-version"]);
	const tfm = readTfmKeys(part);
	const layering = readLayering(tfm.mapping, tfm.check, modelPaths);
	const alerts = readAlertsOf(part, layering);
	const queryComment = own(project, "query-comment");
	return Object.freeze({
		name,
		version: versionText(own(project, "version"), check),
		root: files.dir,
		file: displayPath(rootDir, join(files.dir, files.main.file.split("/").at(-1) ?? "")),
		profile: check.scalarText(own(project, "profile"), ["profile"]) ?? null,
		modelPaths,
		seedPaths,
		testPaths,
		snapshotPaths,
		macroPaths,
		analysisPaths,
		functionPaths,
		osiPaths,
		docsPaths: readPaths(part, "docs-paths", [...new Set(sourcePaths)]),
		checksum: codeChecksum(files.main.text),
		assetPaths: readPaths(part, "asset-paths", []),
		targetPath,
		logPath: readPath(part, "log-path", "logs"),
		packagesInstallPath: readPath(part, "packages-install-path", "dbt_packages"),
		cleanTargets: readPaths(part, "clean-targets", [targetPath]),
		trees: readTrees(project, check),
		writtenTrees: readTrees(isMapping(files.main.value) ? files.main.value : {}, new ShapeCheck(files.main, [])),
		vars: readVars(part),
		onRunStart: check.texts(own(project, "on-run-start"), ["on-run-start"], { single: true }) ?? [],
		onRunEnd: check.texts(own(project, "on-run-end"), ["on-run-end"], { single: true }) ?? [],
		dispatch: readDispatch(project, check),
		quoting: readQuoting(project, check),
		flags: check.mapping(own(project, "flags"), ["flags"]) ?? {},
		layering,
		schemaNaming: readSchemaNaming(tfm.mapping, tfm.check),
		restrictAccess: check.boolean(own(project, "restrict-access"), ["restrict-access"]) ?? false,
		...(queryComment === undefined ? {} : { queryComment }),
		tfm: tfm.others,
		...(alerts === null ? {} : { alerts }),
		places: placesOf(files),
	});
}

function readName(project: PlainMapping, check: ShapeCheck): string {
	check.required(project, [], { key: "name", where: check.file });
	const name = check.text(own(project, "name"), ["name"]);
	if (name === undefined) return "";
	const reason = !/^[^\d\W]\w*$/u.test(name)
		? "it is not an identifier"
		: RESERVED_NAMES.has(name)
			? "templates use this word for something else"
			: undefined;
	if (reason !== undefined) check.problems.push(diagnostic("TFM-CONFIG-004", { name, reason }, check.at(["name"])));
	return name;
}

/** A folder inside the project, with `/` and without a slash at its end. */
function insidePath(path: string, key: string, part: Assembly, at: readonly (string | number)[]): string {
	const clean = path
		.replaceAll("\\", "/")
		.replace(/^(?:\.\/)+/, "")
		.replace(/\/+$/, "");
	const absolute = clean.startsWith("/") || /^[A-Za-z]:/.test(clean);
	const relative = absolute ? displayPath(part.files.dir, clean) : clean;
	let depth = 0;
	const leaves = relative.split("/").some((step) => {
		depth += step === ".." ? -1 : step === "." || step === "" ? 0 : 1;
		return depth < 0;
	});
	if (leaves || relative.startsWith("/")) {
		part.check.problems.push(diagnostic("TFM-CONFIG-013", { path, key }, part.check.at(at)));
	}
	return relative === "" ? "." : relative;
}

function readPaths(part: Assembly, key: string, byDefault: readonly string[], old?: string): readonly string[] {
	const { project, check, loading } = part;
	const used = old !== undefined && Object.hasOwn(project, old) ? old : key;
	if (used !== key) {
		if (Object.hasOwn(project, key)) {
			check.problems.push(diagnostic("TFM-CONFIG-005", { first: used, second: key }, check.at([used], "key")));
		} else {
			const place = { ...check.at([used], "key"), severity: "warning" as const };
			loading.warnings.push(diagnostic("TFM-CONFIG-008", { old: used, current: key }, place));
		}
	}
	const paths = check.texts(own(project, used), [used]);
	if (paths === undefined) return byDefault;
	// `clean-targets` may name anything to remove; `tfm clean` refuses what lies outside the project.
	if (key === "clean-targets") return Object.freeze([...paths]);
	return Object.freeze(paths.map((path, i) => insidePath(path, key, part, [used, i])));
}

/** Keys of the project file for which dbt has options instead, where they say anything but the default. */
function noteOldPaths({ project, check, loading }: Assembly): void {
	const differs = (key: string, byDefault: string): boolean =>
		own(project, key) != null && own(project, key) !== byDefault;
	const place = (key: string) => ({ ...check.at([key], "key"), severity: "warning" as const });
	if (differs("log-path", "logs"))
		loading.warnings.push(diagnostic("TFM-DEPR-006", { key: "log-path" }, place("log-path")));
	if (differs("target-path", "target"))
		loading.warnings.push(diagnostic("TFM-DEPR-007", { key: "target-path" }, place("target-path")));
}

/** Folders that tfm writes to; these may lie elsewhere (a build server's scratch disk). */
function readPath(part: Assembly, key: string, byDefault: string): string {
	const path = part.check.text(own(part.project, key), [key]);
	return path === undefined || path === "" ? byDefault : path.replace(/\/+$/, "");
}

function readTrees(project: PlainMapping, check: ShapeCheck): ProjectConfig["trees"] {
	const tree = (key: string): ConfigTree => check.mapping(own(project, key), [key]) ?? {};
	if (own(project, "tests") != null && own(project, "data_tests") != null) {
		const facts = { first: "tests", second: "data_tests" };
		check.problems.push(diagnostic("TFM-CONFIG-005", facts, check.at(["tests"], "key")));
	}
	return Object.freeze({
		models: tree("models"),
		seeds: tree("seeds"),
		snapshots: tree("snapshots"),
		data_tests: own(project, "data_tests") == null ? tree("tests") : tree("data_tests"),
		sources: tree("sources"),
		exposures: tree("exposures"),
		metrics: tree("metrics"),
		semantic_models: tree("semantic-models"),
		saved_queries: tree("saved-queries"),
		unit_tests: tree("unit_tests"),
		analyses: tree("analyses"),
		functions: tree("functions"),
	});
}

/** The variables of vars.yml as they stand there: templates of the project file may read them. */
export function readVarsFile(files: ProjectFiles): { readonly [key: string]: Plain } {
	const vars = isMapping(files.vars?.value) ? own(files.vars.value, "vars") : undefined;
	return isMapping(vars) ? vars : {};
}

/** dbt reads nothing but `vars:` in vars.yml. */
function readVars({ files, project, check }: Assembly): { readonly [key: string]: Plain } {
	const inProject = check.mapping(own(project, "vars"), ["vars"]);
	if (files.vars === null || files.vars.value === null) return inProject ?? {};
	const varsCheck = new ShapeCheck(files.vars, check.problems);
	const file = varsCheck.mapping(files.vars.value, []) ?? {};
	const inFile = varsCheck.mapping(own(file, "vars"), ["vars"]) ?? {};
	if (Object.keys(inFile).length > 0 && Object.keys(inProject ?? {}).length > 0) {
		check.problems.push(diagnostic("TFM-CONFIG-006", { file: check.file }, check.at(["vars"], "key")));
	}
	return Object.keys(inFile).length > 0 ? inFile : (inProject ?? {});
}

function readDispatch(project: PlainMapping, check: ShapeCheck): ProjectConfig["dispatch"] {
	const entries = check.list(own(project, "dispatch"), ["dispatch"]) ?? [];
	return entries.flatMap((entry, i) => {
		const at = ["dispatch", i];
		const mapping = check.mapping(entry ?? [], at);
		if (mapping === undefined) return [];
		const where = `dispatch[${i}]`;
		check.knownKeys(mapping, at, { known: ["macro_namespace", "search_order"], where });
		for (const key of ["macro_namespace", "search_order"]) check.required(mapping, at, { key, where });
		const namespace = check.text(own(mapping, "macro_namespace"), [...at, "macro_namespace"]);
		const order = check.texts(own(mapping, "search_order"), [...at, "search_order"]);
		return namespace === undefined || order === undefined ? [] : [{ macro_namespace: namespace, search_order: order }];
	});
}

function readQuoting(project: PlainMapping, check: ShapeCheck): ProjectConfig["quoting"] {
	const mapping = check.mapping(own(project, "quoting"), ["quoting"]);
	if (mapping === undefined) return {};
	const known = ["database", "schema", "identifier", "project", "snowflake_ignore_case"];
	check.knownKeys(mapping, ["quoting"], { known, where: "quoting" });
	const flag = (key: string): boolean | undefined => check.boolean(own(mapping, key), ["quoting", key]);
	flag("snowflake_ignore_case");
	const database = flag("database") ?? flag("project");
	const schema = flag("schema");
	const identifier = flag("identifier");
	return {
		...(database === undefined ? {} : { database }),
		...(schema === undefined ? {} : { schema }),
		...(identifier === undefined ? {} : { identifier }),
	};
}

function checkVersionRequirement({ project, check, loading }: Assembly, name: string): void {
	const key = "require-dbt-version";
	const written = own(project, key);
	const texts = check.texts(written, [key], { single: true });
	if (texts === undefined) return;
	const parts = texts.flatMap((text) => text.split(",")).filter((text) => text.trim() !== "");
	const bounds: VersionBound[] = [];
	for (const text of parts) {
		const bound = parseBound(text);
		if (bound === undefined) {
			check.problems.push(diagnostic("TFM-CONFIG-009", { text: text.trim() }, check.at([key])));
			return;
		}
		bounds.push(bound);
	}
	if (!loading.checkVersion || satisfies(DBT_VERSION, bounds)) return;
	const facts = { project: name, required: parts.map((text) => text.trim()).join(", "), actual: DBT_VERSION };
	check.problems.push(diagnostic("TFM-CONFIG-010", facts, check.at([key])));
}

/** The file with tfm's own keys, its check, and those of its keys that other rooms read as they are. */
function readTfmKeys({ files, loading, check, project }: Assembly): {
	mapping: PlainMapping;
	check: ShapeCheck;
	others: PlainMapping;
} {
	const separate = files.extra === null || files.extra.value === null ? null : files.extra;
	const tfmCheck = separate === null ? check : new ShapeCheck(separate, loading.problems);
	const mapping =
		separate === null ? (isTfmFile(check.file) ? project : {}) : (render(separate, tfmCheck, loading) ?? {});
	if (separate !== null) tfmCheck.knownKeys(mapping, [], { known: TFM_KEYS, where: separate.file });
	const others: Record<string, Plain> = {};
	// A word, or a mapping: who reads them says what is wrong.
	const { rules } = mapping;
	if (rules !== undefined && rules !== null) others.rules = rules;
	for (const key of ["ci", "environments", "history", "native_tests"]) {
		const value = tfmCheck.mapping(own(mapping, key), [key]);
		if (value !== undefined) others[key] = value;
	}
	return { mapping, check: tfmCheck, others: Object.freeze(others) };
}

/** `alerts:` of the root project, from its text: secrets are read in a scope of their own. */
function readAlertsOf({ files, rootDir, loading, check }: Assembly, layering: Layering | null): AlertSettings | null {
	const document = files.extra ?? (isTfmFile(check.file) ? files.main : null);
	if (document === null || files.dir !== rootDir || loading.alertScope === undefined) return null;
	return readAlerts({ document, scope: loading.alertScope, problems: loading.problems, layering });
}

function placesOf(files: ProjectFiles): ReadonlyMap<string, Location> {
	const places = new Map<string, Location>();
	for (const document of [files.main, files.extra]) {
		if (document === null || !isMapping(document.value)) continue;
		for (const key of Object.keys(document.value)) places.set(key, document.keyPlace([key]));
	}
	return places;
}

/** Two or three numbers with what semver allows behind them, as dbt's schema has it; a bare number will do. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)(\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?$/;

function versionText(value: Parameters<ShapeCheck["scalarText"]>[0], check: ShapeCheck): string | null {
	if (typeof value !== "string" || VERSION.test(value)) return check.scalarText(value, ["version"]) ?? null;
	refuseText(check, "version", { value, expected: "a version such as 1.0.0" });
	return null;
}

/** A text where another shape belongs, with the words of dbt's schema check. */
function refuseText(
	check: ShapeCheck,
	key: string,
	{ value, expected }: { readonly value: string; readonly expected: string },
): void {
	const dbt = `at path ['${key}']: '${value}' is not valid under any of the given schemas`;
	const facts = { where: key, expected, found: `the text "${value}"`, dbt };
	check.problems.push(diagnostic("TFM-YAML-013", facts, check.at([key])));
}
