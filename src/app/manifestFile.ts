/**
 * manifest.json of a command that compiles: written before, for whoever watches, and after, with the SQL, as dbt does.
 * Where one stands that was written of the same reading, the first writing is left out: it would say less than what is
 * there. Otherwise it goes on beside the run, which waits for the database most of the time. The second takes over the
 * bytes of all nodes with which the command did what was done before (keptManifest.ts).
 */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Deferral } from "../core/deferral.ts";
import type { Invocation } from "../core/invocation.ts";
import { makeFolders } from "../core/makeFolders.ts";
import { manifestPieces } from "../manifest/manifestJson.ts";
import { textOf } from "../manifest/sortedJson.ts";
import {
	type DoneNode,
	manifestDocument,
	manifestMeta,
	worksOf,
	writeGraphSummary,
	writeSemanticManifest,
	writtenOf,
} from "./artifacts.ts";
import { besideStands, type Note, noteWritten, standingNote, type Written, writeKept } from "./keptManifest.ts";
import type { OpenProject } from "./openProject.ts";
import { tellArtifact } from "./tellArtifact.ts";
import { markOf, partOf, removeAbandoned } from "./writeWhole.ts";

export interface ManifestFile {
	/**
	 * Waits for the first writing and writes anew, with what was done and the references that --defer turned; null: with
	 * nothing. Rejects with what went wrong in either.
	 */
	finish(done: readonly DoneNode[] | null, deferral?: Deferral): Promise<void>;
	/** Resolves when nothing is being written, well or not. Without a `finish` before, the file says what was read. */
	end(): Promise<void>;
}

/** Begins to write; throws at once where the file cannot be made. */
export function beginManifest(invocation: Invocation, project: OpenProject): ManifestFile {
	if (!invocation.flags.writeJson) return { finish: async () => {}, end: async () => {} };
	const document = manifestDocument(project);
	const { path } = document;
	const meta = manifestMeta(invocation, project);
	const of = writtenOf(project, meta);
	let failure: { readonly error: unknown } | null = null;
	let finished = false;

	makeFolders(dirname(path), { existsSync, mkdirSync });
	removeAbandoned(path);
	let note: Note | null = of === null ? null : standingNote(document, of);
	const plain = note === null || note.works === undefined;
	let begun = Promise.resolve();
	if (note === null) {
		if (of === null || !besideStands(document, of)) writeSemanticManifest(invocation, project);
		const part = partOf(path);
		const file = openSync(part, "w");
		const first = async (): Promise<void> => {
			const written: Written = { lengths: [], works: [] };
			try {
				for (const piece of manifestPieces(project.manifest, meta)) {
					const bytes = Buffer.from(textOf(piece));
					for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
					written.lengths.push(bytes.length);
					if (piece.ids.length > 0) await nextTurn();
				}
				const mark = markOf(fstatSync(file, { bigint: true }));
				renameSync(part, path);
				note = noteWritten(document, of, { mark, written });
				writeGraphSummary(invocation, project);
			} catch (error) {
				rmSync(part, { force: true });
				throw error;
			} finally {
				closeSync(file);
			}
		};
		begun = first().catch((error: unknown) => {
			failure = { error };
		});
	} else writeGraphSummary(invocation, project);

	const finish: ManifestFile["finish"] = async (done, deferral) => {
		finished = true;
		await begun;
		if (failure !== null) throw failure.error;
		if (done !== null || !plain) {
			const facts = deferral === undefined ? project.facts : { ...project.facts, deferral };
			const now = manifestMeta(invocation, { ...project, facts }, done ?? []);
			writeKept(document, manifestPieces(project.manifest, now), of, { works: worksOf(now), last: note });
		}
		tellArtifact(invocation, "WritableManifest", path);
	};
	return {
		finish,
		async end() {
			await begun;
			if (finished || plain || failure !== null) return;
			await finish(null);
		},
	};
}
