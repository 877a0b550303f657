/**
 * manifest.json of a command that compiles: written before, for whoever watches, and after, with the SQL, as dbt does.
 * The first time goes on beside the run, which waits for the database most of the time; the second takes over the
 * bytes of what was not compiled in between.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Deferral } from "../core/deferral.ts";
import type { Invocation } from "../core/invocation.ts";
import { makeFolders } from "../core/makeFolders.ts";
import type { NodeId } from "../core/node.ts";
import { manifestPieces } from "../manifest/manifestJson.ts";
import { type DoneNode, manifestMeta, manifestPath, writeGraphSummary, writeSemanticManifest } from "./artifacts.ts";
import type { OpenProject } from "./openProject.ts";
import { tellArtifact } from "./tellArtifact.ts";
import { partOf, removeAbandoned, writeWhole } from "./writeWhole.ts";

/** Bytes kept from the first time for the second. */
const KEPT_BYTES = 64 * 2 ** 20;

export interface ManifestFile {
	/** Resolves when the first writing has ended, well or not. */
	idle(): Promise<void>;
	/**
	 * Waits for the first writing and writes anew, with what was done and the references that --defer turned; null: leaves
	 * it at the first. Rejects with what went wrong in either.
	 */
	finish(done: readonly DoneNode[] | null, deferral?: Deferral): Promise<void>;
}

/** Begins to write; throws at once where the file cannot be made. */
export function beginManifest(invocation: Invocation, project: OpenProject): ManifestFile {
	if (!invocation.flags.writeJson) return { idle: async () => {}, finish: async () => {} };
	const path = manifestPath(project);
	const part = partOf(path);
	const kept = new Map<number, Buffer>();
	let failure: { readonly error: unknown } | null = null;

	makeFolders(dirname(path), { existsSync, mkdirSync });
	removeAbandoned(path);
	writeSemanticManifest(invocation, project);
	const file = openSync(part, "w");
	const first = async (): Promise<void> => {
		let index = 0;
		let room = KEPT_BYTES;
		try {
			for (const piece of manifestPieces(project.manifest, manifestMeta(invocation, project))) {
				const bytes = Buffer.from(piece.text());
				writeSync(file, bytes);
				if (piece.ids.length > 0) {
					if (bytes.length <= room) kept.set(index, bytes);
					room -= bytes.length;
					await nextTurn();
				}
				index++;
			}
			renameSync(part, path);
			writeGraphSummary(invocation, project);
		} catch (error) {
			rmSync(part, { force: true });
			throw error;
		} finally {
			closeSync(file);
		}
	};
	const begun = first().catch((error: unknown) => {
		failure = { error };
	});

	function* again(done: readonly DoneNode[], deferral: Deferral | undefined): Generator<string | Buffer> {
		let index = 0;
		const facts = deferral === undefined ? project.facts : { ...project.facts, deferral };
		const meta = manifestMeta(invocation, { ...project, facts }, done);
		for (const piece of manifestPieces(project.manifest, meta)) {
			const bytes = kept.get(index++);
			yield bytes === undefined || piece.ids.some((id) => meta.work?.has(id as NodeId)) ? piece.text() : bytes;
		}
	}
	return {
		idle: () => begun,
		async finish(done, deferral) {
			await begun;
			if (failure !== null) throw failure.error;
			if (done !== null) writeWhole(path, again(done, deferral));
			tellArtifact(invocation, "WritableManifest", path);
		},
	};
}
