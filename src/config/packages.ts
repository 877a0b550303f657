import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ProjectConfig } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { Scope } from "../jinja/jinja.ts";
import type { YamlDocument, YamlPath } from "../yaml/readYaml.ts";
import { own, ShapeCheck } from "../yaml/shapeCheck.ts";
import { readConfigYaml } from "./configFiles.ts";
import { hasProject, loadProject, type ProjectLoading } from "./loadProject.ts";
import { renderTree } from "./renderTree.ts";

export interface PackageLoading extends ProjectLoading {
	/** For packages.yml, which may read secrets. */
	readonly secretScope: Scope;
}

interface Listed {
	readonly document: YamlDocument;
	readonly path: YamlPath;
	/** What the list calls it: `dbt-labs/dbt_utils`, a git address, a folder. */
	readonly label: string;
	/** The folder, for `local:`. */
	readonly local: string | null;
}

const SOURCES = ["package", "git", "local", "tarball", "private"] as const;

/** Entries of packages.yml, or of dependencies.yml (which dbt does not render). */
function listPackages(root: string, loading: PackageLoading): readonly Listed[] {
	const { problems } = loading;
	for (const name of ["packages.yml", "dependencies.yml"]) {
		const document = readConfigYaml(join(root, name), { root, problems });
		if (document === undefined || document.value === null) continue;
		const check = new ShapeCheck(document, problems);
		const file = check.mapping(document.value, []) ?? {};
		const entries = check.list(own(file, "packages"), ["packages"]);
		if (entries === undefined) continue;
		const { secretScope: scope } = loading;
		const rendered =
			name === "packages.yml"
				? (renderTree(entries, ["packages"], { document, scope, problems }) as readonly Plain[])
				: entries;
		return rendered.flatMap((entry, i) => readEntry(entry, { document, check, index: i }));
	}
	return [];
}

function readEntry(entry: Plain, at: { document: YamlDocument; check: ShapeCheck; index: number }): Listed[] {
	const { document, check, index } = at;
	const path = ["packages", index];
	const mapping = check.mapping(entry ?? [], path);
	if (mapping === undefined) return [];
	const source = SOURCES.find((key) => Object.hasOwn(mapping, key));
	if (source === undefined) {
		check.required(mapping, path, { key: SOURCES.join(" / "), where: `packages[${index}]` });
		return [];
	}
	const label = check.text(own(mapping, source), [...path, source]);
	return label === undefined ? [] : [{ document, path, label, local: source === "local" ? label : null }];
}

/**
 * The packages of a project: what is installed in `packages-install-path`, and folders that packages.yml names with
 * `local:` where they are (dbt copies or links them first). Sorted by name.
 */
export function loadPackages(root: ProjectConfig, loading: PackageLoading): readonly ProjectConfig[] {
	const { problems } = loading;
	const listed = listPackages(root.root, loading);
	const installed = installedDirs(resolve(root.root, root.packagesInstallPath));
	const packages = new Map<string, ProjectConfig>();
	const add = (project: ProjectConfig | undefined, local: boolean): void => {
		if (project === undefined) return;
		const first = packages.get(project.name) ?? (project.name === root.name ? root : undefined);
		if (first === undefined) packages.set(project.name, project);
		else if (!local) {
			const facts = { name: project.name, first: first.file, second: project.file };
			const at = { file: project.file, line: 1, column: 1 };
			problems.push(diagnostic("TFM-CONFIG-031", facts, { at: project.places.get("name") ?? at }));
		}
	};
	const before = problems.length;
	for (const dir of installed) add(loadProject(dir, root.root, loading), false);
	for (const entry of listed) {
		if (entry.local === null) continue;
		const dir = resolve(root.root, entry.local);
		if (hasProject(dir)) add(loadProject(dir, root.root, loading), true);
		else problems.push(diagnostic("TFM-CONFIG-032", { path: entry.local }, entry.document.at(entry.path)));
	}
	reportMissing(root, listed, { found: packages.size, problems, before });
	return Object.freeze([...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/** As dbt: fewer packages than listed means that something was not installed. */
function reportMissing(
	root: ProjectConfig,
	listed: readonly Listed[],
	counts: { found: number; problems: Diagnostic[]; before: number },
): void {
	const remote = listed.filter((entry) => entry.local === null);
	const [first] = remote;
	if (first === undefined || counts.found >= listed.length || counts.problems.length > counts.before) return;
	const facts = { missing: remote.map((entry) => entry.label), installPath: root.packagesInstallPath };
	const listPlace = first.document.at(["packages"], "key");
	counts.problems.push(diagnostic("TFM-CONFIG-030", facts, listPlace));
}

function installedDirs(dir: string): readonly string[] {
	let entries: { name: string }[];
	try {
		entries = readdirSync(dir, { withFileTypes: true });
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === "ENOENT" || code === "ENOTDIR") return [];
		throw error;
	}
	return entries
		.filter(({ name }) => !name.startsWith("__"))
		.map(({ name }) => join(dir, name))
		.sort()
		.filter(hasProject);
}
