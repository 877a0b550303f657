import { join, resolve } from "node:path";
import { type Diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { type PackageSpec, specLabel } from "../core/packageSpec.ts";
import type { Scope } from "../jinja/jinja.ts";
import { readYaml, type YamlDocument } from "../yaml/readYaml.ts";
import { isMapping, own, ShapeCheck } from "../yaml/shapeCheck.ts";
import { readConfigYaml } from "./configFiles.ts";
import { hasProject, readProjectFiles } from "./loadProject.ts";
import { type PackageList, readPackageEntries, readPackageList } from "./packageList.ts";
import { renderTree } from "./renderTree.ts";

export interface PackageFacts {
	readonly name: string;
	readonly specs: readonly PackageSpec[];
}

/** What installing packages has to read of projects. Each function throws one TfmError with all that is wrong. */
export interface ProjectPackages {
	/** The root project's own list. */
	list(): PackageList;
	/** package-lock.yml: its entries and the hash in it; null where there is none. */
	lock(): { readonly specs: readonly PackageSpec[]; readonly hash: string | null } | null;
	packageIn(dir: string, spec: PackageSpec): PackageFacts;
	localPackage(path: string, spec: PackageSpec): PackageFacts & { readonly dir: string };
	listOf(packages: Plain, label: string): readonly PackageSpec[];
}

export interface ProjectPackagesOptions {
	/** The root project's folder. */
	readonly root: string;
	/** May read secrets. */
	readonly scope: Scope;
	readonly warnings: Diagnostic[];
}

export function projectPackages({ root, scope, warnings }: ProjectPackagesOptions): ProjectPackages {
	const reading = <T>(read: (how: { scope: Scope; problems: Diagnostic[]; warnings: Diagnostic[] }) => T): T => {
		const problems: Diagnostic[] = [];
		const result = read({ scope, problems, warnings });
		if (problems.length > 0) throw new TfmError(problems);
		return result;
	};
	const factsOf = (dir: string, spec: PackageSpec): PackageFacts => {
		if (!hasProject(dir)) fail("TFM-DEPS-018", { label: specLabel(spec), where: "its folder" }, spec.place);
		return reading((how) => {
			const files = readProjectFiles(dir, root, how.problems);
			const name = files === undefined ? "" : projectName(files.main, how);
			// A remark about a package's own list is for its author.
			return { name, specs: readPackageList(dir, root, { ...how, warnings: [] }).specs };
		});
	};
	return Object.freeze({
		list: () => reading((how) => readPackageList(root, root, how)),
		lock: () =>
			reading((how) => {
				const document = readConfigYaml(join(root, "package-lock.yml"), { root, problems: how.problems });
				if (document === undefined || !isMapping(document.value)) return null;
				const hash = own(document.value, "sha1_hash");
				return { specs: readPackageEntries(document, how), hash: typeof hash === "string" ? hash : null };
			}),
		packageIn: factsOf,
		localPackage: (path: string, spec: PackageSpec) => {
			const dir = resolve(root, path);
			if (!hasProject(dir)) fail("TFM-CONFIG-032", { path }, spec.place);
			return { ...factsOf(dir, spec), dir };
		},
		listOf: (packages: Plain, label: string) =>
			reading((how) => {
				const document = readYaml(JSON.stringify({ packages }), label);
				return readPackageEntries(document, { ...how, scope: null });
			}),
	});
}

function projectName(document: YamlDocument, how: { scope: Scope; problems: Diagnostic[] }): string {
	const { scope, problems } = how;
	const check = new ShapeCheck(document, problems);
	const mapping = check.mapping(document.value, []) ?? {};
	check.required(mapping, [], { key: "name", where: document.file });
	const rendered = renderTree(own(mapping, "name") ?? null, ["name"], { document, scope, problems });
	return check.text(rendered, ["name"]) ?? "";
}
