/**
 * manifest.json of a project that nobody touched is what it was: 136 MB for ten thousand models, which took half of
 * the time of a command that finds nothing changed. A note beside it says of which reading it was written, which file
 * it is, and where each piece of it ends; whatever else writes it (a run adds what was compiled, dbt its own) makes
 * another file of it. Where nothing but texts was edited since, the other pieces are copied as they stand.
 */
import { hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import type { JsonPiece } from "../manifest/sortedJson.ts";
import type { KnownBy } from "./parseCache/knowProject.ts";
import { type FileMark, fileMark, markOf, writeWhole } from "./writeWhole.ts";

/** What a document was written of: a reading, and whatever else it hangs on but the time and the id of the command. */
export interface WrittenOf extends KnownBy {
	readonly lasting: string;
}

interface Note {
	/** Of `key` and `base`, with what else the document hangs on. */
	readonly of: string;
	readonly base: string;
	readonly edited: readonly string[];
	readonly mark: FileMark;
	/** The file that is written with it. */
	readonly beside: FileMark | null;
	/** Bytes of each piece. */
	readonly pieces: readonly number[];
}

const notePath = (targetDir: string): string => join(targetDir, "manifest_kept.tfm");
const named = (reading: string, { lasting }: WrittenOf): string => hash("sha1", `${reading} ${lasting}`);

/** Null: there is none of this shape. A note is ours alone: one that is not JSON was damaged, and says nothing. */
function readNote(targetDir: string): Note | null {
	try {
		return JSON.parse(readFileSync(notePath(targetDir), "utf8")) as Note;
	} catch (error) {
		if (error instanceof SyntaxError || (error instanceof Error && "code" in error && error.code === "ENOENT"))
			return null;
		throw error;
	}
}

export interface KeptDocument {
	/** Where it is written. */
	readonly path: string;
	/** Written each time with it. */
	readonly beside: string;
	readonly targetDir: string;
}

/** Whether both files were written of the same. */
export function manifestStands({ targetDir, path, beside }: KeptDocument, of: WrittenOf): boolean {
	const note = readNote(targetDir);
	return (
		note !== null &&
		note.of === named(of.key, of) &&
		note.mark === fileMark(path) &&
		note.beside === fileMark(beside) &&
		note.beside !== null
	);
}

/** Whether the file beside it was written of the same, or of the same with other texts, which it does not hang on. */
export function besideStands({ targetDir, beside }: KeptDocument, of: WrittenOf): boolean {
	const note = readNote(targetDir);
	return note !== null && note.base === named(of.base, of) && note.beside !== null && note.beside === fileMark(beside);
}

/** Writes the document; `of` null: what it is written of is not known. */
export function writeKept(document: KeptDocument, pieces: Iterable<JsonPiece>, of: WrittenOf | null): void {
	const { path, targetDir } = document;
	if (of === null) {
		writeWhole(path, texts(pieces));
		return;
	}
	const lengths: number[] = [];
	const old = openOld(document, of);
	const mark = writeWhole(path, kept(pieces, lengths, old));
	const beside = fileMark(document.beside);
	const { key, base, edited } = of;
	const note: Note = { of: named(key, of), base: named(base, of), edited, mark, beside, pieces: lengths };
	writeWhole(notePath(targetDir), [`${JSON.stringify(note)}\n`]);
}

function* texts(pieces: Iterable<JsonPiece>): Generator<string> {
	for (const piece of pieces) yield piece.text();
}

interface OldDocument {
	readonly file: number;
	readonly note: Note;
	/** Nodes whose text differs between then and now. */
	readonly edited: ReadonlySet<string>;
}

/** The document as it stands, when it is one of the same reading but for edited texts. */
function openOld({ path, targetDir }: KeptDocument, of: WrittenOf): OldDocument | null {
	const note = readNote(targetDir);
	if (note === null || note.base !== named(of.base, of) || note.mark !== fileMark(path)) return null;
	const file = openSync(path, "r");
	if (markOf(fstatSync(file, { bigint: true })) === note.mark)
		return { file, note, edited: new Set([...note.edited, ...of.edited]) };
	closeSync(file);
	return null;
}

/** Runs of pieces that stay as they were are copied in one go. */
function* kept(pieces: Iterable<JsonPiece>, lengths: number[], old: OldDocument | null): Generator<Uint8Array> {
	let [from, to] = [0, 0];
	try {
		for (const piece of pieces) {
			const length = old?.note.pieces[lengths.length];
			const same = old !== null && piece.passing !== true && !piece.ids.some((id) => old.edited.has(id));
			if (same && length !== undefined) {
				lengths.push(length);
				to += length;
				continue;
			}
			if (old !== null) yield* bytesOf(old.file, from, to);
			const bytes = Buffer.from(piece.text());
			lengths.push(bytes.length);
			yield bytes;
			to += length ?? 0;
			from = to;
		}
		if (old !== null) yield* bytesOf(old.file, from, to);
	} finally {
		if (old !== null) closeSync(old.file);
	}
}

const COPIED = 4 * 2 ** 20;

function* bytesOf(file: number, from: number, to: number): Generator<Uint8Array> {
	const bytes = Buffer.allocUnsafe(Math.min(COPIED, to - from));
	for (let at = from; at < to; ) {
		const read = readSync(file, bytes, 0, Math.min(bytes.length, to - at), at);
		if (read === 0) throw new Error("manifest.json became shorter while it was read");
		yield bytes.subarray(0, read);
		at += read;
	}
}
