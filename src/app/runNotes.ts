import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { TfmError } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { ResourceType, SourceNode } from "../core/node.ts";
import { type NodeOutline, outlinesOf } from "../core/nodeOutline.ts";
import { findLandingFiles } from "../load/landingFiles.ts";
import { readLoadSpec } from "../load/loadSpec.ts";

/**
 * What `tfm retry` needs to know of the last run and run_results.json, whose shape is dbt's, has no place for. Written
 * beside it as `tfm_run.json`.
 */
export interface RunNotes {
	readonly v: 1;
	readonly invocation_id: string;
	/** ISO, UTC. */
	readonly started_at?: string;
	/** The command that is retried, also after several retries. */
	readonly command: string;
	readonly gates: boolean;
	/** Of every seed and model, and of the files of every landing load, by id. */
	readonly checksums: Readonly<Record<string, string>>;
	/** Ids of all tests that the project had. */
	readonly tests?: readonly string[];
	/** How it was called: the args of its run_results.json. */
	readonly args?: Readonly<Record<string, unknown>>;
	/** In a layered project: how each node of the run ended, so that a later `tfm test` does not hide it. */
	readonly results?: readonly { readonly id: string; readonly status: string }[];
	/** In a layered project: runs before it that left something which no run has done since, newest first. */
	readonly earlier?: readonly RunNotes[];
}

const FILE = "tfm_run.json";

export const runNotesPath = (targetDir: string): string => join(targetDir, FILE);

/** `root` is where landing files are looked for. */
export function checksumsOf(manifest: Manifest, root: string): Record<string, string> {
	const sums: Record<string, string> = {};
	for (const { unique_id: id, checksum } of outlinesFor(manifest, ["model", "seed", "snapshot"]))
		if (checksum !== undefined) sums[id] = typeof checksum === "string" ? checksum : checksum.checksum;
	for (const source of manifest.sources.values())
		if (source.load !== null) sums[source.unique_id] = landingState(source, root);
	return sums;
}

/** Names, sizes and times of the files: enough to see that something arrived, without reading it. */
function landingState(source: SourceNode, root: string): string {
	try {
		const spec = readLoadSpec(source);
		// Nobody asks the database here.
		if (spec.stage !== null) return spec.stage.stage;
		const files = findLandingFiles(root, spec, source);
		return files.map((file) => `${file} ${landingStat(join(root, file))}`).join("\n");
	} catch (error) {
		// A mistake in the block, or no file: the load itself says so.
		if (error instanceof TfmError) return error.message;
		throw error;
	}
}

const landingStat = (path: string): string => {
	const stat = statSync(path, { throwIfNoEntry: false });
	return stat === undefined ? "gone" : `${stat.size} ${stat.mtimeMs}`;
};

export const testIdsOf = (manifest: Manifest): string[] =>
	outlinesFor(manifest, ["test"]).map(({ unique_id: id }) => id);

/** Sorted by id. No node is read for it. */
const outlinesFor = (manifest: Manifest, kinds: readonly ResourceType[]): readonly NodeOutline[] =>
	[...outlinesOf(manifest.nodes)]
		.filter((node) => kinds.includes(node.resource_type))
		.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));

/** Null where there are none or, with an id, they belong to another run; then retry does what dbt does. */
export function readRunNotes(targetDir: string, invocationId: string | null): RunNotes | null {
	const path = runNotesPath(targetDir);
	if (!existsSync(path)) return null;
	try {
		const notes = JSON.parse(readFileSync(path, "utf8")) as RunNotes | null;
		if (notes?.v !== 1 || typeof notes.checksums !== "object") return null;
		return invocationId === null || notes.invocation_id === invocationId ? notes : null;
	} catch {
		// Cut short by a full disk, or edited: without them retry still repeats the nodes of run_results.json.
		return null;
	}
}
