/**
 * `tfm compile --watch`: the project stays in memory. A file whose text changed, and that asks for the same inputs,
 * configuration and macros as before, changes nothing but its node's text: that node is compiled again, and where it is
 * ephemeral those that it is inlined into. After that, and while the next edit is waited for, it is looked at as
 * `tfm check` looks (watchFindings.ts). Anything else (a new file, one that is gone or was renamed, properties,
 * macros, seeds, project files) reads the project again, as a command of its own would.
 */
import { existsSync, type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Config } from "../core/config.ts";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { ExecutableNode, NodeId } from "../core/node.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import type { ProjectFile } from "../parse/packageFiles.ts";
import { printDiagnostics } from "../report/report.ts";
import { editText, kindOfText, nodesByText } from "./editedText.ts";
import { type OpenProject, openProject, readConfig } from "./openProject.ts";
import { replaceIn } from "./parseCache/replacedMap.ts";
import { readSourceLine } from "./readSourceLine.ts";
import { findAfterEdits, type Told } from "./watchFindings.ts";

export interface WatchedCompile {
	/** All that is selected; how many nodes that are. Throws TfmError. */
	readonly whole: (project: OpenProject) => Promise<number>;
	/** These alone, as far as they are selected; how many that are. Throws TfmError. */
	readonly some: (project: OpenProject, ids: readonly NodeId[]) => Promise<number>;
}

/** Editors write a file in several steps, and a checkout writes many. */
const QUIET_MS = 10;
/** What editors leave beside a file. */
const PASSING = /^[.#~]|~$|\.sw[a-z]$|^\d+$/;

/** Resolves when the signal aborts; a mistake in the files is shown, and the next change awaited. */
export async function watchAndCompile(invocation: Invocation, compile: WatchedCompile): Promise<ExitCode> {
	const { stdout } = invocation;
	const changes = watchFiles(invocation);
	const checks = checkInTurn(invocation);
	let project: OpenProject | null = null;
	const read = async (): Promise<void> => {
		project = null;
		// Before anything is read: what is written meanwhile is looked at afterwards.
		changes.look(null);
		changes.look(await readConfig(invocation));
		const opened = await openProject(invocation);
		stdout.write(`compiled ${counted(await compile.whole(opened))}\n`);
		project = opened;
		checks.after(opened, null);
	};
	try {
		await telling(invocation, null, read);
		stdout.write("waiting for changes (Ctrl-C ends)\n");
		const next = () => Promise.race([changes.next(), checks.broken]);
		for (let changed = await next(); changed !== null; changed = await next()) {
			const paths = [...changed].filter((path) => path === null || changes.wasThere(path) || existsSync(path));
			const known: OpenProject | null = project;
			await telling(invocation, known, async () => {
				const edited = known === null ? null : editTexts(known, paths);
				if (edited === null) return read();
				if (edited.ids.length === 0) return;
				project = edited.project;
				stdout.write(`compiled ${counted(await compile.some(edited.project, edited.ids))}\n`);
				checks.after(edited.project, edited.ids);
			});
		}
	} finally {
		changes.close();
		await checks.close();
	}
	return 0;
}

const counted = (n: number): string => `${n} ${n === 1 ? "node" : "nodes"}`;

async function telling(invocation: Invocation, project: OpenProject | null, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		tell(invocation, project, error.diagnostics);
	}
}

function tell(invocation: Invocation, project: OpenProject | null, diagnostics: readonly Diagnostic[]): void {
	const { output, env, stdout, stderr, clock, cwd } = invocation;
	printDiagnostics(diagnostics, {
		...{ output, env, stdout, stderr, now: clock(), elapsedMs: null },
		readLine: readSourceLine(project?.config.project.root ?? cwd),
		secrets: project?.config.secrets ?? [],
	});
}

interface Checks {
	/** Looks at these, or with null at all, when what is looked at now is done; what came meanwhile is looked at together. */
	after(project: OpenProject, ids: readonly NodeId[] | null): void;
	/** Rejects when looking failed for a reason that is no mistake in the files. */
	readonly broken: Promise<never>;
	close(): Promise<void>;
}

function checkInTurn(invocation: Invocation): Checks {
	const { stdout, signal, flags } = invocation;
	const findings = findAfterEdits(invocation);
	let waiting: { readonly project: OpenProject; readonly ids: readonly NodeId[] | null } | null = null;
	let working: Promise<void> | null = null;
	let fail: (error: unknown) => void;
	const broken = new Promise<never>((_, reject) => {
		fail = reject;
	});
	// Looked at where the next change is awaited.
	broken.catch(() => undefined);
	const work = async (): Promise<void> => {
		while (waiting !== null && !signal.aborted) {
			const { project, ids } = waiting;
			waiting = null;
			await telling(invocation, project, async () => {
				const told = await findings.find(project, ids);
				tell(invocation, project, judgeWarnings(told.diagnostics, flags));
				if (told.looked > 0) stdout.write(`checked ${checkedText(told)}\n`);
			});
		}
	};
	return {
		broken,
		after(project, ids) {
			waiting = { project, ids: waiting === null ? ids : joined(waiting.ids, ids) };
			working ??= work()
				.catch((error: unknown) => {
					if (!signal.aborted) fail(error);
				})
				.finally(() => {
					working = null;
				});
		},
		async close() {
			waiting = null;
			await working;
			await findings.close();
		},
	};
}

const joined = (a: readonly NodeId[] | null, b: readonly NodeId[] | null): readonly NodeId[] | null =>
	a === null || b === null ? null : [...new Set([...a, ...b])].sort();

function checkedText({ looked, diagnostics, elsewhere }: Told): string {
	const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
	const errors = diagnostics.filter(({ severity }) => severity === "error").length;
	const told = [many(errors, "error"), many(diagnostics.length - errors, "warning")].filter((one) => !/^0/.test(one));
	const rest = elsewhere === 0 ? [] : [`${many(elsewhere, "finding")} elsewhere (tfm check)`];
	const all = [...(told.length === 0 ? [] : [told.join(", ")]), ...rest];
	return `${counted(looked)}: ${all.length === 0 ? "nothing looks wrong" : all.join("; ")}`;
}

/**
 * The project with the new texts, and what has to be compiled; null: it has to be read again. `paths`: what changed on
 * disk, absolute; null among them: something that nobody can name.
 */
export function editTexts(
	project: OpenProject,
	paths: readonly (string | null)[],
): { readonly project: OpenProject; readonly ids: readonly NodeId[] } | null {
	const { root } = project.config.project;
	const edited = new Map<NodeId, ExecutableNode>();
	for (const path of paths) {
		if (path === null) return null;
		const node = nodesByFile(project).get(path);
		if (node === undefined || node === "several") {
			if (node === undefined && PASSING.test(basename(path))) continue;
			return null;
		}
		if (!existsSync(path) || !statSync(path).isFile()) return null;
		const now = editText(project.facts, node, fileOf(node, path, root), project.manifest.warnings);
		if (now === null) return null;
		if (now !== node) edited.set(node.unique_id, now);
	}
	if (edited.size === 0) return { project, ids: [] };
	const nodes = replaceIn(project.manifest.nodes, edited);
	const manifest = Object.freeze({ ...project.manifest, nodes });
	const known = files.get(project.manifest.children)!;
	for (const [id, node] of edited) known.set(resolve(root, nodes.get(id)!.original_file_path), node);
	return {
		project: Object.freeze({ ...project, manifest, known: null }),
		ids: withReaders(manifest, [...edited.keys()]),
	};
}

/** Of ephemeral models also those that they are inlined into. */
function withReaders({ nodes, children }: OpenProject["manifest"], ids: readonly NodeId[]): readonly NodeId[] {
	const found = new Set<NodeId>(ids);
	for (const id of found)
		if (nodes.get(id)?.config.materialized === "ephemeral")
			for (const reader of children.get(id) ?? []) if (nodes.has(reader)) found.add(reader);
	return [...found].sort();
}

type ByFile = Map<string, ExecutableNode | "several">;

/** Kept beside what an edit of a text leaves as it is. */
const files = new WeakMap<object, ByFile>();

/** Nodes of the root project's own texts, by absolute path. */
function nodesByFile({ manifest, config }: OpenProject): ReadonlyMap<string, ExecutableNode | "several"> {
	let known = files.get(manifest.children);
	if (known !== undefined) return known;
	known = new Map();
	for (const [path, id] of nodesByText(manifest, config.project.name))
		known.set(resolve(config.project.root, path), id === "several" ? "several" : manifest.nodes.get(id)!);
	files.set(manifest.children, known);
	return known;
}

const fileOf = (node: ExecutableNode, absolute: string, root: string): ProjectFile => ({
	kind: kindOfText(node)!,
	package_name: node.package_name,
	root_path: root,
	absolute,
	path: node.path,
	original_file_path: node.original_file_path,
	file: node.original_file_path,
});

interface Changes {
	/** Absolute paths, null where the system did not say; resolves to null when it is over. */
	next(): Promise<ReadonlySet<string | null> | null>;
	/** Looks at the folders of this project from now on; of none at the project's own folder. */
	look(config: Config | null): void;
	/** Whether something stood there when the folders were looked at. */
	wasThere(path: string): boolean;
	close(): void;
}

const foldersOf = ({ project }: Config): readonly string[] => {
	const { modelPaths, seedPaths, testPaths, snapshotPaths, macroPaths, analysisPaths, functionPaths, docsPaths } =
		project;
	const all = [modelPaths, seedPaths, testPaths, snapshotPaths, macroPaths, analysisPaths, functionPaths, docsPaths];
	return [...new Set(all.flat().map((path) => resolve(project.root, path)))];
};

const PROJECT_FILES = /^(?:\.dbtignore|\.env|[^.].*\.ya?ml|package-lock\.yml)$/;

/** A watcher for each folder: those of whole trees differ from system to system in what they miss. */
function watchFiles({ signal, cwd, flags }: Invocation): Changes {
	let waiting: (() => void) | null = null;
	let timer: NodeJS.Timeout | undefined;
	let changed = new Set<string | null>();
	let watchers: FSWatcher[] = [];
	const there = new Set<string>();
	const wake = (): void => {
		waiting?.();
		waiting = null;
	};
	const note = (path: string | null): void => {
		changed.add(path);
		clearTimeout(timer);
		timer = setTimeout(wake, QUIET_MS);
	};
	const open = (folder: string, isOurs: (name: string) => boolean): void => {
		const watcher = watch(folder, (_, name) => {
			if (name === null) note(null);
			else if (isOurs(name)) note(join(folder, name));
		});
		watcher.on("error", () => note(null));
		watchers.push(watcher);
	};
	const openTree = (folder: string): void => {
		there.add(folder);
		open(folder, () => true);
		for (const entry of readdirSync(folder, { withFileTypes: true })) {
			there.add(join(folder, entry.name));
			if (entry.isDirectory()) openTree(join(folder, entry.name));
		}
	};
	const close = (): void => {
		for (const watcher of watchers) watcher.close();
		watchers = [];
		there.clear();
	};
	signal.addEventListener("abort", wake, { once: true });
	return {
		wasThere: (path) => there.has(path),
		look(config) {
			close();
			const root = config?.project.root ?? resolve(cwd, flags.projectDir ?? ".");
			const folders = config === null ? [] : foldersOf(config).filter((folder) => folder !== root);
			open(root, (name) => PROJECT_FILES.test(name) || folders.includes(join(root, name)));
			for (const folder of folders) if (existsSync(folder)) openTree(folder);
		},
		close() {
			clearTimeout(timer);
			signal.removeEventListener("abort", wake);
			close();
		},
		async next() {
			while (changed.size === 0 && !signal.aborted) {
				await new Promise<void>((wakeUp) => {
					waiting = wakeUp;
				});
			}
			if (signal.aborted) return null;
			const found = changed;
			changed = new Set();
			return found;
		},
	};
}
