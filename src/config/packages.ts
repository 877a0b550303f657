import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { PackageCounts } from "../core/codes/config.ts";
import type { ProjectConfig } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { type PackageSpec, specLabel } from "../core/packageSpec.ts";
import type { Scope } from "../jinja/jinja.ts";
import { isMapping, own } from "../yaml/shapeCheck.ts";
import { readConfigYaml } from "./configFiles.ts";
import { hasProject, loadProject, type ProjectLoading } from "./loadProject.ts";
import { type PackageList, readPackageList } from "./packageList.ts";

export interface PackageLoading extends ProjectLoading {
	/** For packages.yml, which may read secrets. */
	readonly secretScope: Scope;
}

/**
 * The packages of a project: what is installed in `packages-install-path`, and folders that packages.yml names with
 * `local:` where they are (`deps` links them first; a project whose packages are all local needs no `deps`). Sorted by
 * name.
 */
export function loadPackages(root: ProjectConfig, loading: PackageLoading): readonly ProjectConfig[] {
	const { problems, warnings } = loading;
	const before = problems.length;
	const list = readPackageList(root.root, root.root, { scope: loading.secretScope, problems, warnings });
	if (problems.length > before) return [];
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
	for (const dir of installed) add(loadProject(dir, root.root, loading), false);
	const locked = lockedPackages(root.root);
	const folders = new Set([...installed.map((dir) => basename(dir)), ...packages.keys()]);
	for (const spec of list.specs) {
		if (spec.kind !== "local") continue;
		const dir = resolve(root.root, spec.path);
		if (hasProject(dir)) add(loadProject(dir, root.root, loading), true);
		// What `deps` has copied is enough; dbt looks at nothing else.
		else if (!folders.has(locked.find(({ path }) => path === spec.path)?.name ?? basename(dir))) {
			const facts = { path: spec.path, ...countsOf(root, list, { locked, installed }) };
			problems.push(diagnostic("TFM-CONFIG-032", facts, spec.place));
		}
	}
	if (problems.length === before) reportMissing(root, list, { locked, installed, packages, problems });
	return Object.freeze([...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

interface Present {
	/** What package-lock.yml names; empty without one. */
	readonly locked: readonly LockedPackage[];
	readonly installed: readonly string[];
	readonly packages: ReadonlyMap<string, ProjectConfig>;
	readonly problems: Diagnostic[];
}

interface LockedPackage {
	readonly name: string;
	/** Of a local package, as written. */
	readonly path: string | null;
}

/**
 * The lock file knows the names; without one, fewer packages than listed mean that some are missing (dbt's rule). A
 * package that the lock file does not name was left by an earlier list, and dbt refuses it as well.
 */
function reportMissing(root: ProjectConfig, list: PackageList, present: Present): void {
	const { locked, installed, packages, problems } = present;
	const remote = list.specs.filter((spec) => spec.kind !== "local");
	const folders = new Set([...installed.map((dir) => basename(dir)), ...packages.keys()]);
	const unlinked = (name: string): boolean => !folders.has(name);
	const missing =
		remote.length === 0
			? []
			: locked.length > 0
				? locked.map(({ name }) => name).filter(unlinked)
				: packages.size < list.specs.length
					? remote.filter((spec: PackageSpec) => unlinked(spec.name ?? "")).map(specLabel)
					: [];
	const at = list.document?.at(["packages"], "key");
	const counts = countsOf(root, list, present);
	if (missing.length > 0) {
		problems.push(diagnostic("TFM-CONFIG-030", { missing, ...counts }, at));
		return;
	}
	const names = new Set(locked.map(({ name }) => name));
	const left = installed.map((dir) => basename(dir)).filter((name) => !names.has(name));
	if (locked.length > 0 && left.length > 0) problems.push(diagnostic("TFM-CONFIG-038", { left, ...counts }, at));
}

/** What dbt's words count: the lock file's entries or, without one, the list's, and the folders that are there. */
const countsOf = (
	{ packagesInstallPath }: ProjectConfig,
	{ specs, file }: PackageList,
	{ locked, installed }: Pick<Present, "locked" | "installed">,
): PackageCounts => ({
	expected: locked.length > 0 ? locked.length : specs.length,
	found: installed.length,
	notFound: locked.map(({ name }) => name).filter((name) => !installed.some((dir) => basename(dir) === name)),
	installPath: packagesInstallPath,
	listFile: file ?? "packages.yml",
});

/** Packages of package-lock.yml that have a name. A lock that cannot be read is `deps`'s concern. */
function lockedPackages(root: string): readonly LockedPackage[] {
	const document = readConfigYaml(join(root, "package-lock.yml"), { root, problems: [] });
	const list = document !== undefined && isMapping(document.value) ? own(document.value, "packages") : undefined;
	if (!Array.isArray(list)) return [];
	return list.flatMap((entry) =>
		isMapping(entry) && typeof entry.name === "string"
			? [{ name: entry.name, path: typeof entry.local === "string" ? entry.local : null }]
			: [],
	);
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
		.filter(({ name }) => !name.startsWith("__") && !name.startsWith("."))
		.map(({ name }) => join(dir, name))
		.sort()
		.filter(hasProject);
}
