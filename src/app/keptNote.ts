/**
 * A note that a command leaves beside a document, for the next command alone: of what it was written. Without it, or where
 * it is damaged in whatever way, all is made anew, so neither reading nor leaving one ends a command. Its first line is the
 * digest of what follows.
 */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeWhole } from "./writeWhole.ts";

const isOfFiles = (error: unknown): boolean => error instanceof Error && "syscall" in error;

/** Null: there is none that is whole. */
export function readKeptNote<T>(path: string): T | null {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		if (isOfFiles(error)) return null;
		throw error;
	}
	const end = text.indexOf("\n");
	const body = text.slice(end + 1);
	return text.slice(0, Math.max(end, 0)) === hash("sha1", body) ? (JSON.parse(body) as T) : null;
}

/** Where it cannot be left, one that stands is of another document, as its marks say. */
export function leaveKeptNote<T>(path: string, note: T): void {
	const body = JSON.stringify(note);
	try {
		writeWhole(path, [`${hash("sha1", body)}\n${body}`]);
	} catch (error) {
		if (!isOfFiles(error)) throw error;
	}
}
