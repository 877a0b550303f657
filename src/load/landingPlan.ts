/**
 * Which files a load takes, decided before anything is written: the files of the glob, those the caller asks for among
 * them, and what the ledger knows of each.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import type { Dialect, Session } from "../core/adapter.ts";
import { type Diagnostic, diagnostic, fail } from "../core/diagnostic.ts";
import type { StagedFile } from "../core/landingDialect.ts";
import type { SourceNode } from "../core/node.ts";
import type { LoadWindow } from "../core/ports.ts";
import type { LoadedFileRow } from "../core/state.ts";
import { findLandingFiles } from "./landingFiles.ts";
import type { LoadSpec } from "./loadSpec.ts";
import { listStagedFiles } from "./stagedFiles.ts";
import { digestFile, type FileDigest } from "./textFile.ts";

export interface PlannedFile {
	readonly path: string;
	readonly bytes: number;
	/** `again`: its rows are in, and are replaced. `changed`: they are in, and the file may not be another one now. */
	readonly status: "new" | "again" | "unchanged" | "changed";
	/** Where it had to be known beforehand. */
	readonly digest?: FileDigest;
}

export interface LandingPlan {
	readonly files: readonly PlannedFile[];
	/** The table is emptied first. */
	readonly afresh: boolean;
	/** All files of the glob or the stage, whatever the caller asks for; of a stage with what the store says of their bytes. */
	readonly all: ReadonlyMap<string, FileDigest | null>;
	/** What is wrong with files of status `changed`. */
	readonly changed: readonly Diagnostic[];
}

export interface PlanRequest {
	readonly root: string;
	/** Asked for the files of a stage. */
	readonly session: Session;
	readonly dialect: Dialect;
	readonly source: SourceNode;
	readonly spec: LoadSpec;
	readonly ledger: readonly LoadedFileRow[];
	readonly fullRefresh: boolean;
	readonly window: LoadWindow;
	readonly signal?: AbortSignal;
}

/**
 * Throws TFM-LOAD-013, 017, 028 (a window for a table that is replaced whole), 033, 034 (a stage that is not there). Loaded files that changed where they may
 * not (012) are told together, in `changed`.
 */
export async function planLanding(request: PlanRequest): Promise<LandingPlan> {
	const { root, source, spec, ledger, window } = request;
	const { stage } = spec;
	const staged =
		stage === null ? null : await listStagedFiles(request.session, request.dialect, { spec: stage, source });
	const all = staged === null ? findLandingFiles(root, spec, source) : [...staged.keys()];
	const table = `${source.source_name}.${source.name}`;
	const narrowed = window.from !== null || window.to !== null || window.files !== null;
	if (narrowed && (spec.mode === "replace" || request.fullRefresh))
		fail("TFM-LOAD-028", { table, replace: !request.fullRefresh }, { at: source.location });
	const named = window.files === null ? null : new Set(staged === null ? filesAt(root, window.files) : window.files);
	const paths = all.filter((path) => (named === null || named.has(path)) && isInDays(path, window));
	const known = new Map(ledger.map((row) => [row.path, row] as const));
	const files: PlannedFile[] = [];
	const changed: Diagnostic[] = [];
	for (const path of paths) {
		const absolute = join(root, path);
		const listed = staged?.get(path);
		const bytes = listed?.bytes ?? (await stat(absolute).catch(() => undefined))?.size ?? 0;
		const before = request.fullRefresh ? undefined : known.get(path);
		if (before === undefined || window.reload) {
			const status = before === undefined ? "new" : "again";
			files.push({ path, bytes, status, ...(listed && { digest: digestOf(listed) }) });
			continue;
		}
		// Of a file that is in, the bytes say whether it is still the same; of a new one nobody asks before it is read.
		const digest = listed ? digestOf(listed) : await digestFile(absolute, path, request.signal);
		if (digest.hash === before.contentHash) files.push({ path, bytes, status: "unchanged", digest });
		else if (spec.onChange === "error" && spec.mode !== "replace") {
			const facts = { file: path, loadedAt: before.loadedAt, table };
			changed.push(diagnostic("TFM-LOAD-012", facts, { at: source.location }));
			files.push({ path, bytes, status: "changed", digest });
		} else files.push({ path, bytes, status: "again", digest });
	}
	// A table that is replaced is loaded whole as soon as one file is new, changed or gone.
	const differs = paths.length !== known.size || files.some((file) => file.status !== "unchanged");
	const afresh = request.fullRefresh || (spec.mode === "replace" && differs);
	const taken = afresh ? files.map((file) => ({ ...file, status: "new" as const })) : files;
	const there = new Map(all.map((path) => [path, staged === null ? null : digestOf(staged.get(path)!)] as const));
	return { files: taken, afresh, all: there, changed };
}

/** The store's own word for the bytes, and how many they are. */
const digestOf = ({ tag, bytes }: StagedFile): FileDigest => ({ hash: `${tag} ${bytes}`, bytes });

/** Paths and globs under the root. */
export const filesAt = (root: string, files: readonly string[]): readonly string[] =>
	globSync([...files], { cwd: root, followSymbolicLinks: false, expandDirectories: false }).map((path) =>
		path.replaceAll("\\", "/"),
	);

/** A file belongs to the day that its path names: 2026-01-31, 20260131, 2026/01/31. One that names none is in no window. */
function isInDays(path: string, { from, to }: LoadWindow): boolean {
	if (from === null && to === null) return true;
	const day = dayOfPath(path);
	return day !== undefined && (from === null || day >= from) && (to === null || day < to);
}

/** The last one that the path names. */
export function dayOfPath(path: string): string | undefined {
	const days = [...path.matchAll(/(?<!\d)(\d{4})([-_/]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)/g)];
	const last = days.at(-1);
	return last === undefined ? undefined : `${last[1]}-${last[3]}-${last[4]}`;
}
