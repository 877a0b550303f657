/**
 * manifest.json of a project that nobody touched is what it was: 136 MB for ten thousand models, which took half of
 * the time of a command that finds nothing changed. A note beside it says of which reading it was written, which file
 * it is, and where each piece of it ends; whatever else writes it (a run adds what was compiled, dbt its own) makes
 * another file of it. Where nothing but texts was edited since, the other pieces are copied as they stand; so they are
 * by commands that compile or run: pieces of nodes with which they did something else than the last one are made anew.
 */
import { hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { JsonPiece } from "../manifest/sortedJson.ts";
import { ENCODED, encoded } from "./encodedTexts.ts";
import { leaveKeptNote, readKeptNote } from "./keptNote.ts";
import type { KnownBy } from "./parseCache/knowProject.ts";
import { type FileMark, fileMark, markOf, writeWhole } from "./writeWhole.ts";

/** What a document was written of: a reading, and whatever else it hangs on but the time and the id of the command. */
export interface WrittenOf extends KnownBy {
	readonly lasting: string;
}

/** What a command added to nodes, as digests by their ids. */
export type Works = ReadonlyMap<string, string>;

const NO_WORKS: Works = new Map();

/** What is known of a document that was written. */
export interface Note {
	/** Of `key` and `base`, with what else the document hangs on. */
	readonly of: string;
	readonly base: string;
	readonly edited: readonly string[];
	readonly mark: FileMark;
	/** The file that is written with it. */
	readonly beside: FileMark | null;
	/** Bytes of each piece. */
	readonly pieces: readonly number[];
	/** Of each piece what a command added to its nodes, "" where that is nothing; absent: nowhere anything. */
	readonly works?: readonly string[];
}

const notePath = (targetDir: string): string => join(targetDir, "manifest_kept.tfm");
const named = (reading: string, { lasting }: WrittenOf): string => hash("sha1", `${reading} ${lasting}`);

/** Null: there is none of this shape. */
const readNote = (targetDir: string): Note | null => readKeptNote<Note>(notePath(targetDir));

export interface KeptDocument {
	/** Where it is written. */
	readonly path: string;
	/** Written each time with it. */
	readonly beside: string;
	readonly targetDir: string;
}

/** Whether both files were written of the same, with nothing added. */
export function manifestStands(document: KeptDocument, of: WrittenOf): boolean {
	const note = standingNote(document, of);
	return note !== null && note.works === undefined;
}

/** The note of the document where both files were written of the same, whatever a command added to its nodes. */
export function standingNote({ targetDir, path, beside }: KeptDocument, of: WrittenOf): Note | null {
	const note = readNote(targetDir);
	const stands =
		note !== null &&
		note.of === named(of.key, of) &&
		note.mark === fileMark(path) &&
		note.beside === fileMark(beside) &&
		note.beside !== null;
	return stands ? note : null;
}

/** Whether the file beside it was written of the same, or of the same with other texts, which it does not hang on. */
export function besideStands({ targetDir, beside }: KeptDocument, of: WrittenOf): boolean {
	const note = readNote(targetDir);
	return note !== null && note.base === named(of.base, of) && note.beside !== null && note.beside === fileMark(beside);
}

/**
 * Writes the document; `of` null: what it is written of is not known. `works`: what the command added to nodes. `last`:
 * what this command knows of the document that stands, where it has written one.
 */
export function writeKept(
	document: KeptDocument,
	pieces: Iterable<JsonPiece>,
	of: WrittenOf | null,
	{ works = NO_WORKS, last }: { readonly works?: Works; readonly last?: Note | null } = {},
): void {
	const { path, targetDir } = document;
	const note = last ?? (of === null ? null : readNote(targetDir));
	const old = note === null ? null : openOld(path, note, of);
	const written: Written = { lengths: [], works: [] };
	const mark = writeWhole(path, kept(pieces, { written, works, old }));
	noteWritten(document, of, { mark, written });
}

/** The pieces of a document as they were written. */
export interface Written {
	readonly lengths: number[];
	readonly works: string[];
}

/** What is known of a document that has just been written, also left for the next command where that can know it. */
export function noteWritten(
	document: KeptDocument,
	of: WrittenOf | null,
	{ mark, written }: { readonly mark: FileMark; readonly written: Written },
): Note {
	const { lengths: pieces, works } = written;
	const note: Note = {
		of: of === null ? "" : named(of.key, of),
		base: of === null ? "" : named(of.base, of),
		edited: of?.edited ?? [],
		mark,
		beside: fileMark(document.beside),
		pieces,
		...(works.some((work) => work !== "") && { works }),
	};
	if (of !== null) leaveKeptNote<Note>(notePath(document.targetDir), note);
	return note;
}

interface OldDocument {
	readonly file: number;
	readonly note: Note;
	/** Nodes whose text differs between then and now. */
	readonly edited: ReadonlySet<string>;
}

/** The document as it stands, when it is one of the same reading but for edited texts. */
function openOld(path: string, note: Note, of: WrittenOf | null): OldDocument | null {
	if (note.base !== (of === null ? "" : named(of.base, of)) || note.mark !== fileMark(path)) return null;
	const file = openSync(path, "r");
	if (markOf(fstatSync(file, { bigint: true })) === note.mark)
		return { file, note, edited: new Set([...note.edited, ...(of?.edited ?? [])]) };
	closeSync(file);
	return null;
}

/** What was added to the nodes of a piece, in one digest. */
function workOn(piece: JsonPiece, works: Works): string {
	if (works.size === 0 || piece.lasting === true) return "";
	const found = piece.ids.flatMap((id) => works.get(id) ?? []);
	return found.length === 0 ? "" : hash("sha1", found.join(), "base64");
}

const saysEdited = (piece: JsonPiece, edited: ReadonlySet<string>): boolean =>
	piece.lasting !== true && piece.ids.some((id) => edited.has(id));

/** Runs of pieces that stay as they were are copied in one go. */
function* kept(
	pieces: Iterable<JsonPiece>,
	{ written, works, old }: { readonly written: Written; readonly works: Works; readonly old: OldDocument | null },
): Generator<Uint8Array> {
	const { lengths } = written;
	const room = Buffer.allocUnsafeSlow(ENCODED);
	let [from, to] = [0, 0];
	try {
		for (const piece of pieces) {
			const length = old?.note.pieces[lengths.length];
			const work = workOn(piece, works);
			const worked = work !== (old?.note.works?.[lengths.length] ?? "");
			const same = old !== null && !worked && piece.passing !== true && !saysEdited(piece, old.edited);
			written.works.push(work);
			if (same && length !== undefined) {
				lengths.push(length);
				to += length;
				continue;
			}
			if (old !== null) yield* bytesOf(old.file, from, to);
			let own = 0;
			for (const bytes of encoded(piece.texts(), room)) {
				own += bytes.length;
				yield bytes;
			}
			lengths.push(own);
			to += length ?? 0;
			from = to;
		}
		if (old !== null) yield* bytesOf(old.file, from, to);
	} finally {
		if (old !== null) closeSync(old.file);
	}
}

/** Four megabytes at a time take two to five times as long: no cache holds them between reading and writing. */
const COPIED = 2 ** 18;

/** Bytes of an open file. Throws where it is shorter. */
export function* bytesOf(file: number, from: number, to: number): Generator<Uint8Array> {
	const bytes = Buffer.allocUnsafe(Math.min(COPIED, to - from));
	for (let at = from; at < to; ) {
		const read = readSync(file, bytes, 0, Math.min(bytes.length, to - at), at);
		if (read === 0) throw new Error("an artifact became shorter while it was read");
		yield bytes.subarray(0, read);
		at += read;
	}
}
