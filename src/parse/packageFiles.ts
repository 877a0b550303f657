/**
 * The files of one package by what they are. Folders are walked once each, however many path keys name them; what a
 * file is follows from the path key and its ending, as in dbt.
 */
import { join, relative, sep } from "node:path";
import type { ProjectConfig } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { ignoredFiles } from "./ignoredFiles.ts";
import type { Readable } from "./readText.ts";
import { type FoundFile, walkFolder } from "./walkFolder.ts";

export type FileKind =
	| "model"
	| "python_model"
	| "seed"
	| "snapshot"
	| "analysis"
	| "function"
	| "foreign_function"
	| "singular_test"
	| "generic_test"
	| "fixture"
	| "macro"
	| "docs"
	| "osi"
	| "properties";

export interface ProjectFile extends Readable {
	readonly kind: FileKind;
	readonly package_name: string;
	readonly root_path: string;
	readonly absolute: string;
	/** Below the resource path. */
	readonly path: string;
	readonly original_file_path: string;
	/** Relative to the root project. */
	readonly file: string;
}

interface Rule {
	readonly kind: FileKind;
	readonly key: string;
	readonly folders: readonly string[];
	readonly endings: readonly string[];
	readonly accepts?: (path: string) => boolean;
}

const firstFolder = (path: string): string => path.slice(0, Math.max(0, path.indexOf("/")));

/** `.sql` may be followed by an ending of Jinja's where the root project's flag allows it (dbt 1.12). */
const withJinja = (ending: string, allowed: boolean): readonly string[] =>
	allowed ? [ending, `${ending}.j2`, `${ending}.jinja2`, `${ending}.jinja`] : [ending];

function rulesOf(
	project: ProjectConfig,
	{ jinja, isRoot }: { readonly jinja: boolean; readonly isRoot: boolean },
): readonly Rule[] {
	const sql = withJinja(".sql", jinja);
	const genericTests = project.testPaths.map((folder) => `${folder}/generic`);
	const everywhere = [
		...project.modelPaths,
		...project.seedPaths,
		...project.snapshotPaths,
		...project.analysisPaths,
		...project.macroPaths,
		...project.testPaths,
		...project.functionPaths,
	];
	const docs = project.docsPaths.length > 0 ? project.docsPaths : everywhere;
	return [
		{ kind: "macro", key: "macro-paths", folders: project.macroPaths, endings: sql },
		{ kind: "generic_test", key: "test-paths", folders: genericTests, endings: sql },
		{ kind: "model", key: "model-paths", folders: project.modelPaths, endings: sql },
		{ kind: "python_model", key: "model-paths", folders: project.modelPaths, endings: [".py"] },
		{ kind: "snapshot", key: "snapshot-paths", folders: project.snapshotPaths, endings: sql },
		{ kind: "analysis", key: "analysis-paths", folders: project.analysisPaths, endings: sql },
		{ kind: "function", key: "function-paths", folders: project.functionPaths, endings: sql },
		{ kind: "foreign_function", key: "function-paths", folders: project.functionPaths, endings: [".py", ".js"] },
		{
			kind: "singular_test",
			key: "test-paths",
			folders: project.testPaths,
			endings: sql,
			accepts: (path) => !["generic", "fixtures"].includes(firstFolder(path)),
		},
		{
			kind: "fixture",
			key: "test-paths",
			folders: project.testPaths.map((folder) => `${folder}/fixtures`),
			endings: [".csv", ...sql],
		},
		{ kind: "seed", key: "seed-paths", folders: project.seedPaths, endings: [".csv"] },
		{ kind: "docs", key: "docs-paths", folders: docs, endings: withJinja(".md", jinja) },
		// dbt reads those of the root project alone.
		{ kind: "osi", key: "osi-paths", folders: isRoot ? project.osiPaths : [], endings: [".json"] },
		{ kind: "properties", key: "model-paths", folders: everywhere, endings: [".yml", ".yaml"] },
	];
}

/** Sorted by kind as listed above, then by path. Folders that cannot be listed become diagnostics. */
export function findPackageFiles(
	project: ProjectConfig,
	rootProject: ProjectConfig,
): { readonly files: readonly ProjectFile[]; readonly problems: readonly Diagnostic[] } {
	const walked = new Map<string, readonly FoundFile[]>();
	const problems: Diagnostic[] = [];
	const prefix = relative(rootProject.root, project.root).split(sep).join("/");
	const show = (path: string): string => (prefix === "" ? path : `${prefix}/${path}`);

	const list = (folder: string, key: string): readonly FoundFile[] => {
		let found = walked.get(folder);
		if (found === undefined) {
			try {
				found = walkFolder(join(project.root, folder));
			} catch {
				found = [];
				problems.push(
					diagnostic(
						"TFM-PARSE-037",
						{ folder: show(folder), key },
						{ at: project.places.get(key) ?? fileTop(project) },
					),
				);
			}
			walked.set(folder, found);
		}
		return found;
	};

	const isIgnored = ignoredFiles(project.root);
	const files: ProjectFile[] = [];
	const jinja = rootProject.flags.allow_jinja_file_extensions === true;
	for (const rule of rulesOf(project, { jinja, isRoot: project === rootProject })) {
		const seen = new Set<string>();
		const matches: ProjectFile[] = [];
		for (const folder of rule.folders) {
			const clean = folder.replace(/\/+$/, "").replace(/^\.\//, "");
			for (const { path, absolute } of list(clean, rule.key)) {
				if (!rule.endings.some((ending) => endsWith(path, ending)) || rule.accepts?.(path) === false) continue;
				if (rule.folders.length > 1) {
					if (seen.has(absolute)) continue;
					seen.add(absolute);
				}
				const original_file_path = clean === "" || clean === "." ? path : `${clean}/${path}`;
				if (isIgnored(original_file_path)) continue;
				matches.push({
					kind: rule.kind,
					package_name: project.name,
					root_path: project.root,
					absolute,
					path,
					original_file_path,
					file: show(original_file_path),
				});
			}
		}
		matches.sort((a, b) => (a.original_file_path < b.original_file_path ? -1 : 1));
		files.push(...matches);
	}
	return { files, problems };
}

const fileTop = (project: ProjectConfig) => ({ file: project.file, line: 1, column: 1 });

/** dbt matches endings in any case. */
const endsWith = (path: string, ending: string): boolean => {
	if (path.endsWith(ending)) return true;
	// Most paths end with another letter.
	const last = path.charCodeAt(path.length - 1) | LOWER;
	return last === ending.charCodeAt(ending.length - 1) && path.slice(-ending.length).toLowerCase() === ending;
};

/** The bit that tells a small letter from a capital one; letters and figures of endings have it set. */
const LOWER = 0x20;

/** `a/b/c.sql` → `c`, and `a/b/c.sql.j2` too. */
export const stem = (path: string): string =>
	path
		.slice(path.lastIndexOf("/") + 1)
		.replace(/\.(?:j2|jinja2?)$/i, "")
		.replace(/\.[^.]*$/, "");

/** `a/b/c.sql` → [a, b]. */
export const foldersOf = (path: string): readonly string[] => path.split("/").slice(0, -1);
