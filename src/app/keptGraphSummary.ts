/**
 * graph_summary.json says nothing of the command but its id, which stands at its beginning: where the file is the one
 * that was written of the same graph, all behind that is copied. A note beside it says of which, as of manifest.json.
 */
import { hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesOf } from "./keptManifest.ts";
import type { KnownBy } from "./parseCache/knowProject.ts";
import { type FileMark, fileMark, markOf, writeWhole } from "./writeWhole.ts";

interface Note {
	readonly of: string;
	readonly mark: FileMark;
	/** Bytes of the beginning. */
	readonly head: number;
}

export interface GraphSummary {
	readonly path: string;
	readonly targetDir: string;
	readonly head: string;
	/** All of it, beginning with `head`. */
	readonly text: () => string;
	readonly withTestEdges: boolean;
}

/** Texts of nodes are nothing to the graph. */
const named = ({ base }: KnownBy, { withTestEdges }: GraphSummary): string =>
	hash("sha1", `${base} ${withTestEdges ? "tests" : ""}`);

/** Writes it; `known` null: nobody can say of which graph it is. */
export function writeGraphSummaryKept(summary: GraphSummary, known: KnownBy | null): void {
	const { path, targetDir, head, text } = summary;
	if (known === null) {
		writeWhole(path, [text()]);
		return;
	}
	const notePath = join(targetDir, "graph_summary_kept.tfm");
	const of = named(known, summary);
	const mark = writeWhole(path, rest(path, readNote(notePath), of, head) ?? [text()]);
	const note: Note = { of, mark, head: Buffer.byteLength(head) };
	writeWhole(notePath, [`${JSON.stringify(note)}\n`]);
}

/** The file with another beginning; null: it is not the one that the note is of. */
function rest(path: string, note: Note | null, of: string, head: string): Generator<Uint8Array> | null {
	if (note === null || note.of !== of || note.mark !== fileMark(path)) return null;
	const file = openSync(path, "r");
	const found = fstatSync(file, { bigint: true });
	if (markOf(found) === note.mark) return copied(file, head, [note.head, Number(found.size)]);
	closeSync(file);
	return null;
}

function* copied(file: number, head: string, [from, to]: readonly [number, number]): Generator<Uint8Array> {
	try {
		yield Buffer.from(head);
		yield* bytesOf(file, from, to);
	} finally {
		closeSync(file);
	}
}

/** Null: there is none, or it was damaged. */
function readNote(path: string): Note | null {
	try {
		return JSON.parse(readFileSync(path, "utf8")) as Note;
	} catch (error) {
		if (error instanceof SyntaxError || (error instanceof Error && "code" in error && error.code === "ENOENT"))
			return null;
		throw error;
	}
}
