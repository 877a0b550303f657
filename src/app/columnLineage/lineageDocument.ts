/**
 * target/lineage.columns.json: a node a line, so that two versions can be compared by eye, no text has to hold all of a
 * large project, and a node can be read without the others.
 */
import { createHash, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ColumnLineage, NodeLineage } from "../../core/lineage.ts";
import type { OpenProject } from "../openProject.ts";
import { type FileMark, fileMark, writeWhole } from "../writeWhole.ts";

export const lineagePath = ({ config }: Pick<OpenProject, "config">): string =>
	join(config.targetDir, "lineage.columns.json");

/** A document as it was written. */
export interface WrittenLineage {
	readonly mark: FileMark;
	/** Of all of its bytes. */
	readonly sum: string;
	/** Bytes of what stands before the nodes, and of each node, in the order of the document. */
	readonly lengths: readonly number[];
}

export function writeLineage(project: Pick<OpenProject, "config">, lineage: ColumnLineage): WrittenLineage {
	const lengths: number[] = [];
	const sum = createHash("sha1");
	const mark = writeWhole(lineagePath(project), bytesOf(lineage, lengths, sum));
	return { mark, sum: sum.digest("base64"), lengths };
}

function* bytesOf(
	lineage: ColumnLineage,
	lengths: number[],
	sum: ReturnType<typeof createHash>,
): Generator<Uint8Array> {
	for (const text of lineageText(lineage)) {
		const bytes = Buffer.from(text);
		lengths.push(bytes.length);
		sum.update(bytes);
		yield bytes;
	}
	// The end of the document is no node.
	lengths.pop();
}

/** First what stands before the nodes, then node by node, then the end. */
function* lineageText({ metadata, nodes }: ColumnLineage): Generator<string> {
	yield `{"metadata": ${JSON.stringify(metadata)},\n"nodes": {`;
	let first = true;
	for (const [id, node] of Object.entries(nodes)) {
		yield `${first ? "\n" : ",\n"}${JSON.stringify(id)}: ${JSON.stringify(node)}`;
		first = false;
	}
	yield "\n}}\n";
}

/** Whether the document of this project is still the one that was written. */
export const lineageStands = (project: Pick<OpenProject, "config">, { mark }: WrittenLineage): boolean =>
	fileMark(lineagePath(project)) === mark;

export interface LineageDocument {
	/** By its place among the nodes. */
	nodeAt(place: number): NodeLineage;
	whole(): ColumnLineage;
}

/** Null: it is not, to the last byte, what was written. */
export function readLineage(project: Pick<OpenProject, "config">, written: WrittenLineage): LineageDocument | null {
	const bytes = readOrNull(lineagePath(project));
	if (bytes === null || hash("sha1", bytes, "base64") !== written.sum) return null;
	const ends: number[] = [];
	for (const length of written.lengths) ends.push((ends.at(-1) ?? 0) + length);
	return {
		nodeAt(place) {
			// A comma and the end of a line stand before each but the first.
			const entry = bytes.toString("utf8", ends[place]! + (place === 0 ? 0 : 1), ends[place + 1]);
			return Object.values(JSON.parse(`{${entry}}`) as ColumnLineage["nodes"])[0]!;
		},
		whole: () => JSON.parse(bytes.toString("utf8")) as ColumnLineage,
	};
}

function readOrNull(path: string): Buffer | null {
	try {
		return readFileSync(path);
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
		throw error;
	}
}
